#include "openai_embedding.hpp"

#include "embedding_answer.hpp"

namespace platos::embedder_openai {

OpenAiEmbedding::OpenAiEmbedding(sdk::Host host, const Endpoint& endpoint, std::span<const std::string_view> texts)
    : host_(host), endpoint_(endpoint), requests_(make_requests(texts, endpoint.config)) {}

void OpenAiEmbedding::next(platos_step_t& step, const sdk::VectorSink& sink) {
  if (state_ != State::Ready && state_ != State::Complete) {
    throw wire::plain_failure(PLATOS_INTERNAL, "next() was called before the answer ended", false);
  }
  if (current_ == requests_.size()) {
    if (state_ == State::Ready) send_usage(sink);
    state_ = State::Complete;
    step.kind = PLATOS_STEP_DONE;
    return;
  }
  step.kind = PLATOS_STEP_HTTP;
  step.framing = PLATOS_FRAMING_WHOLE;
  step.method = sdk::slice("POST");
  step.url = sdk::slice(endpoint_.url);
  step.headers = endpoint_.headers.data();
  step.header_count = endpoint_.headers.size();
  step.body = sdk::slice(requests_[current_].body);
  state_ = State::Sent;
}

void OpenAiEmbedding::send_usage(const sdk::VectorSink& sink) const {
  if (input_tokens_ && !requests_.empty()) sink.usage(*input_tokens_);
}

void OpenAiEmbedding::on_head(std::int32_t http_status, std::span<const platos_header_t> headers) {
  head_.read(host_, http_status, headers);
}

void OpenAiEmbedding::on_frame(std::string_view, std::string_view data, const sdk::VectorSink& sink) {
  if (head_.is_refused()) {
    head_.add_error_text(data);
  } else if (state_ == State::Sent) {
    read_answer(data, sink);
    state_ = State::Answered;
  }
}

void OpenAiEmbedding::read_answer(std::string_view body, const sdk::VectorSink& sink) {
  const EmbeddingRequest& request = requests_[current_];
  EmbeddingAnswer answer(request.text_count, endpoint_.config.dimensions);
  try {
    if (!answer.read(body)) throw wire::in_answer_failure(endpoint_.config.base_url, wire::parse_vendor_error(body));
  } catch (const wire::WrongType& error) {
    throw wire::broken_answer_failure(endpoint_.config.base_url, error.what(), body);
  } catch (const simdjson::simdjson_error& error) {
    throw wire::broken_answer_failure(endpoint_.config.base_url,
                                      "expected a JSON object, found other text (" + std::string(error.what()) + ")",
                                      body);
  }
  for (std::size_t i = 0; i < request.text_count; ++i) sink.vector(request.first_text + i, answer.vector_of(i));
  if (!answer.prompt_tokens()) {
    input_tokens_.reset();
  } else if (input_tokens_) {
    input_tokens_ = *input_tokens_ + *answer.prompt_tokens();
  }
}

void OpenAiEmbedding::on_end(std::int32_t transport_status, const sdk::VectorSink&) {
  if (head_.is_refused()) head_.fail_refused(endpoint_.config.base_url);
  if (state_ != State::Answered) {
    wire::check_transport(endpoint_.config.base_url, transport_status);
    throw wire::plain_failure(PLATOS_UNAVAILABLE, endpoint_.config.base_url + " sent an answer without a body", true);
  }
  requests_[current_++].body = {};
  head_ = {};
  state_ = State::Ready;
}

}  // namespace platos::embedder_openai

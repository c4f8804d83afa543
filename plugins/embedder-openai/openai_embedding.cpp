#include "openai_embedding.hpp"

#include "embedding_answer.hpp"

namespace platos::embedder_openai {
namespace {

constexpr std::size_t kMaxErrorBodyBytes = 64 * 1024;
constexpr std::size_t kMaxQuotedBodyBytes = 120;
constexpr std::int64_t kNanosecondsPerMillisecond = 1'000'000;

}  // namespace

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
  http_status_ = http_status;
  for (const platos_header_t& header : headers) {
    if (!wire::equals_ignoring_case(sdk::view(header.name), "retry-after")) continue;
    const std::int64_t now_ns = host_.table()->now_ns(host_.table(), PLATOS_CLOCK_WALL);
    retry_after_ms_ = wire::parse_retry_after_ms(sdk::view(header.value), now_ns / kNanosecondsPerMillisecond);
  }
}

void OpenAiEmbedding::on_frame(std::string_view, std::string_view data, const sdk::VectorSink& sink) {
  if (is_refused()) {
    error_body_ += data.substr(0, kMaxErrorBodyBytes - error_body_.size());
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
    fail_broken(error.what(), body);
  } catch (const simdjson::simdjson_error& error) {
    fail_broken("expected a JSON object, found other text (" + std::string(error.what()) + ")", body);
  }
  for (std::size_t i = 0; i < request.text_count; ++i) sink.vector(request.first_text + i, answer.vector_of(i));
  if (!answer.prompt_tokens()) {
    input_tokens_.reset();
  } else if (input_tokens_) {
    input_tokens_ = *input_tokens_ + *answer.prompt_tokens();
  }
}

void OpenAiEmbedding::on_end(std::int32_t transport_status, const sdk::VectorSink&) {
  if (is_refused()) {
    throw wire::http_failure(endpoint_.config.base_url, http_status_, wire::parse_vendor_error(error_body_),
                             retry_after_ms_);
  }
  if (state_ != State::Answered) fail_without_answer(transport_status);
  requests_[current_++].body = {};
  http_status_ = 0;
  retry_after_ms_.reset();
  state_ = State::Ready;
}

void OpenAiEmbedding::fail_broken(const std::string& reason, std::string_view body) const {
  throw wire::plain_failure(PLATOS_INTERNAL,
                            endpoint_.config.base_url + " sent a broken answer: " + reason + " in " +
                                wire::in_quotes(wire::printable(body, kMaxQuotedBodyBytes)),
                            false);
}

void OpenAiEmbedding::fail_without_answer(std::int32_t transport_status) const {
  const std::string& base_url = endpoint_.config.base_url;
  if (transport_status == PLATOS_DEADLINE) {
    throw wire::plain_failure(PLATOS_DEADLINE, base_url + " did not answer in time", true);
  }
  if (transport_status != PLATOS_OK) {
    throw wire::plain_failure(PLATOS_UNAVAILABLE,
                              "the connection to " + base_url + " failed before the answer was complete", true);
  }
  throw wire::plain_failure(PLATOS_UNAVAILABLE, base_url + " sent an answer without a body", true);
}

}  // namespace platos::embedder_openai

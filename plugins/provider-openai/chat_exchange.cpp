#include "chat_exchange.hpp"

#include <utility>

#include "retry_after.hpp"
#include "safe_text.hpp"
#include "vendor_error.hpp"

namespace platos::provider_openai {
namespace {

constexpr std::size_t kMaxErrorBodyBytes = 64 * 1024;
constexpr std::size_t kMaxQuotedFrameBytes = 120;
constexpr std::int64_t kNanosecondsPerMillisecond = 1'000'000;

}  // namespace

ChatExchange::ChatExchange(sdk::Host host, const Endpoint& endpoint, std::span<const platos_header_t> headers,
                           ChatRequest request)
    : host_(host),
      endpoint_(endpoint),
      headers_(headers),
      request_(std::move(request)),
      answer_(request_.tool_names, request_.earlier_tool_calls) {}

void ChatExchange::next(platos_step_t& step, const sdk::EventSink&) {
  if (state_ == State::Complete) {
    step.kind = PLATOS_STEP_DONE;
    return;
  }
  if (state_ != State::Ready) throw plain_failure(PLATOS_INTERNAL, "next() was called before the answer ended", false);
  step.kind = PLATOS_STEP_HTTP;
  step.framing = request_.stream ? PLATOS_FRAMING_SSE : PLATOS_FRAMING_WHOLE;
  step.method = sdk::slice("POST");
  step.url = sdk::slice(endpoint_.url);
  step.headers = headers_.data();
  step.header_count = headers_.size();
  step.body = sdk::slice(request_.body);
  state_ = State::Sent;
}

void ChatExchange::on_head(std::int32_t http_status, std::span<const platos_header_t> headers) {
  http_status_ = http_status;
  for (const platos_header_t& header : headers) read_head(header);
}

void ChatExchange::read_head(const platos_header_t& header) {
  const std::string_view name = sdk::view(header.name);
  const std::string_view value = sdk::view(header.value);
  if (equals_ignoring_case(name, "content-type")) {
    content_type_ = value;
  } else if (equals_ignoring_case(name, "retry-after")) {
    const std::int64_t now_ns = host_.table()->now_ns(host_.table(), PLATOS_CLOCK_WALL);
    retry_after_ms_ = parse_retry_after_ms(value, now_ns / kNanosecondsPerMillisecond);
  }
}

void ChatExchange::on_frame(std::string_view event, std::string_view data, const sdk::EventSink& sink) {
  if (is_refused()) {
    error_body_ += data.substr(0, kMaxErrorBodyBytes - error_body_.size());
  } else if (state_ == State::Sent) {
    has_frames_ = true;
    if (request_.stream) {
      read_stream_frame(event, data, sink);
    } else {
      read_whole_body(data, sink);
    }
  }
}

void ChatExchange::read_stream_frame(std::string_view event, std::string_view data, const sdk::EventSink& sink) {
  const std::string_view text = trimmed(data);
  if (text.empty()) return;
  if (text == "[DONE]") return complete(sink);
  const Chunk& chunk = read_chunk(text);
  if (chunk.is_error || event == "error") throw in_answer_failure(endpoint_.base_url, parse_vendor_error(text));
  answer_.add(chunk, sink);
}

void ChatExchange::read_whole_body(std::string_view body, const sdk::EventSink& sink) {
  const Chunk& chunk = read_chunk(body);
  if (chunk.is_error) throw in_answer_failure(endpoint_.base_url, parse_vendor_error(body));
  if (!chunk.has_choice) fail_broken("expected an item in choices, found none", body);
  answer_.add(chunk, sink);
  complete(sink);
}

const Chunk& ChatExchange::read_chunk(std::string_view data) {
  try {
    return reader_.read(data);
  } catch (const WrongType& error) {
    fail_broken(error.what(), data);
  } catch (const simdjson::simdjson_error& error) {
    if (error.error() == simdjson::UTF8_ERROR) fail_broken("expected UTF-8, found other bytes", data);
    fail_broken("expected a JSON object, found other text (" + std::string(error.what()) + ")", data);
  }
}

void ChatExchange::fail_broken(const std::string& reason, std::string_view data) const {
  throw plain_failure(PLATOS_INTERNAL,
                      endpoint_.base_url + " sent a broken answer: " + reason + " in " +
                          in_quotes(printable(data, kMaxQuotedFrameBytes)),
                      false);
}

void ChatExchange::on_end(std::int32_t transport_status, const sdk::EventSink& sink) {
  if (is_refused()) {
    throw http_failure(endpoint_.base_url, http_status_, parse_vendor_error(error_body_), retry_after_ms_);
  }
  if (state_ == State::Complete) return;
  // A vendor that gave its reason has said everything but the token counts.
  if (!answer_.has_finish_reason()) fail_early_end(transport_status);
  complete(sink);
}

void ChatExchange::complete(const sdk::EventSink& sink) {
  if (answer_.has_failed()) {
    throw plain_failure(PLATOS_UNAVAILABLE, endpoint_.base_url + " broke off its answer: finish_reason is error", true);
  }
  answer_.finish(sink);
  state_ = State::Complete;
}

void ChatExchange::fail_early_end(std::int32_t transport_status) const {
  if (transport_status == PLATOS_DEADLINE) {
    throw plain_failure(PLATOS_DEADLINE, endpoint_.base_url + " did not answer in time", true);
  }
  if (transport_status != PLATOS_OK) {
    throw plain_failure(PLATOS_UNAVAILABLE,
                        "the connection to " + endpoint_.base_url + " failed before the answer was complete", true);
  }
  std::string message = "the stream ended early: " + endpoint_.base_url + " sent neither finish_reason nor [DONE]";
  if (!has_frames_ && !content_type_.empty()) {
    message += "; expected text/event-stream, found " + printable(content_type_, kMaxQuotedFrameBytes);
  }
  throw plain_failure(PLATOS_UNAVAILABLE, message, true);
}

}  // namespace platos::provider_openai

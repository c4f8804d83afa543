#include "common/provider/one_step_exchange.hpp"

#include <utility>

#include "common/provider/retry_after.hpp"
#include "common/provider/safe_text.hpp"
#include "common/provider/vendor_error.hpp"

namespace platos::provider_common {
namespace {

constexpr std::size_t kMaxErrorBodyBytes = 64 * 1024;
constexpr std::size_t kMaxQuotedFrameBytes = 120;
constexpr std::int64_t kNanosecondsPerMillisecond = 1'000'000;

}  // namespace

OneStepExchange::OneStepExchange(sdk::Host host, const Endpoint& endpoint, std::string body, bool stream)
    : host_(host), endpoint_(endpoint), body_(std::move(body)), stream_(stream) {}

void OneStepExchange::next(platos_step_t& step, const sdk::EventSink&) {
  if (state_ == State::Complete) {
    step.kind = PLATOS_STEP_DONE;
    return;
  }
  if (state_ != State::Ready) throw plain_failure(PLATOS_INTERNAL, "next() was called before the answer ended", false);
  const auto& headers = stream_ ? endpoint_.stream_headers : endpoint_.whole_headers;
  step.kind = PLATOS_STEP_HTTP;
  step.framing = stream_ ? PLATOS_FRAMING_SSE : PLATOS_FRAMING_WHOLE;
  step.method = sdk::slice("POST");
  step.url = sdk::slice(endpoint_.url);
  step.headers = headers.data();
  step.header_count = headers.size();
  step.body = sdk::slice(body_);
  state_ = State::Sent;
}

void OneStepExchange::on_head(std::int32_t http_status, std::span<const platos_header_t> headers) {
  http_status_ = http_status;
  for (const platos_header_t& header : headers) read_head(header);
}

void OneStepExchange::read_head(const platos_header_t& header) {
  const std::string_view name = sdk::view(header.name);
  const std::string_view value = sdk::view(header.value);
  if (equals_ignoring_case(name, "content-type")) {
    content_type_ = value;
  } else if (equals_ignoring_case(name, "retry-after")) {
    const std::int64_t now_ns = host_.table()->now_ns(host_.table(), PLATOS_CLOCK_WALL);
    retry_after_ms_ = parse_retry_after_ms(value, now_ns / kNanosecondsPerMillisecond);
  }
}

void OneStepExchange::on_frame(std::string_view event, std::string_view data, const sdk::EventSink& sink) {
  if (is_refused()) {
    error_body_ += data.substr(0, kMaxErrorBodyBytes - error_body_.size());
  } else if (state_ == State::Sent) {
    has_frames_ = true;
    if (!stream_) {
      read_whole_body(data, sink);
      state_ = State::Complete;
    } else if (const std::string_view text = trimmed(data); !text.empty()) {
      if (read_stream_frame(event, text, sink) == Progress::Complete) state_ = State::Complete;
    }
  }
}

void OneStepExchange::on_end(std::int32_t transport_status, const sdk::EventSink& sink) {
  if (is_refused()) {
    throw http_failure(endpoint_.base_url, http_status_, parse_vendor_error(error_body_), retry_after_ms_);
  }
  if (state_ == State::Complete) return;
  if (finish_early(sink) != Progress::Complete) fail_early_end(transport_status);
  state_ = State::Complete;
}

void OneStepExchange::fail_broken(const std::string& reason, std::string_view data) const {
  throw plain_failure(
      PLATOS_INTERNAL,
      endpoint_.base_url + " sent a broken answer: " + reason + " in " +
          in_quotes(printable(without_keys(data.substr(0, 2 * kMaxQuotedFrameBytes)), kMaxQuotedFrameBytes)),
      false);
}

void OneStepExchange::fail_early_end(std::int32_t transport_status) const {
  if (transport_status == PLATOS_DEADLINE) {
    throw plain_failure(PLATOS_DEADLINE, endpoint_.base_url + " did not answer in time", true);
  }
  if (transport_status != PLATOS_OK) {
    throw plain_failure(PLATOS_UNAVAILABLE,
                        "the connection to " + endpoint_.base_url + " failed before the answer was complete", true);
  }
  std::string message = "the stream ended early: " + endpoint_.base_url + " sent " + endpoint_.missing_end;
  if (!has_frames_ && !content_type_.empty()) {
    message += "; expected text/event-stream, found " + printable(content_type_, kMaxQuotedFrameBytes);
  }
  throw plain_failure(PLATOS_UNAVAILABLE, message, true);
}

}  // namespace platos::provider_common

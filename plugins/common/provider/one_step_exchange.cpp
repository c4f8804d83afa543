#include "common/provider/one_step_exchange.hpp"

#include <utility>

#include "common/provider/safe_text.hpp"
#include "common/provider/vendor_error.hpp"

namespace platos::provider_common {
namespace {

constexpr std::size_t kMaxContentTypeBytes = 120;

}  // namespace

OneStepExchange::OneStepExchange(sdk::Host host, const Endpoint& endpoint, std::string body, bool stream,
                                 std::string url)
    : host_(host), endpoint_(endpoint), body_(std::move(body)), url_(std::move(url)), stream_(stream) {}

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
  step.url = sdk::slice(url_.empty() ? endpoint_.url : url_);
  step.headers = headers.data();
  step.header_count = headers.size();
  step.body = sdk::slice(body_);
  state_ = State::Sent;
}

void OneStepExchange::on_head(std::int32_t http_status, std::span<const platos_header_t> headers) {
  (void)std::exchange(body_, {});  // it is through, and answers stream for long
  head_.read(host_, http_status, headers);
}

void OneStepExchange::on_frame(std::string_view event, std::string_view data, const sdk::EventSink& sink) {
  if (head_.is_refused()) {
    head_.add_error_text(data);
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
  if (head_.is_refused()) head_.fail_refused(endpoint_.base_url);
  if (state_ == State::Complete) return;
  if (finish_early(sink) != Progress::Complete) fail_early_end(transport_status);
  state_ = State::Complete;
}

void OneStepExchange::fail_broken(const std::string& reason, std::string_view data) const {
  throw broken_answer_failure(endpoint_.base_url, reason, data);
}

void OneStepExchange::fail_early_end(std::int32_t transport_status) const {
  check_transport(endpoint_.base_url, transport_status);
  std::string message = "the stream ended early: " + endpoint_.base_url + " sent " + endpoint_.missing_end;
  if (!has_frames_ && !head_.content_type().empty()) {
    message += "; expected text/event-stream, found " + printable(head_.content_type(), kMaxContentTypeBytes);
  }
  throw plain_failure(PLATOS_UNAVAILABLE, message, true);
}

}  // namespace platos::provider_common

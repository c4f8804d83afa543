#include "vendor_generation.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace platos::image_vendors {
namespace {

// Together at most 3 + 2 + 26 * 2 + 3 + 2 + 1 steps: the host allows 64.
constexpr int kMostTries = 3;
constexpr int kMostQuestions = 26;
constexpr std::int64_t kFirstPauseMs = 500;
constexpr std::int64_t kLongestPauseMs = 5'000;
constexpr std::int64_t kLongestWaitMs = 10'000;
constexpr std::int32_t kAskTimeoutMs = 20'000;
constexpr std::int32_t kFetchTimeoutMs = 30'000;
constexpr std::size_t kMaxUrlBytes = 4096;

const platos_header_t kFetchHeaders[] = {{{"Accept", 6}, {"image/*", 7}}};

bool is_address(std::string_view url) {
  const bool is_printable =
      std::all_of(url.begin(), url.end(), [](char letter) { return letter > 0x20 && letter < 0x7F; });
  return is_printable && url.size() <= kMaxUrlBytes && (url.starts_with("https://") || url.starts_with("http://"));
}

}  // namespace

VendorGeneration::VendorGeneration(sdk::Host host, const Endpoint& endpoint, std::string body)
    : host_(host), endpoint_(endpoint), body_(std::move(body)), pause_ms_(kFirstPauseMs) {}

void VendorGeneration::next(platos_step_t& step, const sdk::ImageSink&) {
  if (is_sent_) throw wire::plain_failure(PLATOS_INTERNAL, "next() was called before the answer ended", false);
  if (wait_ms_ > 0) {
    step.kind = PLATOS_STEP_WAIT;
    step.wait_ms = std::exchange(wait_ms_, 0);
    return;
  }
  if (phase_ == Phase::Complete) {
    step.kind = PLATOS_STEP_DONE;
    return;
  }
  fill(step);
  is_sent_ = true;
}

void VendorGeneration::fill(platos_step_t& step) const {
  step.kind = PLATOS_STEP_HTTP;
  step.framing = PLATOS_FRAMING_RAW;
  if (phase_ == Phase::Submit) {
    step.method = sdk::slice("POST");
    step.url = sdk::slice(endpoint_.submit_url);
    step.timeout_ms = endpoint_.submit_timeout_ms;
    step.headers = endpoint_.submit_headers.data();
    step.header_count = endpoint_.submit_headers.size();
    step.body = sdk::slice(body_);
    return;
  }
  const bool asks = phase_ == Phase::Ask;
  step.method = sdk::slice("GET");
  step.url = sdk::slice(url_);
  step.timeout_ms = asks ? kAskTimeoutMs : kFetchTimeoutMs;
  step.headers = asks ? endpoint_.poll_headers.data() : kFetchHeaders;
  step.header_count = asks ? endpoint_.poll_headers.size() : std::size(kFetchHeaders);
}

void VendorGeneration::on_head(std::int32_t http_status, std::span<const platos_header_t> headers) {
  head_ = {};
  head_.read(host_, http_status, headers);
  fetched_ = 0;
  if (phase_ != Phase::Fetch) begin_answer();
}

void VendorGeneration::on_frame(std::string_view, std::string_view data, const sdk::ImageSink& sink) {
  if (head_.is_refused()) {
    head_.add_error_text(data);
  } else if (phase_ == Phase::Fetch) {
    sink.piece(fetched_, data);
    fetched_ += data.size();
  } else {
    read_answer(data, sink);
  }
}

void VendorGeneration::on_end(std::int32_t transport_status, const sdk::ImageSink& sink) {
  is_sent_ = false;
  if (head_.is_refused()) return fail_refused();
  if (transport_status != PLATOS_OK) return fail_transport(transport_status);
  if (phase_ != Phase::Fetch) return finish_answer(sink);
  if (fetched_ == 0) fail_broken("expected an image, found an empty file", {});
  complete();
}

void VendorGeneration::fail_refused() {
  try {
    head_.fail_refused(endpoint_.config.base_url);
  } catch (const sdk::Error& error) {
    const bool submits = phase_ == Phase::Submit;
    const Refusal refusal = submits ? understood(error, endpoint_.config.model) : as_it_is(error);
    const std::int64_t wait_ms = refusal.retry_after_ms.value_or(pause_ms_);
    const bool was_not_taken = refusal.error.code() == PLATOS_RESOURCE_EXHAUSTED && wait_ms <= kLongestWaitMs;
    if (!refusal.is_retryable || (submits && !was_not_taken)) throw sdk::Error(refusal.error);
    try_again(refusal.error, wait_ms);
  }
}

void VendorGeneration::fail_transport(std::int32_t transport_status) {
  try {
    wire::check_transport(endpoint_.config.base_url, transport_status);
  } catch (const sdk::Error& error) {
    if (phase_ == Phase::Submit) throw;
    try_again(error, pause_ms_);
  }
}

void VendorGeneration::try_again(const sdk::Error& failure, std::int64_t wait_ms) {
  if (phase_ == Phase::Ask) {
    ask_later(url_);
  } else if (tries_++ == kMostTries) {
    throw sdk::Error(failure);
  }
  wait_ms_ = std::clamp(std::max(wait_ms, wait_ms_), std::int64_t{1}, kLongestWaitMs);
}

void VendorGeneration::ask_later(std::string url) {
  if (questions_ == kMostQuestions) {
    throw wire::plain_failure(
        PLATOS_DEADLINE,
        endpoint_.config.base_url + " had no image after it was asked " + std::to_string(kMostQuestions) + " times",
        false);
  }
  ++questions_;
  url_ = checked_url(std::move(url));
  phase_ = Phase::Ask;
  wait_ms_ = pause_ms_;
  pause_ms_ = std::min(pause_ms_ * 3 / 2, kLongestPauseMs);
}

void VendorGeneration::fetch(std::string url) {
  url_ = checked_url(std::move(url));
  phase_ = Phase::Fetch;
  tries_ = 1;
  pause_ms_ = kFirstPauseMs;
}

std::string VendorGeneration::checked_url(std::string url) const {
  if (!is_address(url)) fail_broken("expected an http address of at most 4096 characters, found something else", url);
  return url;
}

void VendorGeneration::fail_broken(const std::string& reason, std::string_view data) const {
  throw wire::broken_answer_failure(endpoint_.config.base_url, reason, data);
}

}  // namespace platos::image_vendors

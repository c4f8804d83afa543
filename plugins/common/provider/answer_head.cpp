#include "common/provider/answer_head.hpp"

#include "common/provider/retry_after.hpp"
#include "common/provider/safe_text.hpp"
#include "common/provider/vendor_error.hpp"

namespace platos::provider_common {
namespace {

constexpr std::size_t kMaxErrorTextBytes = 64 * 1024;
constexpr std::int64_t kNanosecondsPerMillisecond = 1'000'000;

}  // namespace

void AnswerHead::read(const sdk::Host& host, std::int32_t http_status, std::span<const platos_header_t> headers) {
  http_status_ = http_status;
  for (const platos_header_t& header : headers) {
    const std::string_view name = sdk::view(header.name);
    const std::string_view value = sdk::view(header.value);
    if (equals_ignoring_case(name, "content-type")) {
      content_type_ = value;
    } else if (equals_ignoring_case(name, "retry-after")) {
      const std::int64_t now_ns = host.table()->now_ns(host.table(), PLATOS_CLOCK_WALL);
      retry_after_ms_ = parse_retry_after_ms(value, now_ns / kNanosecondsPerMillisecond);
    }
  }
}

void AnswerHead::add_error_text(std::string_view data) {
  error_text_ += data.substr(0, kMaxErrorTextBytes - error_text_.size());
}

void AnswerHead::fail_refused(const std::string& base_url) const {
  throw http_failure(base_url, http_status_, parse_vendor_error(error_text_), retry_after_ms_);
}

}  // namespace platos::provider_common

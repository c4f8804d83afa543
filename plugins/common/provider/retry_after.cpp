#include "common/provider/retry_after.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "common/provider/safe_text.hpp"

namespace platos::provider_common {
namespace {

std::optional<int> parse_digits(std::string_view text) {
  int number = 0;
  const bool all_digits = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  if (!all_digits || std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc()) return {};
  return number;
}

std::optional<unsigned> parse_month(std::string_view name) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto found = std::find(kMonths.begin(), kMonths.end(), name);
  if (found == kMonths.end()) return {};
  return static_cast<unsigned>(found - kMonths.begin()) + 1;
}

// Only the fixed-length form of RFC 9110: the two older ones are not sent by any server of this century.
std::optional<std::int64_t> parse_http_date_ms(std::string_view text) {
  constexpr std::size_t kDateSize = std::string_view("Sun, 06 Nov 1994 08:49:37 GMT").size();
  if (text.size() != kDateSize || !text.ends_with(" GMT") || text.substr(3, 2) != ", ") return {};
  const auto day = parse_digits(text.substr(5, 2));
  const auto month = parse_month(text.substr(8, 3));
  const auto year = parse_digits(text.substr(12, 4));
  const auto hour = parse_digits(text.substr(17, 2));
  const auto minute = parse_digits(text.substr(20, 2));
  const auto second = parse_digits(text.substr(23, 2));
  if (!day || !month || !year || !hour || !minute || !second) return {};
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return {};
  const auto since_epoch = std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(*hour) +
                           std::chrono::minutes(*minute) + std::chrono::seconds(*second);
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
}

}  // namespace

std::optional<std::int64_t> parse_retry_after_ms(std::string_view value, std::int64_t now_ms) {
  const std::string_view text = trimmed(value);
  if (const auto at_ms = parse_http_date_ms(text))
    return std::clamp<std::int64_t>(*at_ms - now_ms, 0, kMaxRetryAfterMs);
  if (text.find_first_not_of("0123456789.") != std::string_view::npos) return {};
  double seconds = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return {};
  return static_cast<std::int64_t>(std::min(seconds * 1000, static_cast<double>(kMaxRetryAfterMs)));
}

}  // namespace platos::provider_common

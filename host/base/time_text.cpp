#include "base/time_text.hpp"

#include "base/clock.hpp"

namespace platos::base {

std::optional<std::int64_t> parse_time(std::string_view text) {
  constexpr std::size_t kDateBytes = 10;
  const auto day = parse_date(text.substr(0, kDateBytes));
  if (!day || text.size() == kDateBytes) return day;
  const auto number = [&text](std::size_t at, std::size_t digits, std::int64_t below) -> std::int64_t {
    std::int64_t value = 0;
    for (std::size_t i = at; i < at + digits; ++i) {
      if (text[i] < '0' || text[i] > '9') return -1;
      value = value * 10 + (text[i] - '0');
    }
    return value < below ? value : -1;
  };
  constexpr std::size_t kSecondsEnd = 19;
  const bool is_shaped =
      text.size() > kSecondsEnd && text[10] == 'T' && text[13] == ':' && text[16] == ':' && text.back() == 'Z';
  if (!is_shaped) return std::nullopt;
  const std::int64_t hours = number(11, 2, 24);
  const std::int64_t minutes = number(14, 2, 60);
  const std::int64_t seconds = number(17, 2, 60);
  std::int64_t fraction_us = 0;
  const std::size_t digits = text.size() - kSecondsEnd - 1;  // with the dot
  if (digits > 0) {
    fraction_us =
        text[kSecondsEnd] == '.' && digits >= 2 && digits <= 7 ? number(kSecondsEnd + 1, digits - 1, 1'000'000) : -1;
    for (std::size_t i = digits; fraction_us > 0 && i < 7; ++i) fraction_us *= 10;
  }
  if (hours < 0 || minutes < 0 || seconds < 0 || fraction_us < 0) return std::nullopt;
  return *day + ((hours * 60 + minutes) * 60 + seconds) * 1'000'000 + fraction_us;
}

}  // namespace platos::base

#include "decimal.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "take.hpp"

namespace platos::skill_csv {
namespace {

using Wide = boost::multiprecision::int256_t;

constexpr std::size_t kDigitsLimit = std::size_t{kIntegerDigitsLimit} + kFractionDigitsLimit;
/// Digits that always fit in 64 bits.
constexpr std::size_t kChunkDigits = 18;

const Wide& power_of_ten(std::size_t exponent) {
  static const auto powers = [] {
    std::array<Wide, kDigitsLimit + 1> table;
    table[0] = 1;
    for (std::size_t i = 1; i < table.size(); ++i) table[i] = table[i - 1] * 10;
    return table;
  }();
  return powers[exponent];
}

Wide whole_number(std::string_view digits) {
  Wide number = 0;
  for (std::size_t begin = 0; begin < digits.size(); begin += kChunkDigits) {
    const std::string_view chunk = digits.substr(begin, kChunkDigits);
    std::uint64_t value = 0;
    for (const char digit : chunk) value = value * 10 + static_cast<std::uint64_t>(digit - '0');
    if (begin > 0) number *= power_of_ten(chunk.size());
    number += value;
  }
  return number;
}

/// Reads "e-3" at the end of a number; zero when there is none.
std::optional<int> parse_exponent(std::string_view text) {
  if (text.empty()) return 0;
  if (!take(text, 'e') && !take(text, 'E')) return std::nullopt;
  const bool negative = take(text, '-');
  if (!negative) take(text, '+');
  const std::string_view digits = take_digits(text);
  if (digits.empty() || digits.size() > 3 || !text.empty()) return std::nullopt;
  const int exponent = static_cast<int>(whole_number(digits));
  return negative ? -exponent : exponent;
}

/// Both in a row, without leading zeros; nothing when there are too many.
std::optional<std::string> significant_digits(std::string_view integer, std::string_view fraction) {
  integer.remove_prefix(std::min(integer.find_first_not_of('0'), integer.size()));
  if (integer.size() > kDigitsLimit || fraction.size() > kDigitsLimit) return std::nullopt;
  std::string digits(integer);
  digits += fraction;
  return digits.erase(0, digits.find_first_not_of('0'));
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text, char mark) {
  const bool negative = take(text, '-');
  if (!negative) take(text, '+');
  const std::string_view integer = take_digits(text);
  const std::string_view fraction = take(text, mark) ? take_digits(text) : std::string_view();
  if (integer.empty() && fraction.empty()) return std::nullopt;
  const auto exponent = parse_exponent(text);
  const auto digits = significant_digits(integer, fraction);
  if (!exponent || !digits) return std::nullopt;

  const int fraction_digits = static_cast<int>(fraction.size()) - *exponent;
  if (fraction_digits > kFractionDigitsLimit) return std::nullopt;
  Decimal number;
  number.fraction_digits_ = std::max(fraction_digits, 0);
  if (digits->empty()) return number;
  if (static_cast<int>(digits->size()) - fraction_digits > kIntegerDigitsLimit) return std::nullopt;
  number.scaled_ =
      whole_number(*digits) * power_of_ten(static_cast<std::size_t>(kFractionDigitsLimit - fraction_digits));
  if (negative) number.scaled_ = -number.scaled_;
  return number;
}

Decimal& Decimal::operator+=(const Decimal& other) {
  scaled_ += other.scaled_;
  fraction_digits_ = std::max(fraction_digits_, other.fraction_digits_);
  return *this;
}

std::string Decimal::text() const {
  std::string digits = boost::multiprecision::abs(scaled_).str();
  constexpr std::size_t kFraction = kFractionDigitsLimit;
  if (digits.size() <= kFraction) digits.insert(0, kFraction + 1 - digits.size(), '0');
  digits.resize(digits.size() - kFraction + static_cast<std::size_t>(fraction_digits_));
  if (fraction_digits_ > 0) digits.insert(digits.size() - static_cast<std::size_t>(fraction_digits_), 1, '.');
  return scaled_ < 0 ? "-" + digits : digits;
}

}  // namespace platos::skill_csv

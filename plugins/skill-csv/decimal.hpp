// Exact decimal numbers, as they stand in cells. Value types; pure functions; any thread. No locale is looked at.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace platos::skill_csv {

inline constexpr int kIntegerDigitsLimit = 38;
inline constexpr int kFractionDigitsLimit = 20;

/// A number of at most kIntegerDigitsLimit digits before the point and kFractionDigitsLimit behind it. A sum of a
/// million of them is exact.
class Decimal {
 public:
  /// Reads "-12", "+.5", "1.", "1.20e-3". `mark` is the decimal point. Nothing for other text, such as "1,000", "0x1",
  /// "nan" and numbers with more digits.
  static std::optional<Decimal> parse(std::string_view text, char mark);

  Decimal& operator+=(const Decimal& other);
  bool operator<(const Decimal& other) const { return scaled_ < other.scaled_; }

  /// Plain digits with a point, such as "-0.50": as many digits behind it as the most precise number that went in.
  std::string text() const;

 private:
  boost::multiprecision::int256_t scaled_ = 0;  ///< the value times 10 ^ kFractionDigitsLimit
  int fraction_digits_ = 0;
};

}  // namespace platos::skill_csv

#include "model/json_schema_values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/json_schema_program.hpp"

namespace platos::model::schema {
namespace {

__extension__ typedef __int128 Wide;
__extension__ typedef unsigned __int128 UnsignedWide;

template <typename T>
int order(const T& left, const T& right) {
  return left < right ? -1 : (right < left ? 1 : 0);
}

Wide whole_of(const Json& number) {
  return number.is_number_unsigned() ? static_cast<Wide>(number.get<std::uint64_t>())
                                     : static_cast<Wide>(number.get<std::int64_t>());
}

int order_reals(double left, double right) {
  if (std::isnan(left) || std::isnan(right)) return order(!std::isnan(left), !std::isnan(right));
  return order(left, right);
}

int order_whole_and_real(Wide whole, double real) {
  constexpr double kBeyond = 36893488147419103232.0;  // 2^65: no 64-bit integer reaches it
  if (std::isnan(real) || real <= -kBeyond) return 1;
  if (real >= kBeyond) return -1;
  const double floor = std::floor(real);
  const int by_floor = order(whole, static_cast<Wide>(floor));
  return by_floor != 0 ? by_floor : (real > floor ? -1 : 0);
}

/// digits * 10^exponent, without the sign.
struct Decimal {
  std::uint64_t digits = 0;
  int exponent = 0;
};

Decimal decimal_of(const Json& number) {
  if (!number.is_number_float()) {
    const Wide whole = whole_of(number);
    return {static_cast<std::uint64_t>(whole < 0 ? -whole : whole), 0};
  }
  char text[32];
  const auto written =
      std::to_chars(text, text + sizeof text, std::fabs(number.get<double>()), std::chars_format::scientific);
  Decimal decimal;
  const char* at = text;
  bool fraction = false;
  for (; at != written.ptr && *at != 'e'; ++at) {
    if (*at == '.') {
      fraction = true;
      continue;
    }
    decimal.digits = decimal.digits * 10 + static_cast<std::uint64_t>(*at - '0');
    if (fraction) --decimal.exponent;
  }
  int exponent = 0;
  if (at != written.ptr) ++at;
  if (at != written.ptr && *at == '+') ++at;
  std::from_chars(at, written.ptr, exponent);
  decimal.exponent += exponent;
  return decimal;
}

std::uint64_t power_of_ten_modulo(int exponent, std::uint64_t modulus) {
  UnsignedWide result = 1 % modulus;
  UnsignedWide base = 10 % modulus;
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1) result = result * base % modulus;
    base = base * base % modulus;
  }
  return static_cast<std::uint64_t>(result);
}

/// Numbers share a rank: they compare with each other whatever holds them.
int rank_of(const Json& value) {
  switch (value.type()) {
    case Json::value_t::boolean: return 1;
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
    case Json::value_t::number_float: return 2;
    case Json::value_t::string: return 3;
    case Json::value_t::array: return 4;
    case Json::value_t::object: return 5;
    default: return 0;
  }
}

int order_texts(const std::string& left, const std::string& right, Effort& effort) {
  effort.visits += std::min(left.size(), right.size()) / 64;
  return left.compare(right);
}

int order_arrays(const Json& left, const Json& right, Effort& effort, int depth) {
  if (left.size() != right.size()) return order(left.size(), right.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (const int by_item = compare(left[i], right[i], effort, depth + 1); by_item != 0) return by_item;
  }
  return 0;
}

int order_objects(const Json& left, const Json& right, Effort& effort, int depth) {
  if (left.size() != right.size()) return order(left.size(), right.size());
  auto other = right.begin();
  for (auto member = left.begin(); member != left.end(); ++member, ++other) {
    if (const int by_key = order_texts(member.key(), other.key(), effort); by_key != 0) return by_key;
    if (const int by_value = compare(*member, *other, effort, depth + 1); by_value != 0) return by_value;
  }
  return 0;
}

}  // namespace

int compare_numbers(const Json& left, const Json& right) {
  const bool left_real = left.is_number_float();
  const bool right_real = right.is_number_float();
  if (left_real && right_real) return order_reals(left.get<double>(), right.get<double>());
  if (left_real) return -order_whole_and_real(whole_of(right), left.get<double>());
  if (right_real) return order_whole_and_real(whole_of(left), right.get<double>());
  return order(whole_of(left), whole_of(right));
}

int compare(const Json& left, const Json& right, Effort& effort, int depth) {
  ++effort.visits;
  if (depth > kMaxCheckDepth) {
    effort.too_deep = true;
    return 0;
  }
  const int rank = rank_of(left);
  if (const int by_rank = order(rank, rank_of(right)); by_rank != 0) return by_rank;
  switch (rank) {
    case 1: return order(left.get<bool>(), right.get<bool>());
    case 2: return compare_numbers(left, right);
    case 3: return order_texts(left.get_ref<const std::string&>(), right.get_ref<const std::string&>(), effort);
    case 4: return order_arrays(left, right, effort, depth);
    case 5: return order_objects(left, right, effort, depth);
    default: return 0;
  }
}

bool is_whole(const Json& number) {
  if (!number.is_number_float()) return number.is_number();
  const double real = number.get<double>();
  return std::isfinite(real) && std::trunc(real) == real;
}

bool is_multiple(const Json& number, const Json& divisor) {
  if (number.is_number_float() && !std::isfinite(number.get<double>())) return false;
  const Decimal value = decimal_of(number);
  const Decimal step = decimal_of(divisor);
  if (value.digits == 0) return true;
  // More digits than a double keeps: the text is only near what was written, and so the double itself counts too.
  constexpr std::uint64_t kKeptDigits = 1'000'000'000'000'000;
  if (number.is_number_float() && value.digits >= kKeptDigits &&
      std::fmod(number.get<double>(), divisor.get<double>()) == 0) {
    return true;
  }
  const int shift = value.exponent - step.exponent;
  if (shift >= 0) {
    const UnsignedWide rest = value.digits % step.digits;
    return rest * power_of_ten_modulo(shift, step.digits) % step.digits == 0;
  }
  // No 64-bit number but 0 is a multiple of 10^20.
  if (shift < -19) return false;
  UnsignedWide scaled = step.digits;
  for (int i = 0; i < -shift; ++i) scaled *= 10;
  return value.digits % scaled == 0;
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }));
}

std::string found_text(const Json& value) {
  switch (value.type()) {
    case Json::value_t::object: return "an object";
    case Json::value_t::array: return "an array";
    case Json::value_t::string: return "a string";
    case Json::value_t::boolean: return value.get<bool>() ? "true" : "false";
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
    case Json::value_t::number_float: return "the number " + value.dump();
    default: return "null";
  }
}

std::string excerpt(const Json& value, std::size_t max_bytes) {
  const std::string text = dump(value);
  if (text.size() <= max_bytes) return text;
  return std::string(base::cut_utf8(text, max_bytes)) + "...";
}

}  // namespace platos::model::schema

#include "condition.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "common/characters.hpp"
#include "glob.hpp"

namespace platos::governor_rules {
namespace {

using nlohmann::json;

// Strings as they are, numbers and booleans as JSON writes them; of anything else there is none.
std::string text_in(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_number() || value.is_boolean() ? value.dump() : std::string();
}

bool has_text(const json& value) { return value.is_string() || value.is_number() || value.is_boolean(); }

std::size_t length_of(const json& value) {
  if (value.is_string()) return plugin_common::character_count(value.get_ref<const std::string&>());
  return value.is_structured() ? value.size() : 0;
}

}  // namespace

double number_in(const json& value) {
  if (value.is_number()) return value.get<double>();
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  if (!value.is_string()) return kNone;
  std::string_view text = value.get_ref<const std::string&>();
  while (!text.empty() && (text.front() == ' ' || text.front() == '+')) text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range && end == text.data() + text.size()) {
    return text.starts_with('-') ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  }
  return error == std::errc() && end == text.data() + text.size() ? number : kNone;
}

bool Condition::passes(const json& value) const {
  switch (test) {
    case Test::Exists: return true;
    case Test::Equals: return value == operand;
    case Test::OneOf: return std::find(operand.begin(), operand.end(), value) != operand.end();
    case Test::Like: return has_text(value) && glob_matches(operand.get_ref<const std::string&>(), text_in(value));
    case Test::Matches: return has_text(value) && re2::RE2::PartialMatch(text_in(value), *expression);
    // Comparisons with NaN are false.
    case Test::AtLeast: return number_in(value) >= operand.get<double>();
    case Test::AtMost: return number_in(value) <= operand.get<double>();
    case Test::MoreThan: return number_in(value) > operand.get<double>();
    case Test::LessThan: return number_in(value) < operand.get<double>();
    case Test::LongerThan: return length_of(value) > operand.get<std::size_t>();
    case Test::Unspecified: return false;
  }
  return false;
}

bool Condition::holds(const Document& document) const {
  const auto values = document.find(at);
  if (test == Test::Exists) return values.empty() != operand.get<bool>();
  const auto good = [&](const Document::Value& value) { return passes(document.read(value)); };
  const bool held =
      every ? std::all_of(values.begin(), values.end(), good) : std::any_of(values.begin(), values.end(), good);
  return held != negated;
}

}  // namespace platos::governor_rules

// Rules about a value by itself: its type, constants, numbers, the length and form of texts.
#include <re2/re2.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/json_schema_builder.hpp"
#include "model/json_schema_values.hpp"

namespace platos::model::schema {
namespace {

enum TypeBits : unsigned {
  kNull = 1,
  kBoolean = 2,
  kInteger = 4,
  kNumber = 8,
  kString = 16,
  kArray = 32,
  kObject = 64,
};

struct TypeName {
  const char* name;
  unsigned bit;
  const char* text;
};
constexpr TypeName kTypes[] = {
    {"null", kNull, "null"},          {"boolean", kBoolean, "true or false"}, {"integer", kInteger, "a whole number"},
    {"number", kNumber, "a number"},  {"string", kString, "a string"},        {"array", kArray, "an array"},
    {"object", kObject, "an object"},
};

class TypeRule final : public Keyword {
 public:
  explicit TypeRule(const Json& names) {
    const auto add = [this](const std::string& name) {
      for (const TypeName& type : kTypes) {
        if (name == type.name) bits_ |= type.bit;
      }
    };
    if (names.is_string()) add(names.get_ref<const std::string&>());
    for (const Json& name : names.is_array() ? names : Json::array()) add(name.get_ref<const std::string&>());
  }

  bool check(Checker& checker, const Spot& spot) const override {
    if (allows(spot.value)) return true;
    return checker.refuse(spot, "type", [&] { return "expected " + expected() + ", found " + found_text(spot.value); });
  }

 private:
  bool allows(const Json& value) const {
    switch (value.type()) {
      case Json::value_t::null: return (bits_ & kNull) != 0;
      case Json::value_t::boolean: return (bits_ & kBoolean) != 0;
      case Json::value_t::string: return (bits_ & kString) != 0;
      case Json::value_t::array: return (bits_ & kArray) != 0;
      case Json::value_t::object: return (bits_ & kObject) != 0;
      case Json::value_t::number_integer:
      case Json::value_t::number_unsigned: return (bits_ & (kNumber | kInteger)) != 0;
      case Json::value_t::number_float: return (bits_ & kNumber) != 0 || ((bits_ & kInteger) != 0 && is_whole(value));
      default: return false;
    }
  }
  std::string expected() const {
    std::string text;
    for (const TypeName& type : kTypes) {
      if ((bits_ & type.bit) != 0) text += (text.empty() ? "" : " or ") + std::string(type.text);
    }
    return text;
  }

  unsigned bits_ = 0;
};

/// `enum`, and `const` as an enum of one.
class EnumRule final : public Keyword {
 public:
  EnumRule(const char* name, const Json& values) : name_(name), sorted_(values.begin(), values.end()) {
    constexpr std::size_t kShown = 10;
    for (std::size_t i = 0; i < std::min(kShown, values.size()); ++i) {
      expected_ += (i == 0 ? "" : ", ") + excerpt(values[i]);
    }
    if (values.size() > kShown) expected_ += " or " + std::to_string(values.size() - kShown) + " others";
    if (values.size() > 1) expected_ = "one of " + expected_;
    if (values.empty()) expected_ = "nothing: the list of values is empty";
    std::sort(sorted_.begin(), sorted_.end(), [](const Json& left, const Json& right) {
      Effort effort;
      return compare(left, right, effort) < 0;
    });
  }

  bool check(Checker& checker, const Spot& spot) const override {
    Effort effort;
    const auto at =
        std::lower_bound(sorted_.begin(), sorted_.end(), spot.value,
                         [&](const Json& left, const Json& right) { return compare(left, right, effort) < 0; });
    const bool found = at != sorted_.end() && compare(*at, spot.value, effort) == 0;
    if (!checker.spend(effort.steps())) return false;
    if (found) return true;
    return checker.refuse(spot, name_, [&] { return "expected " + expected_ + ", found " + found_value(spot.value); });
  }

 private:
  /// A short text is worth showing beside the allowed ones: most often it is one of them, written in another way.
  static std::string found_value(const Json& value) {
    if (!value.is_string() || value.get_ref<const std::string&>().size() > 40) return found_text(value);
    return '"' + base::printable(value.get_ref<const std::string&>()) + '"';
  }

  const char* name_;
  std::vector<Json> sorted_;
  std::string expected_;
};

struct LimitKind {
  const char* name;
  const char* text;
  int sign;     ///< the comparison with the limit that is always allowed
  bool equals;  ///< and whether equality is
};
constexpr LimitKind kNumberLimits[] = {
    {"minimum", "a number of at least ", 1, true},
    {"exclusiveMinimum", "a number above ", 1, false},
    {"maximum", "a number of at most ", -1, true},
    {"exclusiveMaximum", "a number below ", -1, false},
};

class NumberLimit final : public Keyword {
 public:
  NumberLimit(const LimitKind& kind, Json limit) : kind_(kind), limit_(std::move(limit)) {}

  bool check(Checker& checker, const Spot& spot) const override {
    if (!spot.value.is_number()) return true;
    const int order = compare_numbers(spot.value, limit_);
    if (order == 0 ? kind_.equals : (order > 0) == (kind_.sign > 0)) return true;
    return checker.refuse(spot, kind_.name,
                          [&] { return "expected " + (kind_.text + dump(limit_)) + ", found " + dump(spot.value); });
  }

 private:
  const LimitKind& kind_;
  Json limit_;
};

class MultipleOf final : public Keyword {
 public:
  explicit MultipleOf(Json step) : step_(std::move(step)) {}

  bool check(Checker& checker, const Spot& spot) const override {
    if (!spot.value.is_number() || is_multiple(spot.value, step_)) return true;
    return checker.refuse(spot, "multipleOf",
                          [&] { return "expected a multiple of " + dump(step_) + ", found " + dump(spot.value); });
  }

 private:
  Json step_;
};

class PatternRule final : public Keyword {
 public:
  PatternRule(const re2::RE2* pattern, std::string text) : pattern_(pattern), text_(std::move(text)) {}

  bool check(Checker& checker, const Spot& spot) const override {
    if (!spot.value.is_string()) return true;
    const int fits = matches(checker, *pattern_, spot.value.get_ref<const std::string&>());
    if (fits != 0) return fits > 0;
    return checker.refuse(spot, "pattern", [&] {
      return "expected a string that matches the pattern " + excerpt(text_, 120) + ", found one that does not";
    });
  }

 private:
  const re2::RE2* pattern_;
  Json text_;
};

}  // namespace

int matches(Checker& checker, const re2::RE2& pattern, std::string_view text) {
  // The worst that RE2 does is one step for each byte and instruction.
  if (!checker.spend(1 + text.size() * static_cast<std::size_t>(pattern.ProgramSize()) / 1024)) return -1;
  return pattern.Match({text.data(), text.size()}, 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0) ? 1 : 0;
}

void add_value_rules(Builder& builder, SchemaIndex at, const Json& schema, Keywords& out) {
  const auto given = [&](const char* name) -> const Json* {
    const auto member = schema.find(name);
    return member == schema.end() ? nullptr : &*member;
  };
  if (const Json* names = given("type")) out.push_back(std::make_unique<TypeRule>(*names));
  if (const Json* value = given("const")) out.push_back(std::make_unique<EnumRule>("const", Json::array({*value})));
  if (const Json* values = given("enum")) out.push_back(std::make_unique<EnumRule>("enum", *values));
  for (const LimitKind& kind : kNumberLimits) {
    if (const Json* limit = given(kind.name)) out.push_back(std::make_unique<NumberLimit>(kind, *limit));
  }
  if (const Json* step = given("multipleOf")) out.push_back(std::make_unique<MultipleOf>(*step));
  add_size_rules(schema, SizeOf::Text, out);
  if (const Json* text = given("pattern")) {
    const std::string& pattern = text->get_ref<const std::string&>();
    out.push_back(std::make_unique<PatternRule>(builder.pattern(at, "pattern", pattern), pattern));
  }
}

}  // namespace platos::model::schema

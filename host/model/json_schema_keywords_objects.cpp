// Rules about objects.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/text.hpp"
#include "model/json_schema_builder.hpp"
#include "model/json_schema_values.hpp"

namespace platos::model::schema {
namespace {

constexpr std::size_t kShownNames = 10;

std::string quoted_names(const std::vector<std::string_view>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(kShownNames, names.size()); ++i) {
    text += (i == 0 ? "\"" : ", \"") + base::printable(names[i], 60) + '"';
  }
  if (names.size() > kShownNames) text += " and " + std::to_string(names.size() - kShownNames) + " others";
  return (names.size() == 1 ? "property " : "properties ") + text;
}

std::string missing_text(const std::vector<std::string_view>& names) { return "missing " + quoted_names(names); }

std::vector<std::string_view> missing_names(const std::vector<std::string>& names, const Json& object) {
  std::vector<std::string_view> missing;
  for (const std::string& name : names) {
    if (object.find(name) == object.end()) missing.push_back(name);
  }
  return missing;
}

class RequiredRule final : public Keyword {
 public:
  explicit RequiredRule(std::vector<std::string> names) : names_(std::move(names)) {}

  bool check(Checker& checker, const Spot& spot) const override {
    if (!spot.value.is_object()) return true;
    if (!checker.spend(names_.size() / 4)) return false;
    for (const std::string& name : names_) {
      if (spot.value.find(name) != spot.value.end()) continue;
      return checker.refuse(spot, "required", [&] { return missing_text(missing_names(names_, spot.value)); });
    }
    return true;
  }

 private:
  std::vector<std::string> names_;
};

/// properties, patternProperties and additionalProperties: together they say what each member must be.
class MembersRule final : public Keyword {
 public:
  std::vector<std::pair<std::string, SchemaIndex>> properties;  ///< in the order of the keys, like the members
  std::vector<std::pair<const re2::RE2*, SchemaIndex>> patterns;
  std::optional<SchemaIndex> additional;
  bool additional_refused = false;

  bool check(Checker& checker, const Spot& spot) const override {
    if (!spot.value.is_object()) return true;
    bool valid = true;
    std::vector<std::string_view> unknown;
    auto property = properties.begin();
    std::size_t ordinal = 0;
    for (auto member = spot.value.begin(); member != spot.value.end(); ++member, ++ordinal) {
      property = advance(property, member.key());
      const bool named = property != properties.end() && property->first == member.key();
      const Place place{spot.place, &member.key()};
      bool known = named;
      if (named) valid = checker.apply(property->second, *member, &place, nullptr) && valid;
      if (!patterns.empty()) valid = check_patterns(checker, member.key(), *member, place, known) && valid;
      if (!known && additional_refused) unknown.push_back(member.key());
      if (!known && additional && !additional_refused) {
        valid = checker.apply(*additional, *member, &place, nullptr) && valid;
      }
      if (spot.marks != nullptr && (known || additional)) spot.marks->add(ordinal);
      if ((!valid || !unknown.empty()) && checker.enough()) return false;
    }
    if (unknown.empty()) return valid;
    return checker.refuse(spot, "additionalProperties", [&] { return unknown_text(unknown); });
  }

 private:
  using Property = std::vector<std::pair<std::string, SchemaIndex>>::const_iterator;

  /// The first property that is not before `name`. Near by as a rule; but a small object must not pay for all the
  /// properties of a large schema.
  Property advance(Property from, const std::string& name) const {
    for (int near = 0; near < 8; ++near, ++from) {
      if (from == properties.end() || from->first >= name) return from;
    }
    return std::lower_bound(from, properties.end(), name,
                            [](const auto& property, const std::string& key) { return property.first < key; });
  }

  bool check_patterns(Checker& checker, const std::string& name, const Json& value, const Place& place,
                      bool& known) const {
    bool valid = true;
    for (const auto& [pattern, schema] : patterns) {
      const int fits = matches(checker, *pattern, name);
      if (fits < 0) return false;
      if (fits == 0) continue;
      known = true;
      valid = checker.apply(schema, value, &place, nullptr) && valid;
      if (!valid && checker.enough()) return false;
    }
    return valid;
  }

  std::string unknown_text(const std::vector<std::string_view>& unknown) const {
    std::string text = "unknown " + quoted_names(unknown);
    if (unknown.size() > 1 || unknown.front().size() > 64 || properties.size() > 200) return text;
    std::vector<std::string> names;
    for (const auto& [name, schema] : properties) names.push_back(name);
    const std::string meant = base::closest(unknown.front(), names);
    return meant.empty() ? text : text + "; did you mean \"" + base::printable(meant, 60) + "\"?";
  }
};

class PropertyNames final : public Keyword {
 public:
  explicit PropertyNames(SchemaIndex schema) : schema_(schema) {}

  bool check(Checker& checker, const Spot& spot) const override {
    if (!spot.value.is_object()) return true;
    bool valid = true;
    for (auto member = spot.value.begin(); member != spot.value.end(); ++member) {
      const Json name = member.key();
      if (checker.fits(schema_, name, spot.place, nullptr)) continue;
      valid = checker.refuse(spot, "propertyNames", [&] {
        const Spot of_name{name, spot.place, schema_, nullptr};
        return "the name of " + quoted_names({member.key()}) + ": " + checker.first_problem(schema_, of_name);
      });
      if (checker.enough()) break;
    }
    return valid;
  }

 private:
  SchemaIndex schema_;
};

/// dependentRequired and dependentSchemas; in draft-07 dependencies, which is either.
class DependentRule final : public Keyword {
 public:
  DependentRule(const char* name, std::string trigger) : name_(name), trigger_(std::move(trigger)) {}
  std::vector<std::string> required;
  std::optional<SchemaIndex> schema;

  bool check(Checker& checker, const Spot& spot) const override {
    if (!spot.value.is_object() || spot.value.find(trigger_) == spot.value.end()) return true;
    if (!checker.spend(required.size() / 4)) return false;
    if (schema) return checker.apply(*schema, spot.value, spot.place, spot.marks);
    const auto missing = missing_names(required, spot.value);
    if (missing.empty()) return true;
    return checker.refuse(spot, name_, [&] {
      return missing_text(missing) + ", required beside \"" + base::printable(trigger_, 60) + "\"";
    });
  }

 private:
  const char* name_;
  std::string trigger_;
};

class UnevaluatedProperties final : public Keyword {
 public:
  UnevaluatedProperties(SchemaIndex schema, bool refuses_all) : schema_(schema), refuses_all_(refuses_all) {}

  bool check(Checker& checker, const Spot& spot) const override {
    if (!spot.value.is_object()) return true;
    bool valid = true;
    std::vector<std::string_view> unknown;
    std::size_t ordinal = 0;
    for (auto member = spot.value.begin(); member != spot.value.end(); ++member, ++ordinal) {
      if (spot.marks->has(ordinal)) continue;
      spot.marks->add(ordinal);
      const Place place{spot.place, &member.key()};
      if (refuses_all_) {
        unknown.push_back(member.key());
      } else {
        valid = checker.apply(schema_, *member, &place, nullptr) && valid;
      }
      if ((!valid || !unknown.empty()) && checker.enough()) return false;
    }
    if (unknown.empty()) return valid;
    return checker.refuse(spot, "unevaluatedProperties", [&] { return "unknown " + quoted_names(unknown); });
  }

 private:
  SchemaIndex schema_;
  bool refuses_all_;
};

void add_members_rule(Builder& builder, SchemaIndex at, const Json& schema, Keywords& out) {
  auto rule = std::make_unique<MembersRule>();
  const auto each = [&](const std::string& keyword, const auto& add) {
    const auto members = schema.find(keyword);
    if (members == schema.end()) return;
    for (auto member = members->begin(); member != members->end(); ++member) {
      const std::string token = keyword + '/' + escaped_token(member.key());
      add(member.key(), token, builder.child(at, token, *member, Target::Part));
    }
  };
  each("properties", [&](const std::string& name, const std::string&, SchemaIndex index) {
    rule->properties.emplace_back(name, index);
  });
  each("patternProperties", [&](const std::string& pattern, const std::string& token, SchemaIndex index) {
    rule->patterns.emplace_back(builder.pattern(at, token, pattern), index);
  });
  if (const auto additional = schema.find("additionalProperties"); additional != schema.end()) {
    rule->additional = builder.child(at, "additionalProperties", *additional, Target::Part);
    rule->additional_refused = additional->is_boolean() && !additional->get<bool>();
  }
  if (rule->properties.empty() && rule->patterns.empty() && !rule->additional) return;
  out.push_back(std::move(rule));
}

void add_dependent_rules(Builder& builder, SchemaIndex at, const Json& schema, const char* keyword, Keywords& out) {
  const auto members = schema.find(keyword);
  if (members == schema.end()) return;
  for (auto member = members->begin(); member != members->end(); ++member) {
    auto rule = std::make_unique<DependentRule>(keyword, member.key());
    if (member->is_array()) {
      rule->required = member->get<std::vector<std::string>>();
    } else {
      const std::string token = std::string(keyword) + '/' + escaped_token(member.key());
      rule->schema = builder.child(at, token, *member, Target::SameValue);
    }
    out.push_back(std::move(rule));
  }
}

}  // namespace

void add_object_rules(Builder& builder, SchemaIndex at, const Json& schema, Keywords& out) {
  add_size_rules(schema, SizeOf::Object, out);
  if (const auto names = schema.find("required"); names != schema.end() && !names->empty()) {
    out.push_back(std::make_unique<RequiredRule>(names->get<std::vector<std::string>>()));
  }
  add_members_rule(builder, at, schema, out);
  if (const auto names = schema.find("propertyNames"); names != schema.end()) {
    out.push_back(std::make_unique<PropertyNames>(builder.child(at, "propertyNames", *names, Target::Part)));
  }
  add_dependent_rules(builder, at, schema, "dependencies", out);
  if (builder.dialect_of(at) != SchemaDialect::Draft2020) return;
  add_dependent_rules(builder, at, schema, "dependentRequired", out);
  add_dependent_rules(builder, at, schema, "dependentSchemas", out);
}

void add_unevaluated_properties(Builder& builder, SchemaIndex at, const Json& schema, Keywords& out) {
  const auto properties = schema.find("unevaluatedProperties");
  if (properties == schema.end()) return;
  const SchemaIndex index = builder.child(at, "unevaluatedProperties", *properties, Target::Part);
  const bool refuses_all = properties->is_boolean() && !properties->get<bool>();
  out.push_back(std::make_unique<UnevaluatedProperties>(index, refuses_all));
}

}  // namespace platos::model::schema

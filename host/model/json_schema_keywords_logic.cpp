// Rules that combine schemas about the same value, and references.
#include <nlohmann/json.hpp>
#include <optional>

#include "model/json_schema_builder.hpp"
#include "model/json_schema_values.hpp"

namespace platos::model::schema {
namespace {

/// Silently; the marks of a schema that does not fit are dropped.
bool fits_with_marks(Checker& checker, SchemaIndex schema, const Spot& spot) {
  if (spot.marks == nullptr) return checker.fits(schema, spot.value, spot.place, nullptr);
  if (!checker.spend(spot.value.size() / 64)) return false;
  Marks marks(spot.value.size());
  if (!checker.fits(schema, spot.value, spot.place, &marks)) return false;
  spot.marks->merge(marks);
  return true;
}

std::string none_fits(Checker& checker, const std::vector<SchemaIndex>& schemas, const Spot& spot) {
  constexpr std::size_t kExplained = 4;
  std::string text = "fits none of the " + std::to_string(schemas.size()) + " alternatives: ";
  for (std::size_t i = 0; i < schemas.size() && i < kExplained; ++i) {
    text += (i == 0 ? "" : "; ") + ('(' + std::to_string(i + 1)) + ") " + checker.first_problem(schemas[i], spot);
  }
  return schemas.size() > kExplained ? text + "; ..." : text;
}

class AllOf final : public Keyword {
 public:
  explicit AllOf(std::vector<SchemaIndex> schemas) : schemas_(std::move(schemas)) {}

  bool check(Checker& checker, const Spot& spot) const override {
    bool valid = true;
    for (const SchemaIndex schema : schemas_) {
      valid = checker.apply(schema, spot.value, spot.place, spot.marks) && valid;
      if (!valid && checker.enough()) break;
    }
    return valid;
  }

 private:
  std::vector<SchemaIndex> schemas_;
};

class AnyOf final : public Keyword {
 public:
  explicit AnyOf(std::vector<SchemaIndex> schemas) : schemas_(std::move(schemas)) {}

  bool check(Checker& checker, const Spot& spot) const override {
    bool valid = false;
    for (const SchemaIndex schema : schemas_) {
      valid = fits_with_marks(checker, schema, spot) || valid;
      // Each alternative that fits evaluates parts of its own: with somebody who asks, all must be tried.
      if ((valid && spot.marks == nullptr) || checker.gave_up()) break;
    }
    if (valid || checker.gave_up()) return valid;
    if (schemas_.size() == 1) return checker.apply(schemas_.front(), spot.value, spot.place, nullptr);
    return checker.refuse(spot, "anyOf", [&] { return none_fits(checker, schemas_, spot); });
  }

 private:
  std::vector<SchemaIndex> schemas_;
};

class OneOf final : public Keyword {
 public:
  explicit OneOf(std::vector<SchemaIndex> schemas) : schemas_(std::move(schemas)) {}

  bool check(Checker& checker, const Spot& spot) const override {
    std::optional<std::size_t> first;
    for (std::size_t i = 0; i < schemas_.size() && !checker.gave_up(); ++i) {
      if (!fits_with_marks(checker, schemas_[i], spot)) continue;
      if (first) {
        return checker.refuse(spot, "oneOf", [&] {
          return "fits the alternatives " + std::to_string(*first + 1) + " and " + std::to_string(i + 1) +
                 ", expected exactly one of " + std::to_string(schemas_.size());
        });
      }
      first = i;
    }
    if (first || checker.gave_up()) return first.has_value();
    return checker.refuse(spot, "oneOf", [&] { return none_fits(checker, schemas_, spot); });
  }

 private:
  std::vector<SchemaIndex> schemas_;
};

class NotRule final : public Keyword {
 public:
  explicit NotRule(SchemaIndex schema) : schema_(schema) {}

  bool check(Checker& checker, const Spot& spot) const override {
    if (!checker.fits(schema_, spot.value, spot.place, nullptr)) return true;
    return checker.refuse(spot, "not",
                          [&] { return "fits the schema that it must not fit; found " + found_text(spot.value); });
  }

 private:
  SchemaIndex schema_;
};

class IfRule final : public Keyword {
 public:
  SchemaIndex condition = 0;
  std::optional<SchemaIndex> then;
  std::optional<SchemaIndex> otherwise;

  bool check(Checker& checker, const Spot& spot) const override {
    const auto& next = fits_with_marks(checker, condition, spot) ? then : otherwise;
    return !next || checker.apply(*next, spot.value, spot.place, spot.marks);
  }
};

template <typename Rule>
void add_alternatives(Builder& builder, SchemaIndex at, const Json& schema, const char* keyword, Keywords& out) {
  const auto list = schema.find(keyword);
  if (list == schema.end()) return;
  out.push_back(std::make_unique<Rule>(builder.children(at, keyword, *list, Target::SameValue)));
}

}  // namespace

bool Reference::check(Checker& checker, const Spot& spot) const {
  const SchemaIndex target = anchor_.empty() ? target_ : checker.dynamic_target(anchor_, target_);
  return checker.apply(target, spot.value, spot.place, spot.marks);
}

void add_logic_rules(Builder& builder, SchemaIndex at, const Json& schema, Keywords& out) {
  const auto optional_child = [&](const char* keyword) -> std::optional<SchemaIndex> {
    const auto member = schema.find(keyword);
    if (member == schema.end()) return std::nullopt;
    return builder.child(at, keyword, *member, Target::SameValue);
  };
  add_alternatives<AllOf>(builder, at, schema, "allOf", out);
  add_alternatives<AnyOf>(builder, at, schema, "anyOf", out);
  add_alternatives<OneOf>(builder, at, schema, "oneOf", out);
  if (const auto refused = optional_child("not")) out.push_back(std::make_unique<NotRule>(*refused));
  const auto condition = optional_child("if");
  const auto then = optional_child("then");
  const auto otherwise = optional_child("else");
  if (!condition) return;
  auto rule = std::make_unique<IfRule>();
  rule->condition = *condition;
  rule->then = then;
  rule->otherwise = otherwise;
  out.push_back(std::move(rule));
}

}  // namespace platos::model::schema

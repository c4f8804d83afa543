// Rules about arrays.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "model/json_schema_builder.hpp"
#include "model/json_schema_values.hpp"

namespace platos::model::schema {
namespace {

/// prefixItems and items; in draft-07 the two forms of items, and additionalItems.
class ItemsRule final : public Keyword {
 public:
  ItemsRule(std::vector<SchemaIndex> prefix, std::optional<SchemaIndex> rest)
      : prefix_(std::move(prefix)), rest_(rest) {}

  bool check(Checker& checker, const Spot& spot) const override {
    if (!spot.value.is_array()) return true;
    bool valid = true;
    const std::size_t end = rest_ ? spot.value.size() : std::min(prefix_.size(), spot.value.size());
    for (std::size_t i = 0; i < end; ++i) {
      const Place place{spot.place, nullptr, i};
      const SchemaIndex schema = i < prefix_.size() ? prefix_[i] : *rest_;
      if (spot.marks != nullptr) spot.marks->add(i);
      if (checker.apply(schema, spot.value[i], &place, nullptr)) continue;
      valid = false;
      if (checker.enough()) break;
    }
    return valid;
  }

 private:
  std::vector<SchemaIndex> prefix_;
  std::optional<SchemaIndex> rest_;
};

class UniqueItems final : public Keyword {
 public:
  bool check(Checker& checker, const Spot& spot) const override {
    if (!spot.value.is_array() || spot.value.size() < 2) return true;
    // Sorted, since hashes can be made to collide by whoever writes the value.
    std::vector<const Json*> items;
    items.reserve(spot.value.size());
    for (const Json& item : spot.value) items.push_back(&item);
    Effort effort;
    std::sort(items.begin(), items.end(),
              [&](const Json* left, const Json* right) { return compare(*left, *right, effort) < 0; });
    const auto twin = std::adjacent_find(items.begin(), items.end(), [&](const Json* left, const Json* right) {
      return compare(*left, *right, effort) == 0;
    });
    if (effort.too_deep) checker.give_up("nested too deep to be compared");
    if (!checker.spend(effort.steps())) return false;
    if (twin == items.end()) return true;
    const auto [first, second] = std::minmax(*twin, *(twin + 1));
    return checker.refuse(spot, "uniqueItems", [&, left = first, right = second] {
      const auto index = [&](const Json* item) { return std::to_string(item - &spot.value[0]); };
      return "expected items that all differ, found equal ones at " + index(left) + " and " + index(right);
    });
  }
};

class ContainsRule final : public Keyword {
 public:
  ContainsRule(SchemaIndex schema, std::uint64_t least, std::uint64_t most, bool marks)
      : schema_(schema), least_(least), most_(most), marks_(marks) {}

  bool check(Checker& checker, const Spot& spot) const override {
    if (!spot.value.is_array()) return true;
    const bool marks = marks_ && spot.marks != nullptr;
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < spot.value.size() && !checker.gave_up(); ++i) {
      const Place place{spot.place, nullptr, i};
      if (!checker.fits(schema_, spot.value[i], &place, nullptr)) continue;
      ++count;
      if (marks) spot.marks->add(i);
      if (count > most_ || (count >= least_ && most_ == UINT64_MAX && !marks)) break;
    }
    if (count < least_) {
      return checker.refuse(spot, least_ == 1 ? "contains" : "minContains", [&] {
        return "expected at least " + std::to_string(least_) + " fitting items, found " + std::to_string(count);
      });
    }
    if (count <= most_) return true;
    return checker.refuse(spot, "maxContains",
                          [&] { return "expected at most " + std::to_string(most_) + " fitting items, found more"; });
  }

 private:
  SchemaIndex schema_;
  std::uint64_t least_;
  std::uint64_t most_;
  bool marks_;
};

class UnevaluatedItems final : public Keyword {
 public:
  explicit UnevaluatedItems(SchemaIndex schema) : schema_(schema) {}

  bool check(Checker& checker, const Spot& spot) const override {
    if (!spot.value.is_array()) return true;
    bool valid = true;
    for (std::size_t i = 0; i < spot.value.size(); ++i) {
      if (spot.marks->has(i)) continue;
      spot.marks->add(i);
      const Place place{spot.place, nullptr, i};
      valid = checker.apply(schema_, spot.value[i], &place, nullptr) && valid;
      if (!valid && checker.enough()) break;
    }
    return valid;
  }

 private:
  SchemaIndex schema_;
};

}  // namespace

void add_array_rules(Builder& builder, SchemaIndex at, const Json& schema, Keywords& out) {
  const bool draft7 = builder.dialect_of(at) == SchemaDialect::Draft7;
  add_size_rules(schema, SizeOf::Array, out);
  const auto unique = schema.find("uniqueItems");
  if (unique != schema.end() && unique->get<bool>()) out.push_back(std::make_unique<UniqueItems>());

  const char* prefix_name = draft7 ? "items" : "prefixItems";
  std::vector<SchemaIndex> prefix;
  std::optional<SchemaIndex> rest;
  const auto first = schema.find(prefix_name);
  const bool has_prefix = first != schema.end() && first->is_array();
  if (has_prefix) prefix = builder.children(at, prefix_name, *first, Target::Part);
  const char* rest_name = draft7 && has_prefix ? "additionalItems" : "items";
  const auto others = schema.find(rest_name);
  if (others != schema.end()) rest = builder.child(at, rest_name, *others, Target::Part);
  if (!prefix.empty() || rest) out.push_back(std::make_unique<ItemsRule>(std::move(prefix), rest));

  const auto contains = schema.find("contains");
  if (contains == schema.end()) return;
  const auto count = [&](const char* name, std::uint64_t otherwise) {
    const auto number = schema.find(name);
    return draft7 || number == schema.end() ? otherwise : count_of(*number);
  };
  out.push_back(std::make_unique<ContainsRule>(builder.child(at, "contains", *contains, Target::Part),
                                               count("minContains", 1), count("maxContains", UINT64_MAX), !draft7));
}

void add_unevaluated_rules(Builder& builder, SchemaIndex at, const Json& schema, Keywords& out) {
  if (const auto items = schema.find("unevaluatedItems"); items != schema.end()) {
    const SchemaIndex index = builder.child(at, "unevaluatedItems", *items, Target::Part);
    out.push_back(std::make_unique<UnevaluatedItems>(index));
  }
  add_unevaluated_properties(builder, at, schema, out);
}

}  // namespace platos::model::schema

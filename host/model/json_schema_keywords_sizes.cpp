// How long a text, a list or an object may be.
#include <nlohmann/json.hpp>

#include "model/json_schema_builder.hpp"
#include "model/json_schema_values.hpp"

namespace platos::model::schema {
namespace {

struct SizeKind {
  const char* name;
  SizeOf what;
  bool is_minimum;
  const char* unit;
};
constexpr SizeKind kSizeKinds[] = {
    {"minLength", SizeOf::Text, true, "character"},      {"maxLength", SizeOf::Text, false, "character"},
    {"minItems", SizeOf::Array, true, "item"},           {"maxItems", SizeOf::Array, false, "item"},
    {"minProperties", SizeOf::Object, true, "property"}, {"maxProperties", SizeOf::Object, false, "property"},
};

std::string counted(std::uint64_t number, std::string unit) {
  if (number != 1) unit = unit == "property" ? "properties" : unit + 's';
  return std::to_string(number) + ' ' + unit;
}

class SizeRule final : public Keyword {
 public:
  SizeRule(const SizeKind& kind, std::uint64_t limit) : kind_(kind), limit_(limit) {}

  bool check(Checker& checker, const Spot& spot) const override {
    const auto type = kind_.what == SizeOf::Text    ? Json::value_t::string
                      : kind_.what == SizeOf::Array ? Json::value_t::array
                                                    : Json::value_t::object;
    if (spot.value.type() != type) return true;
    std::size_t size = spot.value.size();
    if (kind_.what == SizeOf::Text) {
      const std::string& text = spot.value.get_ref<const std::string&>();
      if (!checker.spend(text.size() / 1024)) return false;
      size = count_characters(text);
    }
    if (kind_.is_minimum ? size >= limit_ : size <= limit_) return true;
    return checker.refuse(spot, kind_.name, [&] {
      return std::string("expected ") + (kind_.is_minimum ? "at least " : "at most ") + counted(limit_, kind_.unit) +
             ", found " + std::to_string(size);
    });
  }

 private:
  const SizeKind& kind_;
  std::uint64_t limit_;
};

}  // namespace

std::uint64_t count_of(const Json& number) {
  if (compare_numbers(number, Json(UINT64_MAX)) >= 0) return UINT64_MAX;
  return number.get<std::uint64_t>();
}

void add_size_rules(const Json& schema, SizeOf what, Keywords& out) {
  for (const SizeKind& kind : kSizeKinds) {
    if (kind.what != what) continue;
    const auto limit = schema.find(kind.name);
    if (limit != schema.end()) out.push_back(std::make_unique<SizeRule>(kind, count_of(*limit)));
  }
}

}  // namespace platos::model::schema

#include "condition_config.hpp"

#include <array>

#include "common/bounded_json.hpp"

namespace platos::governor_rules {
namespace {

using Test = Condition::Test;

constexpr std::size_t kMostConditions = 32;
constexpr std::size_t kMostExpressionBytes = 1000;
constexpr std::int64_t kMostExpressionMemory = 1024 * 1024;

struct Named {
  const char* name;
  Test test;
};
constexpr std::array<Named, 10> kTests = {{{"exists", Test::Exists},
                                           {"equals", Test::Equals},
                                           {"one_of", Test::OneOf},
                                           {"like", Test::Like},
                                           {"matches", Test::Matches},
                                           {"at_least", Test::AtLeast},
                                           {"at_most", Test::AtMost},
                                           {"more_than", Test::MoreThan},
                                           {"less_than", Test::LessThan},
                                           {"longer_than", Test::LongerThan}}};

std::shared_ptr<const re2::RE2> compiled(const ConfigValue& value) {
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(kMostExpressionMemory);
  auto expression = std::make_shared<const re2::RE2>(value.text(kMostExpressionBytes), options);
  if (!expression->ok()) value.refuse("an RE2 expression", "one that has an error: " + expression->error());
  return expression;
}

void read_operand(const ConfigValue& value, Condition& condition) {
  switch (condition.test) {
    case Test::Exists: (void)value.flag(); break;
    case Test::OneOf: (void)value.items(200); break;
    case Test::Like: (void)value.text(256); break;
    case Test::Matches: condition.expression = compiled(value); break;
    case Test::AtLeast:
    case Test::AtMost:
    case Test::MoreThan:
    case Test::LessThan:
      if (!value.json().is_number()) value.refuse("a number");
      break;
    case Test::LongerThan:
      plugin_common::integer_between("governor-rules config: " + value.where(), value.json(), 0, 1'000'000'000);
      break;
    case Test::Equals:
    case Test::Unspecified: break;
  }
  condition.operand = value.json();
}

Condition read_condition(const ConfigValue& value) {
  value.expect_members({"at", "every", "negated", "exists", "equals", "one_of", "like", "matches", "at_least",
                        "at_most", "more_than", "less_than", "longer_than"});
  Condition condition;
  condition.at = value["at"].path();
  for (const Named& each : kTests) {
    if (!value.has(each.name)) continue;
    if (condition.test != Test::Unspecified) value.refuse("one test", "two, of which one is " + std::string(each.name));
    condition.test = each.test;
    read_operand(value[each.name], condition);
  }
  if (condition.test == Test::Unspecified) value.refuse("a test such as \"equals\"", "none");
  if (value.has("every")) condition.every = value["every"].flag();
  if (value.has("negated")) condition.negated = value["negated"].flag();
  if (condition.test == Test::Exists && (condition.negated || condition.every)) {
    value.refuse("\"exists\" alone, true or false", "it with \"negated\" or \"every\"");
  }
  return condition;
}

}  // namespace

std::vector<Condition> read_conditions(const ConfigValue& value) {
  std::vector<Condition> conditions;
  for (const ConfigValue& item : value.items(kMostConditions)) conditions.push_back(read_condition(item));
  return conditions;
}

}  // namespace platos::governor_rules

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/text.hpp"
#include "model/json_schema_program.hpp"
#include "model/json_schema_values.hpp"

namespace platos::model::schema {

std::string escaped_token(std::string_view token) {
  std::string out;
  out.reserve(token.size());
  for (const char letter : token) {
    if (letter == '~') {
      out += "~0";
    } else if (letter == '/') {
      out += "~1";
    } else {
      out += letter;
    }
  }
  return out;
}

std::string value_pointer(const Place* place) {
  std::vector<const Place*> chain;
  for (; place != nullptr; place = place->parent) chain.push_back(place);
  std::string pointer;
  for (auto step = chain.rbegin(); step != chain.rend(); ++step) {
    pointer += '/';
    pointer += (*step)->key != nullptr ? escaped_token(*(*step)->key) : std::to_string((*step)->index);
  }
  return pointer;
}

std::string rule_pointer(const Program& program, SchemaIndex schema, std::string_view keyword) {
  std::vector<const std::string*> chain;
  for (; schema != kNoSchema; schema = program.schemas[schema].parent) chain.push_back(&program.schemas[schema].token);
  std::string pointer = *chain.back();
  for (auto token = chain.rbegin() + 1; token != chain.rend(); ++token) pointer += '/' + **token;
  if (!keyword.empty()) pointer += '/' + std::string(keyword);
  return pointer;
}

std::vector<SchemaProblem> Checker::run(const Json& value) {
  std::vector<SchemaProblem> problems;
  problems_ = &problems;
  limit_ = std::max<std::size_t>(program_.max_problems, 1);
  apply(0, value, nullptr, nullptr);
  if (gave_up()) {
    if (problems.size() >= limit_) problems.pop_back();
    problems.push_back({"", "", given_up_});
  }
  return problems;
}

bool Checker::apply(SchemaIndex index, const Json& value, const Place* place, Marks* marks) {
  const Schema& schema = program_.schemas[index];
  if (!spend(1 + schema.keywords.size())) return false;
  if (schema.refuses_all) {
    return refuse({value, place, index, marks}, "",
                  [&] { return "expected nothing here, found " + found_text(value); });
  }
  if (depth_ >= kMaxCheckDepth) {
    give_up("nested too deep: over " + std::to_string(kMaxCheckDepth) + " schemas within each other");
    return false;
  }
  ++depth_;
  const bool enters = resources_.empty() || resources_.back() != schema.resource;
  if (enters) resources_.push_back(schema.resource);
  bool valid = true;
  if (schema.unevaluated.empty() || !value.is_structured()) {
    valid = apply_keywords(schema, {value, place, index, marks});
  } else {
    spend(value.size() / 64);
    Marks own(value.size());
    valid = apply_keywords(schema, {value, place, index, &own});
    if (valid && marks != nullptr) marks->merge(own);
  }
  if (enters) resources_.pop_back();
  --depth_;
  return valid;
}

bool Checker::apply_keywords(const Schema& schema, const Spot& spot) {
  bool valid = true;
  for (const auto& keyword : schema.keywords) {
    if (keyword->check(*this, spot)) continue;
    valid = false;
    if (enough()) return false;
  }
  if (!valid) return false;
  for (const auto& keyword : schema.unevaluated) valid = keyword->check(*this, spot) && valid;
  return valid;
}

bool Checker::fits(SchemaIndex schema, const Json& value, const Place* place, Marks* marks) {
  auto* const listener = std::exchange(problems_, nullptr);
  const bool valid = apply(schema, value, place, marks);
  problems_ = listener;
  return valid;
}

std::string Checker::first_problem(SchemaIndex schema, const Spot& spot) {
  std::vector<SchemaProblem> first;
  auto* const listener = std::exchange(problems_, &first);
  const std::size_t limit = std::exchange(limit_, 1);
  const bool valid = apply(schema, spot.value, spot.place, nullptr);
  problems_ = listener;
  limit_ = limit;
  if (valid || first.empty()) return "it fits";
  const std::string inside = first.front().at.substr(value_pointer(spot.place).size());
  // Alternatives within alternatives: cut, or the text would double with each level.
  return (inside.empty() ? "" : base::printable(inside, 60) + ": ") +
         std::string(base::cut_utf8(first.front().message, 160));
}

bool Checker::spend(std::size_t steps) {
  if (gave_up()) return false;
  steps_ += steps;
  if (steps_ <= program_.max_steps) return true;
  give_up("too much work: the check takes over " + std::to_string(program_.max_steps) + " steps");
  return false;
}

void Checker::give_up(std::string reason) {
  if (given_up_.empty()) given_up_ = std::move(reason);
}

SchemaIndex Checker::dynamic_target(const std::string& anchor, SchemaIndex otherwise) const {
  for (const std::uint32_t resource : resources_) {
    const auto& anchors = program_.dynamic_anchors[resource];
    if (const auto found = anchors.find(anchor); found != anchors.end()) return found->second;
  }
  return otherwise;
}

void Checker::report(const Spot& spot, std::string_view keyword, std::string message) {
  problems_->push_back({value_pointer(spot.place), rule_pointer(program_, spot.schema, keyword), std::move(message)});
}

}  // namespace platos::model::schema

// Sets of rules and moments for tests.
#pragma once

#include <date/tz.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "config.hpp"

namespace governor_rules_test {

namespace rules = platos::governor_rules;
using Json = nlohmann::json;

/// A set with these rules.
inline rules::RuleSet set_of(const std::vector<Json>& list, const std::string& otherwise = "allow") {
  return rules::parse_config(Json{{"default", otherwise}, {"rules", list}}.dump());
}

/// What the clock shows in a zone, as a moment: "2026-03-30 08:15".
inline rules::WallTime at(const std::string& local, const std::string& zone = "UTC") {
  std::istringstream text(local);
  date::local_time<std::chrono::microseconds> time;
  text >> date::parse("%F %R", time);
  return date::locate_zone(zone)->to_sys(time, date::choose::earliest);
}

/// The id of the rule that decides, or "default".
inline std::string decides(const rules::RuleSet& set, rules::Subject subject, const std::string& arguments = "{}") {
  const rules::Document document(arguments);
  const rules::Answer answer = set.evaluate(subject, document);
  return answer.rule == nullptr ? "default" : answer.rule->id;
}

}  // namespace governor_rules_test

#include "config.hpp"

#include <algorithm>
#include <set>

#include "common/bounded_json.hpp"
#include "condition_config.hpp"
#include "config_reader.hpp"

namespace platos::governor_rules {
namespace {

constexpr std::size_t kMostRules = 500;
constexpr std::size_t kMostNames = 200;
constexpr std::size_t kMostWindows = 16;
constexpr std::size_t kMostRedactions = 64;

Decision read_decision(const ConfigValue& value) {
  const std::string word = value.one_of({"allow", "redact", "require_approval", "deny"});
  for (const Decision each : {Decision::Allow, Decision::Redact, Decision::RequireApproval}) {
    if (word == to_text(each)) return each;
  }
  return Decision::Deny;
}

std::string read_id(const ConfigValue& value, std::set<std::string>& taken) {
  const std::string id = value.text(64);
  const bool plain = !id.empty() && std::all_of(id.begin(), id.end(), [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '_' || byte == '-' || byte == '.';
  });
  if (!plain) value.refuse("small letters, digits, \"-\", \"_\" and \".\"");
  if (id == "default" || !taken.insert(id).second) value.refuse("an id that is not taken");
  return id;
}

std::chrono::minutes read_time(const ConfigValue& value) {
  const auto time = time_of_day(value.text());
  if (!time) value.refuse("a time of day from 00:00 to 24:00");
  return *time;
}

date::local_days read_day(const ConfigValue& value) {
  const auto day = day_of(value.text());
  if (!day) value.refuse("a day such as 2026-12-24");
  return *day;
}

TimeWindow read_window(const ConfigValue& value) {
  value.expect_members({"zone", "days", "from", "to", "first_day", "last_day"});
  TimeWindow window;
  window.zone = zone_named(value.has("zone") ? value["zone"].text(64) : "UTC");
  if (window.zone == nullptr) {
    if (!value.has("zone")) value.refuse("time zone data on this host (package tzdata)", "none");
    value["zone"].refuse("a time zone that this host knows (package tzdata), such as Europe/Berlin");
  }
  if (value.has("days")) {
    window.days.reset();
    for (const ConfigValue& day : value["days"].items(7)) {
      window.days.set(*day_named(day.one_of({"mon", "tue", "wed", "thu", "fri", "sat", "sun"})));
    }
  }
  if (value.has("from")) window.from = read_time(value["from"]);
  if (value.has("to")) window.to = read_time(value["to"]);
  if (window.from == window.to || window.from == kWholeDay) value.refuse("a window that is not empty", "from = to");
  if (value.has("first_day")) window.first_day = read_day(value["first_day"]);
  if (value.has("last_day")) window.last_day = read_day(value["last_day"]);
  if (window.first_day && window.last_day && *window.last_day < *window.first_day) {
    value["last_day"].refuse("a day that is not before first_day");
  }
  return window;
}

std::vector<TimeWindow> read_windows(const ConfigValue& value) {
  std::vector<TimeWindow> windows;
  for (const ConfigValue& item : value.items(kMostWindows)) windows.push_back(read_window(item));
  return windows;
}

std::vector<Redaction> read_redactions(const ConfigValue& value) {
  std::vector<Redaction> redactions;
  for (const ConfigValue& item : value.items(kMostRedactions)) {
    item.expect_members({"at", "with"});
    Redaction redaction;
    redaction.at = item["at"].path();
    redaction.with_json = item.has("with") ? item["with"].json().dump() : "\"[REDACTED]\"";
    redactions.push_back(std::move(redaction));
  }
  return redactions;
}

std::string read_approval(const ConfigValue& value) {
  value.expect_members({"roles", "needed", "expires_ms", "show"});
  if (value.has("roles")) (void)value["roles"].texts(16);
  if (value.has("show")) (void)value["show"].text(1024);
  if (value.has("needed")) {
    plugin_common::integer_between("governor-rules config: " + value.where() + ".needed", value["needed"].json(), 1,
                                   100);
  }
  if (value.has("expires_ms")) {
    plugin_common::integer_between("governor-rules config: " + value.where() + ".expires_ms",
                                   value["expires_ms"].json(), 1000, 30LL * 24 * 3600 * 1000);
  }
  return value.json().dump();
}

// What must and what must not be there for the decision.
void read_action(const ConfigValue& value, Rule& rule) {
  if (rule.decision == Decision::Redact) {
    rule.redactions = read_redactions(value["redact"]);
  } else if (value.has("redact")) {
    value["redact"].refuse("\"redact\" only where the decision is \"redact\"",
                           "it with \"" + std::string(to_text(rule.decision)) + "\"");
  }
  if (rule.decision == Decision::RequireApproval) {
    if (rule.part == Part::Result) {
      value["decision"].refuse("\"allow\", \"redact\" or \"deny\": the tool has run, so there is nothing to approve");
    }
    if (value.has("approval")) rule.approval_json = read_approval(value["approval"]);
  } else if (value.has("approval")) {
    value["approval"].refuse("\"approval\" only where the decision is \"require_approval\"",
                             "it with \"" + std::string(to_text(rule.decision)) + "\"");
  }
}

Rule read_rule(const ConfigValue& value, std::set<std::string>& ids) {
  value.expect_members({"id", "decision", "reason", "on", "tools", "agents", "users", "effects", "conditions", "times",
                        "outside_times", "redact", "approval"});
  Rule rule;
  rule.id = read_id(value["id"], ids);
  rule.decision = read_decision(value["decision"]);
  if (value.has("on") && value["on"].one_of({"call", "result"}) == "result") rule.part = Part::Result;
  if (value.has("reason")) rule.reason = value["reason"].text(500);
  if (value.has("tools")) rule.tools = NameList(value["tools"].texts(kMostNames));
  if (value.has("agents")) rule.agents = NameList(value["agents"].texts(kMostNames));
  if (value.has("users")) rule.users = NameList(value["users"].texts(kMostNames));
  if (value.has("effects")) {
    for (const ConfigValue& item : value["effects"].items(3)) {
      rule.effects.push_back(item.one_of({"read", "idempotent", "once"}));
    }
  }
  if (value.has("conditions")) rule.conditions = read_conditions(value["conditions"]);
  if (value.has("times")) rule.times = read_windows(value["times"]);
  if (value.has("outside_times")) rule.outside_times = read_windows(value["outside_times"]);
  read_action(value, rule);
  if (rule.reason.empty()) {
    rule.reason = "The rule " + rule.id + " says " + std::string(to_text(rule.decision)) + ".";
  }
  return rule;
}

}  // namespace

RuleSet parse_config(std::string_view config_json) {
  const auto json = plugin_common::parse_object(config_json, "governor-rules config: the whole", 32);
  const ConfigValue config("the whole", json);
  config.expect_members({"mode", "default", "rules"});
  RuleSet set;
  if (config.has("mode")) set.enforced = config["mode"].one_of({"enforce", "report"}) == "enforce";
  if (config.has("default")) {
    set.otherwise = read_decision(config["default"]);
    if (set.otherwise == Decision::Redact) config["default"].refuse("\"allow\", \"require_approval\" or \"deny\"");
  }
  std::set<std::string> ids;
  // No rules are none: an instance can be there before there is something to rule.
  if (config.has("rules") && !(config["rules"].json().is_array() && config["rules"].json().empty())) {
    for (const ConfigValue& item : config["rules"].items(kMostRules)) set.rules.push_back(read_rule(item, ids));
  }
  return set;
}

}  // namespace platos::governor_rules

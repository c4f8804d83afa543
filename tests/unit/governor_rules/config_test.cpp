#include <catch2/catch.hpp>

#include "platos/cpp/error.hpp"
#include "rules.hpp"

using namespace governor_rules_test;

namespace {

std::string error_of(const std::string& config) {
  try {
    (void)rules::parse_config(config);
  } catch (const platos::sdk::Error& error) {
    return error.what();
  }
  return "";
}

void refuses(const std::string& config, const std::string& member, const std::string& found) {
  const std::string error = error_of(config);
  INFO(config << " -> " << error);
  CHECK(error.find("governor-rules config: " + member + ": expected ") == 0);
  CHECK(error.find(", found " + found) != std::string::npos);
}

// A rule with this member as well.
std::string with(const std::string& member) { return R"({"rules":[{"id":"a","decision":"deny",)" + member + "}]}"; }
std::string with_condition(const std::string& members) { return with(R"("conditions":[{"at":"/x",)" + members + "}]"); }
std::string with_window(const std::string& members) { return with(R"("times":[{)" + members + "}]"); }

}  // namespace

TEST_CASE("an empty configuration has no rules and allows") {
  const auto set = rules::parse_config("{}");
  CHECK(set.rules.empty());
  CHECK(set.enforced);
  CHECK_FALSE(set.looks_at(rules::Part::Call));
  CHECK(rules::parse_config(R"({"rules":[]})").rules.empty());
}

TEST_CASE("an error names the member, what was expected and what was found") {
  refuses("[]", "the whole", "an array");
  refuses(R"({"rule":[]})", "the whole", "\"rule\"");
  refuses(R"({"mode":"off"})", "mode", "\"off\"");
  refuses(R"({"default":"redact"})", "default", "\"redact\"");
  refuses(R"({"default":1})", "default", "the number 1");
  refuses(R"({"rules":{}})", "rules", "an object");
  refuses(R"({"rules":[1]})", "rules[0]", "the number 1");
  refuses(R"({"rules":[{"decision":"deny"}]})", "rules[0].id", "none");
  refuses(R"({"rules":[{"id":"a"}]})", "rules[0].decision", "none");
  refuses(R"({"rules":[{"id":"A b","decision":"deny"}]})", "rules[0].id", "\"A b\"");
  refuses(R"({"rules":[{"id":"default","decision":"deny"}]})", "rules[0].id", "\"default\"");
  refuses(R"({"rules":[{"id":"a","decision":"deny"},{"id":"a","decision":"deny"}]})", "rules[1].id", "\"a\"");
  refuses(R"({"rules":[{"id":"a","decision":"block"}]})", "rules[0].decision", "\"block\"");
  refuses(with(R"("tool":["x"])"), "rules[0]", "\"tool\"");
  refuses(with(R"("on":"answer")"), "rules[0].on", "\"answer\"");
  refuses(with(R"("tools":"x")"), "rules[0].tools", "\"x\"");
  refuses(with(R"("tools":[])"), "rules[0].tools", "an array");
  refuses(with(R"("users":[""])"), "rules[0].users[0]", "\"\"");
  refuses(with(R"("agents":["!"])"), "rules[0].agents[0]", "\"!\"");
  refuses(with(R"("effects":["write"])"), "rules[0].effects[0]", "\"write\"");
  refuses(with(R"("reason":7)"), "rules[0].reason", "the number 7");
}

TEST_CASE("conditions have a path and one test") {
  refuses(with(R"("conditions":[{"equals":1}])"), "rules[0].conditions[0].at", "none");
  refuses(with(R"("conditions":[{"at":"x","equals":1}])"), "rules[0].conditions[0].at", "\"x\"");
  refuses(with(R"("conditions":[{"at":"/x"}])"), "rules[0].conditions[0]", "none");
  refuses(with_condition(R"("equals":1,"like":"x")"), "rules[0].conditions[0]", "two, of which one is like");
  refuses(with_condition(R"("equal":1)"), "rules[0].conditions[0]", "\"equal\"");
  refuses(with_condition(R"("more_than":"5")"), "rules[0].conditions[0].more_than", "\"5\"");
  refuses(with_condition(R"("longer_than":-1)"), "rules[0].conditions[0].longer_than", "the number -1");
  refuses(with_condition(R"("exists":1)"), "rules[0].conditions[0].exists", "the number 1");
  refuses(with_condition(R"("exists":true,"negated":true)"), "rules[0].conditions[0]", "it with \"negated\"");
  refuses(with_condition(R"("matches":"a(")"), "rules[0].conditions[0].matches", "one that has an error: missing )");
  refuses(with_condition(R"("one_of":[])"), "rules[0].conditions[0].one_of", "an array");
}

TEST_CASE("windows have a zone of this host and are not empty") {
  refuses(with_window(R"("zone":"Europe/Atlantis")"), "rules[0].times[0].zone", "\"Europe/Atlantis\"");
  refuses(with_window(R"("days":["Monday"])"), "rules[0].times[0].days[0]", "\"Monday\"");
  refuses(with_window(R"("from":"9")"), "rules[0].times[0].from", "\"9\"");
  refuses(with_window(R"("from":"09:00","to":"09:00")"), "rules[0].times[0]", "from = to");
  refuses(with_window(R"("from":"24:00","to":"10:00")"), "rules[0].times[0]", "from = to");
  refuses(with_window(R"("first_day":"2026-02-30")"), "rules[0].times[0].first_day", "\"2026-02-30\"");
  refuses(with_window(R"("first_day":"2026-02-03","last_day":"2026-02-02")"), "rules[0].times[0].last_day",
          "\"2026-02-02\"");
  refuses(with_window(R"("until":"10:00")"), "rules[0].times[0]", "\"until\"");
}

TEST_CASE("redact and approval stand only where they are used") {
  refuses(R"({"rules":[{"id":"a","decision":"redact"}]})", "rules[0].redact", "none");
  refuses(R"({"rules":[{"id":"a","decision":"redact","redact":[{"with":1}]}]})", "rules[0].redact[0].at", "none");
  refuses(with(R"("redact":[{"at":"/x"}])"), "rules[0].redact", "it with \"deny\"");
  refuses(with(R"("approval":{})"), "rules[0].approval", "it with \"deny\"");
  refuses(R"({"rules":[{"id":"a","decision":"require_approval","on":"result"}]})", "rules[0].decision",
          "\"require_approval\"");
  refuses(R"({"rules":[{"id":"a","decision":"require_approval","approval":{"expires_ms":5}}]})",
          "rules[0].approval.expires_ms", "the number 5");
  refuses(R"({"rules":[{"id":"a","decision":"require_approval","approval":{"role":["x"]}}]})", "rules[0].approval",
          "\"role\"");
}

TEST_CASE("there are at most 500 rules") {
  Json list = Json::array();
  for (int i = 0; i < 500; ++i) list.push_back({{"id", "r" + std::to_string(i)}, {"decision", "deny"}});
  CHECK(error_of(Json{{"rules", list}}.dump()).empty());
  list.push_back({{"id", "more"}, {"decision", "deny"}});
  refuses(Json{{"rules", list}}.dump(), "rules", "501");
}

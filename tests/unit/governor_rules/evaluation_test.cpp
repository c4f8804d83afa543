#include <catch2/catch.hpp>

#include "rules.hpp"

using namespace governor_rules_test;
using rules::Decision;
using rules::Part;

namespace {

Json rule(const std::string& id, const std::string& decision, Json more = Json::object()) {
  more["id"] = id;
  more["decision"] = decision;
  return more;
}

// Whether a rule with this condition holds.
bool holds(const Json& condition, const std::string& arguments) {
  return decides(set_of({rule("a", "deny", {{"conditions", Json::array({condition})}})}), {}, arguments) == "a";
}

}  // namespace

TEST_CASE("the first rule that holds decides, and else the default") {
  const auto set =
      set_of({rule("reads", "allow", {{"tools", {"crm__read*"}}}), rule("crm", "deny", {{"tools", {"crm__*"}}}),
              rule("never", "allow", {{"tools", {"crm__write"}}})},
             "require_approval");
  const rules::Document nothing("{}");
  CHECK(set.evaluate({.tool = "crm__read_one"}, nothing).decision == Decision::Allow);
  CHECK(set.evaluate({.tool = "crm__write"}, nothing).decision == Decision::Deny);
  CHECK(set.evaluate({.tool = "mail__send"}, nothing).decision == Decision::RequireApproval);
  CHECK(decides(set, {.tool = "mail__send"}) == "default");
  CHECK(decides(set, {.tool = "crm__write"}) == "crm");
}

TEST_CASE("the default is for calls, not for results") {
  const auto set = set_of({rule("a", "deny", {{"tools", {"x"}}})}, "deny");
  const rules::Document nothing("{}");
  CHECK(set.evaluate({.part = Part::Call, .tool = "y"}, nothing).decision == Decision::Deny);
  CHECK(set.evaluate({.part = Part::Result, .tool = "y"}, nothing).decision == Decision::Allow);
  CHECK(set.evaluate({.part = Part::Result, .tool = "x"}, nothing).decision == Decision::Allow);
}

TEST_CASE("a rule holds when all of its parts do") {
  const auto set = set_of({rule("a", "deny",
                                {{"tools", {"pay__*"}},
                                 {"agents", {"agt_1", "agt_2"}},
                                 {"users", {"!admin-*"}},
                                 {"effects", {"once"}},
                                 {"times", {{{"from", "09:00"}, {"to", "17:00"}}}},
                                 {"outside_times", {{{"from", "12:00"}, {"to", "13:00"}}}},
                                 {"conditions", {{{"at", "/amount"}, {"more_than", 100}}}}})});
  const auto noon = at("2026-01-05 11:00");
  const rules::Subject subject{.tool = "pay__send", .agent = "agt_1", .user = "u1", .effect = "once", .time = noon};
  const std::string much = R"({"amount": 101})";
  CHECK(decides(set, subject, much) == "a");
  CHECK(decides(set, subject, R"({"amount": 100})") == "default");
  const auto but = [&](auto change) {
    rules::Subject other = subject;
    change(other);
    return decides(set, other, much);
  };
  CHECK(but([](auto& s) { s.tool = "mail__send"; }) == "default");
  CHECK(but([](auto& s) { s.agent = "agt_3"; }) == "default");
  CHECK(but([](auto& s) { s.user = "admin-1"; }) == "default");
  CHECK(but([](auto& s) { s.effect = "read"; }) == "default");
  CHECK(but([](auto& s) { s.time = at("2026-01-05 08:00"); }) == "default");
  CHECK(but([](auto& s) { s.time = at("2026-01-05 12:30"); }) == "default");
  CHECK(but([](auto& s) { s.part = Part::Result; }) == "default");
}

TEST_CASE("a set can be asked about calls of last month") {
  const auto proposed = set_of(
      {rule("night", "require_approval",
            {{"tools", {"pay__*"}}, {"times", {{{"zone", "Europe/Berlin"}, {"from", "20:00"}, {"to", "07:00"}}}}})});
  struct Recorded {
    const char* time;
    const char* tool;
    const char* expected;
  };
  for (const Recorded& call :
       {Recorded{"2026-10-01 19:59", "pay__send", "default"}, Recorded{"2026-10-01 20:00", "pay__send", "night"},
        Recorded{"2026-10-02 06:59", "pay__send", "night"}, Recorded{"2026-10-02 06:59", "mail__send", "default"}}) {
    INFO(call.time);
    CHECK(decides(proposed, {.tool = call.tool, .time = at(call.time, "Europe/Berlin")}) == call.expected);
  }
}

TEST_CASE("tests look at the values at a path") {
  CHECK(holds({{"at", "/a"}, {"exists", true}}, R"({"a":null})"));
  CHECK_FALSE(holds({{"at", "/a"}, {"exists", true}}, "{}"));
  CHECK(holds({{"at", "/a"}, {"exists", false}}, "{}"));
  CHECK(holds({{"at", "/a"}, {"equals", "x"}}, R"({"a":"x"})"));
  CHECK(holds({{"at", "/a"}, {"equals", 1}}, R"({"a":1.0})"));
  CHECK_FALSE(holds({{"at", "/a"}, {"equals", "X"}}, R"({"a":"x"})"));
  CHECK(holds({{"at", "/a"}, {"equals", {{"b", 1}}}}, R"({"a":{"b":1}})"));
  CHECK(holds({{"at", "/a"}, {"one_of", {"x", 2}}}, R"({"a":2})"));
  CHECK_FALSE(holds({{"at", "/a"}, {"one_of", {"x", 2}}}, R"({"a":"2"})"));
  CHECK(holds({{"at", "/a"}, {"like", "*@example.com"}}, R"({"a":"joe@example.com"})"));
  CHECK_FALSE(holds({{"at", "/a"}, {"like", "*@example.com"}}, R"({"a":"joe@example.com.evil.org"})"));
  CHECK(holds({{"at", "/a"}, {"matches", "(?i)drop\\s+table"}}, R"({"a":"x; DROP  TABLE y"})"));
  CHECK_FALSE(holds({{"at", "/a"}, {"matches", "^b"}}, R"({"a":"ab"})"));
  CHECK(holds({{"at", "/a"}, {"longer_than", 2}}, R"({"a":"éàü"})"));
  CHECK_FALSE(holds({{"at", "/a"}, {"longer_than", 3}}, R"({"a":"éàü"})"));
  CHECK(holds({{"at", "/a"}, {"longer_than", 1}}, R"({"a":[1,2]})"));
}

TEST_CASE("limits of numbers hold for numbers in quotes too") {
  const Json limit = {{"at", "/amount"}, {"more_than", 1000}};
  CHECK(holds(limit, R"({"amount":1000.01})"));
  CHECK_FALSE(holds(limit, R"({"amount":1000})"));
  CHECK(holds(limit, R"({"amount":"1001"})"));
  CHECK(holds(limit, R"({"amount":" +1e9 "})"));
  CHECK(holds(limit, R"({"amount":"1e999"})"));
  CHECK_FALSE(holds(limit, R"({"amount":"-1e999"})"));
  CHECK_FALSE(holds(limit, R"({"amount":"much"})"));
  CHECK_FALSE(holds(limit, R"({"amount":true})"));
  CHECK(holds({{"at", "/n"}, {"at_least", 5}}, R"({"n":5})"));
  CHECK(holds({{"at", "/n"}, {"at_most", 5}}, R"({"n":5})"));
  CHECK_FALSE(holds({{"at", "/n"}, {"less_than", 5}}, R"({"n":5})"));
}

TEST_CASE("one of many values is enough; negated, none may pass") {
  const Json outsiders = {{"at", "/to/*"}, {"like", "*@example.com"}, {"negated", true}};
  CHECK(holds({{"at", "/to/*"}, {"like", "*@evil.org"}}, R"({"to":["a@example.com","b@evil.org"]})"));
  CHECK_FALSE(holds(outsiders, R"({"to":["a@example.com","b@evil.org"]})"));
  CHECK(holds(outsiders, R"({"to":["b@evil.org"]})"));
  CHECK(holds(outsiders, R"({"to":[]})"));
}

TEST_CASE("every value may be asked for, and that not every one passes") {
  const Json ours = {{"at", "/to/*"}, {"like", "*@example.com"}, {"every", true}};
  Json not_all_ours = ours;
  not_all_ours["negated"] = true;
  const std::string mixed = R"({"to":["a@example.com","b@evil.org"]})";
  const std::string inside = R"({"to":["a@example.com","b@example.com"]})";
  CHECK(holds(ours, inside));
  CHECK_FALSE(holds(ours, mixed));
  CHECK(holds(not_all_ours, mixed));
  CHECK_FALSE(holds(not_all_ours, inside));
  CHECK_FALSE(holds(not_all_ours, R"({"to":[]})"));
}

TEST_CASE("a value that is there twice does not hide behind the other") {
  const Json limit = {{"at", "/amount"}, {"more_than", 1000}};
  CHECK(holds(limit, R"({"amount":5000,"amount":1})"));
  CHECK(holds(limit, R"({"amount":1,"amount":5000})"));
}

TEST_CASE("a redaction replaces values where they stand and leaves every other byte") {
  const auto set =
      set_of({rule("a", "redact", {{"redact", {{{"at", "/card"}}, {{"at", "/people/*/ssn"}, {"with", nullptr}}}}})});
  const auto text = [&](const std::string& given) {
    return rules::redacted(set.rules[0], rules::Document(given)).value_or("nothing");
  };
  CHECK(text(R"({ "id": 12345678901234567890123, "card":"4111", "x": 1.10 })") ==
        R"({ "id": 12345678901234567890123, "card":"[REDACTED]", "x": 1.10 })");
  CHECK(text(R"({"people":[{"ssn":"1"},{"name":"x"},{"ssn":{"a":[2]}}]})") ==
        R"({"people":[{"ssn":null},{"name":"x"},{"ssn":null}]})");
  CHECK(text(R"({"card":"1","card":"2"})") == R"({"card":"[REDACTED]","card":"[REDACTED]"})");
  CHECK(text(R"({"other":1})") == "nothing");
}

TEST_CASE("of redactions inside of each other the outer one goes in") {
  const auto set =
      set_of({rule("a", "redact", {{"redact", {{{"at", "/a/b"}, {"with", 1}}, {{"at", "/a"}, {"with", 2}}}}})});
  CHECK(rules::redacted(set.rules[0], rules::Document(R"({"a":{"b":"x"},"c":3})")) == R"({"a":2,"c":3})");
}

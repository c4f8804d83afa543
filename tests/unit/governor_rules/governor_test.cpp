#include <catch2/catch.hpp>

#include "platos/cpp/testing/collectors.hpp"
#include "rules.hpp"

extern "C" const platos_plugin_entry_t platos_plugin_v1;
using namespace governor_rules_test;
namespace testing = platos::sdk::testing;

namespace {

constexpr const char* kSubject =
    R"({"point":"before_tool","agent_id":"agt_1","user_id":"u1","tool":"pay__send","effect":"once"})";

testing::Governed govern(const Json& config, const std::string& json, std::uint32_t point = PLATOS_POINT_BEFORE_TOOL,
                         const char* subject = kSubject) {
  testing::FakeHost host;
  const testing::FakeInstance instance(host, platos_plugin_v1, "rules", config.dump());
  return testing::govern(instance, point, subject, {json});
}

std::uint32_t points_of(const Json& config) {
  testing::FakeHost host;
  const testing::FakeInstance instance(host, platos_plugin_v1, "rules", config.dump());
  return instance.table<platos_governor_t>(PLATOS_GOVERNOR_INTERFACE).points(instance.handle());
}

Json one(const Json& rule) { return {{"rules", Json::array({rule})}}; }

}  // namespace

TEST_CASE("a denied call names the rule and its reason") {
  const auto out = govern(one({{"id", "no-pay"}, {"decision", "deny"}, {"tools", {"pay__*"}}, {"reason", "Not yet."}}),
                          R"({"amount":1})");
  CHECK(out.decision == PLATOS_DENY);
  CHECK(out.rule_id == "no-pay");
  CHECK(out.reason == "Not yet.");
}

TEST_CASE("an allowed call says nothing") {
  const auto out = govern(one({{"id", "pay"}, {"decision", "allow"}}), R"({"amount":1})");
  CHECK(out.decision == PLATOS_ALLOW);
  CHECK(out.rule_id.empty());
  CHECK(out.released == R"({"amount":1})");
}

TEST_CASE("an approval says who may give it, and until when") {
  testing::FakeHost host;
  const Json config = one({{"id", "big"},
                           {"decision", "require_approval"},
                           {"conditions", {{{"at", "/amount"}, {"more_than", 100}}}},
                           {"approval", {{"roles", {"admin"}}, {"expires_ms", 60000}}}});
  const testing::FakeInstance instance(host, platos_plugin_v1, "rules", config.dump());
  const auto& governor = instance.table<platos_governor_t>(PLATOS_GOVERNOR_INTERFACE);
  platos_call_t call;
  platos_error_t error;
  platos_check_t* check = nullptr;
  REQUIRE(governor.begin(instance.handle(), &call, PLATOS_POINT_BEFORE_TOOL, platos::sdk::slice(kSubject), &check,
                         &error) == PLATOS_OK);
  platos_verdict_t verdict{};
  verdict.struct_size = sizeof verdict;
  REQUIRE(governor.feed(check, platos::sdk::slice(R"({"amount":500})"), 1, &verdict, &error) == PLATOS_OK);
  CHECK(verdict.decision == PLATOS_REQUIRE_APPROVAL);
  CHECK(Json::parse(platos::sdk::view(verdict.approval_json)) == Json{{"roles", {"admin"}}, {"expires_ms", 60000}});
  governor.end(check);
  CHECK(govern(config, R"({"amount":50})").decision == PLATOS_ALLOW);
}

TEST_CASE("a redaction hands out the rest as it was") {
  const Json config = one({{"id", "cards"}, {"decision", "redact"}, {"redact", {{{"at", "/card"}}}}});
  const auto out = govern(config, R"({"card":"4111","n":1.0})");
  CHECK(out.decision == PLATOS_REDACT);
  CHECK(out.released == R"({"card":"[REDACTED]","n":1.0})");
  CHECK(govern(config, R"({"n":1.0})").decision == PLATOS_ALLOW);
}

TEST_CASE("rules of results are asked about results only") {
  const Json config =
      one({{"id", "pay"}, {"on", "result"}, {"decision", "redact"}, {"redact", {{{"at", "/*/salary"}}}}});
  CHECK(points_of(config) == PLATOS_POINT_AFTER_TOOL);
  const auto out = govern(config, R"([{"salary":1},{"salary":2}])", PLATOS_POINT_AFTER_TOOL);
  CHECK(out.released == R"([{"salary":"[REDACTED]"},{"salary":"[REDACTED]"}])");
  CHECK(points_of(Json::object()) == 0);
  CHECK(points_of({{"default", "deny"}}) == PLATOS_POINT_BEFORE_TOOL);
}

TEST_CASE("the default denies in its own name") {
  const auto out = govern({{"default", "deny"}}, "{}");
  CHECK(out.decision == PLATOS_DENY);
  CHECK(out.rule_id == "default");
  CHECK_FALSE(out.reason.empty());
}

TEST_CASE("report tells what would be, and lets everything pass") {
  testing::FakeHost host;
  const Json config = {{"mode", "report"}, {"default", "deny"}};
  const testing::FakeInstance instance(host, platos_plugin_v1, "rules", config.dump());
  const auto& governor = instance.table<platos_governor_t>(PLATOS_GOVERNOR_INTERFACE);
  platos_call_t call;
  platos_error_t error;
  platos_check_t* check = nullptr;
  REQUIRE(governor.begin(instance.handle(), &call, PLATOS_POINT_BEFORE_TOOL, platos::sdk::slice(kSubject), &check,
                         &error) == PLATOS_OK);
  platos_verdict_t verdict{};
  verdict.struct_size = sizeof verdict;
  REQUIRE(governor.feed(check, platos::sdk::slice("{}"), 1, &verdict, &error) == PLATOS_OK);
  CHECK(verdict.decision == PLATOS_ALLOW);
  CHECK(platos::sdk::view(verdict.rule_id) == "default");
  CHECK(platos::sdk::view(verdict.reason).find("deny") != std::string_view::npos);
  governor.end(check);
}

TEST_CASE("an effect that is not said is once") {
  const Json config = one({{"id", "a"}, {"decision", "deny"}, {"effects", {"once"}}});
  CHECK(govern(config, "{}", PLATOS_POINT_BEFORE_TOOL, "{}").decision == PLATOS_DENY);
  CHECK(govern(config, "{}", PLATOS_POINT_BEFORE_TOOL, R"({"effect":"read"})").decision == PLATOS_ALLOW);
}

TEST_CASE("what cannot be read is an error, which denies") {
  const Json config = {{"default", "deny"}};
  CHECK(govern(config, "{").status == PLATOS_INVALID_ARGUMENT);
  CHECK(govern(config, "{}", PLATOS_POINT_BEFORE_TOOL, "nonsense").status == PLATOS_INVALID_ARGUMENT);
  CHECK(govern(config, "{}", PLATOS_POINT_BEFORE_MODEL).status == PLATOS_UNIMPLEMENTED);
}

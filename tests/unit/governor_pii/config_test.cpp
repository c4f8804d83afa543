#include <catch2/catch.hpp>

#include "guarded_text.hpp"

using namespace governor_pii_test;
namespace testing = platos::sdk::testing;

namespace {

std::string error_of(const char* config) {
  testing::FakeHost host;
  try {
    const testing::FakeInstance instance(host, platos_plugin_v1, "pii", config);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

std::uint32_t points_of(const char* config) {
  testing::FakeHost host;
  const testing::FakeInstance instance(host, platos_plugin_v1, "pii", config);
  return instance.table<platos_governor_t>(PLATOS_GOVERNOR_INTERFACE).points(instance.handle());
}

}  // namespace

TEST_CASE("an error names the member, what was expected and what was found") {
  const auto is = [](const char* config, const char* member, const char* found) {
    const std::string error = error_of(config);
    INFO(error);
    CHECK(error.find(std::string("governor-pii config: ") + member + ": expected ") == 0);
    CHECK(error.find(std::string("found ") + found) != std::string::npos);
  };
  is("nonsense", "the whole", "text that is not JSON");
  is("[]", "the whole", "array");
  is(R"({"pi": "warn"})", "the whole", "\"pi\"");
  is(R"({"pii": "deny"})", "pii", "\"deny\"");
  is(R"({"pii": 1})", "pii", "1");
  is(R"({"injection": null})", "injection", "null");
  is(R"({"injection_in_results": ""})", "injection_in_results", "\"\"");
  is(R"({"injection_in_output": {}})", "injection_in_output", "an object");
  is(R"({"exfiltration": "redact"})", "exfiltration", "\"redact\"");
  is(R"({"types": []})", "types", "an array");
  is(R"({"types": {"emial": "warn"}})", "types", "\"emial\"");
  is(R"({"types": {"email": "no"}})", "types.email", "\"no\"");
  is(R"({"apply_to": "input"})", "apply_to", "\"input\"");
  is(R"({"apply_to": ["egress"]})", "apply_to", "\"egress\"");
  is(R"({"redact_with": 1})", "redact_with", "1");
  is(R"({"redact_with": "0123456789012345678901234567890123456789012345678901234567890123456789"})", "redact_with",
     "more");
  is(R"({"custom": {}})", "custom", "an object");
  is(R"({"custom": [1]})", "custom[0]", "1");
  is(R"({"custom": [{"pattern": "a"}]})", "custom[0].name", "none");
  is(R"({"custom": [{"name": "A", "pattern": "a"}]})", "custom[0].name", "\"A\"");
  is(R"({"custom": [{"name": "email", "pattern": "a"}]})", "custom[0].name", "\"email\"");
  is(R"({"custom": [{"name": "a", "pattern": "a"}, {"name": "a", "pattern": "b"}]})", "custom[1].name", "\"a\"");
  is(R"({"custom": [{"name": "a", "pattern": "a", "severity": "huge"}]})", "custom[0].severity", "\"huge\"");
  is(R"({"custom": [{"name": "a", "pattern": "a", "extra": 1}]})", "custom[0]", "\"extra\"");
  is(R"({"custom": [{"name": "a"}]})", "custom[0].pattern", "one that matches the empty text");
}

TEST_CASE("apply_to decides on the points") {
  constexpr std::uint32_t kTools = PLATOS_POINT_BEFORE_TOOL | PLATOS_POINT_AFTER_TOOL;
  CHECK(points_of("{}") ==
        (PLATOS_POINT_BEFORE_MODEL | PLATOS_POINT_AFTER_MODEL | kTools | PLATOS_POINT_BEFORE_MEMORY_WRITE));
  CHECK(points_of(R"({"apply_to": ["input"]})") == PLATOS_POINT_BEFORE_MODEL);
  CHECK(points_of(R"({"apply_to": ["output", "memory"]})") ==
        (PLATOS_POINT_AFTER_MODEL | PLATOS_POINT_BEFORE_MEMORY_WRITE));
  CHECK(points_of(R"({"apply_to": ["tools"]})") == kTools);
  CHECK(points_of(R"({"apply_to": []})") == 0);
}

TEST_CASE("a check at a point that has no text is refused") {
  for (const int point : {int{PLATOS_POINT_SESSION_START}, int{PLATOS_POINT_EGRESS}, 0, 1024}) {
    CHECK(check("{}", static_cast<std::uint32_t>(point), "").status == PLATOS_UNIMPLEMENTED);
  }
}

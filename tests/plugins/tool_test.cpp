// Skills that break the contract.
#include <catch2/catch.hpp>

#include "plugins/stage/plugin_stage.hpp"

using namespace platos::tests;

namespace {

/// A daemon whose model calls the first tool on offer, once.
struct ToolStage : PluginStage {
  MockProvider mock;
  ToolStage() {
    add("rogue-skill");
    write_openai_instance(data(), "mock", mock.base_url());
  }
  void configure_skill(const std::string& name, const std::string& what, const std::string& effect = "once") const {
    configure(name, "rogue-skill", {{"do", what}, {"effect", effect}});
  }
  Json row(const std::string& name) const { return instance(rogue_id("rogue-skill"), name); }
};

constexpr auto kTurnWithOneCall = "meta status tool_call status tool_result status token+ message_persisted done";

}  // namespace

TEST_CASE("a skill whose tool list is wrong is failed with the reason, and the daemon starts") {
  const std::vector<std::pair<std::string, std::string>> all = {
      {"list_throws", "an exception crossed the C boundary"},
      {"list_not_json", "list() must write a JSON array"},
      {"list_object", "list() must write a JSON array"},
      {"list_size_lies", "rogue"},
      {"name_hostile", "a tool's name must be 1 to 64"},
      {"name_empty", "name: expected a text, found an empty one"},
      {"name_long", "a tool's name must be 1 to 64"},
      {"schema_is_text", "input_schema"},
  };
  ToolStage stage;
  for (const auto& [what, text] : all) stage.configure_skill("rogue-" + what, what);
  stage.configure_skill("works", "works");
  stage.start();
  for (const auto& [what, text] : all) {
    CAPTURE(what);
    REQUIRE(stage.row("rogue-" + what).is_object());
    CHECK(stage.row("rogue-" + what)["state"] == "failed");
    CHECK(says(stage.row("rogue-" + what)["error"], text));
  }
  CHECK(stage.row("works")["state"] == "ready");
}

TEST_CASE("a skill that never finishes its tool list is failed in the time of create(), and the daemon starts") {
  ToolStage stage;
  stage.configure_skill("endless", "list_hangs");
  stage.configure_skill("works", "works");
  stage.start({"--set", "plugins.create_timeout_ms=3000"});
  CHECK(stage.row("endless")["state"] == "failed");
  CHECK(says(stage.row("endless")["error"], "3000 ms"));
  CHECK(stage.row("works")["state"] == "ready");
  CHECK(stage.daemon().stop() == 0);
}

TEST_CASE("whatever comes out of a tool, the model hears of it and the turn goes on") {
  struct Case {
    std::string does;
    std::string code;
    std::string says;
    bool switched_off = false;
  };
  // The tool is of effect once: where it broke off, nobody knows what it did.
  const std::vector<Case> all = {
      {"invoke_throws", "outcome_unknown", "an exception crossed the C boundary", true},
      {"output_not_json", "outcome_unknown", "JSON"},
      {"output_null", "outcome_unknown", "an output without a size"},
      {"output_size_lies", "outcome_unknown", "10 bytes at no address"},
      {"output_endless", "outcome_unknown", "16 MiB"},
  };
  ToolStage stage;
  for (const auto& each : all) stage.configure_skill(each.does, each.does);
  stage.configure_skill("works", "works");
  stage.start();
  for (const auto& each : all) {
    CAPTURE(each.does);
    const auto events = stage.turn("mock:mock-tool", {each.does});
    REQUIRE(shape_of(events) == kTurnWithOneCall);
    const Json result = event_of(events, "tool_result");
    CHECK(result["isError"] == true);
    CHECK(result["code"] == each.code);
    CHECK(says(result["result"], each.says));
    CHECK(stage.row(each.does)["state"] == (each.switched_off ? "failed" : "ready"));
  }
  const auto events = stage.turn("mock:mock-tool", {"works"});
  CHECK(event_of(events, "tool_result")["result"] == "acted");
  CHECK(stage.daemon().stop() == 0);
}

TEST_CASE("text of a tool that ends inside a character reaches the model as UTF-8") {
  ToolStage stage;
  stage.configure_skill("half", "output_half_character");
  stage.start();
  const auto events = stage.turn("mock:mock-tool", {"half"});
  REQUIRE(shape_of(events) == kTurnWithOneCall);
  REQUIRE(stage.mock.requests().size() == 2);
  CHECK(Json::parse(stage.mock.requests()[1].body, nullptr, false).is_object());
}

TEST_CASE("a tool that never returns is given up: the turn goes on, and the instance is switched off") {
  const auto [effect, code] = GENERATE(table<std::string, std::string>(
      {{"read", "tool_timeout"}, {"idempotent", "tool_timeout"}, {"once", "outcome_unknown"}}));
  CAPTURE(effect);
  ToolStage stage;
  stage.configure_skill("stuck", "invoke_hangs", effect);
  stage.start({"--set", "plugins.tool_timeout_ms=300"});
  const auto events = stage.turn("mock:mock-tool", {"stuck"});
  REQUIRE(shape_of(events) == kTurnWithOneCall);
  CHECK(event_of(events, "tool_result")["code"] == code);
  CHECK(stage.row("stuck")["state"] == "failed");
  CHECK(says(stage.row("stuck")["error"], "did not return two seconds after"));
  SECTION("a later turn that wants it hears so at once") {
    const auto later = stage.turn("mock:mock-tool", {"stuck"});
    CHECK(later.back().type() == "done");
    CHECK(text_of(later).find("acted") == std::string::npos);
  }
  SECTION("and its thread does not keep the daemon from stopping") { CHECK(stage.daemon().stop() == 0); }
}

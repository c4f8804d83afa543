// The tools of a skill plugin that is compiled into the test, called with JSON as a host would.
#pragma once

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "platos/cpp/testing/fake_host.hpp"
#include "support/text.hpp"

namespace platos::tests {

using Json = nlohmann::json;

struct ToolAnswer {
  std::int32_t status = PLATOS_OK;
  std::string error;  ///< why it failed
  Json json;          ///< the first output; null when there is none
};

/// One instance. The host has its services before, and outlives it. Throws std::runtime_error with the plugin's text
/// when there can be no such instance.
class SkillTools {
 public:
  SkillTools(sdk::testing::FakeHost& host, std::string_view component_id, const Json& config = Json::object())
      : instance_(host, platos_plugin_v1, component_id, config.dump()) {}

  platos_call_t call;
  sdk::testing::OutputCollector output;  ///< of the last call
  platos_error_t error;                  ///< likewise

  std::int32_t invoke_text(std::string_view tool, std::string_view arguments_json) {
    output.items.clear();
    error = {};
    return table().invoke(instance_.handle(), &call, sdk::slice(tool), sdk::slice(arguments_json), &output.table,
                          &error);
  }
  ToolAnswer invoke(std::string_view tool, const Json& arguments) {
    ToolAnswer answer;
    answer.status = invoke_text(tool, arguments.dump());
    answer.error = error.message;
    if (!output.items.empty()) answer.json = Json::parse(output.items.front().data);
    return answer;
  }
  /// The one JSON output of a call that must succeed.
  Json answer(std::string_view tool, const Json& arguments = Json::object()) {
    const ToolAnswer got = invoke(tool, arguments);
    INFO(got.error);
    REQUIRE(got.status == PLATOS_OK);
    REQUIRE(output.items.size() == 1);
    REQUIRE(output.items[0].kind == PLATOS_OUTPUT_JSON);
    return got.json;
  }
  /// The reason of a call that must be refused with this status, without output.
  std::string refusal(std::string_view tool, const Json& arguments, std::int32_t status = PLATOS_INVALID_ARGUMENT) {
    const ToolAnswer got = invoke(tool, arguments);
    CHECK(got.status == status);
    CHECK(output.items.empty());
    return got.error;
  }
  /// The tools, as it lists them.
  Json tools() {
    sdk::testing::TextWriter writer;
    REQUIRE(table().list(instance_.handle(), &writer.table, &error) == PLATOS_OK);
    return Json::parse(writer.text);
  }

 private:
  const platos_skill_t& table() const { return instance_.table<platos_skill_t>(PLATOS_SKILL_INTERFACE); }

  sdk::testing::FakeInstance instance_;
};

}  // namespace platos::tests

// Calls the tools of the skill through its plugin entry.
#pragma once

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platos/cpp/testing/fake_host.hpp"

namespace platos::skill_csv {

using Rows = std::vector<std::vector<std::string>>;

struct CsvFixture {
  sdk::testing::FakeHost host;
  sdk::testing::FakeInstance instance{host, platos_plugin_v1, "csv"};
  const platos_skill_t& skill = instance.table<platos_skill_t>(PLATOS_SKILL_INTERFACE);
  sdk::testing::OutputCollector output;
  platos_error_t error;
  platos_call_t call;

  std::int32_t invoke(std::string_view tool, std::string_view args_json) {
    output.items.clear();
    error = {};
    return skill.invoke(instance.handle(), &call, sdk::slice(tool), sdk::slice(args_json), &output.table, &error);
  }

  /// The one JSON output of a call that must succeed.
  nlohmann::json answer(std::string_view tool, const nlohmann::json& arguments) {
    const std::int32_t status = invoke(tool, arguments.dump());
    INFO(error.message);
    REQUIRE(status == PLATOS_OK);
    REQUIRE(output.items.size() == 1);
    REQUIRE(output.items[0].kind == PLATOS_OUTPUT_JSON);
    return nlohmann::json::parse(output.items[0].data);
  }

  /// The message of a call that must be refused.
  std::string refusal(std::string_view tool, std::string_view args_json) {
    CHECK(invoke(tool, args_json) == PLATOS_INVALID_ARGUMENT);
    CHECK(output.items.empty());
    return error.message;
  }
  std::string refusal(std::string_view tool, const nlohmann::json& arguments) {
    return refusal(tool, std::string_view(arguments.dump()));
  }

  nlohmann::json read(std::string_view source) { return answer("csv_read_sheet", {{"source", source}}); }
};

}  // namespace platos::skill_csv

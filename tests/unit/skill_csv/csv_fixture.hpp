// Calls the tools of the skill through its plugin entry.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/skill_tools.hpp"

namespace platos::skill_csv {

using Rows = std::vector<std::vector<std::string>>;

struct CsvHost {
  sdk::testing::FakeHost host;
};

struct CsvFixture : CsvHost, tests::SkillTools {
  CsvFixture() : SkillTools(host, "csv") {}

  std::int32_t invoke(std::string_view tool, std::string_view args_json) { return invoke_text(tool, args_json); }
  /// The message of a call that must be refused.
  std::string refusal(std::string_view tool, std::string_view args_json) {
    CHECK(invoke(tool, args_json) == PLATOS_INVALID_ARGUMENT);
    CHECK(output.items.empty());
    return error.message;
  }
  std::string refusal(std::string_view tool, const nlohmann::json& arguments) {
    return SkillTools::refusal(tool, arguments);
  }
  nlohmann::json read(std::string_view source) { return answer("csv_read_sheet", {{"source", source}}); }
};

}  // namespace platos::skill_csv

// The component "csv": tools that read CSV documents which the caller passes as text.
//
// Does no I/O and keeps nothing between calls, so calls run in parallel. A call ends soon after it is cancelled.
#pragma once

#include <string_view>

#include "platos/cpp/skill.hpp"

namespace platos::skill_csv {

class CsvSkill : public sdk::Skill {
 public:
  /// There are no settings: `config_json` must be an empty object.
  CsvSkill(sdk::Host host, std::string_view config_json);

  void list(sdk::JsonWriter& out) override;

  /// Sends one JSON output, see answers.hpp.
  void invoke(sdk::Call call, std::string_view name, std::string_view args_json, const sdk::ToolSink& sink) override;
};

}  // namespace platos::skill_csv

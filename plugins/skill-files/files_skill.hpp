// The component "files": read_file, write_file, list_dir, delete_file, move_file, search_files, upload_to_sandbox.
//
// Works in the workspace of the call's thread. Keeps nothing between calls, so calls run in parallel.
#pragma once

#include <string_view>

#include "platos/cpp/sandbox.hpp"
#include "platos/cpp/skill.hpp"

namespace platos::skill_files {

class FilesSkill : public sdk::Skill {
 public:
  /// There are no settings.
  FilesSkill(sdk::Host host, std::string_view config_json);

  void list(sdk::JsonWriter& out) override;

  /// Sends one JSON output.
  void invoke(sdk::Call call, std::string_view name, std::string_view args_json, const sdk::ToolSink& sink) override;

 private:
  sdk::Sandbox sandbox_;
};

}  // namespace platos::skill_files

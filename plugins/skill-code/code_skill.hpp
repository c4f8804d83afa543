// The component "code": run_python, run_node, run_shell and install_package.
//
// Keeps nothing between calls, so calls run in parallel; what code leaves in its workspace is the host's to keep.
#pragma once

#include <string>
#include <string_view>

#include "platos/cpp/sandbox.hpp"
#include "platos/cpp/skill.hpp"

namespace platos::skill_code {

class CodeSkill : public sdk::Skill {
 public:
  /// `config_json`: python_path and node_path (folders of packages that the operator provides, see
  /// sandbox.read_only_paths) and max_output_bytes, of each stream.
  CodeSkill(sdk::Host host, std::string_view config_json);

  void list(sdk::JsonWriter& out) override;

  /// Sends one JSON output: {lang, stdout, stderr, error, exitCode, latencyMs}. Code that fails is an answer, no error.
  void invoke(sdk::Call call, std::string_view name, std::string_view args_json, const sdk::ToolSink& sink) override;

 private:
  sdk::Sandbox sandbox_;
  std::string python_path_;
  std::string node_path_;
  std::uint64_t max_output_bytes_ = 64 * 1024;
};

}  // namespace platos::skill_code

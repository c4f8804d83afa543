// What an agent gets of its installed skills: a list in its prompt, load_skill, and the tools of the packages.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/logger.hpp"
#include "ports/plugin_directory.hpp"
#include "ports/scoped_tools.hpp"
#include "ports/script_runner.hpp"
#include "skills/skills.hpp"

namespace platos::skills {

/// Internally synchronised. Skills that are not installed, not ready or disabled are left out, with a warning.
///
/// A model first sees names and descriptions. `load_skill` gives it the text of one, and its other files. Further tools
/// are `<skill>__run_script` where the package has scripts and there is a runner; tools of a manifest whose handler is
/// a script; and of official skills those of the plugin's instance that they name.
class SkillTools final : public ports::ScopedTools {
 public:
  static constexpr const char* kLoadSkill = "load_skill";

  /// `runner`: null where nothing can be confined; scripts are not offered then. Everything outlives this.
  SkillTools(Skills& skills, const ports::PluginDirectory& plugins, ports::ScriptRunner* runner, base::Logger& logger)
      : skills_(skills), plugins_(plugins), runner_(runner), logger_(logger) {}

  bool owns(std::string_view instance) const override;
  Task<Result<std::vector<model::SharedTool>>> tools_of(base::Loop& loop, model::Scope scope,
                                                        model::AgentConfig agent) override;
  Task<Result<std::string>> invoke(base::Loop& loop, ports::CallContext context, std::string instance, std::string tool,
                                   std::string arguments_json, base::CancelToken cancel) override;

  /// What goes behind the agent's prompt: its skills by name and description, at most 16,000 bytes. Empty: it has none,
  /// or load_skill is switched off.
  Task<std::string> prompt_block(base::Loop& loop, model::Scope scope, model::AgentConfig agent);

  /// What of this skill could be called, by name; and why a declared tool could not.
  struct Offer {
    std::vector<model::Tool> tools;
    std::vector<std::string> problems;
  };
  Offer offer_of(const InstalledSkill& skill) const;

 private:
  Task<Result<std::string>> load_skill(base::Loop& loop, model::Scope scope, std::string arguments_json);
  Task<Result<std::string>> run_script(base::Loop& loop, ports::CallContext context, InstalledSkill skill,
                                       std::string tool, std::string arguments_json, base::CancelToken cancel);
  void offer_declared(const InstalledSkill& skill, Offer& offer) const;
  void offer_plugin(const InstalledSkill& skill, Offer& offer) const;

  Skills& skills_;
  const ports::PluginDirectory& plugins_;
  ports::ScriptRunner* runner_;
  base::Logger& logger_;
};

}  // namespace platos::skills

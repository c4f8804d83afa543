// Which tools there are, which an agent may use, and which of them its model is shown.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/agent.hpp"
#include "model/tool.hpp"
#include "model/tool_rules.hpp"
#include "ports/plugin_directory.hpp"
#include "ports/scoped_tools.hpp"
#include "store/database.hpp"
#include "tools/discovery.hpp"
#include "tools/rule_book.hpp"
#include "tools/tool_set.hpp"

namespace platos::tools {

/// One tool of an environment, also one that may not be used.
struct ListedTool {
  model::SharedTool tool;  ///< with what the operator set
  model::ToolVerdict verdict;
  bool is_meta = false;
  bool asks_approval = false;  ///< its source says so, whatever was set
};

/// What a catalogue works with besides its sources.
struct CatalogueOptions {
  RuleBook* rules = nullptr;            ///< null: no settings, everything as its source describes it
  store::Database* database = nullptr;  ///< for find_tools: says by run or agent what may be searched
  std::string embedder;                 ///< instance that find_tools searches with, too; empty: by words alone
};

/// More tools than these are not listed in one model request, whatever the display mode: providers refuse it.
inline constexpr std::size_t kMaxDisplayed = 128;
/// Of one agent; more is FailedPrecondition "too_many_tools".
inline constexpr std::size_t kMaxTools = 20'000;

/// Internally synchronised, like the directory it reads.
class Catalogue {
 public:
  /// `meta`: sources of meta-tools, which agents have unless they switch one off. `scoped`: of what environments have.
  Catalogue(const ports::PluginDirectory& plugins, std::vector<ports::ToolSource*> meta,
            std::vector<ports::ScopedTools*> scoped, CatalogueOptions options = {})
      : plugins_(plugins),
        meta_(std::move(meta)),
        scoped_(std::move(scoped)),
        options_(std::move(options)),
        discovery_(plugins, options_.embedder) {}

  /// The tools of the agent's skills, in order, then what its environment has, then its meta-tools; without those that
  /// rules block. A skill that is not there is FailedPrecondition "skill_unavailable"; two tools with one name are
  /// FailedPrecondition "tool_name_clash"; several entities and no word of the session which of them is
  /// FailedPrecondition "ENTITY_IDS_REQUIRED". Tools whose names no provider takes are left out. Of these, a turn has
  /// those that `allowed` names; what searches tools stays as long as there is one to be found.
  Task<Result<ToolSet>> visible_to(base::Loop& loop, model::Scope scope, const model::AgentConfig& agent,
                                   std::string session_json = {}, model::AllowedTools allowed = {}) const;

  /// Everything that visible_to() looks at, with what rules say of it.
  Task<Result<std::vector<ListedTool>>> all_of(base::Loop& loop, model::Scope scope, model::AgentConfig agent) const;

  /// Whether the environment's settings and rules, as they are now, let it be called at all.
  Task<Result<bool>> is_usable(base::Loop& loop, model::Scope scope, const model::Tool& tool) const;

  /// Calls a tool of whichever source has it. Errors as of ToolSource::invoke and PluginDirectory::skill. execute_tools
  /// is not called here but by whoever runs the calls that it lists: Unimplemented.
  Task<Result<std::string>> invoke(base::Loop& loop, ports::CallContext context, const model::Tool& tool,
                                   std::string arguments_json, base::CancelToken cancel) const;

  /// The best `limit` of the tools, by their position in the list.
  Task<SearchAnswer> search(base::Loop& loop, ports::CallContext context, std::vector<model::SharedTool> tools,
                            std::string query, std::size_t limit, base::CancelToken cancel) const {
    return discovery_.search(loop, std::move(context), std::move(tools), std::move(query), limit, std::move(cancel));
  }

 private:
  Task<Result<std::vector<ListedTool>>> gather(base::Loop& loop, model::Scope scope, const model::AgentConfig& agent,
                                               const model::ToolsBlock& block) const;
  Task<Result<RuleBook::Rules>> rules_of(base::Loop& loop, model::Scope scope) const;
  Task<Result<std::string>> find_tools(base::Loop& loop, ports::CallContext context, std::string arguments_json,
                                       base::CancelToken cancel) const;
  Task<Result<model::AgentConfig>> config_of(base::Loop& loop, const ports::CallContext& context) const;

  const ports::PluginDirectory& plugins_;
  std::vector<ports::ToolSource*> meta_;
  std::vector<ports::ScopedTools*> scoped_;
  CatalogueOptions options_;
  mutable Discovery discovery_;
};

/// Whether providers take it: 1 to 64 of letters, digits, '_' and '-'.
bool is_callable_name(std::string_view model_name);

}  // namespace platos::tools

// The tools of one turn.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "model/context.hpp"
#include "model/tool.hpp"
#include "model/tool_rules.hpp"

namespace platos::tools {

/// What goes with the tools of a turn.
struct ToolSetExtras {
  model::ContextMapping mapping;
  std::string session_json;  ///< of the turn, over what is known of the user; empty: nothing was said
  std::string prompt;        ///< what the system prompt says of tools besides the request's list; empty: nothing
  model::AllowedTools allowed;
  std::set<std::string, std::less<>> withheld;  ///< names of what the agent has and `allowed` leaves out
};

/// By the names that the model uses. Immutable.
class ToolSet {
 public:
  /// All are displayed.
  explicit ToolSet(std::vector<model::SharedTool> tools, ToolSetExtras extras = {});
  /// `displayed`: those among them that the model's request lists, as it lists them.
  ToolSet(std::vector<model::SharedTool> tools, std::vector<model::SharedTool> displayed, ToolSetExtras extras);

  /// All that may be called.
  const std::vector<model::SharedTool>& tools() const { return tools_; }
  /// What the model's request lists: without arguments that are filled in for it.
  const std::vector<model::SharedTool>& displayed() const { return shows_all_ ? tools_ : displayed_; }
  /// Also one that is not displayed. Null when the model invented the name.
  const model::Tool* find(std::string_view model_name) const;

  /// Whether the agent has it, and the turn's caller narrowed the tools to others.
  bool withholds(std::string_view model_name) const { return extras_.withheld.contains(model_name); }
  const model::AllowedTools& allowed() const { return extras_.allowed; }

  const std::string& prompt() const { return extras_.prompt; }
  const std::string& session_json() const { return extras_.session_json; }
  const model::ContextMapping& mapping() const { return extras_.mapping; }
  /// tools::resolve() with the turn's mapping and session. To be done before arguments are checked against the schema.
  Result<std::string> resolve(const model::Tool& tool, std::string_view arguments_json) const;

 private:
  std::vector<model::SharedTool> tools_;
  std::vector<model::SharedTool> displayed_;
  bool shows_all_ = true;
  ToolSetExtras extras_;
  std::unordered_map<std::string_view, const model::Tool*> by_name_;  // names of tools_
};

}  // namespace platos::tools

// Tools that an environment has besides those of the daemon's plugins: of connected entities, of installed skills.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancellation.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "model/agent.hpp"
#include "model/tool.hpp"
#include "ports/call_context.hpp"

namespace platos::ports {

/// Internally synchronised; called on loops. Implemented by `entities`, `skills` and tests.
class ScopedTools {
 public:
  virtual ~ScopedTools() = default;

  /// Whether a tool's `instance` is of this source: "entity:..." or "package:...".
  virtual bool owns(std::string_view instance) const = 0;

  /// What it may give this agent now: a snapshot that stays as it is. Answered from memory when nothing has changed,
  /// for every turn asks.
  virtual Task<Result<std::vector<model::SharedTool>>> tools_of(base::Loop& loop, model::Scope scope,
                                                                model::AgentConfig agent) = 0;

  /// As of ToolSource::invoke. `context.scope` decides whose tool it is.
  virtual Task<Result<std::string>> invoke(base::Loop& loop, CallContext context, std::string instance,
                                           std::string tool, std::string arguments_json, base::CancelToken cancel) = 0;
};

}  // namespace platos::ports

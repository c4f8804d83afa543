// execute_tools: one call of the model that stands for several.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/tool.hpp"
#include "tools/discovery.hpp"

namespace platos::tools {

/// The calls that a call of execute_tools asks for: {"calls": [{"tool" or "name", "params" or "args" or "arguments"}]}.
/// Their ids are the call's own with ".1", ".2" and so on. InvalidArgument "invalid_arguments" when there is none, or
/// more than kMaxExecuted, or one of them names no tool.
Result<std::vector<model::ToolCall>> parts_of(const model::ToolCall& call);

/// {"results": [{"tool", "callId", "status": "success" or "failed", "result" or "error", "code"?}]}, in order.
model::ToolOutcome joined_outcome(const model::ToolCall& call, const std::vector<model::ToolCall>& parts,
                                  const std::vector<model::ToolOutcome>& outcomes);

}  // namespace platos::tools

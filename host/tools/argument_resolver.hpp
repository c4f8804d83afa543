// Where the arguments of a tool call come from: constants, the session's context, or the model.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/context.hpp"
#include "model/tool.hpp"

namespace platos::tools {

enum class ArgumentOrigin { Unspecified, Constant, Mapping, AutoMatch, Model };
std::string_view to_text(ArgumentOrigin origin);

/// Which arguments of a tool the model does not fill in, and where they come from instead. A tool's arguments are known
/// from the properties of its schema; arguments that constants or mappings name are its own, too.
struct ArgumentPlan {
  std::map<std::string, ArgumentOrigin> origins;  ///< of what is not the model's
  std::vector<std::string> left_to_model;         ///< in the schema's order
};
ArgumentPlan plan_arguments(const model::ContextMapping& mapping, const model::Tool& tool,
                            std::string_view session_json);

/// The arguments as the tool gets them: those of the model, with constants, mapped and matched values of the session in
/// their place, each fitted to the type that the schema wants ("5" for an integer is 5), and with `_context` (which a
/// model cannot write) when the mapping names envelope keys. Nothing is changed by an empty mapping but `_context`.
///
/// Pure; any thread. `tool.name` and `tool.model_name` both name it in a mapping. Errors: InvalidArgument
/// "invalid_arguments" when the arguments are not one JSON object; FailedPrecondition "context_value_invalid" when a
/// value of the session does not fit its argument: nothing is sent on doubt.
Result<std::string> resolve(const model::ContextMapping& mapping, const model::Tool& tool,
                            std::string_view arguments_json, std::string_view session_json);

/// The same with where each argument came from, for traces.
struct ResolvedArguments {
  std::string arguments_json;
  std::map<std::string, ArgumentOrigin> origins;
};
Result<ResolvedArguments> resolve_with_origins(const model::ContextMapping& mapping, const model::Tool& tool,
                                               std::string_view arguments_json, std::string_view session_json);

/// The tool as a model sees it: without the arguments that are filled in for it.
model::Tool without_filled_arguments(model::Tool tool, const ArgumentPlan& plan);

}  // namespace platos::tools

#include "tools/call_batch.hpp"

#include <nlohmann/json.hpp>

#include "base/json_text.hpp"

namespace platos::tools {
namespace {

tl::unexpected<Error> bad_batch(const std::string& what) {
  return fail(ErrorKind::InvalidArgument, "invalid_arguments", "execute_tools: " + what);
}

Result<model::ToolCall> read_part(const model::Json& item, std::size_t number) {
  const std::string where = "calls[" + std::to_string(number - 1) + "]";
  if (!item.is_object()) return bad_batch(where + " must be an object, found " + model::kind_of(item));
  model::ToolCall part;
  for (const char* name : {"name", "tool"}) {
    const auto text = model::optional_text(item, name);
    if (!text) return bad_batch(where + "." + text.error().message);
    if (*text) part.model_name = **text;
  }
  if (part.model_name.empty()) return bad_batch(where + ".tool: the name of a tool is missing");
  part.arguments_json = "{}";
  for (const char* name : {"arguments", "args", "params"}) {
    if (const auto found = item.find(name); found != item.end() && !found->is_null())
      part.arguments_json = model::dump(*found);
  }
  return part;
}

}  // namespace

Result<std::vector<model::ToolCall>> parts_of(const model::ToolCall& call) {
  const auto arguments = model::parse_bounded(call.arguments_json, "the arguments");
  if (!arguments) return bad_batch(arguments.error().message);
  const auto calls = arguments->is_object() ? arguments->find("calls") : arguments->end();
  const bool usable = arguments->is_object() && calls != arguments->end() && calls->is_array() && !calls->empty() &&
                      calls->size() <= kMaxExecuted;
  if (!usable)
    return bad_batch("calls must be a list of 1 to " + std::to_string(kMaxExecuted) + " objects {tool, params}");
  std::vector<model::ToolCall> parts;
  for (const auto& item : *calls) {
    auto part = read_part(item, parts.size() + 1);
    if (!part) return fail(part.error());
    part->call_id = call.call_id + "." + std::to_string(parts.size() + 1);
    parts.push_back(std::move(*part));
  }
  return parts;
}

model::ToolOutcome joined_outcome(const model::ToolCall& call, const std::vector<model::ToolCall>& parts,
                                  const std::vector<model::ToolOutcome>& outcomes) {
  model::ToolOutcome joined;
  joined.call_id = call.call_id;
  joined.result_json = R"({"results":[)";
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const auto& outcome = outcomes[i];
    base::JsonObject row;
    row.text("tool", parts[i].model_name).text("callId", outcome.call_id);
    row.text("status", outcome.is_error ? "failed" : "success");
    row.json(outcome.is_error ? "error" : "result", outcome.result_json);
    if (outcome.is_error) row.text("code", outcome.code);
    joined.result_json += (i == 0 ? "" : ",") + row.take();
  }
  joined.result_json += "]}";
  return joined;
}

}  // namespace platos::tools

#include "tools/call_memory.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/json.hpp"
#include "tools/discovery.hpp"

namespace platos::tools {
namespace {

// Results of execute_tools name the calls that they are of.
std::string without(const std::string& id, std::string text) {
  for (auto at = text.find(id); !id.empty() && at != std::string::npos; at = text.find(id, at))
    text.erase(at, id.size());
  return text;
}

// Why a model says that it calls a tool is no argument of the call.
void drop_purposes(model::Json& batch) {
  const auto calls = batch.is_object() ? batch.find("calls") : batch.end();
  if (!batch.is_object() || calls == batch.end() || !calls->is_array()) return;
  for (auto& each : *calls) {
    if (each.is_object()) each.erase("purpose");
  }
}

}  // namespace

std::string call_key(const model::ToolCall& call) {
  auto arguments = model::parse_bounded(call.arguments_json, "the arguments");
  if (arguments && call.model_name == kExecuteTools) drop_purposes(*arguments);
  return call.model_name + ":" + base::sha256_hex(arguments ? model::dump(*arguments) : call.arguments_json);
}

void CallMemory::note(std::size_t step, const model::ToolCall& call, const model::ToolOutcome& outcome) {
  // A no does not make the next identical call a new one.
  if (outcome.code.starts_with("approval_")) return;
  Seen& seen = seen_[call_key(call)];
  if (seen.count > 0 && seen.step == step) return;
  const std::string hash = base::sha256_hex(without(call.call_id, outcome.result_json));
  seen.count = seen.result_hash == hash ? seen.count + 1 : 1;
  seen.result_hash = hash;
  seen.step = step;
}

std::size_t CallMemory::repeats(const std::string& key) const {
  const auto seen = seen_.find(key);
  return seen == seen_.end() ? 0 : seen->second.count;
}

}  // namespace platos::tools

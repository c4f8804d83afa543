#include "tools/call_memory.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/json.hpp"

namespace platos::tools {
namespace {

// Results of execute_tools name the calls that they are of.
std::string without(const std::string& id, std::string text) {
  for (auto at = text.find(id); !id.empty() && at != std::string::npos; at = text.find(id, at))
    text.erase(at, id.size());
  return text;
}

}  // namespace

std::string call_key(const model::ToolCall& call) {
  const auto arguments = model::parse_bounded(call.arguments_json, "the arguments");
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

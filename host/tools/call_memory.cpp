#include "tools/call_memory.hpp"

#include "base/text.hpp"

namespace platos::tools {

std::string call_key(const model::ToolCall& call) {
  return call.model_name + ":" + base::sha256_hex(call.arguments_json);
}

void CallMemory::note(std::size_t step, const model::ToolCall& call, const model::ToolOutcome& outcome) {
  // A no does not make the next identical call a new one.
  if (outcome.code.starts_with("approval_")) return;
  Seen& seen = seen_[call_key(call)];
  if (seen.count > 0 && seen.step == step) return;
  const std::string hash = base::sha256_hex(outcome.result_json);
  seen.count = seen.result_hash == hash ? seen.count + 1 : 1;
  seen.result_hash = hash;
  seen.step = step;
}

std::size_t CallMemory::repeats(const std::string& key) const {
  const auto seen = seen_.find(key);
  return seen == seen_.end() ? 0 : seen->second.count;
}

}  // namespace platos::tools

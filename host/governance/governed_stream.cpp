#include "governance/governed_stream.hpp"

#include <algorithm>

namespace platos::governance {

GovernedStream::GovernedStream(std::vector<GuardedCheck> checks) {
  for (auto& check : checks) stages_.push_back({std::move(check), {}});
}

Result<std::string> GovernedStream::feed(std::string_view piece, bool is_last) {
  std::string text(piece);
  for (auto& stage : stages_) {
    if (text.empty() && !is_last) break;
    stage.held += text;
    auto verdict = stage.check.feed(text, stage.held, is_last);
    note(findings_, stage.check.link(), ports::Point::AfterModel, verdict);
    if (verdict.decision >= ports::Decision::RequireApproval)
      return fail(refusal(verdict.decision, verdict.rule_id, findings_));
    const std::size_t settled = std::min(verdict.release_bytes, stage.held.size());
    text = verdict.decision == ports::Decision::Redact ? std::move(verdict.replacement) : stage.held.substr(0, settled);
    stage.held.erase(0, settled);
  }
  return text;
}

}  // namespace platos::governance

// Before a call: is there such a tool, do the arguments fit, may it be made, must people be asked?
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "engine/run.hpp"
#include "governance/chain.hpp"
#include "tools/call_memory.hpp"
#include "tools/catalogue.hpp"
#include "tools/prepared_call.hpp"

namespace platos::tools {

/// Calls whose outcome nobody knows, by call_key(), with the idempotency key of each. For the rest of the run the same
/// call is refused when its effect is `once`, and made under that key when it is `idempotent`.
using UnknownOutcomes = std::map<std::string, std::string>;

/// What the calls of one step have in common. Outlives them.
struct CallSetting {
  const ToolSet& tools;
  const CallMemory& memory;  ///< of the steps before
  telemetry::SpanContext parent;
  std::string user_token = {};  ///< of ports::CallContext
};

struct PreparationOptions {
  std::int64_t approval_timeout_s = 300;
  std::int64_t max_repeats = 3;  ///< of a call that gives the same result; 0: no limit
};

/// The subject of a tool call, for governors.
governance::Subject subject_of(const engine::Run& run, const PreparedCall& prepared);

/// Immutable; used from all loops.
class CallPreparation {
 public:
  CallPreparation(const governance::Chain& chain, PreparationOptions options) : chain_(chain), options_(options) {}

  /// A refusal, a question, or a call that may be made. What people were asked by a former attempt is asked as it was:
  /// today's rules may refuse the call, and no more.
  PreparedCall prepare(engine::Run& run, const CallSetting& setting, const PendingCall& pending,
                       UnknownOutcomes& unknown, bool is_part = false) const;

  /// People have decided: refuses the call, or lets it run with the arguments that they left. Governors see these as
  /// of now; what an edit may not touch, or what others would have to approve, is "approval_void".
  void decide(engine::Run& run, const CallSetting& setting, PreparedCall& prepared,
              const model::Approval& approval) const;

 private:
  std::optional<model::ToolOutcome> refuse(engine::Run& run, const CallSetting& setting, PreparedCall& prepared,
                                           UnknownOutcomes& unknown) const;
  std::optional<model::ToolOutcome> resume(PreparedCall& prepared, UnknownOutcomes& unknown) const;
  std::optional<model::ToolOutcome> check_approved(engine::Run& run, const CallSetting& setting,
                                                   const PreparedCall& prepared, const model::Approval& approval) const;
  std::optional<model::ToolOutcome> judge_approved(const PreparedCall& prepared, const model::Approval& approval,
                                                   const governance::Judgement& judged) const;
  Result<Question> question_of_governors(const PreparedCall& prepared, const governance::Judgement& judged) const;
  std::optional<model::ToolOutcome> govern(engine::Run& run, PreparedCall& prepared) const;
  std::optional<Question> ask(const CallSetting& setting, const PreparedCall& prepared) const;
  std::optional<Question> ask_if_stuck(const CallSetting& setting, const PreparedCall& prepared) const;
  Question question_as_asked(const PreparedCall& prepared, const model::Approval& asked) const;
  Question question_about(const PreparedCall& prepared, const model::ApprovalPolicy& policy) const;

  const governance::Chain& chain_;
  PreparationOptions options_;
};

/// InvalidArgument in a model's words, or nothing when the arguments fit the tool's schema.
std::optional<model::ToolOutcome> check_arguments(const model::ToolCall& call, const model::Tool& tool);

}  // namespace platos::tools

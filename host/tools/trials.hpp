// Calls of a tool that no model asked for: somebody tries it, or repeats a call of the audit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/task.hpp"
#include "governance/chain.hpp"
#include "governance/minute_limit.hpp"
#include "model/scope.hpp"
#include "model/tool_costs.hpp"
#include "store/tool_audit.hpp"
#include "tools/administration.hpp"

namespace platos::tools {

struct Trial {
  model::Principal who;
  std::string tool;  ///< model name, or "<instance>/<name>"
  std::string arguments_json;
  std::string agent;         ///< whose rules hold, too, by id or slug; empty: those of the environment alone
  std::string session_json;  ///< the context of the call; empty: none
  bool confirmed = false;    ///< the caller has approved what the tool wants approved
  std::string source = "wire_test";
  std::string replay_of;
  std::string user_id = {};              ///< whom the tool is called for; empty: the caller
  std::string user_token = {};           ///< that user's own; never kept. With neither, the caller's goes along
  std::string envelope_json = {};        ///< an object that goes along as `_context`; empty: none
  std::string called_by = {};            ///< the agent that the tool is told of; empty: `agent`
  std::vector<std::string> hidden = {};  ///< what nobody may see of the answer, nor find in the audit
};

/// A call that was made.
struct Attempt {
  store::ToolAuditRow row;
  std::optional<Error> error = {};  ///< as the tool's source gave it; the row has the audit's word for it
};

struct TrialsOptions {
  std::int64_t timeout_ms = 30'000;
  std::size_t max_result_bytes = 1024 * 1024;
  std::size_t tests_per_minute = 20;          ///< of one user
  std::size_t replays_per_minute = 10;        ///< likewise
  const model::ToolPrices* prices = nullptr;  ///< as of DispatcherOptions
};

/// Internally synchronised. A call is in the audit log before it is made, and in the audit of tools afterwards.
/// Governors judge it like a call of a turn; where they want people's approval it is refused, since nobody waits here.
class Trials {
 public:
  Trials(const Catalogue& catalogue, const governance::Chain& chain, Administration& administration,
         store::Database& database, base::IdMaker& ids, TrialsOptions options)
      : catalogue_(catalogue),
        chain_(chain),
        administration_(administration),
        database_(database),
        ids_(ids),
        options_(options),
        tests_("tool_tests", "test calls", options.tests_per_minute),
        replays_("tool_replays", "replays", options.replays_per_minute) {}

  /// The audit row, also of a call that failed: its error_code says why. Errors are refusals before the call: NotFound
  /// "tool_not_found"; PermissionDenied "tool_blocked", "approval_required", "safety_blocked"; InvalidArgument
  /// "invalid_arguments"; ResourceExhausted "rate_limit".
  Task<Result<store::ToolAuditRow>> call(base::Loop& loop, Trial trial);
  /// The same, with the error as it was.
  Task<Result<Attempt>> attempt(base::Loop& loop, Trial trial);

  struct Replay {
    store::ToolAuditRow original;
    store::ToolAuditRow replay;
  };
  /// NotFound "tool_call_not_found"; Conflict "not_replayable" when the arguments were too long to be kept whole.
  Task<Result<Replay>> replay(base::Loop& loop, model::Principal who, std::string call_id, bool confirmed);

 private:
  /// From here on the trial has its agent's id: rules and the audit know no slugs.
  Task<Result<ListedTool>> admitted(base::Loop& loop, Trial& trial);
  Task<Result<std::string>> govern(base::Loop& loop, const governance::Subject& subject, const model::Tool& tool,
                                   std::string arguments_json);
  Task<Result<void>> note_begun(base::Loop& loop, model::Principal who, store::ToolAuditRow row);
  Task<Result<std::string>> invoke(base::Loop& loop, Trial trial, model::SharedTool tool, std::string call_id);
  std::vector<governance::Finding> settle(const governance::Subject& subject, Result<std::string> result,
                                          const std::vector<std::string>& hidden, Attempt& made) const;

  const Catalogue& catalogue_;
  const governance::Chain& chain_;
  Administration& administration_;
  store::Database& database_;
  base::IdMaker& ids_;
  TrialsOptions options_;
  governance::MinuteLimit tests_;
  governance::MinuteLimit replays_;
};

}  // namespace platos::tools

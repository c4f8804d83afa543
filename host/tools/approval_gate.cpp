#include "tools/approval_gate.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "base/failpoint.hpp"
#include "model/event.hpp"
#include "store/approvals.hpp"
#include "tenancy/audit.hpp"
#include "tools/questions.hpp"

namespace platos::tools {
namespace {

using model::Approval;
using model::ApprovalState;

constexpr std::int64_t kHourUs = 3'600'000'000;
constexpr std::int64_t kMostOfRun = 10'000;

/// What the store knows that matters to new questions of a run.
struct Known {
  std::vector<Approval> of_run;
  std::int64_t asked_this_hour = 0;
};

Result<Known> read_known(store::Session& session, const model::RunRecord& run, std::int64_t now_us) {
  store::Approvals approvals(session);
  store::ApprovalFilter of_run;
  of_run.run_id = run.id;
  of_run.limit = kMostOfRun;
  store::ApprovalFilter recent;
  recent.user_id = run.user_id;
  recent.agent_id = run.agent_id;
  recent.source = kRequestApproval;
  recent.since_us = now_us - kHourUs;
  return Known{approvals.list(run.scope, of_run), approvals.count(run.scope, recent)};
}

Task<Result<Known>> read_known(engine::Run& run) {
  for (;;) {
    const auto read = run.context().database.read(
        run.loop(), [record = run.record(), now = run.now_us()](store::Session& session) -> Result<Known> {
          return read_known(session, record, now);
        });
    auto known = co_await read;
    if (known) co_return known;
    const bool again = co_await run.may_try_again(known.error());
    if (!again) co_return known;
  }
}

Approval new_approval(engine::Run& run, const Question& question) {
  Approval approval;
  approval.id = run.context().ids.make("apr");
  approval.scope = run.record().scope;
  approval.source = question.source;
  approval.run_id = run.id();
  approval.call_id = question.call.call_id;
  approval.agent_id = run.record().agent_id;
  approval.thread_id = run.record().thread_id;
  approval.requested_by = run.record().user_id;
  approval.action = question.action;
  approval.details = question.details;
  approval.tool = question.tool;
  approval.arguments_json = question.call.arguments_json;
  approval.schema_json = question.schema_json;
  approval.request_hash = model::approval_hash(question.call.model_name, question.call.arguments_json);
  approval.policy = question.policy;
  approval.created_us = run.now_us();
  approval.deadline_us = approval.created_us + question.policy.timeout_s * 1'000'000;
  return approval;
}

Approval over_limit(const Question& question, std::int64_t limit) {
  Approval approval;
  approval.source = question.source;
  approval.call_id = question.call.call_id;
  approval.state = ApprovalState::Rejected;
  approval.comment = "approval rate limit exceeded: this agent may ask a user " + std::to_string(limit) +
                     " times an hour; go on without, or tell the user";
  return approval;
}

// Ends an approval that nobody has decided; false when somebody was faster, on another host: then that holds.
bool end(store::Session& session, base::IdMaker& ids, const Approval& approval, const char* action) {
  if (!store::Approvals(session).update(approval)) return false;
  model::Principal turn;
  turn.scope = approval.scope;
  turn.user_id = approval.requested_by;
  turn.actor = "run:" + approval.run_id;
  tenancy::write_audit(session, ids, turn, action, approval.id,
                       {{"run", approval.run_id},
                        {"tool", approval.tool},
                        {"hash", approval.request_hash},
                        {"state", model::to_text(approval.state)}},
                       approval.resolved_us);
  return true;
}

// Has passed its deadline without a word: that denies.
Result<std::vector<Approval>> read_decided(store::Session& session, base::IdMaker& ids, const model::Scope& scope,
                                           const std::string& run_id, std::int64_t now_us) {
  store::Approvals rows(session);
  store::ApprovalFilter filter;
  filter.run_id = run_id;
  filter.limit = kMostOfRun;
  auto approvals = rows.list(scope, filter);
  for (auto& approval : approvals) {
    if (approval.state != ApprovalState::Pending || approval.deadline_us > now_us) continue;
    approval.state = ApprovalState::TimedOut;
    approval.resolved_us = now_us;
    if (!end(session, ids, approval, "approval.expire")) approval = rows.find(scope, approval.id).value_or(approval);
  }
  return approvals;
}

// Takes what was decided from `rows`, and tells of each once. When the next of the rest expires; nothing: all is
// decided.
std::optional<std::int64_t> take_decided(engine::Run& run, const std::vector<Approval>& rows,
                                         std::vector<Approval>& approvals, std::set<std::string>& told) {
  std::optional<std::int64_t> due_us;
  for (auto& approval : approvals) {
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&](const Approval& each) { return each.id == approval.id; });
    if (row != rows.end()) approval = *row;
    if (approval.state == ApprovalState::Pending) {
      due_us = std::min(due_us.value_or(approval.deadline_us), approval.deadline_us);
    } else if (!approval.id.empty() && told.insert(approval.id).second) {
      run.emit(model::approval_resolved_event(approval));
    }
  }
  return due_us;
}

bool has_asked(const engine::Run& run) {
  const auto& journal = run.former_journal();
  return std::any_of(journal.begin(), journal.end(),
                     [](const model::JournalRow& row) { return row.kind == model::journal::kAsked; });
}

}  // namespace

Task<Result<std::map<std::string, Approval>>> ApprovalGate::asked_before(engine::Run& run) const {
  std::map<std::string, Approval> asked;
  if (!has_asked(run)) co_return asked;
  auto known = co_await read_known(run);
  if (!known) co_return fail(known.error());
  for (auto& approval : known->of_run) asked.emplace(approval.call_id, std::move(approval));
  co_return asked;
}

void ApprovalGate::withdraw(engine::Run& run, const std::vector<Approval>& approvals) const {
  for (auto approval : approvals) {
    if (approval.state != ApprovalState::Pending) continue;
    approval.state = ApprovalState::Cancelled;
    approval.resolved_us = run.now_us();
    run.emit(model::approval_resolved_event(approval));
    run.store([approval, &ids = run.context().ids](store::Session& session) -> Result<void> {
      // False: it was decided meanwhile, which changes nothing for a call that is not made.
      static_cast<void>(end(session, ids, approval, "approval.cancel"));
      return {};
    });
  }
}

Task<Result<std::vector<Approval>>> ApprovalGate::ask(engine::Run& run, std::vector<Question> questions) const {
  const bool may_know = !run.former_journal().empty();
  const bool counts = std::any_of(questions.begin(), questions.end(),
                                  [](const Question& each) { return each.source == kRequestApproval; });
  Known known;
  if (may_know || counts) {
    auto found = co_await read_known(run);
    if (!found) co_return fail(found.error());
    known = std::move(*found);
  }
  std::vector<Approval> approvals;
  std::size_t asked = 0;
  for (const auto& question : questions) {
    const auto former = std::find_if(known.of_run.begin(), known.of_run.end(), [&](const Approval& each) {
      return each.call_id == question.call.call_id && each.source == question.source;
    });
    const bool is_limited = question.source == kRequestApproval && options_.max_per_hour > 0;
    if (former != known.of_run.end()) {
      approvals.push_back(*former);
    } else if (is_limited && known.asked_this_hour >= options_.max_per_hour) {
      approvals.push_back(over_limit(question, options_.max_per_hour));
    } else {
      if (question.source == kRequestApproval) ++known.asked_this_hour;
      approvals.push_back(new_approval(run, question));
      run.store([approval = approvals.back()](store::Session& session) -> Result<void> {
        store::Approvals(session).insert(approval);
        return {};
      });
      run.emit(model::approval_needed_event(approvals.back()));
      ++asked;
    }
  }
  if (asked > 0) run.journal(model::journal::kAsked, "{}");
  base::failpoint("approval.before_asked");
  co_return approvals;
}

Task<Result<void>> ApprovalGate::wait(engine::Run& run, std::vector<Approval>& approvals) const {
  // Asked and announced before anything is read back.
  if (auto written = co_await run.barrier(); !written) co_return written;
  base::failpoint("approval.asked");
  std::set<std::string> told;
  for (;;) {
    const auto write = run.context().database.write(
        run.loop(), [&ids = run.context().ids, scope = run.record().scope, id = run.id(), now = run.now_us()](
                        store::Session& session) { return read_decided(session, ids, scope, id, now); });
    const auto rows = co_await write;
    if (!rows) {
      const bool again = co_await run.may_try_again(rows.error());
      if (again) continue;
      co_return fail(rows.error());
    }
    const auto due_us = take_decided(run, *rows, approvals, told);
    if (!due_us) break;
    engine::Run::StillWaits still_waits = [scope = run.record().scope, id = run.id()](store::Session& session) {
      return store::Approvals(session).is_pending(scope, id);
    };
    const auto waited = co_await run.wait_until(*due_us, "approval", std::move(still_waits));
    if (!waited) co_return fail(waited.error());
    if (*waited) continue;
    withdraw(run, approvals);
    co_return fail(ErrorKind::Cancelled, run.cancel_token().reason(), "the run was cancelled");
  }
  base::failpoint("approval.resolved");
  co_return Result<void>{};
}

}  // namespace platos::tools

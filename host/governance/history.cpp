#include "governance/history.hpp"

#include <algorithm>
#include <optional>

#include "governance/audit.hpp"
#include "governance/guarded_check.hpp"
#include "store/tool_audit.hpp"

namespace platos::governance {
namespace {

using ports::Decision;
using ports::Point;
using store::ToolAuditRow;

constexpr std::int64_t kPageCalls = 100;

/// For a governor, it is as late as it was when the call was made.
class PastClock final : public base::Clock {
 public:
  explicit PastClock(const base::Clock& now) : now_(now) {}
  std::int64_t wall_us() const override { return wall_us_.load(); }
  std::int64_t monotonic_us() const override { return now_.monotonic_us(); }
  void set(std::int64_t wall_us) { wall_us_ = wall_us; }

 private:
  const base::Clock& now_;
  std::atomic<std::int64_t> wall_us_{0};
};

Subject subject_of(const model::Scope& scope, const ToolAuditRow& row) {
  Subject subject;
  subject.context.scope = scope;
  subject.context.user_id = row.user_id;
  subject.context.run_id = row.run_id;
  subject.agent_id = row.agent_id;
  subject.thread_id = row.thread_id;
  subject.tool = row.model_name;
  subject.call_id = row.id;
  subject.effect = row.effect;
  return subject;
}

// Refused for what they were: nobody asked a governor. A tool that says so itself has taken its time.
bool was_asked(const ToolAuditRow& row) {
  if (row.latency_us > 0) return true;
  for (const std::string_view code :
       {"unknown_tool", "invalid_arguments", "context_value_invalid", "tool_not_allowed"}) {
    if (row.error_code == code) return false;
  }
  return true;
}

bool was_made(const ToolAuditRow& row) {
  return row.status == "success" || row.status == "failed" || row.status == "timeout" || row.status == "unknown";
}

bool has_result(const ToolAuditRow& row) { return was_made(row) && row.status != "unknown"; }

bool is_cut(const std::string& text) { return text.size() >= store::kMaxAuditedBytes - 4; }

/// A question that is under way.
struct Ticket {
  explicit Ticket(std::atomic<int>& counted) : count(counted) { ++count; }
  ~Ticket() { --count; }
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;
  std::atomic<int>& count;
};

/// The books of one question. Used by one thread at a time.
class Bookkeeper {
 public:
  Bookkeeper(std::shared_ptr<ports::Governor> governor, std::shared_ptr<PastClock> past, const base::Clock& clock,
             model::Scope scope, std::size_t examples)
      : past_(std::move(past)), clock_(clock), scope_(std::move(scope)), examples_(examples) {
    link_.instance = governor->instance();
    link_.governor = std::move(governor);
    link_.budget_us = INT64_MAX;
  }

  /// False: there was no more time for all of them.
  bool take(const std::vector<ToolAuditRow>& rows, std::int64_t deadline_us) {
    for (const auto& row : rows) {
      if (clock_.monotonic_us() >= deadline_us) return false;
      take(row);
    }
    return true;
  }

  HistoryReport report;

 private:
  void take(const ToolAuditRow& row) {
    ++report.considered;
    report.oldest_us = row.created_us;
    if (!was_asked(row)) {
      ++report.not_asked;
      return;
    }
    past_->set(row.created_us);
    bool unjudged = false;
    PastVerdict worst = ask(row, Point::BeforeTool, row.arguments_json, unjudged);
    const bool would_run = worst.decision < Decision::RequireApproval;
    if (would_run && has_result(row)) {
      PastVerdict of_result = ask(row, Point::AfterTool, row.result_json, unjudged);
      if (of_result.decision > worst.decision || worst.rule_id.empty()) worst = std::move(of_result);
    }
    if (unjudged && worst.decision == Decision::Allow) {
      ++report.unjudged;
      return;
    }
    ++report.verdicts[worst.decision];
    const bool stops = worst.point == Point::BeforeTool && worst.decision >= Decision::RequireApproval;
    if (stops && was_made(row)) ++report.would_stop;
    if (worst.rule_id.empty() || report.examples.size() >= examples_) return;
    report.examples.push_back({row.id, row.run_id, row.model_name, row.agent_id, row.user_id, row.status,
                               row.error_code, row.created_us, std::move(worst)});
  }

  PastVerdict ask(const ToolAuditRow& row, Point point, const std::string& text, bool& unjudged) {
    PastVerdict said;
    said.point = point;
    if (!link_.wants(point)) return said;
    if (is_cut(text)) {
      unjudged = true;
      return said;
    }
    const auto subject = subject_of(scope_, row);
    GuardedCheck check(link_, clock_, subject.context, point, to_json(subject, point));
    auto verdict = check.feed(text, text, true);
    said.decision = verdict.decision;
    said.rule_id = std::move(verdict.rule_id);
    said.reason = std::move(verdict.reason);
    if (!said.rule_id.empty()) ++report.rules[{said.rule_id, said.decision, point}];
    return said;
  }

  Link link_;
  std::shared_ptr<PastClock> past_;
  const base::Clock& clock_;
  model::Scope scope_;
  std::size_t examples_;
};

}  // namespace

Task<Result<HistoryReport>> History::judge(base::Loop& loop, model::Scope scope, HistoryQuestion question) {
  const Ticket ticket(under_way_);
  if (under_way_ > kMaxAtOnce)
    co_return fail(ErrorKind::Unavailable, "overloaded", "two dry runs are under way; try again when one has ended");
  const std::int64_t deadline_us = loop.clock().monotonic_us() + time_limit_us_;
  auto past = std::make_shared<PastClock>(loop.clock());
  const auto making = worker_.run(loop, [this, past, config = std::move(question.config_json)] {
    return trials_.make_governor(kPlugin, config, past);
  });
  auto governor = co_await making;
  if (!governor) co_return fail(governor.error());
  auto books = std::make_shared<Bookkeeper>(std::move(*governor), past, loop.clock(), scope, question.examples);
  store::AuditPlace end{question.until_us, {}};
  for (bool more = true; more;) {
    const std::int64_t left = question.limit - books->report.considered;
    // One beyond the limit says that there are more.
    const std::int64_t wanted = std::min(kPageCalls, left + 1);
    const auto reading =
        database_.read(loop,
                       [scope, agent = question.agent_id, since_us = question.since_us, end,
                        wanted](store::Session& session) -> Result<std::vector<ToolAuditRow>> {
                         return store::ToolAudit(session).agents_calls(scope, agent, since_us, end, wanted);
                       });
    auto rows = co_await reading;
    if (!rows) co_return fail(rows.error());
    more = static_cast<std::int64_t>(rows->size()) == wanted;
    if (static_cast<std::int64_t>(rows->size()) > left) {
      rows->resize(static_cast<std::size_t>(left));
      books->report.cut = "limit";
      more = false;
    }
    if (!rows->empty()) end = {rows->back().created_us, rows->back().id};
    const auto judging = worker_.run(loop, [books, rows = std::move(*rows), deadline_us]() -> Result<bool> {
      return books->take(rows, deadline_us);
    });
    const auto judged = co_await judging;
    if (!judged) co_return fail(judged.error());
    if (*judged) continue;
    books->report.cut = "time";
    more = false;
  }
  HistoryReport report = std::move(books->report);
  // The instance goes where it was made: much of it may have to be given back.
  worker_.enqueue([books = std::move(books)]() mutable { books.reset(); });
  co_return report;
}

}  // namespace platos::governance

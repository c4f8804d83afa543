// What rules for tools would have said of the calls that there were.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/clock.hpp"
#include "base/loop.hpp"
#include "base/task.hpp"
#include "base/worker_pool.hpp"
#include "model/scope.hpp"
#include "ports/governor.hpp"
#include "ports/governor_trials.hpp"
#include "store/database.hpp"

namespace platos::governance {

struct HistoryQuestion {
  std::string config_json;  ///< of the plugin governor-rules
  std::string agent_id;     ///< calls of this agent; empty: of all
  std::int64_t since_us = 0;
  std::int64_t until_us = INT64_MAX;  ///< not inside
  std::int64_t limit = 10'000;        ///< calls
  std::size_t examples = 20;
};

/// A rule's verdict on one call. "default" is the rule of a call that no other holds for.
struct PastVerdict {
  ports::Decision decision = ports::Decision::Allow;
  ports::Point point = ports::Point::BeforeTool;  ///< of the call, or of its result
  std::string rule_id;                            ///< empty: nothing is to be done
  std::string reason;
};

struct PastCall {
  std::string id;
  std::string run_id;
  std::string tool;  ///< as models see it
  std::string agent_id;
  std::string user_id;
  std::string status;  ///< how it went then
  std::string error_code;
  std::int64_t created_us = 0;
  PastVerdict verdict;
};

struct HistoryReport {
  std::int64_t considered = 0;
  std::int64_t not_asked = 0;  ///< refused for their form before governors are asked
  std::int64_t unjudged = 0;   ///< whose arguments or results were too long to be kept whole
  std::map<ports::Decision, std::int64_t> verdicts;
  std::int64_t would_stop = 0;  ///< calls that were made then and would be denied, or wait for people
  std::map<std::tuple<std::string, ports::Decision, ports::Point>, std::int64_t> rules;  ///< calls by rule
  std::vector<PastCall> examples;                                                        ///< newest first
  std::string cut;             ///< "limit", "time": there are older calls; empty: all were looked at
  std::int64_t oldest_us = 0;  ///< the oldest that was looked at; 0: there was none
};

/// Internally synchronised; asked on loops, works on a thread of its own. Nothing is called and nothing is changed.
class History {
 public:
  static constexpr const char* kPlugin = "dev.platos.governor-rules";
  static constexpr std::int64_t kMaxCalls = 10'000;

  /// `time_limit_us`: an answer that would take longer ends early, and says so.
  History(ports::GovernorTrials& trials, store::Database& database, std::int64_t time_limit_us = 30'000'000)
      : trials_(trials), database_(database), time_limit_us_(time_limit_us), worker_("history", 1, kMaxQueued) {}

  /// Looks at the calls that agents made, newest first, with what was kept of them: arguments as governors left them
  /// then. Errors: as of GovernorTrials; Unavailable "overloaded" when two are under way.
  Task<Result<HistoryReport>> judge(base::Loop& loop, model::Scope scope, HistoryQuestion question);

 private:
  static constexpr int kMaxAtOnce = 2;
  static constexpr std::size_t kMaxQueued = 16;

  ports::GovernorTrials& trials_;
  store::Database& database_;
  const std::int64_t time_limit_us_;
  base::WorkerPool worker_;
  std::atomic<int> under_way_{0};
};

}  // namespace platos::governance

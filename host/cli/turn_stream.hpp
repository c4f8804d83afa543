// The events of a run as they come: from its submission, or from its log; over lost connections.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/cancellation.hpp"
#include "base/task_set.hpp"
#include "cli/connection.hpp"

namespace platos::cli {

/// One message to an agent. With a thread and no agent, the thread's own agent answers.
struct TurnRequest {
  std::string agent;
  std::string thread_id;
  std::string message;
};

/// Hears of a run, on the loop.
class TurnListener {
 public:
  virtual ~TurnListener() = default;
  virtual void on_event(const Json& event) = 0;
  virtual void on_connection_lost() {}
};

/// For one run. Bound to the loop of its connection; all borrowed things must outlive it.
///
/// A connection that breaks is made anew, up to ten times and 30 s without progress: the run goes on meanwhile. A
/// submission carries an Idempotency-Key, so it too can be repeated and is carried out once.
class TurnStream {
 public:
  TurnStream(Connection& connection, TurnListener& listener);

  /// Submits, and ends when `done` has come. A turn that failed is a good end: its error is an event.
  Task<Result<void>> submit(TurnRequest turn);
  /// Reads the log of a run behind `after` up to its end.
  Task<Result<void>> follow(std::string run_id, std::int64_t after);

  /// The first call cancels the run, whose end is then waited for; the second gives up waiting: Cancelled.
  void interrupt();

 private:
  class Handler;
  struct Attempt {
    bool ended = false;  ///< nothing more to come
    bool lost = false;   ///< may be tried again
    Error error;
  };

  Task<Result<void>> run_to_end();
  Task<Attempt> attempt();
  egress::HttpRequest next_request() const;
  Attempt judge(const Handler& handler, const Result<void>& outcome, const std::string& path) const;
  Error gone() const;
  void take(const Json& event);
  void cancel_run();
  Task<void> send_cancel();

  Connection& connection_;
  TurnListener& listener_;
  base::TaskSet tasks_;
  base::CancelSource abandon_;
  TurnRequest turn_;
  std::string idempotency_key_;
  std::string run_id_;
  std::int64_t last_seq_ = 0;
  bool answered_ = false;  ///< the server was reached at least once
  bool done_ = false;
  int interrupts_ = 0;
  bool cancel_sent_ = false;
};

}  // namespace platos::cli

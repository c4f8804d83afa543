// One reader of one run's stream: what is stored first, then what is in memory, then live.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/task_set.hpp"
#include "engine/engine.hpp"
#include "engine/event_log.hpp"

namespace platos::engine {

/// Bound to its loop. Pull until Pending, then wait for `on_ready`. Starts behind `after`, at any point of the stream's
/// life, also for a run that is queued, ended, or lives in another process: what another host has written is looked for
/// four times a second while its run goes on. Events come in order, each once.
class Subscription {
 public:
  Subscription(Engine& engine, base::Loop& loop, model::Scope scope, std::string run_id, std::int64_t after,
               std::function<void()> on_ready);
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  enum class State {
    Unspecified,
    Events,   ///< some were appended
    Pending,  ///< on_ready will be called
    End,      ///< the stream is complete
    Failed,   ///< see error()
  };
  State pull(std::size_t max_bytes, std::vector<LoggedEvent>& out);

  const Error& error() const { return error_; }
  const std::string& run_id() const { return run_id_; }

 private:
  void attach();
  State pull_live(std::size_t max_bytes, std::vector<LoggedEvent>& out);
  void load();
  Task<void> load_from_store();
  void await_more(model::RunState state);

  Engine& engine_;
  base::Loop& loop_;
  model::Scope scope_;
  std::string run_id_;
  std::int64_t cursor_;
  std::function<void()> on_ready_;
  std::shared_ptr<EventLog> log_;
  std::uint64_t subscription_ = 0;
  std::vector<LoggedEvent> loaded_;
  bool loading_ = false;
  bool awaiting_ = false;   // the engine will tell when the run is live here
  bool exhausted_ = false;  // the store had nothing more, and the run has ended
  bool failed_ = false;
  Error error_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  base::Loop::TimerId next_look_{0, 0};
  base::TaskSet tasks_;
};

}  // namespace platos::engine

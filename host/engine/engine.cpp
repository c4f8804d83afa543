#include "engine/engine.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/failpoint.hpp"

namespace platos::engine {
namespace {

Error unavailable(std::string code, std::string message) {
  Error error;
  error.kind = ErrorKind::Unavailable;
  error.code = std::move(code);
  error.message = std::move(message);
  error.retryable = true;
  error.retry_after_ms = 1000;
  return error;
}

}  // namespace

Engine::Engine(EngineOptions options, store::Database& database, base::Logger& logger, base::IdMaker& ids,
               std::vector<base::Loop*> loops)
    : options_(std::move(options)), database_(database), logger_(logger), context_{database,
                                                                                   logger,
                                                                                   ids,
                                                                                   options_.host_id,
                                                                                   options_.lease_us,
                                                                                   options_.ring_bytes} {
  for (auto* loop : loops) {
    slots_.push_back(
        {loop, std::make_unique<base::TaskSet>(
                   *loop, [this](std::string_view task, std::exception_ptr what) { escaped(task, what); })});
  }
}

Engine::~Engine() = default;

void Engine::escaped(std::string_view task, std::exception_ptr failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    logger_.error("engine", "an exception left a task", {{"task", task}, {"reason", error.what()}});
  } catch (...) {
    logger_.error("engine", "an exception left a task", {{"task", task}});
  }
}

void Engine::register_body(std::string kind, ports::TaskBody& body) { bodies_.emplace(std::move(kind), &body); }

Engine::Slot& Engine::slot_of_this_loop() {
  const auto found =
      std::find_if(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.loop->in_thread(); });
  return found == slots_.end() ? slots_.front() : *found;
}

Task<Result<void>> Engine::start() {
  for (;;) {
    const auto claimed = co_await claim_due(true);
    if (!claimed) co_return fail(claimed.error());
    if (*claimed == 0) break;
    logger_.info("engine", "runs of a former process were taken over", {{"runs", *claimed}});
  }
  Slot& slot = slots_.front();
  slot.tasks->start("poll", poll());
  slot.tasks->start("renew", renew());
  slot.tasks->start("sweep", sweep());
  co_return Result<void>{};
}

Result<void> Engine::admits() const {
  if (draining_) return fail(unavailable("draining", "the server is stopping; try again in a moment"));
  if (!database_.writable()) return fail(database_.refusal());
  if (live_count() >= static_cast<std::size_t>(options_.max_running)) {
    return fail(
        unavailable("overloaded", std::to_string(options_.max_running) + " runs are under way, which is the limit"));
  }
  return {};
}

Submission Engine::submit(model::RunRecord record, Run::StoreWork work, const model::Event& first_event) {
  Slot& slot = slot_of_this_loop();
  record.state = model::RunState::Running;
  record.lease_owner = options_.host_id;
  record.lease_until_us = slot.loop->clock().wall_us() + options_.lease_us;
  record.fence = 1;
  record.seq_reserved = kFreshReserve;
  base::failpoint("submit.before_store");
  auto run = std::make_shared<Run>(context_, *slot.loop, *slot.tasks, record, 1, std::vector<model::JournalRow>{});
  const auto accept = [record, work = std::move(work)](store::Session& session) -> Result<void> {
    if (auto done = work(session); !done) return done;
    store::Runs(session).insert(record);
    base::failpoint("submit.in_accept");
    return {};
  };
  Submission submission{run, run->accept(accept, first_event)};
  launch(slot, run);
  base::failpoint("submit.after_launch");
  return submission;
}

Task<Result<void>> Engine::enqueue(base::Loop& loop, model::RunRecord record, Run::StoreWork work) {
  record.state = model::RunState::Queued;
  record.fence = 0;
  // Counted before it can be seen in the store, so that a turn that ends meanwhile starts it.
  note_waiting(record.thread_id);
  const auto written = database_.write(loop, [record, work](store::Session& session) -> Result<void> {
    if (auto done = work(session); !done) return done;
    store::Runs(session).insert(record);
    return {};
  });
  auto result = co_await written;
  base::failpoint("enqueue.after_write");
  if (result) {
    // The turn before it may have ended between the count and the write.
    poke();
  } else {
    drop_waiting(record.thread_id);
  }
  co_return result;
}

void Engine::note_waiting(const std::string& thread_id) {
  const std::lock_guard lock(mutex_);
  ++queued_[thread_id];
}

bool Engine::drop_waiting(const std::string& thread_id) {
  const std::lock_guard lock(mutex_);
  const auto waiting = queued_.find(thread_id);
  if (waiting == queued_.end()) return false;
  if (--waiting->second == 0) queued_.erase(waiting);
  return true;
}

void Engine::tell_awaiting(const std::string& run_id) {
  std::vector<std::pair<base::Loop*, std::function<void()>>> notices;
  {
    const std::lock_guard lock(mutex_);
    const auto [first, last] = awaited_.equal_range(run_id);
    for (auto each = first; each != last; ++each) notices.push_back(std::move(each->second));
    awaited_.erase(first, last);
  }
  for (auto& [loop, notice] : notices) loop->post(std::move(notice));
}

void Engine::launch(Slot& slot, const std::shared_ptr<Run>& run) {
  {
    const std::lock_guard lock(mutex_);
    live_.emplace(run->id(), run);
    if (run->record().kind == "turn") live_turns_.emplace(run->record().thread_id, run);
  }
  tell_awaiting(run->id());
  if (on_launch_) on_launch_(*run);
  run->arm_deadline();
  slot.tasks->start("run", drive(run));
}

Task<void> Engine::end_failed(Run& run, std::string failure) {
  logger_.error("engine", "a run failed by a bug", {{"run", run.id()}, {"reason", failure}});
  const Error error{
      ErrorKind::Internal, "internal_error", "an internal error; the log names it by the run id", false, 0, {}};
  run.emit(model::error_event(error));
  run.emit(model::done_event({}, ""));
  model::RunOutcome outcome{model::RunState::Failed, error.code, error.message};
  const auto ended = co_await run.finish(std::move(outcome), "{}");
  if (!ended) logger_.error("engine", "a failed run could not be ended", {{"run", run.id()}});
}

Task<void> Engine::drive(std::shared_ptr<Run> run) {
  const auto body = bodies_.find(run->record().kind);
  std::string failure;
  if (body == bodies_.end()) {
    failure = "no body for runs of kind " + run->record().kind;
  } else {
    try {
      co_await body->second->run(*run);
      if (!run->finished() && !run->lost()) failure = "the body returned without an end";
    } catch (const std::exception& error) {
      failure = error.what();
    }
  }
  if (!failure.empty() && !run->lost()) co_await end_failed(*run, std::move(failure));
  run->events()->close();
  remove(*run);
}

void Engine::remove(const Run& run) {
  {
    const std::lock_guard lock(mutex_);
    live_.erase(run.id());
    const auto [first, last] = live_turns_.equal_range(run.record().thread_id);
    const auto turn = std::find_if(first, last, [&run](const auto& each) { return each.second.get() == &run; });
    if (turn != last) live_turns_.erase(turn);
  }
  if (drop_waiting(run.record().thread_id)) poke();
}

std::shared_ptr<Run> Engine::find_live(std::string_view run_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = live_.find(run_id);
  return found == live_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Run>> Engine::live_turns(const model::Scope& scope, std::string_view thread_id) const {
  std::vector<std::shared_ptr<Run>> turns;
  const std::lock_guard lock(mutex_);
  const auto [first, last] = live_turns_.equal_range(thread_id);
  for (auto each = first; each != last; ++each) {
    if (each->second->record().scope == scope) turns.push_back(each->second);
  }
  return turns;
}

std::size_t Engine::busy_count() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(live_.begin(), live_.end(), [](const auto& each) { return !each.second->waiting(); }));
}

void Engine::wake(const std::string& run_id) {
  if (const auto live = find_live(run_id)) {
    live->loop().post([live] { live->wake(); });
  } else {
    poke();
  }
}

std::size_t Engine::live_count() const {
  const std::lock_guard lock(mutex_);
  return live_.size();
}

void Engine::when_live(std::string_view run_id, base::Loop& loop, std::function<void()> notice) {
  {
    const std::lock_guard lock(mutex_);
    if (!live_.contains(run_id)) {
      awaited_.emplace(std::string(run_id), std::make_pair(&loop, std::move(notice)));
      return;
    }
  }
  loop.post(std::move(notice));
}

Task<Result<void>> Engine::cancel(base::Loop& loop, model::Scope scope, std::string run_id) {
  const auto live = find_live(run_id);
  if (live && live->record().scope == scope) {
    base::failpoint("cancel.live");
    base::Completion<Result<void>> recorded(loop);
    live->loop().post([live, recorded] { live->cancel(recorded); });
    auto outcome = co_await recorded;
    base::failpoint("cancel.recorded");
    co_return outcome;
  }
  const auto write = database_.write(
      loop, [scope, run_id, now = loop.clock().wall_us()](store::Session& session) -> Result<std::string> {
        store::Runs runs(session);
        const auto run = runs.find(scope, run_id);
        if (!run) return fail(ErrorKind::NotFound, "run_not_found", "there is no run " + run_id);
        if (model::is_final(run->state)) {
          return fail(ErrorKind::Conflict, "run_finished",
                      "run " + run_id + " is " + std::string(model::to_text(run->state)));
        }
        auto journal = runs.journal(scope, run_id);
        const std::int64_t n = journal.empty() ? 1 : journal.back().n + 1;
        runs.append_journal(scope, run_id, {n, std::string(model::journal::kCancelled), run->seq_reserved, "{}", now});
        if (!runs.finish(scope, {run_id, run->fence},
                         {model::RunState::Cancelled, "cancelled", "cancelled before it started"}, "{}", now))
          return fail(ErrorKind::Conflict, "run_finished", "run " + run_id + " has just begun or ended; try again");
        EventLog log(run_id, run->seq_reserved + 1, 0, 1024);
        log.append(model::done_event({}, "stopped"));
        runs.append_stream(scope, run_id, log.take_unflushed(), now);
        return run->state == model::RunState::Queued ? run->thread_id : std::string();
      });
  const auto thread_id = co_await write;
  if (!thread_id) co_return fail(thread_id.error());
  if (!thread_id->empty()) drop_waiting(*thread_id);
  tell_awaiting(run_id);
  co_return Result<void>{};
}

}  // namespace platos::engine

#include "engine/subscription.hpp"

namespace platos::engine {
namespace {
constexpr std::size_t kLoadBytes = 256 * 1024;
constexpr std::int64_t kRunningElsewhereUs = 250'000;
constexpr std::int64_t kRestingElsewhereUs = 2'000'000;
}  // namespace

Subscription::Subscription(Engine& engine, base::Loop& loop, model::Scope scope, std::string run_id, std::int64_t after,
                           std::function<void()> on_ready)
    : engine_(engine),
      loop_(loop),
      scope_(std::move(scope)),
      run_id_(std::move(run_id)),
      cursor_(after),
      on_ready_(std::move(on_ready)),
      tasks_(loop, [this](std::string_view, std::exception_ptr) {
        failed_ = true;
        error_ = {ErrorKind::Internal, "internal_error", "the stream could not be read", false, 0, {}};
      }) {
  attach();
}

Subscription::~Subscription() {
  *alive_ = false;
  loop_.cancel(next_look_);
  if (log_) log_->unsubscribe(subscription_);
}

void Subscription::attach() {
  const auto live = engine_.find_live(run_id_);
  if (!live || live->record().scope != scope_) return;
  log_ = live->events();
  subscription_ = log_->subscribe(loop_, [this] { on_ready_(); });
}

Subscription::State Subscription::pull(std::size_t max_bytes, std::vector<LoggedEvent>& out) {
  if (failed_) return State::Failed;
  if (!loaded_.empty()) {
    for (auto& event : std::exchange(loaded_, {})) out.push_back(std::move(event));
    return State::Events;
  }
  if (loading_) return State::Pending;
  if (log_) return pull_live(max_bytes, out);
  if (exhausted_) return State::End;
  load();
  return State::Pending;
}

Subscription::State Subscription::pull_live(std::size_t max_bytes, std::vector<LoggedEvent>& out) {
  const std::size_t before = out.size();
  switch (log_->read(cursor_, max_bytes, out)) {
    case EventLog::Read::Events:
      for (std::size_t i = before; i < out.size(); ++i) cursor_ = out[i].seq;
      return State::Events;
    case EventLog::Read::End: return State::End;
    case EventLog::Read::Behind: load(); return State::Pending;
    default: return State::Pending;
  }
}

void Subscription::load() {
  loading_ = true;
  tasks_.start("load stream", load_from_store());
}

Task<void> Subscription::load_from_store() {
  struct Loaded {
    std::vector<store::StreamBlock> blocks;
    model::RunState state = model::RunState::Unspecified;
  };
  const auto read = engine_.context().database.read(
      loop_, [scope = scope_, run = run_id_, after = cursor_](store::Session& session) -> Result<Loaded> {
        store::Runs runs(session);
        const auto record = runs.find(scope, run);
        if (!record) return fail(ErrorKind::NotFound, "run_not_found", "there is no run " + run);
        return Loaded{runs.stream(scope, run, after, kLoadBytes), record->state};
      });
  auto loaded = co_await read;
  loading_ = false;
  if (!loaded) {
    failed_ = true;
    error_ = loaded.error();
    on_ready_();
    co_return;
  }
  for (const auto& block : loaded->blocks) {
    auto events = decode_block(block, cursor_);
    if (!events) {
      failed_ = true;
      error_ = events.error();
      break;
    }
    for (auto& event : *events) {
      cursor_ = event.seq;
      loaded_.push_back(std::move(event));
    }
  }
  if (loaded->blocks.empty() && !log_) {
    exhausted_ = model::is_final(loaded->state);
    if (!exhausted_) {
      await_more(loaded->state);
      co_return;
    }
  }
  on_ready_();
}

// Queued, between two processes, or on another host.
void Subscription::await_more(model::RunState state) {
  const bool is_running = state == model::RunState::Running;
  next_look_ = loop_.call_after(is_running ? kRunningElsewhereUs : kRestingElsewhereUs, [this] {
    next_look_ = {0, 0};
    if (!log_ && !loading_) load();
  });
  if (std::exchange(awaiting_, true)) return;
  engine_.when_live(run_id_, loop_, [this, alive = alive_] {
    if (!*alive) return;
    awaiting_ = false;
    attach();
    on_ready_();
  });
}

}  // namespace platos::engine

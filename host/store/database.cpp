#include "store/database.hpp"

#include <pthread.h>

#include <utility>

#include "base/failpoint.hpp"

namespace platos::store {
namespace {

constexpr std::size_t kMaxGroup = 512;
constexpr std::size_t kMaxQueuedReads = 10'000;
constexpr int kConflictTries = 5;
// How long the process still waits for the database when it wants to end.
constexpr std::int64_t kHurriedMs = 3'000;
constexpr auto kProbeEvery = std::chrono::seconds(1);

}  // namespace

Database::Database(const DatabaseOptions& options, base::Logger& logger, std::unique_ptr<Connection> writer)
    : options_(options), logger_(logger), writer_(std::move(writer)) {
  writer_->bound_waits(options_.timeout_ms, give_up_at_);
  if (!options_.host_id.empty()) writer_->mark_commits(options_.host_id);
  readers_ = std::make_unique<base::WorkerPool>("store-reader", options.readers, kMaxQueuedReads);
  writer_thread_ = std::thread([this] { write_loop(); });
  ::pthread_setname_np(writer_thread_.native_handle(), "store-writer");
}

Database::~Database() {
  hurry();
  {
    const std::lock_guard lock(queue_mutex_);
    stopping_ = true;
  }
  queue_wake_.notify_all();
  writer_thread_.join();
  readers_.reset();
}

Error Database::overloaded(std::string message) {
  return {ErrorKind::Unavailable, "store_overloaded", std::move(message), true, 1000, {}};
}

Error Database::to_error(const SqlError& failure) {
  Error error;
  error.message = failure.what();
  switch (failure.kind()) {
    case SqlError::Kind::Full:
      error.kind = ErrorKind::Unavailable;
      error.code = "storage_full";
      error.message = "the database cannot be written (" + error.message + "); free space on its disk";
      error.retryable = true;
      error.retry_after_ms = 1000;
      break;
    case SqlError::Kind::Disconnected:
    case SqlError::Kind::CommitUnknown:
      error.kind = ErrorKind::Unavailable;
      error.code = "store_unreachable";
      // Where it stands is for the log, not for clients.
      error.message = "the server's database cannot be reached; try again in a moment";
      error.retryable = true;
      error.retry_after_ms = 1000;
      break;
    case SqlError::Kind::TimedOut: error = overloaded("the server's database takes too long; try again"); break;
    case SqlError::Kind::Conflict: error = overloaded("others write the same in the database; try again"); break;
    case SqlError::Kind::Constraint:
      error.kind = ErrorKind::Conflict;
      error.code = "conflict";
      break;
    case SqlError::Kind::Corrupt:
      error.kind = ErrorKind::DataLoss;
      error.code = "data_unreadable";
      break;
    default: error.kind = ErrorKind::Internal; error.code = "store_failed";
  }
  return error;
}

Result<void> Database::enqueue(std::unique_ptr<Job> job) {
  bool wake = false;
  {
    const std::lock_guard lock(queue_mutex_);
    if (queue_.size() >= options_.max_queued_writes || stopping_) {
      return fail(overloaded(std::to_string(queue_.size()) + " writes wait for the database; try again"));
    }
    wake = queue_.empty();
    queue_.push_back(std::move(job));
  }
  if (wake) queue_wake_.notify_one();
  return {};
}

bool Database::ends_transaction(SqlError::Kind kind) {
  return kind == SqlError::Kind::Full || kind == SqlError::Kind::Conflict || kind == SqlError::Kind::TimedOut ||
         kind == SqlError::Kind::Disconnected || kind == SqlError::Kind::CommitUnknown;
}

void Database::hurry() {
  std::int64_t not_yet = 0;
  give_up_at_.compare_exchange_strong(not_yet, monotonic_ms() + kHurriedMs);
}

void Database::write_loop() {
  std::vector<std::unique_ptr<Job>> group;
  for (;;) {
    {
      std::unique_lock lock(queue_mutex_);
      const auto has_work = [this] { return stopping_ || !queue_.empty(); };
      if (writable()) {
        queue_wake_.wait(lock, has_work);
      } else if (!queue_wake_.wait_for(lock, kProbeEvery, has_work)) {
        lock.unlock();
        probe();
        continue;
      }
      if (queue_.empty()) return;
      if (queue_.size() <= kMaxGroup) {
        group.swap(queue_);
      } else {
        const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(kMaxGroup);
        group.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
        queue_.erase(queue_.begin(), end);
      }
    }
    commit_group(group);
    group.clear();
    bool idle = false;
    {
      const std::lock_guard lock(queue_mutex_);
      idle = queue_.empty();
    }
    writer_->maintain(idle);
  }
}

// A closure that fails is rare: the group first runs without savepoints, and again with them when one does. Closures
// may be run again by contract.
bool Database::run_plain(const std::vector<std::unique_ptr<Job>>& group) {
  writer_->answer_early(true);
  for (const auto& job : group) {
    const bool kept = job->run(*writer_, false);
    base::failpoint("store.after_write");
    if (!kept) return false;
  }
  try {
    writer_->settle();
  } catch (const SqlError& failure) {
    if (ends_transaction(failure.kind())) throw;
    return false;  // of one of them, and only savepoints tell of which
  }
  return true;
}

void Database::run_apart(const std::vector<std::unique_ptr<Job>>& group) {
  writer_->answer_early(false);
  for (const auto& job : group) {
    writer_->run_script("SAVEPOINT job");
    if (!job->run(*writer_, true)) writer_->run_script("ROLLBACK TO SAVEPOINT job");
    writer_->run_script("RELEASE SAVEPOINT job");
  }
}

void Database::run_group(const std::vector<std::unique_ptr<Job>>& group) {
  base::failpoint("store.before_begin");
  writer_->begin_write();
  base::failpoint("store.after_begin");
  if (!run_plain(group)) {
    writer_->rollback();
    writer_->begin_write();
    run_apart(group);
  }
  base::failpoint("store.before_commit");
  writer_->commit();
  base::failpoint("store.after_commit");
}

// Returns when the group is committed; throws when nothing of it is.
void Database::try_commit(const std::vector<std::unique_ptr<Job>>& group) {
  bool reconnected = false;
  for (int tries = 1;; ++tries) {
    if (!writer_->reconnect()) throw SqlError(SqlError::Kind::Disconnected, "no connection for writing");
    try {
      return run_group(group);
    } catch (const SqlError& failure) {
      writer_->rollback();
      if (failure.kind() == SqlError::Kind::CommitUnknown) {
        if (find_commit(failure)) return;
      } else if (failure.kind() == SqlError::Kind::Disconnected) {
        if (std::exchange(reconnected, true)) throw;
      } else if (failure.kind() != SqlError::Kind::Conflict || tries == kConflictTries) {
        throw;
      }
    }
  }
}

// The connection broke while it committed: the database knows how that ended, as soon as it is back. Telling the
// callers anything before would be a guess.
bool Database::find_commit(const SqlError& failure) {
  logger_.warn("store", "the connection broke in a commit; its outcome is looked up", {{"reason", failure.what()}});
  note(State::Unreachable);
  for (;;) {
    try {
      if (writer_->reconnect()) return writer_->was_committed();
    } catch (const SqlError& again) {
      if (again.kind() != SqlError::Kind::Disconnected && again.kind() != SqlError::Kind::CommitUnknown) throw;
    }
    const bool ending = refuse_until(std::chrono::steady_clock::now() + kProbeEvery);
    if (ending || PostgresPatience{0, &give_up_at_}.is_over()) throw failure;
  }
}

// Others than those that wait for the commit are told at once that the database is away.
bool Database::refuse_until(std::chrono::steady_clock::time_point end) {
  for (;;) {
    refuse_queued();
    std::unique_lock lock(queue_mutex_);
    const bool woken = queue_wake_.wait_until(lock, end, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_ || !woken) return stopping_;
  }
}

void Database::refuse_queued() {
  std::vector<std::unique_ptr<Job>> refused;
  {
    const std::lock_guard lock(queue_mutex_);
    refused.swap(queue_);
  }
  for (const auto& job : refused) job->deliver_failure(refusal());
}

void Database::commit_group(std::vector<std::unique_ptr<Job>>& group) {
  try {
    try_commit(group);
  } catch (const SqlError& failure) {
    const Error error = to_error(failure);
    if (failure.kind() == SqlError::Kind::Full) note(State::Full);
    if (failure.kind() == SqlError::Kind::Disconnected || failure.kind() == SqlError::Kind::CommitUnknown) {
      note(State::Unreachable);
    }
    logger_.error("store", "a commit failed",
                  {{"code", error.code}, {"reason", failure.what()}, {"writes", group.size()}});
    for (const auto& job : group) job->deliver_failure(error);
    // To find out once more for each group may take seconds.
    if (state_ == State::Unreachable) refuse_queued();
    return;
  }
  note(State::Writable);
  commits_.fetch_add(1, std::memory_order_relaxed);
  writes_.fetch_add(group.size(), std::memory_order_relaxed);
  for (const auto& job : group) job->deliver();
  base::failpoint("store.after_delivery");
}

// While turns are refused nothing else writes: this finds out that writes succeed again.
void Database::probe() {
  try {
    if (!writer_->reconnect()) return;
    writer_->probe_space();
    note(State::Writable);
  } catch (const SqlError&) {
    // It is as it was.
  }
}

void Database::note(State state) {
  if (state == State::Writable) readers_wait_until_ = 0;
  if (state_.exchange(state) == state) return;
  if (state == State::Writable) {
    logger_.info("store", "writes succeed again");
  } else {
    logger_.error("store", refusal().message + " until a write succeeds");
  }
}

Error Database::refusal() const {
  Error error;
  error.kind = ErrorKind::Unavailable;
  error.retryable = true;
  error.retry_after_ms = 1000;
  const bool full = state_.load(std::memory_order_relaxed) == State::Full;
  error.code = full ? "storage_full" : "store_unreachable";
  error.message = full ? "the server's disk is full; new turns are refused"
                       : "the server's database cannot be reached; new turns are refused";
  return error;
}

}  // namespace platos::store

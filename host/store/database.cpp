#include "store/database.hpp"

#include <pthread.h>

#include <filesystem>
#include <optional>

#include "base/failpoint.hpp"
#include "base/text.hpp"
#include "store/migrations.hpp"

namespace platos::store {
namespace {

constexpr std::size_t kMaxGroup = 512;
constexpr std::size_t kMaxQueuedReads = 10'000;
constexpr int kCheckpointPages = 16 * 1024 * 1024 / 4096;   // always beyond this
constexpr int kIdleCheckpointPages = kCheckpointPages / 8;  // when nobody waits

std::string database_path(const DatabaseOptions& options) { return options.directory + "/platos.db"; }

SqliteOptions session_options(const DatabaseOptions& options, bool writer) {
  SqliteOptions session;
  session.path = database_path(options);
  session.durable = options.durable;
  session.writer = writer;
  session.max_bytes = options.max_bytes;
  return session;
}

Result<void> check_stream_forms(Session& session) {
  std::optional<std::int64_t> unknown;
  session.query("SELECT flags FROM run_stream WHERE flags <> 1 LIMIT 1", {}, [&](const Row& row) {
    unknown = row.integer(0);
    return false;
  });
  if (!unknown) return {};
  return fail(ErrorKind::FailedPrecondition, "unknown_stream_form",
              "the database holds event blocks of form " + std::to_string(*unknown) +
                  "; this Platos reads form 1: start the newer Platos that wrote them");
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const DatabaseOptions& options, const base::Clock& clock,
                                                 base::Logger& logger) {
  try {
    auto writer = std::make_unique<SqliteSession>(session_options(options, true));
    const std::string snapshot =
        options.directory + "/before-migration-" + std::to_string(clock.wall_us() / 1'000'000) + ".db";
    if (const auto migrated = migrate(*writer, sqlite_migrations(), clock, snapshot); !migrated) {
      return fail(migrated.error());
    }
    if (const auto known = check_stream_forms(*writer); !known) return fail(known.error());
    std::error_code ignored;
    std::filesystem::permissions(database_path(options), std::filesystem::perms(0600), ignored);
    return std::unique_ptr<Database>(new Database(options, logger, std::move(writer)));
  } catch (const std::exception& failure) {
    return fail(ErrorKind::DataLoss, "database_unusable", database_path(options) + ": " + failure.what());
  }
}

Database::Database(const DatabaseOptions& options, base::Logger& logger, std::unique_ptr<SqliteSession> writer)
    : options_(options), logger_(logger), writer_(std::move(writer)) {
  readers_ = std::make_unique<base::WorkerPool>("store-reader", options.readers, kMaxQueuedReads);
  writer_thread_ = std::thread([this] { write_loop(); });
  ::pthread_setname_np(writer_thread_.native_handle(), "store-writer");
}

Database::~Database() {
  {
    const std::lock_guard lock(queue_mutex_);
    stopping_ = true;
  }
  queue_wake_.notify_all();
  writer_thread_.join();
  readers_.reset();
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
      Error error;
      error.kind = ErrorKind::Unavailable;
      error.code = "store_overloaded";
      error.message = std::to_string(queue_.size()) + " writes wait for the database; try again";
      error.retryable = true;
      error.retry_after_ms = 1000;
      return fail(std::move(error));
    }
    wake = queue_.empty();
    queue_.push_back(std::move(job));
  }
  if (wake) queue_wake_.notify_one();
  return {};
}

Database::ReaderLease Database::borrow_reader() {
  {
    const std::lock_guard lock(readers_mutex_);
    if (!idle_readers_.empty()) {
      auto session = std::move(idle_readers_.back());
      idle_readers_.pop_back();
      return ReaderLease{*this, std::move(session)};
    }
  }
  return ReaderLease{*this, std::make_unique<SqliteSession>(session_options(options_, false))};
}

Database::Snapshot::~Snapshot() {
  try {
    session_.execute("COMMIT", {});
  } catch (const SqlError&) {
    // A failed statement may have ended the transaction already.
  }
}

Database::ReaderLease::~ReaderLease() {
  const std::lock_guard lock(owner.readers_mutex_);
  owner.idle_readers_.push_back(std::move(session));
}

void Database::write_loop() {
  std::vector<std::unique_ptr<Job>> group;
  for (;;) {
    {
      std::unique_lock lock(queue_mutex_);
      const auto has_work = [this] { return stopping_ || !queue_.empty(); };
      if (writable()) {
        queue_wake_.wait(lock, has_work);
      } else if (!queue_wake_.wait_for(lock, std::chrono::seconds(1), has_work)) {
        lock.unlock();
        probe_space();
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
    checkpoint_if_due(idle);
  }
}

// A closure that fails is rare: the group first runs without savepoints, and again with them when one does. Closures
// may be run again by contract.
bool Database::run_plain(const std::vector<std::unique_ptr<Job>>& group) {
  for (const auto& job : group) {
    const bool kept = job->run(*writer_);
    base::failpoint("store.after_write");
    if (kept) continue;
    if (job->out_of_space()) throw SqlError(SqlError::Kind::Full, "the disk is full");
    return false;
  }
  return true;
}

void Database::run_apart(const std::vector<std::unique_ptr<Job>>& group) {
  for (const auto& job : group) {
    writer_->execute("SAVEPOINT job", {});
    const bool kept = job->run(*writer_);
    // SQLite may have undone more than this closure: the group fails as one.
    if (!kept && job->out_of_space()) throw SqlError(SqlError::Kind::Full, "the disk is full");
    if (!kept) writer_->execute("ROLLBACK TO job", {});
    writer_->execute("RELEASE job", {});
  }
}

void Database::commit_group(std::vector<std::unique_ptr<Job>>& group) {
  try {
    base::failpoint("store.before_begin");
    writer_->execute("BEGIN IMMEDIATE", {});
    base::failpoint("store.after_begin");
    if (!run_plain(group)) {
      writer_->execute("ROLLBACK", {});
      writer_->execute("BEGIN IMMEDIATE", {});
      run_apart(group);
    }
    base::failpoint("store.before_commit");
    writer_->execute("COMMIT", {});
    base::failpoint("store.after_commit");
  } catch (const SqlError& failure) {
    // SQLite may have rolled the whole transaction back by itself; then there is nothing left to undo.
    try {
      writer_->execute("ROLLBACK", {});
    } catch (const SqlError&) {
    }
    const Error error = to_error(failure);
    note_space(failure.kind() == SqlError::Kind::Full);
    logger_.error("store", "a commit failed",
                  {{"code", error.code}, {"reason", error.message}, {"writes", group.size()}});
    for (const auto& job : group) job->deliver_failure(error);
    return;
  }
  note_space(false);
  commits_.fetch_add(1, std::memory_order_relaxed);
  writes_.fetch_add(group.size(), std::memory_order_relaxed);
  for (const auto& job : group) job->deliver();
  base::failpoint("store.after_delivery");
}

// While turns are refused nothing else writes: this finds out that there is space again.
void Database::probe_space() {
  try {
    // Takes some pages and gives them back: rewriting an existing page would prove nothing.
    writer_->run_script(
        "BEGIN IMMEDIATE; INSERT INTO timers (id, env_id, run_id, kind, due_us) VALUES ('probe', '', '', "
        "zeroblob(65536), 0);"
        "DELETE FROM timers WHERE id = 'probe'; COMMIT;");
    note_space(false);
  } catch (const SqlError&) {
    try {
      writer_->run_script("ROLLBACK");
    } catch (const SqlError&) {
    }
  }
}

void Database::note_space(bool full) {
  if (full_.exchange(full) == full) return;
  if (full) {
    logger_.error("store", "the disk is full: new turns are refused until a write succeeds");
  } else {
    logger_.info("store", "writes succeed again");
  }
}

void Database::checkpoint_if_due(bool idle) {
  const int pages = writer_->wal_pages();
  if (pages < kCheckpointPages && !(idle && pages >= kIdleCheckpointPages)) return;
  base::failpoint("store.before_checkpoint");
  writer_->checkpoint();
  base::failpoint("store.after_checkpoint");
}

}  // namespace platos::store

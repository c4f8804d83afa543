// The store's two doors: write() groups into commits on one thread, read() runs on a small pool.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/completion.hpp"
#include "base/logger.hpp"
#include "base/result.hpp"
#include "base/worker_pool.hpp"
#include "store/connection.hpp"
#include "store/postgres_wait.hpp"

namespace platos::store {

struct DatabaseOptions {
  std::string directory;  ///< holds platos.db
  std::string url;        ///< of a PostgreSQL database; empty: SQLite in `directory`
  bool durable = true;
  std::int64_t max_bytes = 0;
  std::size_t max_queued_writes = 10'000;
  std::size_t readers = 2;
  secrets::KeyRing* keys = nullptr;  ///< what texts are sealed with; null: they are stored plain
  std::string host_id;               ///< which host of a PostgreSQL database this is; empty: a tool
  std::int64_t host_lease_us = 0;    ///< how long it is taken to live without saying so
  bool migrate = true;               ///< false: a schema that is not the newest is refused
  /// Of PostgreSQL: for an answer, and for a read until a session is free. 0: for ever.
  std::int64_t timeout_ms = 0;
};

/// A connection to what `options` name. Throws SqlError.
std::unique_ptr<Connection> connect(const DatabaseOptions& options, bool writer);

/// Internally synchronised. Writers call it from loops; completions arrive on the loop that is given.
///
/// Group commit: the writer thread takes what is queued, runs each closure in its own savepoint of one transaction, and
/// commits once. A closure's error undoes that closure only; a failed commit fails all of the group. A write that has
/// completed with success is on disk. Closures run in the order of write().
///
/// A connection that breaks is made anew, and what it was doing is done again, once; a commit whose answer never came
/// is looked up, never guessed. While the database cannot be reached, reads and writes fail with "store_unreachable".
/// One that says nothing for `timeout_ms` cannot be reached; statements that take so long, as behind a lock, fail with
/// "store_overloaded".
class Database {
 public:
  /// Opens, migrates, starts the threads. Errors: see migrate(); DataLoss "database_unusable"; Unavailable
  /// "store_unreachable"; InvalidArgument "invalid_store_url".
  static Result<std::unique_ptr<Database>> open(const DatabaseOptions& options, const base::Clock& clock,
                                                base::Logger& logger);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// `work(Session&) -> Result<T>` may be run again as a whole, so it changes nothing but the database. Errors besides
  /// its own: Unavailable "store_overloaded" (queue full), "storage_full" (disk), "store_unreachable", Internal
  /// "store_failed".
  template <typename Work, typename ResultType = std::invoke_result_t<Work&, Session&>>
  base::Completion<ResultType> write(base::Loop& loop, Work work) {
    auto job = std::make_unique<TypedJob<Work, ResultType>>(loop, std::move(work));
    base::Completion<ResultType> done = job->done;
    if (auto refused = enqueue(std::move(job)); !refused) done.complete(fail(refused.error()));
    return done;
  }

  /// `work(Session&) -> Result<T>` on a reader: sees one snapshot, of what was committed when it starts, and cannot
  /// write.
  template <typename Work, typename ResultType = std::invoke_result_t<Work&, Session&>>
  base::Completion<ResultType> read(base::Loop& loop, Work work) {
    return readers_->run(loop, [this, asked = monotonic_ms(), work = std::move(work)]() mutable -> ResultType {
      if (const auto refused = refuse_late(asked); !refused) return fail(refused.error());
      return reading<ResultType>([&](Session& session) { return work(session); });
    });
  }

  /// The process wants to end: waiting for a database that is away ends soon, and what was waiting for it fails with
  /// "store_unreachable". Any thread.
  void hurry();

  /// False after a write failed for want of space or of a database, until one succeeds: no new turns are taken then.
  bool writable() const { return state_.load(std::memory_order_relaxed) == State::Writable; }
  /// Why it is not writable(): "storage_full" or "store_unreachable".
  Error refusal() const;
  /// Other hosts may use the database at the same time.
  bool is_shared() const { return !options_.url.empty(); }
  /// Those that did when it was opened.
  const std::vector<std::string>& other_hosts() const { return other_hosts_; }
  std::uint64_t commits() const { return commits_.load(std::memory_order_relaxed); }
  std::uint64_t writes() const { return writes_.load(std::memory_order_relaxed); }

 private:
  enum class State { Writable, Full, Unreachable };
  struct Job {
    virtual ~Job() = default;
    /// False: undo it. Throws SqlError when the whole transaction has failed.
    virtual bool run(Connection& connection, bool settle) = 0;
    virtual void deliver() = 0;  ///< its own result, after the commit
    virtual void deliver_failure(const Error&) = 0;
  };
  template <typename Work, typename ResultType>
  struct TypedJob final : Job {
    TypedJob(base::Loop& loop, Work closure) : work(std::move(closure)), done(loop) {}
    bool run(Connection& connection, bool settle) override {
      result.emplace(guarded<ResultType>([&] {
        auto outcome = work(static_cast<Session&>(connection));
        if (settle) connection.settle();
        return outcome;
      }));
      return result->has_value();
    }
    void deliver() override { done.complete(std::move(*result)); }
    void deliver_failure(const Error& error) override { done.complete(fail(error)); }
    Work work;
    std::optional<ResultType> result;
    base::Completion<ResultType> done;
  };
  struct ReaderLease {
    Database& owner;
    std::unique_ptr<Connection> connection;
    ReaderLease(Database& database, std::unique_ptr<Connection> borrowed)
        : owner(database), connection(std::move(borrowed)) {}
    ReaderLease(ReaderLease&&) = default;
    ~ReaderLease();
  };

  Database(const DatabaseOptions& options, base::Logger& logger, std::unique_ptr<Connection> writer);
  static Error overloaded(std::string message);
  static Error to_error(const SqlError& failure);
  static bool ends_transaction(SqlError::Kind kind);
  template <typename ResultType, typename Work>
  static ResultType guarded(Work work) {
    try {
      return work();
    } catch (const SqlError& failure) {
      if (ends_transaction(failure.kind())) throw;
      return fail(to_error(failure));
    } catch (const std::exception& failure) {
      return fail(ErrorKind::Internal, "store_failed", failure.what());
    }
  }
  /// Runs `work` in a read transaction, and again on a fresh connection when the first one turned out to be broken.
  template <typename ResultType, typename Work>
  ResultType reading(Work work) {
    for (bool again = false;; again = true) {
      try {
        const auto lease = borrow_reader();
        lease.connection->begin_read();
        return guarded<ResultType>([&] { return work(static_cast<Session&>(*lease.connection)); });
      } catch (const SqlError& failure) {
        if (again || failure.kind() != SqlError::Kind::Disconnected || readers_wait()) {
          return fail(to_error(failure));
        }
      }
    }
  }
  Result<void> refuse_late(std::int64_t asked_ms) const;
  bool readers_wait() const { return monotonic_ms() < readers_wait_until_.load(std::memory_order_relaxed); }
  Result<void> enqueue(std::unique_ptr<Job> job);
  ReaderLease borrow_reader();
  void open_reader(std::unique_ptr<Connection>& connection);
  void write_loop();
  bool run_plain(const std::vector<std::unique_ptr<Job>>& group);
  void run_apart(const std::vector<std::unique_ptr<Job>>& group);
  void commit_group(std::vector<std::unique_ptr<Job>>& group);
  void run_group(const std::vector<std::unique_ptr<Job>>& group);
  void try_commit(const std::vector<std::unique_ptr<Job>>& group);
  bool find_commit(const SqlError& failure);
  bool refuse_until(std::chrono::steady_clock::time_point end);
  void refuse_queued();
  void note(State state);
  void probe();

  std::vector<std::string> other_hosts_;
  DatabaseOptions options_;
  base::Logger& logger_;
  std::unique_ptr<Connection> writer_;
  std::mutex queue_mutex_;
  std::condition_variable queue_wake_;
  std::vector<std::unique_ptr<Job>> queue_;
  bool stopping_ = false;
  std::atomic<State> state_{State::Writable};
  std::atomic<std::uint64_t> commits_{0};
  std::atomic<std::uint64_t> writes_{0};
  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<Connection>> idle_readers_;
  std::atomic<std::int64_t> give_up_at_{0};          // 0: as long as it takes
  std::atomic<std::int64_t> readers_wait_until_{0};  // the server was not there: not all knock at once
  std::unique_ptr<base::WorkerPool> readers_;
  std::thread writer_thread_;
};

}  // namespace platos::store

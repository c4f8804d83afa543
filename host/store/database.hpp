// The store's two doors: write() groups into commits on one thread, read() runs on a small pool.
#pragma once

#include <atomic>
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
#include "store/session.hpp"
#include "store/sqlite_session.hpp"

namespace platos::store {

struct DatabaseOptions {
  std::string directory;  ///< holds platos.db
  bool durable = true;
  std::int64_t max_bytes = 0;
  std::size_t max_queued_writes = 10'000;
  std::size_t readers = 2;
};

/// Internally synchronised. Writers call it from loops; completions arrive on the loop that is given.
///
/// Group commit: the writer thread takes what is queued, runs each closure in its own savepoint of one transaction, and
/// commits once. A closure's error undoes that closure only; a failed commit fails all of the group. A write that has
/// completed with success is on disk. Closures run in the order of write().
class Database {
 public:
  /// Opens, migrates, starts the threads. Errors: see migrate(); DataLoss "database_unusable".
  static Result<std::unique_ptr<Database>> open(const DatabaseOptions& options, const base::Clock& clock,
                                                base::Logger& logger);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// `work(Session&) -> Result<T>` may be run again as a whole, so it changes nothing but the database. Errors besides
  /// its own: Unavailable "store_overloaded" (queue full), "storage_full" (disk), Internal "store_failed".
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
    return readers_->run(loop, [this, work = std::move(work)]() mutable -> ResultType {
      return guarded<ResultType>([&] {
        const auto lease = borrow_reader();
        const Snapshot snapshot(*lease.session);
        return work(*lease.session);
      });
    });
  }

  /// False after a write failed for want of space, until one succeeds: no new turns are taken then.
  bool writable() const { return !full_.load(std::memory_order_relaxed); }
  std::uint64_t commits() const { return commits_.load(std::memory_order_relaxed); }
  std::uint64_t writes() const { return writes_.load(std::memory_order_relaxed); }

 private:
  /// One read transaction: statements alone would each take and give back the lock of a snapshot.
  class Snapshot {
   public:
    explicit Snapshot(Session& session) : session_(session) { session_.execute("BEGIN", {}); }
    ~Snapshot();
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

   private:
    Session& session_;
  };
  struct Job {
    virtual ~Job() = default;
    virtual bool run(Session& session) = 0;  ///< false: undo
    virtual bool out_of_space() const = 0;
    virtual void deliver() = 0;  ///< its own result, after the commit
    virtual void deliver_failure(const Error&) = 0;
  };
  template <typename Work, typename ResultType>
  struct TypedJob final : Job {
    TypedJob(base::Loop& loop, Work closure) : work(std::move(closure)), done(loop) {}
    bool run(Session& session) override {
      result.emplace(guarded<ResultType>([&] { return work(session); }));
      return result->has_value();
    }
    bool out_of_space() const override { return !result->has_value() && result->error().code == "storage_full"; }
    void deliver() override { done.complete(std::move(*result)); }
    void deliver_failure(const Error& error) override { done.complete(fail(error)); }
    Work work;
    std::optional<ResultType> result;
    base::Completion<ResultType> done;
  };
  struct ReaderLease {
    Database& owner;
    std::unique_ptr<Session> session;
    ~ReaderLease();
  };

  Database(const DatabaseOptions& options, base::Logger& logger, std::unique_ptr<SqliteSession> writer);
  static Error to_error(const SqlError& failure);
  template <typename ResultType, typename Work>
  static ResultType guarded(Work work) {
    try {
      return work();
    } catch (const SqlError& failure) {
      return fail(to_error(failure));
    } catch (const std::exception& failure) {
      return fail(ErrorKind::Internal, "store_failed", failure.what());
    }
  }
  Result<void> enqueue(std::unique_ptr<Job> job);
  ReaderLease borrow_reader();
  void write_loop();
  bool run_plain(const std::vector<std::unique_ptr<Job>>& group);
  void run_apart(const std::vector<std::unique_ptr<Job>>& group);
  void commit_group(std::vector<std::unique_ptr<Job>>& group);
  void checkpoint_if_due(bool idle);
  void note_space(bool full);
  void probe_space();

  DatabaseOptions options_;
  base::Logger& logger_;
  std::unique_ptr<SqliteSession> writer_;
  std::mutex queue_mutex_;
  std::condition_variable queue_wake_;
  std::vector<std::unique_ptr<Job>> queue_;
  bool stopping_ = false;
  std::atomic<bool> full_{false};
  std::atomic<std::uint64_t> commits_{0};
  std::atomic<std::uint64_t> writes_{0};
  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<Session>> idle_readers_;
  std::unique_ptr<base::WorkerPool> readers_;
  std::thread writer_thread_;
};

}  // namespace platos::store

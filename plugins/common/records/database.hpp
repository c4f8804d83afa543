// The file memory.db of one state folder: one connection that writes and checkpoints, a few that read.
//
// Thread-safe. SQLite before 3.51.3 may damage a file when one connection resets the write-ahead log while another one
// checkpoints; with one writer, which alone checkpoints, that cannot happen. A lock on memory.lock keeps a second
// instance, of this process or of another, from opening the same folder.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connection.hpp"
#include "words.hpp"

namespace platos::records {

/// A connection with what belongs to it. Used by one thread at a time.
struct Session {
  Session(const std::string& path, int flags) : connection(path, flags), splitter(connection) {}

  Connection connection;
  WordSplitter splitter;
};

class Database {
 public:
  /// Opens the file, or makes it. Throws Error: UNAVAILABLE when another instance has it, FAILED_PRECONDITION when it
  /// is of a newer schema or of something else, DATA_LOSS when it is damaged.
  explicit Database(const std::string& folder);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Whether the file has spaces of the first version that are not sealed yet.
  bool has_readable_spaces() const noexcept { return readable_spaces_ > 0; }

  /// A reading session for one call, which outlives this value. Ends a snapshot that is still open when it goes.
  class Reading {
   public:
    Reading(Database& database, const Stop& stop);
    ~Reading();
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

    Session& session() const { return *session_; }
    /// From here on all reads see one state of the file: that of the next read.
    void begin_snapshot();
    void end_snapshot() noexcept;

   private:
    Database& database_;
    std::unique_ptr<Session> session_;
    bool begun_ = false;
  };

  /// The writing session in a transaction, which is rolled back unless commit() returns. The call outlives this value.
  class Writing {
   public:
    Writing(Database& database, const Stop& stop);
    ~Writing();
    Writing(const Writing&) = delete;
    Writing& operator=(const Writing&) = delete;

    Session& session() const { return *database_.writer_; }
    /// Durable when it returns.
    void commit();
    /// Overwrites what was removed in the file and cuts the log, as far as readers let it. Only after commit().
    void erase_traces() noexcept;

   private:
    Database& database_;
    bool committed_ = false;
  };

 private:
  struct FileLock {
    explicit FileLock(const std::string& path);
    ~FileLock();
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
    int descriptor;
  };

  void open_writer();
  void count_readable(Connection& connection);
  void release_writer() noexcept;

  std::string path_;
  FileLock lock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::unique_ptr<Session> writer_;
  bool writing_ = false;
  std::vector<std::unique_ptr<Session>> idle_readers_;
  std::size_t readers_ = 0;  // open ones, idle or not
  std::atomic<std::int64_t> readable_spaces_{0};
};

}  // namespace platos::records

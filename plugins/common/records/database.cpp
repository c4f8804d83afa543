#include "database.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "ranking.hpp"

namespace platos::records {
namespace {

constexpr std::int64_t kSchemaVersion = 2;
constexpr std::size_t kReaderLimit = 4;
constexpr auto kPollInterval = std::chrono::milliseconds(20);

// Contents, metadata and vectors are sealed, words are hashed (space_seal.hpp). Contents may be long, so they stand
// behind what is read more often, and vectors apart. The full-text table is contentless: it holds positions of words
// only, and its rows are those of records. space numbers are never given twice.
constexpr const char* kSchema = R"(
BEGIN IMMEDIATE;
CREATE TABLE spaces (
  space INTEGER PRIMARY KEY AUTOINCREMENT, tenant BLOB NOT NULL, collection BLOB NOT NULL,
  dimensions INTEGER NOT NULL, records INTEGER NOT NULL, vectors INTEGER NOT NULL, words INTEGER NOT NULL,
  sealed INTEGER NOT NULL, UNIQUE (tenant, collection));
CREATE TABLE records (
  record INTEGER PRIMARY KEY, space INTEGER NOT NULL, id BLOB NOT NULL, words INTEGER NOT NULL,
  metadata BLOB NOT NULL, content BLOB NOT NULL, sealed INTEGER NOT NULL,
  UNIQUE (space, id));
CREATE TABLE vectors (record INTEGER PRIMARY KEY, vector BLOB NOT NULL);
CREATE VIRTUAL TABLE word_index USING fts5(words, content = '', tokenize = 'ascii');
PRAGMA user_version = 2;
COMMIT;
)";

// Texts and vectors of the first version stand readable in the file until their space is used: only then is the tenant
// there whose key seals them.
constexpr const char* kFromFirstVersion = R"(
BEGIN IMMEDIATE;
ALTER TABLE spaces ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE records ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0;
PRAGMA user_version = 2;
COMMIT;
)";

constexpr const char* kWriterSettings = R"(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA secure_delete = ON;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -16384;
PRAGMA journal_size_limit = 16777216;
)";

constexpr const char* kReaderSettings = R"(
PRAGMA query_only = ON;
PRAGMA wal_autocheckpoint = 0;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -8192;
)";

std::unique_ptr<Session> open_reader(const std::string& path) {
  auto session = std::make_unique<Session>(path, SQLITE_OPEN_READWRITE);
  sqlite3_db_config(session->connection.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  session->connection.run(kReaderSettings);
  add_ranking(session->connection);
  return session;
}

}  // namespace

Database::FileLock::FileLock(const std::string& path)
    : descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
  if (descriptor < 0)
    throw sdk::Error(PLATOS_FAILED_PRECONDITION, path + ": cannot be opened: " + std::strerror(errno));
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return;
  ::close(descriptor);
  throw sdk::Error(PLATOS_UNAVAILABLE,
                   path + ": another instance has these memories open; try again when it has ended");
}

Database::FileLock::~FileLock() { ::close(descriptor); }

Database::Database(const std::string& folder) : path_(folder + "/memory.db"), lock_(folder + "/memory.lock") {
  idle_readers_.reserve(kReaderLimit);
  open_writer();
}

Database::~Database() {
  // The writer goes last, so that it is the one that moves the log into the file.
  idle_readers_.clear();
  writer_.reset();
}

void Database::open_writer() {
  auto session = std::make_unique<Session>(path_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  Connection& connection = session->connection;
  const std::int64_t version = connection.integer_of("PRAGMA user_version");
  if (version > kSchemaVersion) {
    throw sdk::Error(PLATOS_FAILED_PRECONDITION, path_ + ": schema version " + std::to_string(version) +
                                                     " is newer than version " + std::to_string(kSchemaVersion) +
                                                     ", which this plugin knows; install a newer Platos");
  }
  const bool is_empty = connection.integer_of("SELECT count(*) FROM sqlite_schema") == 0;
  if (version < 1 && !is_empty) {
    throw sdk::Error(PLATOS_FAILED_PRECONDITION, path_ + ": this file was not made by this plugin; move it away");
  }
  connection.run(kWriterSettings);
  if (is_empty) {
    connection.run(kSchema);
  } else if (version == 1) {
    connection.run(kFromFirstVersion);
  }
  count_readable(connection);
  writer_ = std::move(session);
}

Database::Reading::Reading(Database& database, const Stop& stop) : database_(database) {
  std::unique_lock lock(database.mutex_);
  while (database.idle_readers_.empty() && database.readers_ == kReaderLimit) {
    stop.check();
    database.changed_.wait_for(lock, kPollInterval);
  }
  if (!database.idle_readers_.empty()) {
    session_ = std::move(database.idle_readers_.back());
    database.idle_readers_.pop_back();
  } else {
    session_ = open_reader(database.path_);
    ++database.readers_;
  }
  session_->connection.set_stop(&stop);
}

Database::Reading::~Reading() {
  end_snapshot();
  session_->connection.set_stop(nullptr);
  const std::lock_guard lock(database_.mutex_);
  database_.idle_readers_.push_back(std::move(session_));
  database_.changed_.notify_all();
}

void Database::Reading::begin_snapshot() {
  session_->connection.run("BEGIN");
  begun_ = true;
}

void Database::Reading::end_snapshot() noexcept {
  if (begun_) sqlite3_exec(session_->connection.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  begun_ = false;
}

Database::Writing::Writing(Database& database, const Stop& stop) : database_(database) {
  {
    std::unique_lock lock(database.mutex_);
    while (database.writing_) {
      stop.check();
      database.changed_.wait_for(lock, kPollInterval);
    }
    database.writing_ = true;
  }
  try {
    session().connection.set_stop(&stop);
    session().connection.run("BEGIN IMMEDIATE");
  } catch (...) {
    database.release_writer();
    throw;
  }
}

Database::Writing::~Writing() {
  session().connection.set_stop(nullptr);
  if (!committed_) sqlite3_exec(session().connection.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  database_.release_writer();
}

void Database::count_readable(Connection& connection) {
  readable_spaces_ = connection.integer_of("SELECT count(*) FROM spaces WHERE sealed = 0");
}

void Database::Writing::commit() {
  // From here on it is all or nothing: nobody may give up in between.
  session().connection.set_stop(nullptr);
  session().connection.run("COMMIT");
  committed_ = true;
  if (database_.has_readable_spaces()) database_.count_readable(session().connection);
}

void Database::Writing::erase_traces() noexcept {
  Connection& connection = session().connection;
  // A reader in the way is not waited for: the next removal, or the end of the instance, gets there.
  connection.set_busy_timeout(0);
  sqlite3_wal_checkpoint_v2(connection.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  connection.set_busy_timeout(Connection::kBusyTimeoutMs);
}

void Database::release_writer() noexcept {
  writer_->connection.set_stop(nullptr);
  const std::lock_guard lock(mutex_);
  writing_ = false;
  changed_.notify_all();
}

}  // namespace platos::records

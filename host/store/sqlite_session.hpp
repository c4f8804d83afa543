// Session over SQLite.
#pragma once

#include <Poco/Data/Session.h>

#include <cstdint>
#include <map>
#include <string>

#include "store/session.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace platos::store {

struct SqliteOptions {
  std::string path;
  bool durable = true;         ///< false: no fsync
  bool writer = false;         ///< readers refuse to write
  std::int64_t max_bytes = 0;  ///< 0: no limit
};

/// Poco::Data opens and owns the connection; statements run on its native handle with persistent prepared statements,
/// because Poco's binding layer costs 13-62 us a turn on the one thread that cannot be doubled (host/docs/adr/0001).
class SqliteSession final : public Session {
 public:
  explicit SqliteSession(const SqliteOptions& options);
  ~SqliteSession() override;
  SqliteSession(const SqliteSession&) = delete;
  SqliteSession& operator=(const SqliteSession&) = delete;

  std::int64_t execute(std::string_view sql, std::initializer_list<Param> params) override;
  void query(std::string_view sql, std::initializer_list<Param> params,
             const std::function<bool(const Row&)>& each) override;
  void run_script(const std::string& script) override;
  Dialect dialect() const override { return Dialect::Sqlite; }

  /// Pages in the write-ahead log after the last commit of this connection.
  int wal_pages() const { return wal_pages_; }
  /// Moves what it can from the write-ahead log into the database, without waiting for readers.
  void checkpoint();

 private:
  sqlite3_stmt* prepare(std::string_view sql, std::initializer_list<Param> params);
  [[noreturn]] void raise(int code, std::string_view sql) const;

  Poco::Data::Session connection_;
  sqlite3* handle_;
  std::map<std::string, sqlite3_stmt*, std::less<>> statements_;
  int wal_pages_ = 0;
};

}  // namespace platos::store

// Connection over SQLite.
#pragma once

#include <Poco/Data/Session.h>

#include <cstdint>
#include <map>
#include <string>

#include "store/connection.hpp"

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
class SqliteSession final : public Connection {
 public:
  explicit SqliteSession(const SqliteOptions& options);
  ~SqliteSession() override;
  SqliteSession(const SqliteSession&) = delete;
  SqliteSession& operator=(const SqliteSession&) = delete;

  Engine engine() const override { return Engine::Sqlite; }
  void begin_write() override { step("BEGIN IMMEDIATE"); }
  void begin_read() override { step("BEGIN"); }
  void commit() override { step("COMMIT"); }
  void rollback() noexcept override;
  void run_script(const std::string& script) override;
  void probe_space() override;
  void maintain(bool idle) override;
  const std::vector<Migration>& migrations() const override;
  void compact() override;
  void save_copy(const std::string& path) override;

 protected:
  std::int64_t run(const Tenant& tenant, std::string_view sql, Params params) override;
  void fetch(const Tenant& tenant, std::string_view sql, Params params, const EachRow& each) override;
  bool expect(const Tenant& tenant, std::string_view sql, Params params, std::int64_t rows) override;

 private:
  void step(std::string_view sql) { run({}, sql, {}); }
  sqlite3_stmt* prepare(const Tenant& tenant, std::string_view sql, Params params);
  [[noreturn]] void raise(int code, std::string_view sql) const;

  Poco::Data::Session connection_;
  sqlite3* handle_;
  std::map<std::string, sqlite3_stmt*, std::less<>> statements_;
  int wal_pages_ = 0;  // in the write-ahead log after the last commit of this connection
};

/// Made at build time from migrations/sqlite/*.sql.
const std::vector<Migration>& sqlite_migrations();

}  // namespace platos::store

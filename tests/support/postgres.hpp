// A PostgreSQL server of this test program's own, reached by a socket in a folder of its own: no port, no account.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "support/temp_dir.hpp"

struct pg_conn;

namespace platos::tests {

/// Started by its first use, ended with the program. Runs as user postgres when the test runs as root, which the server
/// refuses.
class PostgresServer {
 public:
  static PostgresServer& shared();
  /// One more, that TCP reaches, too: at 127.0.0.1, on a free port, with TLS only. Files in PEM.
  PostgresServer(const std::string& certificate_file, const std::string& key_file);
  ~PostgresServer();

  /// The URL of database `name`, as its owner, who is no superuser; made if it is not there.
  std::string database(const std::string& name);
  /// The same over TCP; `parameters` such as "sslmode=require".
  std::string database_over_tcp(const std::string& name, const std::string& parameters);
  /// Runs a statement as superuser, in database `name`; the first column of the first row.
  std::string run(const std::string& name, const std::string& sql);

  /// Where the server keeps its files.
  std::string data_directory() const { return dir_.path() + "/data"; }
  /// What it said so far.
  std::string log() const;

  void kill_hard();  ///< all its processes at once, as a crash would
  void start();
  /// One of its sessions dies as by a bug of the server, which then ends all of them and recovers by itself.
  void crash();
  /// Not a byte moves and no connection breaks: all its processes stand still until resume().
  void pause();
  void resume();

 private:
  PostgresServer();
  void make_cluster();
  void start_on_free_port();
  friend class PostgresOutsider;
  std::string url(const std::string& name, const std::string& role) const;
  void signal_all(int signal) const;

  TempDir dir_;
  pid_t pid_ = -1;
  int port_ = 5432;                         ///< without TCP a part of the socket's name
  std::vector<std::string> more_settings_;  ///< words of the server's command
};

/// A session of the superuser's own, whose transaction and locks stay from call to call.
class PostgresOutsider {
 public:
  explicit PostgresOutsider(const std::string& database);
  /// The first column of the first row. Throws std::runtime_error.
  std::string run(const std::string& sql);
  /// Rows as the functions that give the bytes of a column.
  void query(const std::string& sql, const std::function<void(const std::function<std::string(int)>&)>& on_row);

 private:
  std::unique_ptr<pg_conn, void (*)(pg_conn*)> connection_;
};

/// True when PLATOS_TEST_STORE is "postgres": the tests of the store, the engine and the daemon then run on it.
bool on_postgres();

/// What a store for this data directory should get as its URL: empty for SQLite, else a database of its own.
std::string store_url(const std::string& data_dir);

}  // namespace platos::tests

// One connection to an SQLite file, and its prepared statements.
//
// Used by one thread at a time. Every failure throws Error: RESOURCE_EXHAUSTED when the disk or memory is full,
// DATA_LOSS when the file is damaged, UNAVAILABLE when it is locked, INTERNAL for the rest; a stop's own code when it
// was reached.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "stop.hpp"

namespace platos::records {

class Connection;

/// A statement at work. Resets it when it goes; texts that were bound or read are borrowed.
class Statement {
 public:
  Statement(Connection& connection, sqlite3_stmt* handle) : connection_(connection), handle_(handle) {}
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// Binds the next parameter.
  Statement& bind(std::int64_t number);
  Statement& bind(double number);
  Statement& bind(std::string_view bytes);  ///< as a blob
  Statement& bind_text(std::string_view text);

  /// True while there is a row.
  bool step();
  void run() {
    while (step()) {
    }
  }

  std::int64_t integer(int column) { return sqlite3_column_int64(handle_, column); }
  double real(int column) { return sqlite3_column_double(handle_, column); }
  std::string_view bytes(int column);  ///< until the next step()

 private:
  void checked(int code);

  Connection& connection_;
  sqlite3_stmt* handle_;
  int bound_ = 0;
};

class Connection {
 public:
  /// For what an operator's tool, such as a backup, holds for a moment: inside this plugin nobody waits in SQLite.
  static constexpr int kBusyTimeoutMs = 1000;

  /// `flags` are those of sqlite3_open_v2.
  Connection(const std::string& path, int flags);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  sqlite3* handle() const noexcept { return handle_.get(); }

  /// `sql` is a literal: one statement is prepared per text, so do not use one text twice at once.
  Statement prepare(const char* sql);

  /// Runs statements that give nothing.
  void run(const char* script);
  std::int64_t integer_of(const char* sql);

  void set_busy_timeout(int timeout_ms) noexcept { sqlite3_busy_timeout(handle(), timeout_ms); }

  /// Statements give up when `stop` is reached; null: never. Borrowed until the next call of this.
  void set_stop(const Stop* stop);

  /// Throws the Error that belongs to a result code of this connection.
  [[noreturn]] void fail(int code);

 private:
  struct Close {
    void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
  };

  std::string path_;
  std::unique_ptr<sqlite3, Close> handle_;
  std::map<std::string_view, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
  const Stop* stop_ = nullptr;
};

}  // namespace platos::records

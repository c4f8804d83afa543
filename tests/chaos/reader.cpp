#include "chaos/reader.hpp"

#include <sqlite3.h>

#include <filesystem>
#include <stdexcept>

#include "support/postgres.hpp"

namespace platos::tests::chaos {
namespace {

class SqliteReader final : public Reader {
 public:
  explicit SqliteReader(const std::string& file) {
    if (sqlite3_open_v2(file.c_str(), &handle_, SQLITE_OPEN_READONLY, nullptr) != SQLITE_OK) fail();
    sqlite3_busy_timeout(handle_, 10'000);
    query("BEGIN", [](auto&&) {});
  }
  ~SqliteReader() override { sqlite3_close(handle_); }
  SqliteReader(const SqliteReader&) = delete;
  SqliteReader& operator=(const SqliteReader&) = delete;

  void query(const std::string& sql, const std::function<void(const Text&)>& on_row) override {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(handle_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) fail();
    const Text text = [statement](int column) {
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
      const int size = sqlite3_column_bytes(statement, column);
      return size == 0 ? std::string() : std::string(bytes, static_cast<std::size_t>(size));
    };
    int step = SQLITE_ROW;
    while ((step = sqlite3_step(statement)) == SQLITE_ROW) on_row(text);
    sqlite3_finalize(statement);
    if (step != SQLITE_DONE) fail();
  }

  std::vector<std::string> faults() override {
    std::vector<std::string> found;
    query("PRAGMA quick_check", [&](const Text& text) {
      if (text(0) != "ok") found.push_back(text(0));
    });
    return found;
  }

 private:
  [[noreturn]] void fail() const { throw std::runtime_error(std::string("SQLite: ") + sqlite3_errmsg(handle_)); }
  sqlite3* handle_ = nullptr;
};

class PostgresReader final : public Reader {
 public:
  explicit PostgresReader(const std::string& database) : database_(database), session_(database) {
    session_.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  }

  void query(const std::string& sql, const std::function<void(const Text&)>& on_row) override {
    session_.query(sql, on_row);
  }

  std::vector<std::string> faults() override {
    PostgresOutsider checker(database_);
    checker.run("CREATE EXTENSION IF NOT EXISTS amcheck");
    try {
      checker.run(
          "SELECT count(bt_index_check(i.indexrelid, true)) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
          "JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'btree' AND c.relnamespace = 'public'::regnamespace");
    } catch (const std::runtime_error& failure) {
      return {failure.what()};
    }
    return {};
  }

 private:
  const std::string database_;
  PostgresOutsider session_;
};

}  // namespace

std::unique_ptr<Reader> Reader::open(const std::string& database_file) {
  if (!on_postgres()) return std::make_unique<SqliteReader>(database_file);
  const auto folder = std::filesystem::path(database_file).parent_path();
  return std::make_unique<PostgresReader>(folder.filename().string());
}

}  // namespace platos::tests::chaos

#include "connection.hpp"

#include <cerrno>

namespace platos::records {
namespace {

constexpr int kStepsBetweenPolls = 2000;

bool is_full(int code, int system_error) {
  // SQLite knows a full disk only; a quota or a limit on the file's size is a failed write to it.
  return (code & 0xFF) == SQLITE_FULL || (code == SQLITE_IOERR_WRITE && system_error != EIO);
}

std::int32_t status_of(int code, int system_error) {
  if (is_full(code, system_error)) return PLATOS_RESOURCE_EXHAUSTED;
  switch (code & 0xFF) {
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG: return PLATOS_RESOURCE_EXHAUSTED;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return PLATOS_DATA_LOSS;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return PLATOS_UNAVAILABLE;
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM: return PLATOS_FAILED_PRECONDITION;
    default: return PLATOS_INTERNAL;
  }
}

}  // namespace

Statement::~Statement() {
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
}

void Statement::checked(int code) {
  if (code != SQLITE_OK) connection_.fail(code);
}

Statement& Statement::bind(std::int64_t number) {
  checked(sqlite3_bind_int64(handle_, ++bound_, number));
  return *this;
}

Statement& Statement::bind(double number) {
  checked(sqlite3_bind_double(handle_, ++bound_, number));
  return *this;
}

Statement& Statement::bind(std::string_view bytes) {
  // A null pointer would bind NULL instead of no bytes.
  const char* data = bytes.empty() ? "" : bytes.data();
  checked(sqlite3_bind_blob64(handle_, ++bound_, data, bytes.size(), SQLITE_STATIC));
  return *this;
}

Statement& Statement::bind_text(std::string_view text) {
  const char* data = text.empty() ? "" : text.data();
  checked(sqlite3_bind_text64(handle_, ++bound_, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) connection_.fail(code);
  return false;
}

std::string_view Statement::bytes(int column) {
  const void* data = sqlite3_column_blob(handle_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, column));
  return size == 0 ? std::string_view() : std::string_view(static_cast<const char*>(data), size);
}

Connection::Connection(const std::string& path, int flags) : path_(path) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(handle);
  if (handle == nullptr) throw std::bad_alloc();
  if (code != SQLITE_OK) fail(code);
  sqlite3_extended_result_codes(handle, 1);
  set_busy_timeout(kBusyTimeoutMs);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
}

Statement Connection::prepare(const char* sql) {
  auto& kept = statements_[sql];
  if (kept == nullptr) {
    sqlite3_stmt* made = nullptr;
    const int code = sqlite3_prepare_v3(handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr);
    if (code != SQLITE_OK) fail(code);
    kept.reset(made);
  }
  return {*this, kept.get()};
}

void Connection::run(const char* script) {
  if (const int code = sqlite3_exec(handle(), script, nullptr, nullptr, nullptr); code != SQLITE_OK) fail(code);
}

std::int64_t Connection::integer_of(const char* sql) {
  Statement statement = prepare(sql);
  return statement.step() ? statement.integer(0) : 0;
}

void Connection::set_stop(const Stop* stop) {
  stop_ = stop;
  const auto poll = [](void* given) -> int { return static_cast<const Stop*>(given)->reached() ? 1 : 0; };
  sqlite3_progress_handler(handle(), stop == nullptr ? 0 : kStepsBetweenPolls, stop == nullptr ? nullptr : +poll,
                           const_cast<Stop*>(stop));
}

void Connection::fail(int code) {
  if ((code & 0xFF) == SQLITE_INTERRUPT && stop_ != nullptr) stop_->check();
  const int system_error = sqlite3_system_errno(handle());
  const std::int32_t status = status_of(code, system_error);
  std::string message = path_ + ": ";
  if (is_full(code, system_error))
    message += "no room is left for the file: free some, or remove records. SQLite says: ";
  if (status == PLATOS_DATA_LOSS) message += "the file is damaged: put a backup in its place. SQLite says: ";
  message.append(sqlite3_errmsg(handle())).append(" (code ").append(std::to_string(code)).append(")");
  throw sdk::Error(status, message);
}

}  // namespace platos::records

#include "store/sqlite_session.hpp"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/Utility.h>
#include <sqlite3.h>

#include <mutex>

#include "base/failpoint.hpp"

namespace platos::store {
namespace {

constexpr int kCheckpointPages = 16 * 1024 * 1024 / 4096;   // always beyond this
constexpr int kIdleCheckpointPages = kCheckpointPages / 8;  // when nobody waits

Poco::Data::Session open(const std::string& path) {
  static std::once_flag registered;
  std::call_once(registered, [] {
    // Statistics of memory cost a process-wide lock at every allocation. Too late, and refused, if SQLite is in use.
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    Poco::Data::SQLite::Connector::registerConnector();
  });
  // Poco tries a failing open again until this is over; its default is a minute.
  constexpr std::size_t kOpenTimeoutSeconds = 1;
  return Poco::Data::Session(Poco::Data::SQLite::Connector::KEY, path, kOpenTimeoutSeconds);
}

class SqliteRow final : public Row {
 public:
  SqliteRow(sqlite3_stmt* statement, SealedTexts& texts) : statement_(statement), texts_(texts) {}

  bool is_null(int column) const override { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
  std::string text(int column) const override {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return data == nullptr ? std::string() : std::string(data, size(column));
  }
  std::string unsealed(int column, const secrets::Place& place) const override {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    return data == nullptr ? std::string() : texts_.read(place, {data, size(column)});
  }

 private:
  std::size_t size(int column) const { return static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)); }
  sqlite3_stmt* statement_;
  SealedTexts& texts_;
};

struct Binder {
  sqlite3_stmt* statement;
  int index;
  SealedTexts& texts;
  std::string_view organization;

  int operator()(std::nullptr_t) const { return sqlite3_bind_null(statement, index); }
  int operator()(std::int64_t number) const { return sqlite3_bind_int64(statement, index, number); }
  int operator()(std::string_view text) const {
    return sqlite3_bind_text64(statement, index, text.data() == nullptr ? "" : text.data(), text.size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  }
  int operator()(const Blob& blob) const {
    return sqlite3_bind_blob64(statement, index, blob.bytes.data(), blob.bytes.size(), SQLITE_STATIC);
  }
  int operator()(const Sealed& sealed) const {
    const std::string blob = texts.write(organization, sealed);
    return sqlite3_bind_blob64(statement, index, blob.data(), blob.size(), SQLITE_TRANSIENT);
  }
};

SqlError::Kind kind_of(int code) {
  switch (code & 0xFF) {
    case SQLITE_CONSTRAINT: return SqlError::Kind::Constraint;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN: return SqlError::Kind::Full;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return SqlError::Kind::Corrupt;
    default: return SqlError::Kind::Other;
  }
}

}  // namespace

SqliteSession::SqliteSession(const SqliteOptions& options)
    : connection_(open(options.path)), handle_(Poco::Data::SQLite::Utility::dbHandle(connection_)) {
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_timeout(handle_, 5'000);
  run_script("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;");
  // What turns write to stands at the ends of tables and indexes. Every commit empties the caches of readers: there is
  // nothing to keep in a large one.
  run_script(options.writer ? "PRAGMA cache_size = -2048;" : "PRAGMA cache_size = -512;");
  run_script(options.durable ? "PRAGMA synchronous = FULL;" : "PRAGMA synchronous = OFF;");
  if (!options.writer) {
    run_script("PRAGMA query_only = ON;");
    return;
  }
  // Checkpoints are the writer's own business: in the commit path they cost further fsyncs.
  run_script("PRAGMA wal_autocheckpoint = 0;");
  if (options.max_bytes > 0)
    run_script("PRAGMA max_page_count = " + std::to_string(options.max_bytes / 4096 + 1) + ";");
  sqlite3_wal_hook(
      handle_,
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<SqliteSession*>(self)->wal_pages_ = pages;
        return SQLITE_OK;
      },
      this);
}

SqliteSession::~SqliteSession() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
}

sqlite3_stmt* SqliteSession::prepare(const Tenant& tenant, std::string_view sql, Params params) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                        &statement, nullptr);
    if (code != SQLITE_OK) raise(code, sql);
    found = statements_.emplace(std::string(sql), statement).first;
  }
  sqlite3_stmt* statement = found->second;
  int index = 0;
  for (const auto& param : params) {
    const int code = std::visit(Binder{statement, ++index, texts_, tenant.organization_id}, param);
    if (code != SQLITE_OK) raise(code, sql);
  }
  return statement;
}

namespace {
// Gives the statement back ready for its next use, also when a row callback throws.
struct Reset {
  sqlite3_stmt* statement;
  ~Reset() {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
};
}  // namespace

std::int64_t SqliteSession::run(const Tenant& tenant, std::string_view sql, Params params) {
  const Reset statement{prepare(tenant, sql, params)};
  const int code = sqlite3_step(statement.statement);
  if (code != SQLITE_DONE && code != SQLITE_ROW) raise(code, sql);
  return sqlite3_changes64(handle_);
}

void SqliteSession::fetch(const Tenant& tenant, std::string_view sql, Params params, const EachRow& each) {
  const Reset statement{prepare(tenant, sql, params)};
  const SqliteRow row(statement.statement, texts_);
  for (;;) {
    const int code = sqlite3_step(statement.statement);
    if (code == SQLITE_DONE) return;
    if (code != SQLITE_ROW) raise(code, sql);
    if (!each(row)) return;
  }
}

bool SqliteSession::expect(const Tenant& tenant, std::string_view sql, Params params, std::int64_t rows) {
  const Reset statement{prepare(tenant, sql, params)};
  std::int64_t found = 0;
  int code = sqlite3_step(statement.statement);
  for (; code == SQLITE_ROW; code = sqlite3_step(statement.statement)) ++found;
  if (code != SQLITE_DONE) raise(code, sql);
  return (sqlite3_column_count(statement.statement) > 0 ? found : sqlite3_changes64(handle_)) == rows;
}

void SqliteSession::run_script(const std::string& script) {
  const int code = sqlite3_exec(handle_, script.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) raise(code, script);
}

void SqliteSession::rollback() noexcept {
  try {
    step("ROLLBACK");
  } catch (const SqlError&) {
    // SQLite may have rolled back by itself.
  }
}

void SqliteSession::probe_space() {
  // Takes some pages and gives them back: rewriting an existing page would prove nothing.
  try {
    run_script(
        "BEGIN IMMEDIATE; INSERT INTO timers (id, env_id, run_id, kind, due_us) VALUES ('probe', '', '', "
        "zeroblob(65536), 0); DELETE FROM timers WHERE id = 'probe'; COMMIT;");
  } catch (const SqlError&) {
    rollback();
    throw;
  }
}

void SqliteSession::maintain(bool idle) {
  if (wal_pages_ < kCheckpointPages && !(idle && wal_pages_ >= kIdleCheckpointPages)) return;
  base::failpoint("store.before_checkpoint");
  // Moves what it can into the database, without waiting for readers.
  sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  wal_pages_ = 0;
  base::failpoint("store.after_checkpoint");
}

const std::vector<Migration>& SqliteSession::migrations() const { return sqlite_migrations(); }

void SqliteSession::compact() { run_script("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);"); }

void SqliteSession::save_copy(const std::string& path) { run({}, "VACUUM INTO $1", {std::string_view(path)}); }

void SqliteSession::raise(int code, std::string_view sql) const {
  throw SqlError(kind_of(code), std::string("SQLite: ") + sqlite3_errmsg(handle_) + " (code " + std::to_string(code) +
                                    ") in: " + std::string(sql.substr(0, 120)));
}

}  // namespace platos::store

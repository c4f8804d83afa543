#include "store/migrations.hpp"

#include "base/failpoint.hpp"
#include "base/text.hpp"
#include "base/version.hpp"

namespace platos::store {
namespace {

class SchemaLock {
 public:
  explicit SchemaLock(Connection& connection) : connection_(connection) { connection_.lock_schema(); }
  ~SchemaLock() {
    try {
      connection_.unlock_schema();
    } catch (const SqlError&) {
      // The connection broke, which gave the lock back.
    }
  }
  SchemaLock(const SchemaLock&) = delete;
  SchemaLock& operator=(const SchemaLock&) = delete;

 private:
  Connection& connection_;
};

void apply(Connection& connection, const Migration& migration, const base::Clock& clock) {
  connection.begin_write();
  try {
    connection.run_script(std::string(migration.script));
    connection.execute(
        Connection::everywhere(),
        "INSERT INTO schema_migrations (version, checksum, applied_us, platos_version) VALUES ($1, $2, $3, $4)",
        {migration.version, base::sha256_hex(migration.script), clock.wall_us(), kPlatosVersion});
    base::failpoint("startup.in_migration");
    connection.commit();
  } catch (const SqlError&) {
    connection.rollback();
    throw;
  }
}

}  // namespace

Result<MigrationState> migration_state(Connection& connection, const std::vector<Migration>& known) {
  connection.run_script(
      "CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT PRIMARY KEY, checksum TEXT NOT NULL, "
      "applied_us BIGINT NOT NULL, platos_version TEXT NOT NULL)");
  MigrationState state;
  state.newest = known.empty() ? 0 : known.back().version;
  std::string changed;
  connection.query(Connection::everywhere(), "SELECT version, checksum FROM schema_migrations ORDER BY version", {},
                   [&](const Row& row) {
                     state.applied = row.integer(0);
                     for (const auto& migration : known) {
                       if (migration.version == state.applied && row.text(1) != base::sha256_hex(migration.script)) {
                         changed = std::string(migration.name);
                       }
                     }
                     return true;
                   });
  if (state.applied > state.newest) {
    return fail(ErrorKind::FailedPrecondition, "schema_too_new",
                "the database has schema version " + std::to_string(state.applied) + ", this Platos knows up to " +
                    std::to_string(state.newest) + "; install the newer Platos again, or restore a backup");
  }
  if (!changed.empty()) {
    return fail(
        ErrorKind::FailedPrecondition, "schema_changed",
        "migration " + changed + " was applied with another content; the database was made by a different build");
  }
  for (const auto& migration : known) {
    if (migration.version > state.applied) state.pending.push_back(migration);
  }
  return state;
}

Result<void> migrate(Connection& connection, const std::vector<Migration>& known, const base::Clock& clock,
                     const std::string& snapshot_path) {
  const SchemaLock lock(connection);
  const auto state = migration_state(connection, known);
  if (!state) return fail(state.error());
  if (!state->pending.empty() && state->applied > 0) connection.save_copy(snapshot_path);
  for (const auto& migration : state->pending) apply(connection, migration, clock);
  return {};
}

Result<void> check_migrated(Connection& connection, const std::vector<Migration>& known) {
  const auto state = migration_state(connection, known);
  if (!state) return fail(state.error());
  if (state->pending.empty()) return {};
  return fail(ErrorKind::FailedPrecondition, "schema_outdated",
              "the database has schema version " + std::to_string(state->applied) + ", this Platos needs " +
                  std::to_string(state->newest) + "; run \"platos migrate apply\", or set store.migrate to \"auto\"");
}

}  // namespace platos::store

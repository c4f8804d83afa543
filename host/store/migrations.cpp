#include "store/migrations.hpp"

#include "base/failpoint.hpp"
#include "base/text.hpp"
#include "base/version.hpp"

namespace platos::store {
namespace {

Result<std::int64_t> check_applied(Session& session, const std::vector<Migration>& migrations) {
  std::int64_t newest = 0;
  std::string changed;
  session.query("SELECT version, checksum FROM schema_migrations ORDER BY version", {}, [&](const Row& row) {
    newest = row.integer(0);
    for (const auto& migration : migrations) {
      if (migration.version == newest && row.text(1) != base::sha256_hex(migration.script)) {
        changed = std::string(migration.name);
      }
    }
    return true;
  });
  const std::int64_t known = migrations.empty() ? 0 : migrations.back().version;
  if (newest > known) {
    return fail(ErrorKind::FailedPrecondition, "schema_too_new",
                "the database has schema version " + std::to_string(newest) + ", this Platos knows up to " +
                    std::to_string(known) + "; install the newer Platos again, or restore a backup");
  }
  if (!changed.empty()) {
    return fail(
        ErrorKind::FailedPrecondition, "schema_changed",
        "migration " + changed + " was applied with another content; the database was made by a different build");
  }
  return newest;
}

}  // namespace

Result<void> migrate(Session& session, const std::vector<Migration>& migrations, const base::Clock& clock,
                     const std::string& snapshot_path) {
  session.run_script(
      "CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT PRIMARY KEY, checksum TEXT NOT NULL, "
      "applied_us BIGINT NOT NULL, platos_version TEXT NOT NULL)");
  const auto applied = check_applied(session, migrations);
  if (!applied) return fail(applied.error());
  const bool pending = !migrations.empty() && *applied < migrations.back().version;
  if (pending && *applied > 0) session.execute("VACUUM INTO $1", {std::string_view(snapshot_path)});
  for (const auto& migration : migrations) {
    if (migration.version <= *applied) continue;
    session.run_script("BEGIN IMMEDIATE");
    try {
      session.run_script(std::string(migration.script));
      session.execute(
          "INSERT INTO schema_migrations (version, checksum, applied_us, platos_version) VALUES ($1, $2, $3, $4)",
          {migration.version, base::sha256_hex(migration.script), clock.wall_us(), kPlatosVersion});
      base::failpoint("startup.in_migration");
      session.run_script("COMMIT");
    } catch (const SqlError&) {
      session.run_script("ROLLBACK");
      throw;
    }
  }
  return {};
}

}  // namespace platos::store

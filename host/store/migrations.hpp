// The schema's history: numbered scripts, applied once, forward only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/connection.hpp"

namespace platos::store {

/// What a database has and what this program would do to it.
struct MigrationState {
  std::int64_t applied = 0;  ///< the newest version in the database; 0: none
  std::int64_t newest = 0;   ///< that this program knows
  std::vector<Migration> pending;
};

/// FailedPrecondition "schema_too_new" when the database was written by a newer Platos, "schema_changed" when an
/// applied script is not the one known here. Throws SqlError.
Result<MigrationState> migration_state(Connection& connection, const std::vector<Migration>& known);

/// Brings the schema to the newest version, each script in its own transaction; other hosts that start at the same time
/// wait. Before the first script on a database that holds data, a copy is written to `snapshot_path`, where the engine
/// has no backup of its own. Errors: migration_state().
Result<void> migrate(Connection& connection, const std::vector<Migration>& known, const base::Clock& clock,
                     const std::string& snapshot_path);

/// FailedPrecondition "schema_outdated" when scripts are pending. Errors: migration_state().
Result<void> check_migrated(Connection& connection, const std::vector<Migration>& known);

}  // namespace platos::store

// The schema's history: numbered scripts, applied once, forward only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/session.hpp"

namespace platos::store {

struct Migration {
  std::int64_t version;
  std::string_view name;
  std::string_view script;
};

/// Made at build time from migrations/sqlite/*.sql.
const std::vector<Migration>& sqlite_migrations();

/// Brings the schema to the newest version, each script in its own transaction. FailedPrecondition "schema_too_new"
/// when the database was written by a newer Platos, "schema_changed" when an applied script is not the one known here.
/// Before the first script on a database that holds data, a copy is written to `snapshot_path`.
Result<void> migrate(Session& session, const std::vector<Migration>& migrations, const base::Clock& clock,
                     const std::string& snapshot_path);

}  // namespace platos::store

// What must be done about keys and texts before a database is used.
#pragma once

#include "base/clock.hpp"
#include "base/logger.hpp"
#include "base/result.hpp"
#include "secrets/key_ring.hpp"
#include "store/connection.hpp"

namespace platos::store {

/// Whether the database holds data keys already: then the master key must be there, too.
bool has_data_keys(Connection& connection);

/// Reads all data keys into the ring, and makes one for each organization that has none. Errors: KeyRing::add(). Throws
/// SqlError.
Result<void> ensure_data_keys(Connection& connection, secrets::KeyRing& keys, const base::Clock& clock);

/// Seals the texts from before there were keys, in small transactions: what was done when it is interrupted stays done.
/// Afterwards the files are compacted, because the old texts still stand in them. Throws SqlError.
void seal_old_rows(Connection& connection, base::Logger& logger);

/// Wraps the data keys anew that another master wrapped, up to `limit`; how many. Errors: KeyRing::rewrap(). Throws
/// SqlError.
Result<std::int64_t> rewrap_data_keys(Session& session, const model::SystemScope& system, const secrets::KeyRing& keys,
                                      std::int64_t limit);

}  // namespace platos::store

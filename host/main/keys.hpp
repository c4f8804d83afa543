// The key ring that a database wants.
#pragma once

#include <memory>

#include "config/settings.hpp"
#include "secrets/key_ring.hpp"
#include "store/database.hpp"

namespace platos::daemon {

/// Loads the master key; makes one only for a database that has sealed nothing yet. Errors: load_master_keys(),
/// Unavailable "store_unreachable", DataLoss "database_unusable".
Result<std::unique_ptr<secrets::KeyRing>> open_keys(const config::Settings& settings,
                                                    const store::DatabaseOptions& database);

}  // namespace platos::daemon

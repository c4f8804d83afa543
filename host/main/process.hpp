// What the operating system says to and of this process.
#pragma once

#include <cstdint>

namespace platos::daemon {

/// As many files as allowed, and no core dumps: they would hold secrets.
void set_limits();

/// Resident memory; 0 when it cannot be told.
std::int64_t resident_bytes();

}  // namespace platos::daemon

// What the operating system says to and of this process.
#pragma once

#include <cstdint>

namespace platos::daemon {

/// As many files as allowed, and no core dumps: they would hold secrets.
void set_limits();

/// Gives memory back that only the start needed: freed parts of the heap, and code, which comes from the page cache
/// again where it is run again.
void release_startup_memory();

/// Resident memory; 0 when it cannot be told.
std::int64_t resident_bytes();

}  // namespace platos::daemon

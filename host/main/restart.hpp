// Restarting in place: the way out when a plugin hangs a loop.
#pragma once

#include <string>
#include <vector>

#include "base/logger.hpp"
#include "extension/loader/markers.hpp"

namespace platos::daemon {

/// Quarantines the plugin and replaces this process by a fresh one of the same pid and arguments. The third time within
/// ten minutes it exits with 75 instead: something else is wrong. Does not return. Any thread.
[[noreturn]] void restart_without(const std::string& plugin_id, std::int64_t stuck_ms, extension::Markers& markers,
                                  base::Logger& logger, const std::vector<std::string>& arguments);

}  // namespace platos::daemon

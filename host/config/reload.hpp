// Which settings a running daemon takes over on SIGHUP, and which wait for its next start.
#pragma once

#include <string_view>
#include <vector>

#include "config/settings.hpp"

namespace platos::config {

bool is_reloadable(std::string_view key);

/// The keys whose values differ, in the order of the table.
std::vector<std::string_view> differences(const Settings& before, const Settings& after);

}  // namespace platos::config

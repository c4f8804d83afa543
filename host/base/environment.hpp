// The variables that the process was started with, out of sight of who can read /proc/PID/environ or a core dump.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace platos::base {

/// Moves all variables to locked memory that is in no dump, and overwrites them where the kernel put them. `environ`
/// keeps those that libraries look for and that are no secrets (paths, locale, time zone, certificates ...); what the
/// daemon itself wants it asks here. Once, before there are threads. Without it, the functions below ask `environ`.
void take_environment();

/// Lives as long as the process.
std::optional<std::string_view> environment_variable(std::string_view name);

void for_each_variable(const std::function<void(std::string_view name, std::string_view value)>& visit);

/// The variables to exec() a successor with: those of `environ`, and one that names a descriptor from which its
/// take_environment() reads the rest. The descriptor survives exec() and is in memory only.
std::vector<std::string> variables_for_successor();

}  // namespace platos::base

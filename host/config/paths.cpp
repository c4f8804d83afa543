#include "config/paths.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace platos::config {

namespace fs = std::filesystem;

std::string default_data_dir() {
  const uid_t user = ::geteuid();
  const passwd* entry = ::getpwuid(user);
  if (user == 0 || (entry != nullptr && std::string(entry->pw_name) == "platos")) return "/var/lib/platos";
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state == '/') {
    return std::string(state) + "/platos";
  }
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') home = entry != nullptr ? entry->pw_dir : "/";
  return std::string(home) + "/.local/state/platos";
}

Paths find_paths(const std::string& data_dir, const std::string& plugin_dir) {
  Paths paths;
  paths.executable = fs::read_symlink("/proc/self/exe").string();
  const fs::path prefix = fs::path(paths.executable).parent_path().parent_path();
  paths.data_dir = data_dir.empty() ? default_data_dir() : data_dir;
  paths.shipped_plugin_dir = (prefix / "lib/platos/plugins").string();
  paths.plugin_dir = plugin_dir.empty() ? paths.data_dir + "/plugins" : plugin_dir;
  paths.manifest_dirs = {(prefix / "share/platos/manifests").string(), "/etc/platos/manifests",
                         paths.data_dir + "/manifests"};
  paths.skill_dir = (prefix / "share/platos/skills").string();
  paths.config_file = "/etc/platos/platos.toml";
  return paths;
}

}  // namespace platos::config

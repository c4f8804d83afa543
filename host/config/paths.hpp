// Where things lie: found relative to the running program, so that the build tree and the installed tree work alike.
#pragma once

#include <string>
#include <vector>

namespace platos::config {

struct Paths {
  std::string data_dir;
  std::string shipped_plugin_dir;  ///< lib/platos/plugins beside the program
  std::string plugin_dir;          ///< further plugins
  std::vector<std::string>
      manifest_dirs;        ///< shipped, /etc, data directory: a later file replaces an earlier one whole
  std::string skill_dir;    ///< share/platos/skills beside the program: the official ones
  std::string config_file;  ///< the default one
  std::string executable;
};

/// `data_dir` and `plugin_dir` override the rules when not empty.
Paths find_paths(const std::string& data_dir, const std::string& plugin_dir);

/// /var/lib/platos for root and the service user, else ${XDG_STATE_HOME:-~/.local/state}/platos. The CLI uses it too.
std::string default_data_dir();

}  // namespace platos::config

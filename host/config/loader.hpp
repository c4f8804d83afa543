// Reads settings from their three places: TOML file, then PLATOS__SECTION__KEY, then --set. Later ones win.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "config/settings.hpp"

namespace platos::config {

struct Sources {
  std::string file;           ///< path; empty: no file
  bool file_required = true;  ///< false: a missing file is fine (the default path)
  std::map<std::string, std::string> environment;
  std::vector<std::pair<std::string, std::string>> command_line;  ///< key and value
};

struct Loaded {
  Settings settings;
  Origins origins;
};

/// Pure: touches nothing but the file it reads. Errors name the place (file:line:column, variable or flag), what was
/// expected, what was found, and the nearest known key.
Result<Loaded> load(const Sources& sources);

/// The variables of this process that begin with PLATOS__.
std::map<std::string, std::string> environment_overrides();

}  // namespace platos::config

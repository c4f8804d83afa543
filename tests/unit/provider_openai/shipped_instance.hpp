// The instances of this plugin that ship in manifests/, so that what is tested cannot differ from what is delivered.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace platos::provider_openai::testing {

using Variables = std::map<std::string, std::string>;

struct ShippedInstance {
  nlohmann::json file;    ///< manifests/instances/<name>.json as it stands
  nlohmann::json grant;   ///< manifests/grants/<name>.json
  nlohmann::json config;  ///< of the file, with "env:NAME" and "env:NAME|default" resolved
  std::string config_json() const { return config.dump(); }
};

/// Throws when a file is missing. An unset or empty variable gives the default, or an empty text.
ShippedInstance shipped(const std::string& name, const Variables& environment = {});

/// The same with an address where the file has none.
ShippedInstance usable(const std::string& name);

/// Names of all instances of this plugin in manifests/instances, sorted.
std::vector<std::string> shipped_names();

}  // namespace platos::provider_openai::testing

// A manifest, an instance or a grant that is accepted has what the loader relies on.
#include "extension/loader/manifest.hpp"

#include <nlohmann/json.hpp>

#include "fuzz/clean_error.hpp"

using namespace platos;
using fuzz::require;

namespace {

void check_manifest(const std::string& text) {
  const auto manifest = extension::parse_manifest(text, "m/plugin.platos.json");
  if (!manifest) {
    fuzz::require_clean(manifest.error());
    return require(manifest.error().code == "manifest_invalid", "a manifest is refused as one");
  }
  require(manifest->id.find('.') != std::string::npos && manifest->id.find('/') == std::string::npos, "the id is one");
  require(!manifest->library_file.empty() && manifest->library_file.find('/') == std::string::npos,
          "the library lies beside the manifest");
  require(!manifest->components.empty(), "there is a component");
  for (const auto& component : manifest->components) {
    require(!component.id.empty() && !component.interface_id.empty(), "a component has id and interface");
    const std::string& file = component.config_schema_file;
    require(!file.starts_with('/') && file.find("..") == std::string::npos, "a schema lies in the plugin's folder");
  }
  const auto expanded = extension::expand_patterns(manifest->http, R"({"base_url":"https://a.example/v1/","n":1})");
  require(expanded.size() <= manifest->http.size(), "a pattern gives at most one");
  for (const std::string& pattern : expanded) {
    const bool has_only_path = pattern.find_first_of("?#") == std::string::npos;
    require(!has_only_path || !extension::url_matches({pattern}, pattern + "/../x"), "nobody climbs out of a pattern");
  }
}

void check_instance(const std::string& text, bool allow_environment) {
  const auto instance = extension::parse_instance(text, "instances/x.json", allow_environment);
  if (!instance) {
    fuzz::require_clean(instance.error());
    return require(instance.error().code == "instance_invalid", "an instance is refused as one");
  }
  require(instance->name == "x" && !instance->plugin.empty() && !instance->component.empty(), "an instance has names");
  const auto config = model::parse_bounded(instance->config_json, "config");
  require(config.has_value() && config->is_object(), "its configuration is an object");
  const auto json = model::parse_bounded(text, "the file");
  for (const auto& [slot, binding] : instance->secrets) {
    require(!binding.empty() && json->at("secrets").at(slot) == binding, "a slot is bound to what the file says");
  }
}

void check_grant(const std::string& text) {
  const auto grant = extension::parse_grant(text, "grants/x.json");
  if (grant) return require(grant->instance == "x", "a grant is for its file's instance");
  fuzz::require_clean(grant.error());
  require(grant.error().code == "grant_invalid", "a grant is refused as one");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::text_of(data, size));
  check_manifest(text);
  check_instance(text, false);
  check_instance(text, true);
  check_grant(text);
  return 0;
}

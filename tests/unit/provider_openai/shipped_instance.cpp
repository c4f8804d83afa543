#include "shipped_instance.hpp"

#include <algorithm>
#include <filesystem>

#include "driver.hpp"

namespace platos::provider_openai::testing {
namespace {

const std::string kManifests = PLATOS_SHIPPED_MANIFESTS;

// As the host does it: host/extension/loader/manifest.cpp.
void resolve(nlohmann::json& value, const Variables& environment) {
  if (value.is_structured()) {
    for (auto& item : value) resolve(item, environment);
    return;
  }
  if (!value.is_string() || !value.get<std::string>().starts_with("env:")) return;
  const std::string text = value.get<std::string>().substr(4);
  const std::size_t bar = text.find('|');
  const auto found = environment.find(text.substr(0, bar));
  const bool is_set = found != environment.end() && !found->second.empty();
  value = is_set ? found->second : bar == std::string::npos ? std::string() : text.substr(bar + 1);
}

}  // namespace

ShippedInstance shipped(const std::string& name, const Variables& environment) {
  ShippedInstance instance;
  instance.file = nlohmann::json::parse(read_file(kManifests + "/instances/" + name + ".json"));
  instance.grant = nlohmann::json::parse(read_file(kManifests + "/grants/" + name + ".json"));
  instance.config = instance.file.at("config");
  resolve(instance.config, environment);
  return instance;
}

ShippedInstance usable(const std::string& name) {
  return shipped(name, {{"AZURE_OPENAI_BASE_URL", "https://demo.openai.azure.com/openai/deployments"}});
}

std::vector<std::string> shipped_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kManifests + "/instances")) {
    const auto file = nlohmann::json::parse(read_file(entry.path().string()));
    if (file.at("plugin") == "dev.platos.provider-openai") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace platos::provider_openai::testing

// The part of PluginHost that knows providers as tenants may link them.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "extension/adapters/linked_provider.hpp"
#include "extension/adapters/provider_adapter.hpp"
#include "extension/plugin_host_state.hpp"
#include "model/json.hpp"

namespace platos::extension {
namespace {

constexpr const char* kBaseUrl = "base_url";
// Reserved by RFC 2606: an instance file that knows no address names one under it.
constexpr std::string_view kNowhere = ".invalid";

std::vector<std::string> models_of(const InstanceFile& file) {
  const auto config = model::parse_bounded(file.config_json, "config");
  std::vector<std::string> models;
  if (!config || !config->is_object()) return models;
  const auto list = config->find("models");
  if (list == config->end() || !list->is_array()) return models;
  for (const auto& each : *list) {
    if (each.is_string()) models.push_back(each.get<std::string>());
  }
  return models;
}

std::string base_url_of(const InstanceFile& file) {
  const auto config = model::parse_bounded(file.config_json, "config");
  if (!config || !config->is_object() || !config->contains(kBaseUrl) || !(*config)[kBaseUrl].is_string()) return {};
  std::string url = (*config)[kBaseUrl].get<std::string>();
  while (url.ends_with('/')) url.pop_back();
  return url;
}

bool leads_nowhere(const std::string& url) {
  const auto scheme = url.find("://");
  const std::string host = url.substr(scheme == std::string::npos ? 0 : scheme + 3);
  return url.empty() || host.substr(0, host.find_first_of(":/")).ends_with(kNowhere);
}

std::vector<std::string> slots_of(const InstanceFile& file) {
  std::vector<std::string> slots;
  for (const auto& [slot, binding] : file.secrets) slots.push_back(slot);
  return slots;
}

}  // namespace

const InstanceFile* PluginHost::file_of(std::string_view instance) const {
  const auto found = std::find_if(instance_files_.begin(), instance_files_.end(),
                                  [&](const InstanceFile& file) { return file.name == instance; });
  return found == instance_files_.end() ? nullptr : &*found;
}

ports::ProviderDescription PluginHost::describe(const InstanceFile& file) const {
  ports::ProviderDescription provider;
  provider.instance = file.name;
  for (const auto& plugin : plugins_) {
    if (plugin->manifest.id != file.plugin) continue;
    provider.title = plugin->manifest.name;
    provider.description = plugin->manifest.description;
  }
  if (!file.title.empty()) provider.title = file.title;
  for (const auto& [slot, binding] : file.secrets) provider.secrets[slot] = binding.substr(binding.find(':') + 1);
  provider.models = models_of(file);
  const std::string url = base_url_of(file);
  if (const auto variable = file.variables.find(kBaseUrl); variable != file.variables.end()) {
    provider.base_url_variable = variable->second;
    provider.needs_base_url = leads_nowhere(url);
  }
  const auto found = instances_.find(file.name);
  const std::string state = found == instances_.end() ? "failed" : found->second.info.state;
  provider.usable = state == "ready" && !provider.needs_base_url;
  if (state != "ready" && state != "unbound") {
    provider.problem =
        found == instances_.end() ? why_missing(file.name, "provider").message : found->second.info.error;
  }
  return provider;
}

std::vector<ports::ProviderDescription> PluginHost::providers() const {
  std::vector<ports::ProviderDescription> providers;
  for (const auto& file : instance_files_) {
    if (file.enabled && offers(file, PLATOS_PROVIDER_INTERFACE)) providers.push_back(describe(file));
  }
  std::sort(providers.begin(), providers.end(),
            [](const auto& left, const auto& right) { return left.instance < right.instance; });
  return providers;
}

Result<std::shared_ptr<ports::ChatProvider>> PluginHost::linked_provider(std::string_view instance,
                                                                         const ports::ProviderLink& link) const {
  const auto found = instances_.find(instance);
  const InstanceFile* file = file_of(instance);
  const bool only_unbound = found != instances_.end() && found->second.info.state == "unbound";
  if (!only_unbound || file == nullptr) {
    if (auto own = provider(instance); !own) return own;
  }
  const Made& made = found->second;
  if (made.instance->failed()) return fail(made.instance->switched_off());
  auto adapter = std::dynamic_pointer_cast<ProviderAdapter>(made.provider);
  if (!adapter) return fail(why_missing(instance, "provider"));
  return std::make_shared<LinkedProvider>(std::move(adapter), slots_of(*file), link, base_url_of(*file));
}

}  // namespace platos::extension

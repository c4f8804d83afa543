// The part of PluginHost that turns instance files into ports.
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "extension/adapters/governor_adapter.hpp"
#include "extension/adapters/image_adapter.hpp"
#include "extension/adapters/memory_adapter.hpp"
#include "extension/adapters/observer_adapter.hpp"
#include "extension/adapters/provider_adapter.hpp"
#include "extension/adapters/skill_adapter.hpp"
#include "extension/deadline_call.hpp"
#include "extension/loader/entry_check.hpp"
#include "extension/plugin_host_state.hpp"
#include "extension/services/call.hpp"
#include "model/json_schema.hpp"

namespace platos::extension {
namespace {

namespace fs = std::filesystem;

/// `config` against the schema that the component carries, if it carries one.
Result<void> check_config(const std::string& schema_text, const std::string& config_json, const std::string& path) {
  if (schema_text.empty()) return {};
  const auto schema_json = model::parse_bounded(schema_text, "config_schema");
  if (!schema_json) return fail(schema_json.error());
  const auto schema = model::JsonSchema::compile(*schema_json);
  if (!schema) return fail(schema.error());
  const auto config = model::parse_bounded(config_json, "config");
  if (!config) return fail(config.error());
  auto checked = schema->validate(*config, path + ": config", "instance_invalid");
  if (checked || checked.error().validation_errors.empty()) return checked;
  checked.error().message = path + ": config: " + checked.error().validation_errors.front();
  return checked;
}

Result<std::string> schema_of(const platos_component_t& component, const Manifest& manifest,
                              const std::string& folder) {
  if (component.config_schema != nullptr) return std::string(component.config_schema);
  for (const auto& each : manifest.components) {
    if (each.id == component.id && !each.config_schema_file.empty())
      return read_small_file(folder + "/" + each.config_schema_file);
  }
  return std::string();
}

Result<std::string> make_state_dir(const std::string& data_dir, const std::string& instance) {
  const fs::path path = fs::path(data_dir) / "state" / instance;
  std::error_code error;
  fs::create_directories(path, error);
  if (!error) fs::permissions(path, fs::perms::owner_all, error);
  if (!error) return path.string();
  return fail(ErrorKind::FailedPrecondition, "plugin_failed",
              path.string() + ": the private folder cannot be made: " + error.message());
}

const platos_component_t* governor_of(const platos_plugin_entry_t& entry, const Manifest& manifest) {
  for (const auto& each : manifest.components) {
    if (each.interface_id == PLATOS_GOVERNOR_INTERFACE) return find_component(entry, each.id);
  }
  return nullptr;
}

}  // namespace

void PluginHost::make_instances(Plugin& plugin) {
  for (const auto& file : instance_files_) {
    if (file.plugin != plugin.manifest.id) continue;
    Made made = make_instance(plugin, file);
    if (made.info.state != "ready") {
      // Switched off on purpose, or waiting for a key, is no fault.
      const auto level = made.info.state == "failed" ? base::LogLevel::Warn : base::LogLevel::Debug;
      logger_.log(level, "extension", "an instance cannot be used",
                  {{"instance", file.name}, {"state", made.info.state}, {"reason", made.info.error}});
    }
    instances_.insert_or_assign(file.name, std::move(made));
  }
}

const GrantFile& PluginHost::grant_of(const std::string& instance) const {
  static const GrantFile nothing;
  const auto found = grants_.find(instance);
  return found == grants_.end() ? nothing : found->second;
}

Result<std::shared_ptr<HostTable>> PluginHost::bind_services(const Plugin& plugin, const InstanceFile& file,
                                                             const std::shared_ptr<secrets::SlotTable>& slots) {
  const GrantFile& granted = grant_of(file.name);
  for (const auto& [slot, binding] : file.secrets) {
    if (auto bound = slots->bind(slot, binding); !bound) return fail(bound.error());
  }
  for (const auto secret : slots->values()) logger_.hide(std::string(secret));
  HostServices services;
  services.http = &http_;
  services.http_patterns = expand_patterns(both(plugin.manifest.http, granted.http), file.config_json);
  services.public_web = plugin.manifest.public_web && granted.public_web;
  services.metrics = options_.metrics;
  services.tracer = options_.tracer;
  services.keys = options_.keys;
  if (plugin.manifest.mail && granted.mail) services.mail = options_.mail;
  if (plugin.manifest.sandbox && granted.sandbox) services.sandbox = options_.sandbox;
  if (plugin.manifest.files && granted.files) {
    auto path = make_state_dir(options_.data_dir, file.name);
    if (!path) return fail(path.error());
    services.state_dir = std::move(*path);
  }
  return std::make_shared<HostTable>(file.name, clock_, logger_, std::move(services), slots);
}

Result<std::shared_ptr<Instance>> PluginHost::create_instance(Plugin& plugin, const InstanceFile& file,
                                                              const platos_component_t& component,
                                                              std::shared_ptr<HostTable> host, Watchdog& watchdog) {
  struct Created {
    std::int32_t status = PLATOS_OK;
    platos_error_t error;
    platos_instance_t* handle = nullptr;
  };
  const auto created =
      call_within<Created>(options_.create_timeout_ms, [component = &component, host, config = file.config_json] {
        Created result;
        result.status = call_plugin(
            [&] {
              return component->create(host->table(), {config.data(), config.size()}, &result.handle, &result.error);
            },
            [&](const char* what) { result.error.message = what; });
        return result;
      });
  if (!created) {
    stuck_threads_ = true;
    return fail(ErrorKind::Deadline, "plugin_failed",
                "create() did not return within " + std::to_string(options_.create_timeout_ms) +
                    " ms; its thread was given up");
  }
  if (created->status != PLATOS_OK) return fail(plugin_error(created->status, created->error, file.name, "plugin_"));
  if (created->handle == nullptr)
    return fail(ErrorKind::Internal, "plugin_failed", "create() succeeded without an instance");
  return std::make_shared<Instance>(file.name, plugin.manifest.id, plugin.library, &component, std::move(host),
                                    created->handle, logger_, watchdog);
}

// Tables and descriptions are asked for under the same deadline as create().
template <typename Adapter, typename... Arguments>
Result<void> PluginHost::adapt(const std::shared_ptr<Instance>& instance, std::shared_ptr<Adapter>& made,
                               Arguments... arguments) {
  auto adapter = call_within<Result<std::shared_ptr<Adapter>>>(
      options_.create_timeout_ms, [instance, arguments...] { return Adapter::make(instance, arguments...); });
  if (!adapter) {
    stuck_threads_ = true;
    instance->fail_for_good("describing its interface took over " + std::to_string(options_.create_timeout_ms) +
                            " ms; its thread was given up");
    return fail(instance->switched_off());
  }
  if (!*adapter) return fail(adapter->error());
  made = std::move(**adapter);
  return {};
}

Result<void> PluginHost::make_adapter(Made& made, const GrantFile& granted, const Plugin& plugin) {
  const std::string& interface_id = made.info.interface_id;
  const auto put = [&]<typename Adapter>(auto& port, std::shared_ptr<Adapter> adapter,
                                         auto... arguments) -> Result<void> {
    auto done = adapt(made.instance, adapter, arguments...);
    if (done) port = std::move(adapter);
    return done;
  };
  if (interface_id == PLATOS_PROVIDER_INTERFACE) return put(made.provider, std::shared_ptr<ProviderAdapter>());
  if (interface_id == PLATOS_SKILL_INTERFACE) return put(made.skill, std::shared_ptr<SkillAdapter>(), options_.workers);
  if (interface_id == PLATOS_EMBEDDER_INTERFACE)
    return put(made.embedder, std::shared_ptr<EmbedderAdapter>(), options_.workers, options_.client_of);
  if (interface_id == PLATOS_IMAGE_INTERFACE) {
    return put(made.image, std::shared_ptr<ImageAdapter>(), options_.workers, options_.client_of,
               both(plugin.manifest.secrets, granted.secrets));
  }
  if (interface_id == PLATOS_MEMORY_INTERFACE)
    return put(made.memory, std::shared_ptr<MemoryAdapter>(), options_.workers);
  if (interface_id == PLATOS_GOVERNOR_INTERFACE) return put(made.governor, std::shared_ptr<GovernorAdapter>());
  if (interface_id == PLATOS_OBSERVER_INTERFACE) {
    const bool sees_content = plugin.manifest.content && granted.content;
    return put(made.observer, std::shared_ptr<ObserverAdapter>(), sees_content);
  }
  return fail(ErrorKind::Unimplemented, "plugin_failed",
              "this host knows no interface " + base::printable(interface_id));
}

PluginHost::Made PluginHost::make_instance(Plugin& plugin, const InstanceFile& file) {
  Made made;
  made.plugin_id = plugin.manifest.id;
  made.info.name = file.name;
  made.info.component = file.component;
  const auto stop = [&made](std::string state, std::string code, std::string error) {
    made.info.state = std::move(state);
    made.info.error = std::move(error);
    made.error_code = std::move(code);
    return made;
  };
  const auto failed = [&stop](const Error& error) { return stop("failed", "plugin_failed", error.message); };
  if (!file.enabled) return stop("disabled", "instance_disabled", "\"enabled\" is false in " + file.path);
  const platos_component_t* component = find_component(plugin.library->entry(), file.component);
  if (component == nullptr)
    return stop("failed", "plugin_failed", "the plugin has no component \"" + base::printable(file.component) + "\"");
  made.info.interface_id = component->interface_id;
  const auto schema = schema_of(*component, plugin.manifest, plugin.info.folder);
  if (!schema) return failed(schema.error());
  if (auto checked = check_config(*schema, file.config_json, file.path); !checked) return failed(checked.error());

  if (plugin.manifest.single_host && !options_.other_hosts.empty()) {
    return stop("failed", "plugin_failed",
                "it keeps records on this machine, and host " + options_.other_hosts.front() +
                    " uses the same store: stop that host, or configure a plugin whose records all hosts see");
  }
  const GrantFile& granted = grant_of(file.name);
  auto slots = std::make_shared<secrets::SlotTable>(both(plugin.manifest.secrets, granted.secrets));
  auto host = bind_services(plugin, file, slots);
  if (!host) return failed(host.error());
  auto instance = create_instance(plugin, file, *component, std::move(*host), watchdog_);
  if (!instance) return failed(instance.error());
  made.instance = std::move(*instance);
  if (auto adapted = make_adapter(made, granted, plugin); !adapted) return failed(adapted.error());
  const auto unbound = slots->unbound();
  if (unbound.empty()) return stop("ready", "", "");
  return stop(
      "unbound", "secret_unbound",
      "secret slot \"" + unbound.front() + "\" has no value: set " + file.secrets.at(unbound.front()).substr(4));
}

Result<std::shared_ptr<ports::Governor>> PluginHost::make_governor(const std::string& plugin_id,
                                                                   const std::string& config_json,
                                                                   std::shared_ptr<const base::Clock> clock) {
  const auto found =
      std::find_if(plugins_.begin(), plugins_.end(), [&](const auto& each) { return each->info.id == plugin_id; });
  if (found == plugins_.end())
    return fail(ErrorKind::NotFound, "plugin_not_found",
                "there is no plugin \"" + base::printable(plugin_id, 80) + "\"");
  Plugin& plugin = **found;
  if (plugin.info.state != "ready")
    return fail(ErrorKind::FailedPrecondition, "plugin_failed",
                "plugin " + plugin_id + " is " + plugin.info.state + ": " + plugin.info.error);
  const auto* component = governor_of(plugin.library->entry(), plugin.manifest);
  if (component == nullptr) return fail(ErrorKind::NotFound, "plugin_not_found", plugin_id + " is no governor");
  const auto as_config_error = [](Error error) {
    error.code = "governor_config_invalid";
    return error;
  };
  InstanceFile file;
  file.name = "trial of " + plugin_id;
  file.config_json = config_json;
  HostServices services;
  services.clock = std::move(clock);
  auto host = std::make_shared<HostTable>(file.name, clock_, logger_, std::move(services),
                                          std::make_shared<secrets::SlotTable>(std::vector<std::string>{}));
  auto instance = create_instance(plugin, file, *component, std::move(host), trial_watchdog_);
  if (!instance && instance.error().kind == ErrorKind::InvalidArgument) return fail(as_config_error(instance.error()));
  if (!instance) return fail(instance.error());
  // After the plugin: it says best what is wrong. What it takes and the schema does not, no file could say either.
  const auto schema = schema_of(*component, plugin.manifest, plugin.info.folder);
  if (!schema) return fail(schema.error());
  if (auto checked = check_config(*schema, config_json, file.name); !checked)
    return fail(as_config_error(checked.error()));
  std::shared_ptr<GovernorAdapter> adapter;
  if (auto adapted = adapt(*instance, adapter); !adapted) return fail(adapted.error());
  return std::shared_ptr<ports::Governor>(std::move(adapter));
}

}  // namespace platos::extension

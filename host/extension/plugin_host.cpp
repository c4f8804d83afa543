#include "extension/plugin_host.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "extension/deadline_call.hpp"
#include "extension/loader/elf_check.hpp"
#include "extension/loader/entry_check.hpp"
#include "extension/services/call.hpp"

namespace platos::extension {

namespace fs = std::filesystem;

struct PluginHost::Plugin {
  PluginInfo info;
  Manifest manifest;
  std::shared_ptr<Library> library;
  std::shared_ptr<HostTable> host;  // of init(); shared with a thread that may hang in it

  void stop_at(const std::string& state, const std::string& error) {
    info.state = state;
    info.error = error;
  }
};

struct PluginHost::Made {
  InstanceInfo info;
  std::string plugin_id;
  std::string error_code;  // of lookups, when it cannot be used
  std::shared_ptr<Instance> instance;
  std::shared_ptr<ports::ChatProvider> provider;
  std::shared_ptr<ports::ToolSource> skill;
};

PluginHost::PluginHost(PluginHostOptions options, const base::Clock& clock, base::Logger& logger, Watchdog& watchdog,
                       Markers& markers, HttpService& http)
    : options_(std::move(options)),
      clock_(clock),
      logger_(logger),
      watchdog_(watchdog),
      markers_(markers),
      http_(http) {}

PluginHost::~PluginHost() {
  instances_.clear();
  for (const auto& plugin : plugins_) {
    const bool ready = plugin->info.state == "ready" && plugin->library;
    if (ready && plugin->library->entry().shutdown != nullptr) plugin->library->entry().shutdown();
  }
}

void PluginHost::load() {
  markers_.adopt_crashed_loads();
  read_instance_files();
  discover(options_.shipped_dir, true);
  if (!options_.extra_dir.empty() && !options_.safe_mode) discover(options_.extra_dir, false);
  for (const auto& plugin : plugins_) {
    if (plugin->info.state.empty()) load_plugin(*plugin);
    if (plugin->info.state == "ready") {
      logger_.debug("extension", "a plugin is ready", {{"plugin", plugin->info.id}, {"version", plugin->info.version}});
    } else {
      logger_.warn("extension", "a plugin was not loaded",
                   {{"plugin", plugin->info.id}, {"state", plugin->info.state}, {"reason", plugin->info.error}});
    }
  }
}

void PluginHost::read_instance_files() {
  for (const auto& [name, found] : find_files(options_.manifest_dirs, "grants")) {
    const auto text = read_small_file(found.path);
    auto grant = text ? parse_grant(*text, found.path) : Result<GrantFile>(fail(text.error()));
    if (grant) {
      grants_.emplace(name, std::move(*grant));
    } else {
      logger_.warn("extension", "a grant is not valid: nothing is granted",
                   {{"instance", name}, {"reason", grant.error().message}});
    }
  }
  for (const auto& [name, found] : find_files(options_.manifest_dirs, "instances")) {
    const auto text = read_small_file(found.path);
    auto instance =
        text ? parse_instance(*text, found.path, found.operator_only) : Result<InstanceFile>(fail(text.error()));
    if (instance) {
      instance_files_.push_back(std::move(*instance));
    } else {
      broken_files_[name] = instance.error().message;
      logger_.warn("extension", "an instance is not valid", {{"instance", name}, {"reason", instance.error().message}});
    }
  }
}

void PluginHost::discover(const std::string& folder, bool shipped) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_directory()) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  for (const auto& path : folders) {
    auto plugin = std::make_unique<Plugin>();
    plugin->info.folder = path.string();
    plugin->info.shipped = shipped;
    plugin->info.id = path.filename().string();
    const std::string manifest_path = (path / "plugin.platos.json").string();
    const auto text = read_small_file(manifest_path);
    auto manifest = text ? parse_manifest(*text, manifest_path) : Result<Manifest>(fail(text.error()));
    if (!manifest) {
      plugin->stop_at("manifest_invalid", manifest.error().message);
      plugins_.push_back(std::move(plugin));
      continue;
    }
    plugin->manifest = std::move(*manifest);
    plugin->info.id = plugin->manifest.id;
    plugin->info.name = plugin->manifest.name;
    plugin->info.version = plugin->manifest.version;
    plugin->info.description = plugin->manifest.description;
    for (const auto& component : plugin->manifest.components) plugin->info.interfaces.push_back(component.interface_id);
    for (const auto& key : plugin->manifest.unknown_keys)
      plugin->info.warnings.push_back("unknown member \"" + base::printable(key, 40) + "\" in the manifest");
    const bool twice = std::any_of(plugins_.begin(), plugins_.end(),
                                   [&](const auto& other) { return other->info.id == plugin->info.id; });
    if (twice) plugin->stop_at("refused", "another plugin folder has the same id " + plugin->info.id);
    plugins_.push_back(std::move(plugin));
  }
}

void PluginHost::load_plugin(Plugin& plugin) {
  const std::string& id = plugin.manifest.id;
  if (std::find(options_.disabled.begin(), options_.disabled.end(), id) != options_.disabled.end()) {
    return plugin.stop_at("disabled", "listed in the setting plugins.disabled");
  }
  if (const auto reason = markers_.quarantined(id)) return plugin.stop_at("quarantined", *reason);
  if (const auto fits = check_sdk(plugin.manifest.generation, plugin.manifest.min_minor); !fits) {
    return plugin.stop_at("incompatible", fits.error().message);
  }
  const std::string path = plugin.info.folder + "/" + plugin.manifest.library_file;
  const auto hash = sha256_of_file(path);
  if (!hash) return plugin.stop_at("load_failed", hash.error().message);
  if (*hash != plugin.manifest.library_sha256) {
    return plugin.stop_at("hash_mismatch", path + ": the file's SHA-256 is " + *hash + ", the manifest says " +
                                               plugin.manifest.library_sha256);
  }
  if (const auto checked = check_library(path); !checked) return plugin.stop_at("refused", checked.error().message);
  markers_.begin_loading(id);
  if (const auto opened = open_library(plugin); opened) make_instances(plugin);
  markers_.end_loading(id);
}

Result<void> PluginHost::open_library(Plugin& plugin) {
  const auto stop = [&](const std::string& state, const Error& error) -> Result<void> {
    plugin.stop_at(state, error.message);
    return fail(error);
  };
  auto library = Library::load(plugin.info.folder + "/" + plugin.manifest.library_file);
  if (!library) return stop("load_failed", library.error());
  plugin.library = std::move(*library);
  const platos_plugin_entry_t& entry = plugin.library->entry();
  if (const auto fits = check_entry(entry); !fits) return stop("incompatible", fits.error());
  if (const auto same = check_identity(entry, plugin.manifest); !same) return stop("id_mismatch", same.error());
  plugin.host = std::make_shared<HostTable>(plugin.manifest.id, clock_, logger_, nullptr, std::vector<std::string>{},
                                            std::make_shared<secrets::SlotTable>(std::vector<std::string>{}));
  if (entry.init != nullptr) {
    const auto done = call_within<Result<void>>(
        options_.create_timeout_ms, [&entry, host = plugin.host, id = plugin.manifest.id]() -> Result<void> {
          platos_error_t error;
          const auto status = call_plugin([&] { return entry.init(host->table(), &error); },
                                          [&](const char* what) { error.message = what; });
          if (status == PLATOS_OK) return {};
          return fail(provider_error(status, error, id));
        });
    if (!done) {
      stuck_threads_ = true;
      return stop("init_failed", {ErrorKind::Deadline,
                                  "init_timeout",
                                  "init() did not return within " + std::to_string(options_.create_timeout_ms) + " ms",
                                  false,
                                  0,
                                  {}});
    }
    if (!*done) return stop("init_failed", done->error());
  }
  plugin.info.state = "ready";
  return {};
}

void PluginHost::make_instances(Plugin& plugin) {
  for (const auto& file : instance_files_) {
    if (file.plugin != plugin.manifest.id) continue;
    Made made = make_instance(plugin, file);
    if (made.info.state != "ready") {
      logger_.warn("extension", "an instance cannot be used",
                   {{"instance", file.name}, {"state", made.info.state}, {"reason", made.info.error}});
    }
    instances_.insert_or_assign(file.name, std::move(made));
  }
}

// Tables and tool lists are asked for under the same deadline as create().
template <typename Adapter>
Result<std::shared_ptr<Adapter>> PluginHost::make_adapter(const std::shared_ptr<Instance>& instance,
                                                          std::function<Result<std::shared_ptr<Adapter>>()> make) {
  auto made = call_within<Result<std::shared_ptr<Adapter>>>(options_.create_timeout_ms, std::move(make));
  if (made) return *made;
  stuck_threads_ = true;
  const std::string reason = "describing its interface took over " + std::to_string(options_.create_timeout_ms) +
                             " ms; its thread was given up";
  instance->fail_for_good(reason);
  return fail(ErrorKind::Deadline, "plugin_failed", reason);
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
  if (!file.enabled) return stop("disabled", "instance_disabled", "\"enabled\" is false in " + file.path);
  const auto& entry = plugin.library->entry();
  const platos_component_t* component = find_component(entry, file.component);
  if (component == nullptr)
    return stop("failed", "plugin_failed", "the plugin has no component \"" + base::printable(file.component) + "\"");
  made.info.interface_id = component->interface_id;

  const auto grant = grants_.find(file.name);
  const GrantFile nothing;
  const GrantFile& granted = grant == grants_.end() ? nothing : grant->second;
  auto slots = std::make_shared<secrets::SlotTable>(both(plugin.manifest.secrets, granted.secrets));
  for (const auto& [slot, binding] : file.secrets) {
    if (auto bound = slots->bind(slot, binding); !bound) return stop("failed", "plugin_failed", bound.error().message);
  }
  for (const auto secret : slots->values()) logger_.hide(std::string(secret));
  auto patterns = expand_patterns(both(plugin.manifest.http, granted.http), file.config_json);
  auto host = std::make_shared<HostTable>(file.name, clock_, logger_, &http_, std::move(patterns), slots);

  struct Created {
    std::int32_t status = PLATOS_OK;
    platos_error_t error;
    platos_instance_t* handle = nullptr;
  };
  const auto created = call_within<Created>(options_.create_timeout_ms, [component, host, config = file.config_json] {
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
    return stop("failed", "plugin_failed",
                "create() did not return within " + std::to_string(options_.create_timeout_ms) +
                    " ms; its thread was given up");
  }
  if (created->status != PLATOS_OK || created->handle == nullptr) {
    return stop("failed", "plugin_failed",
                created->status == PLATOS_OK ? "create() succeeded without an instance"
                                             : provider_error(created->status, created->error, file.name).message);
  }
  made.instance = std::make_shared<Instance>(file.name, plugin.manifest.id, plugin.library, component, std::move(host),
                                             created->handle, logger_, watchdog_);
  if (made.info.interface_id == PLATOS_PROVIDER_INTERFACE) {
    auto adapter = make_adapter<ProviderAdapter>(
        made.instance, [instance = made.instance] { return ProviderAdapter::make(instance); });
    if (!adapter) return stop("failed", "plugin_failed", adapter.error().message);
    made.provider = std::move(*adapter);
  } else if (made.info.interface_id == PLATOS_SKILL_INTERFACE) {
    auto adapter = make_adapter<SkillAdapter>(made.instance, [instance = made.instance, skills = options_.skills] {
      return SkillAdapter::make(instance, skills);
    });
    if (!adapter) return stop("failed", "plugin_failed", adapter.error().message);
    made.skill = std::move(*adapter);
  } else {
    return stop("failed", "plugin_failed", "this host knows no interface " + base::printable(made.info.interface_id));
  }
  const auto unbound = slots->unbound();
  if (unbound.empty()) return stop("ready", "", "");
  return stop(
      "unbound", "secret_unbound",
      "secret slot \"" + unbound.front() + "\" has no value: set " + file.secrets.at(unbound.front()).substr(4));
}

const PluginHost::Made* PluginHost::find(std::string_view instance) const {
  const auto found = instances_.find(instance);
  return found == instances_.end() ? nullptr : &found->second;
}

Error PluginHost::unusable(const Made& made) const {
  return {ErrorKind::FailedPrecondition,
          made.error_code,
          "instance \"" + made.info.name + "\": " + made.info.error,
          false,
          0,
          {}};
}

namespace {
Error unknown_instance(std::string_view name, std::string_view kind) {
  return {ErrorKind::NotFound,
          "unknown_instance",
          "there is no " + std::string(kind) + " instance \"" + base::printable(name, 80) +
              "\"; platos plugins list shows them",
          false,
          0,
          {}};
}
}  // namespace

Result<std::shared_ptr<ports::ChatProvider>> PluginHost::provider(std::string_view instance) const {
  const Made* made = find(instance);
  if (made == nullptr) return fail(why_missing(instance, "provider"));
  if (made->info.state != "ready") return fail(unusable(*made));
  if (made->instance->failed())
    return fail(ErrorKind::FailedPrecondition, "plugin_failed",
                "instance \"" + made->info.name + "\": " + made->instance->failure());
  if (!made->provider) return fail(unknown_instance(instance, "provider"));
  return made->provider;
}

Result<std::shared_ptr<ports::ToolSource>> PluginHost::skill(std::string_view instance) const {
  const Made* made = find(instance);
  if (made == nullptr) return fail(why_missing(instance, "skill"));
  if (made->info.state != "ready") return fail(unusable(*made));
  if (made->instance->failed())
    return fail(ErrorKind::FailedPrecondition, "plugin_failed",
                "instance \"" + made->info.name + "\": " + made->instance->failure());
  if (!made->skill) return fail(unknown_instance(instance, "skill"));
  return made->skill;
}

Error PluginHost::why_missing(std::string_view instance, std::string_view kind) const {
  const auto broken = broken_files_.find(std::string(instance));
  if (broken != broken_files_.end())
    return {ErrorKind::FailedPrecondition, "plugin_failed", broken->second, false, 0, {}};
  for (const auto& file : instance_files_) {
    if (file.name != instance) continue;
    for (const auto& plugin : plugins_) {
      if (plugin->info.id != file.plugin) continue;
      const std::string code = plugin->info.state == "quarantined" ? "plugin_quarantined" : "plugin_failed";
      return {ErrorKind::FailedPrecondition,
              code,
              "plugin " + plugin->info.id + " is " + plugin->info.state + ": " + plugin->info.error,
              false,
              0,
              {}};
    }
    return {ErrorKind::FailedPrecondition,
            "plugin_failed",
            "instance \"" + file.name + "\" wants plugin " + base::printable(file.plugin) + ", which is not installed",
            false,
            0,
            {}};
  }
  return unknown_instance(instance, kind);
}

std::vector<PluginInfo> PluginHost::list() const {
  std::vector<PluginInfo> infos;
  for (const auto& plugin : plugins_) {
    PluginInfo info = plugin->info;
    for (const auto& [name, made] : instances_) {
      if (made.plugin_id != info.id) continue;
      info.instances.push_back(made.info);
      if (made.instance && made.instance->failed()) {
        info.instances.back().state = "failed";
        info.instances.back().error = made.instance->failure();
      }
    }
    infos.push_back(std::move(info));
  }
  // What an operator configured and nothing provides is shown too.
  for (const auto& file : instance_files_) {
    const bool known =
        std::any_of(infos.begin(), infos.end(), [&](const PluginInfo& info) { return info.id == file.plugin; });
    if (known) continue;
    PluginInfo missing;
    missing.id = file.plugin;
    missing.state = "missing";
    missing.error = "no folder of plugins holds it";
    missing.instances.push_back({file.name, file.component, "", "failed", "its plugin is not installed"});
    infos.push_back(std::move(missing));
  }
  return infos;
}

bool PluginHost::has_stuck_threads() const {
  if (stuck_threads_) return true;
  return std::any_of(instances_.begin(), instances_.end(),
                     [](const auto& each) { return each.second.instance && each.second.instance->failed(); });
}

}  // namespace platos::extension

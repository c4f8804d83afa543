#include "extension/plugin_host.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "extension/deadline_call.hpp"
#include "extension/loader/elf_check.hpp"
#include "extension/loader/entry_check.hpp"
#include "extension/plugin_host_state.hpp"
#include "extension/services/call.hpp"
#include "platos/governor.h"

namespace platos::extension {

namespace fs = std::filesystem;

namespace {
constexpr std::int64_t kTrialHangMs = 60'000;
constexpr std::chrono::milliseconds kAboutToEnd{250};
}  // namespace

PluginHost::PluginHost(PluginHostOptions options, const base::Clock& clock, base::Logger& logger, Watchdog& watchdog,
                       Markers& markers, HttpService& http)
    : options_(std::move(options)),
      clock_(clock),
      logger_(logger),
      watchdog_(watchdog),
      trial_watchdog_(clock, logger, kTrialHangMs, nullptr),
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
  plugin.host = std::make_shared<HostTable>(plugin.manifest.id, clock_, logger_, HostServices{},
                                            std::make_shared<secrets::SlotTable>(std::vector<std::string>{}));
  if (entry.init != nullptr) {
    const auto done = call_within<Result<void>>(
        options_.create_timeout_ms, [&entry, host = plugin.host, id = plugin.manifest.id]() -> Result<void> {
          platos_error_t error;
          const auto status = call_plugin([&] { return entry.init(host->table(), &error); },
                                          [&](const char* what) { error.message = what; });
          if (status == PLATOS_OK) return {};
          return fail(plugin_error(status, error, id, "plugin_"));
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

template <typename Port>
Result<std::shared_ptr<Port>> PluginHost::usable(std::string_view instance, std::string_view kind,
                                                 std::shared_ptr<Port> Made::*port) const {
  const auto found = instances_.find(instance);
  if (found == instances_.end()) return fail(why_missing(instance, kind));
  const Made& made = found->second;
  if (made.info.state != "ready") {
    return fail(ErrorKind::FailedPrecondition, made.error_code,
                "instance \"" + made.info.name + "\": " + made.info.error);
  }
  if (made.instance->failed()) {
    return fail(ErrorKind::FailedPrecondition, "plugin_failed",
                "instance \"" + made.info.name + "\": " + made.instance->failure());
  }
  if (!(made.*port)) return fail(unknown_instance(instance, kind));
  return made.*port;
}

Result<std::shared_ptr<ports::ChatProvider>> PluginHost::provider(std::string_view instance) const {
  return usable(instance, "provider", &Made::provider);
}
Result<std::shared_ptr<ports::ToolSource>> PluginHost::skill(std::string_view instance) const {
  const auto own = own_tools_.find(instance);
  if (own != own_tools_.end() && file_of(instance) == nullptr) return own->second;
  return usable(instance, "skill", &Made::skill);
}

void PluginHost::offer(std::shared_ptr<ports::ToolSource> own) {
  const std::string name = own->instance();
  own_tools_[name] = std::move(own);
}

std::vector<ports::ImageMakerDescription> PluginHost::image_makers() const {
  std::vector<ports::ImageMakerDescription> makers;
  for (const auto& [name, made] : instances_) {
    // One that lacks a key serves whoever brings it.
    const bool is_usable = made.image && (made.info.state == "ready" || made.info.state == "unbound");
    const InstanceFile* file = file_of(name);
    if (!is_usable || file == nullptr || made.instance->failed()) continue;
    ports::ImageMakerDescription maker;
    maker.maker = made.image;
    for (const auto& [slot, binding] : file->secrets) {
      std::string variable = binding.substr(binding.find(':') + 1);
      if (variable.ends_with('?')) variable.pop_back();
      maker.secrets[slot] = std::move(variable);
    }
    makers.push_back(std::move(maker));
  }
  return makers;
}
Result<std::shared_ptr<ports::Embedder>> PluginHost::embedder(std::string_view instance) const {
  return usable(instance, "embedder", &Made::embedder);
}
Result<std::shared_ptr<ports::MemoryStore>> PluginHost::memory(std::string_view instance) const {
  return usable(instance, "memory", &Made::memory);
}

std::vector<ports::ConfiguredGovernor> PluginHost::governors() const {
  std::vector<ports::ConfiguredGovernor> governors;
  for (const auto& file : instance_files_) {
    if (!file.enabled || !offers(file, PLATOS_GOVERNOR_INTERFACE)) continue;
    auto governor = usable(file.name, "governor", &Made::governor);
    ports::ConfiguredGovernor configured{file.name, nullptr, {}};
    if (governor) {
      configured.governor = std::move(*governor);
    } else {
      configured.failure = governor.error().message;
    }
    governors.push_back(std::move(configured));
  }
  std::sort(governors.begin(), governors.end(),
            [](const auto& left, const auto& right) { return left.instance < right.instance; });
  return governors;
}

std::vector<std::shared_ptr<ports::Observer>> PluginHost::observers() const {
  std::vector<std::shared_ptr<ports::Observer>> observers;
  for (const auto& [name, made] : instances_) {
    if (auto observer = usable(name, "observer", &Made::observer); observer) observers.push_back(std::move(*observer));
  }
  return observers;
}

bool PluginHost::offers(const InstanceFile& file, std::string_view interface_id) const {
  return std::any_of(plugins_.begin(), plugins_.end(), [&](const auto& plugin) {
    const auto& components = plugin->manifest.components;
    return plugin->manifest.id == file.plugin &&
           std::any_of(components.begin(), components.end(), [&](const ManifestComponent& component) {
             return component.id == file.component && component.interface_id == interface_id;
           });
  });
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

void PluginHost::end_calls() {
  const auto each_inside = [this](const auto& visit) {
    for (const auto& [name, made] : instances_) {
      if (CallsInside* calls = made.instance ? made.instance->calls_inside() : nullptr) visit(*calls);
    }
  };
  const auto wait_all = [&each_inside](std::chrono::milliseconds time) {
    const auto until = std::chrono::steady_clock::now() + time;
    each_inside([until](CallsInside& calls) { calls.wait(until); });
  };
  // What is about to end, such as the write of a memory, ends well.
  wait_all(kAboutToEnd);
  each_inside([](CallsInside& calls) { calls.abandon(); });
  wait_all(kGrace);
  each_inside([](CallsInside& calls) { calls.write_off_all(); });
}

bool PluginHost::has_stuck_threads() const {
  if (stuck_threads_) return true;
  return std::any_of(instances_.begin(), instances_.end(),
                     [](const auto& each) { return each.second.instance && each.second.instance->failed(); });
}

}  // namespace platos::extension

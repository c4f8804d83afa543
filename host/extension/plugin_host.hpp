// Finds, checks, loads and lists plugins; makes their instances; hands them out by name.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/logger.hpp"
#include "extension/adapters/embedder_adapter.hpp"
#include "extension/adapters/instance.hpp"
#include "extension/loader/manifest.hpp"
#include "extension/loader/markers.hpp"
#include "extension/services/http_service.hpp"
#include "extension/services/mail_service.hpp"
#include "extension/services/sandbox_service.hpp"
#include "extension/watchdog.hpp"
#include "ports/governor_trials.hpp"
#include "ports/image_maker.hpp"
#include "ports/plugin_directory.hpp"
#include "ports/provider_directory.hpp"

namespace platos::extension {

struct PluginHostOptions {
  std::string shipped_dir;  ///< plugins of the package
  std::string extra_dir;    ///< plugins that the operator added; empty: none
  std::vector<std::string> manifest_dirs;
  std::string data_dir;
  std::vector<std::string> disabled;  ///< plugin ids
  bool safe_mode = false;             ///< only shipped plugins
  std::int64_t create_timeout_ms = 10'000;
  WorkerOptions workers;
  EmbedderAdapter::ClientOf client_of;  ///< for embedders; called on loops
  telemetry::Metrics* metrics = nullptr;
  const telemetry::Tracer* tracer = nullptr;
  std::vector<std::string> other_hosts = {};  ///< that use the same store: plugins for a single host are refused then
  const secrets::KeyRing* keys = nullptr;     ///< for the service "seal"
  MailService* mail = nullptr;                ///< for the service "mail"
  SandboxService* sandbox = nullptr;          ///< for plugins that ask for "sandbox" and are granted it
};

struct InstanceInfo {
  std::string name;
  std::string component;
  std::string interface_id;
  std::string state;  ///< ready, unbound, disabled, failed
  std::string error;
};

/// A row of the listing. A plugin that failed stays in it, with the state it got to and why it went no further.
struct PluginInfo {
  std::string id;
  std::string name;
  std::string version;
  std::string description;
  std::string folder;
  bool shipped = false;
  std::string state;  ///< manifest_invalid, disabled, quarantined, hash_mismatch, refused, load_failed, incompatible,
                      ///< id_mismatch, init_failed, ready
  std::string error;
  std::string trust = "unsigned";
  std::vector<std::string> interfaces;
  std::vector<InstanceInfo> instances;
  std::vector<std::string> warnings;
};

/// load() once, before the loops run; then internally synchronised. Libraries are never unloaded.
class PluginHost final : public ports::PluginDirectory,
                         public ports::ProviderDirectory,
                         public ports::ImageDirectory,
                         public ports::GovernorTrials {
 public:
  PluginHost(PluginHostOptions options, const base::Clock& clock, base::Logger& logger, Watchdog& watchdog,
             Markers& markers, HttpService& http);
  ~PluginHost() override;

  /// Goes through the load sequence for every plugin found. Never fails as a whole.
  void load();

  /// Tools of the host's own, found by skill() like those of an instance, unless there is an instance of their name.
  /// After load(), before the loops run.
  void offer(std::shared_ptr<ports::ToolSource> own);

  std::vector<PluginInfo> list() const;
  Result<std::shared_ptr<ports::ChatProvider>> provider(std::string_view instance) const override;
  Result<std::shared_ptr<ports::ToolSource>> skill(std::string_view instance) const override;
  Result<std::shared_ptr<ports::Embedder>> embedder(std::string_view instance) const override;
  Result<std::shared_ptr<ports::MemoryStore>> memory(std::string_view instance) const override;
  std::vector<ports::ConfiguredGovernor> governors() const override;
  std::vector<std::shared_ptr<ports::Observer>> observers() const override;
  std::vector<ports::ImageMakerDescription> image_makers() const override;
  std::vector<ports::ProviderDescription> providers() const override;
  Result<std::shared_ptr<ports::ChatProvider>> linked_provider(std::string_view instance,
                                                               const ports::ProviderLink& link) const override;

  Result<std::shared_ptr<ports::Governor>> make_governor(const std::string& plugin, const std::string& config_json,
                                                         std::shared_ptr<const base::Clock> clock) override;
  /// At the daemon's end, from a thread that may block: gives the calls that are inside of plugins a moment to end,
  /// asks those that do not to return, and waits two seconds for them. What these come to is heard by nobody: their
  /// runs go on elsewhere, from what stands on disk.
  void end_calls();

  /// True when a plugin's thread was written off: the process must then end without waiting for its threads.
  bool has_stuck_threads() const;

 private:
  struct Plugin;
  struct Made;

  void discover(const std::string& folder, bool shipped);
  void load_plugin(Plugin& plugin);
  Result<void> open_library(Plugin& plugin);
  void make_instances(Plugin& plugin);
  Made make_instance(Plugin& plugin, const InstanceFile& file);
  Result<std::shared_ptr<HostTable>> bind_services(const Plugin& plugin, const InstanceFile& file,
                                                   const std::shared_ptr<secrets::SlotTable>& slots);
  Result<std::shared_ptr<Instance>> create_instance(Plugin& plugin, const InstanceFile& file,
                                                    const platos_component_t& component,
                                                    std::shared_ptr<HostTable> host, Watchdog& watchdog);
  template <typename Adapter, typename... Arguments>
  Result<void> adapt(const std::shared_ptr<Instance>& instance, std::shared_ptr<Adapter>& made, Arguments... arguments);
  Result<void> make_adapter(Made& made, const GrantFile& granted, const Plugin& plugin);
  const GrantFile& grant_of(const std::string& instance) const;
  void read_instance_files();
  template <typename Port>
  Result<std::shared_ptr<Port>> usable(std::string_view instance, std::string_view kind,
                                       std::shared_ptr<Port> Made::*port) const;
  bool offers(const InstanceFile& file, std::string_view interface_id) const;
  const InstanceFile* file_of(std::string_view instance) const;
  ports::ProviderDescription describe(const InstanceFile& file) const;
  Error why_missing(std::string_view instance, std::string_view kind) const;

  PluginHostOptions options_;
  const base::Clock& clock_;
  base::Logger& logger_;
  Watchdog& watchdog_;
  Watchdog trial_watchdog_;  // of instances on workers: they may take their time
  Markers& markers_;
  HttpService& http_;
  std::vector<std::unique_ptr<Plugin>> plugins_;
  std::vector<InstanceFile> instance_files_;
  std::map<std::string, GrantFile> grants_;
  std::map<std::string, Made, std::less<>> instances_;
  std::map<std::string, std::string> broken_files_;  // instance name -> why
  std::map<std::string, std::shared_ptr<ports::ToolSource>, std::less<>> own_tools_;
  std::atomic<bool> stuck_threads_{false};
};

}  // namespace platos::extension

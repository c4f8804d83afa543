// The object graph of platosd, built by hand.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "agent/completion.hpp"
#include "agent/message_indexer.hpp"
#include "agent/turn.hpp"
#include "api/api.hpp"
#include "egress/client.hpp"
#include "engine/engine.hpp"
#include "entities/entities.hpp"
#include "extension/plugin_host.hpp"
#include "governance/history.hpp"
#include "governance/rate_sync.hpp"
#include "main/data_dir.hpp"
#include "main/front.hpp"
#include "main/run.hpp"
#include "main/signals.hpp"
#include "memory/memory_tools.hpp"
#include "model/prices.hpp"
#include "skills/importer.hpp"
#include "skills/skill_tools.hpp"
#include "tools/questions.hpp"

namespace platos::daemon {

/// Everything that lives as long as the daemon, in the order of construction.
class Daemon {
 public:
  Daemon(const DaemonOptions& options, base::SystemClock& clock, base::Logger& logger, const DataDir& data_dir,
         secrets::KeyRing& keys, std::unique_ptr<store::Database> database, std::unique_ptr<Front> front,
         tenancy::AuthOptions auth);
  ~Daemon() { engine_.abandon(); }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  /// Until SIGTERM or SIGINT; the caller's thread is that of the first loop. The exit code.
  int run();
  /// After run(): a thread is inside a plugin that does not come back, and so cannot be joined.
  bool has_stuck_threads() const { return stuck_observer_ || plugins_.has_stuck_threads(); }

 private:
  void load_plugins();
  void load_prices();
  Task<Result<void>> prepare();
  Task<void> export_metrics();
  void mirror_gauges();
  telemetry::Series& last_reload();
  Task<void> reload();
  Task<void> reload_once();
  Task<void> stop();
  static extension::PluginHostOptions with_services(extension::PluginHostOptions options, Daemon& daemon);
  std::vector<ports::ToolSource*> meta_tools();
  std::vector<ports::ScopedTools*> scoped_tools();
  void serve();
  void on_signal(int signal);
  egress::Client& client_of(base::Loop& loop) { return *clients_.at(&loop); }
  std::vector<base::Loop*> loops() const;

  const DaemonOptions& options_;
  const config::Settings& settings_;  // of the start
  config::Settings reloaded_;         // what holds now
  base::Logger& logger_;
  const DataDir& data_dir_;
  secrets::KeyRing& keys_of_texts_;
  // Before the database, whose threads post to them until it is gone.
  std::vector<std::unique_ptr<base::Loop>> loops_;
  std::unique_ptr<store::Database> database_;
  base::IdMaker ids_;
  base::WorkerPool resolvers_;
  std::map<base::Loop*, std::unique_ptr<egress::Client>> clients_;
  telemetry::Metrics metrics_;
  telemetry::Tracer tracer_;
  model::Catalogue prices_;
  model::ToolPrices tool_prices_;
  Signals signals_;
  extension::Markers markers_;
  extension::Watchdog watchdog_;
  extension::HttpService plugin_http_;
  extension::MailService plugin_mail_;
  sandbox::Sandbox sandbox_;
  extension::SandboxService plugin_sandbox_;
  extension::PluginHost plugins_;
  engine::Engine engine_;
  governance::Chain governors_;
  memory::Memories memories_;
  memory::MemoryTools memory_tools_;
  tools::Questions questions_;
  tools::RuleBook tool_rules_;
  skills::OfficialSkills official_skills_;
  skills::Skills skills_;
  skills::SkillTools skill_tools_;
  skills::Importer skill_importer_;
  entities::Entities entities_;
  tools::Catalogue catalogue_;
  tools::Administration tool_administration_;
  tools::Trials trials_;
  tools::Dispatcher dispatcher_;
  agent::Providers providers_;
  agent::Models model_names_;
  agent::ProviderChecks provider_checks_;
  agent::ModelCaller models_;
  agent::SettingLoader settings_of_turns_;
  agent::RecentThreads recent_threads_;
  agent::TurnBody turn_body_;
  agent::CompactionBody compaction_body_;
  agent::CompletionBody completion_body_;
  agent::Agents agents_;
  agent::Threads threads_;
  agent::Branches branches_;
  agent::Search search_;
  agent::MessageIndexer indexer_;
  governance::RateLimits limits_;
  governance::RateSync rate_sync_;
  governance::Approvals approvals_;
  governance::History history_;
  agent::Turns turns_;
  tenancy::Authenticator authenticator_;
  tenancy::Administration administration_;
  tenancy::Keys keys_;
  tenancy::Environments environments_;
  tenancy::MasterKey master_key_;
  api::ThreadRooms rooms_;
  api::Replays replays_;
  api::Api api_;
  std::unique_ptr<Front> front_;
  base::TaskSet tasks_;
  bool stopping_ = false;
  bool reloading_ = false;
  bool reload_wanted_ = false;
  bool stuck_observer_ = false;
  base::CancelSource stopping_upkeep_;
  int exit_code_ = kExitOk;
};

}  // namespace platos::daemon

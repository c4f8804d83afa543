// What the daemon is made of, in the order of construction.
#include <algorithm>
#include <thread>

#include "main/daemon.hpp"
#include "main/options.hpp"
#include "main/restart.hpp"

namespace platos::daemon {
namespace {

constexpr std::size_t kResolverThreads = 2;
constexpr std::size_t kMaxQueuedLookups = 1024;

std::vector<std::unique_ptr<base::Loop>> make_loops(base::Clock& clock) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const unsigned count = cores <= 2 ? 1 : cores / 2;
  std::vector<std::unique_ptr<base::Loop>> loops;
  for (unsigned i = 0; i < count; ++i)
    loops.push_back(std::make_unique<base::Loop>(clock, "loop-" + std::to_string(i)));
  return loops;
}

std::map<base::Loop*, std::unique_ptr<egress::Client>> make_clients(
    const std::vector<std::unique_ptr<base::Loop>>& loops, base::WorkerPool& resolvers,
    const config::Settings& settings) {
  std::map<base::Loop*, std::unique_ptr<egress::Client>> clients;
  for (const auto& loop : loops) {
    clients.emplace(loop.get(), std::make_unique<egress::Client>(*loop, resolvers, client_options(settings)));
  }
  return clients;
}

agent::IndexerOptions indexer_options(std::string host_id) {
  agent::IndexerOptions options;
  options.host_id = std::move(host_id);
  return options;
}

template <typename Options>
Options with_prices(Options options, const model::ToolPrices& prices) {
  options.prices = &prices;
  return options;
}

tools::TrialsOptions trials_options(const config::Settings& settings) {
  tools::TrialsOptions options;
  options.timeout_ms = settings.plugins_tool_timeout_ms;
  return options;
}

}  // namespace

Daemon::Daemon(const DaemonOptions& options, base::SystemClock& clock, base::Logger& logger, const DataDir& data_dir,
               secrets::KeyRing& keys, std::unique_ptr<store::Database> database, std::unique_ptr<Front> front,
               tenancy::AuthOptions auth)
    : options_(options),
      settings_(options.config.settings),
      reloaded_(settings_),
      logger_(logger),
      data_dir_(data_dir),
      keys_of_texts_(keys),
      loops_(make_loops(clock)),
      database_(std::move(database)),
      ids_(clock),
      resolvers_("resolver", kResolverThreads, kMaxQueuedLookups),
      clients_(make_clients(loops_, resolvers_, settings_)),
      tracer_(clock),
      signals_(*loops_.front(), [this](int signal) { on_signal(signal); }),
      markers_(data_dir.path(), clock),
      watchdog_(clock, logger, settings_.plugins_codec_hang_ms,
                [this](const std::string& plugin, std::int64_t stuck_ms) {
                  restart_without(plugin, stuck_ms, markers_, logger_, options_.arguments);
                }),
      plugin_http_(*loops_.front(), client_of(*loops_.front()), logger),
      plugin_mail_(*loops_.front(), client_of(*loops_.front()), mail_server(settings_), mail_rules(settings_), logger),
      sandbox_(sandbox_options(options), clock, logger),
      plugin_sandbox_(*loops_.front(), sandbox_, logger),
      plugins_(with_services(plugin_options(options), *this), clock, logger, watchdog_, markers_, plugin_http_),
      engine_(engine_options(settings_, data_dir.host_id()), *database_, logger, ids_, loops()),
      governors_(
          {settings_.governance_order, settings_.governance_on_error_allow, settings_.governance_budget_ms * 1000},
          clock, logger, metrics_, tracer_),
      memories_(plugins_, governors_, clock, logger, metrics_, {settings_.memory_store, settings_.memory_embedder}),
      memory_tools_(memories_),
      tool_rules_(*database_),
      official_skills_(options.paths.skill_dir, settings_.skills_disabled, logger),
      skills_(*database_, ids_, official_skills_, settings_.skills_disabled),
      skill_tools_(skills_, plugins_, &sandbox_, logger),
      skill_importer_([this](base::Loop& loop) -> egress::Client& { return client_of(loop); }),
      entities_(
          *database_, clock, [this](base::Loop& loop) -> egress::Client& { return client_of(loop); },
          {data_dir.host_id(), settings_.entities_callback_hosts, settings_.entities_silence_ms * 1000}, logger),
      catalogue_(plugins_, meta_tools(), scoped_tools(), {&tool_rules_, database_.get(), settings_.memory_embedder}),
      tool_administration_(catalogue_, tool_rules_, *database_, ids_, plugins_),
      trials_(catalogue_, governors_, tool_administration_, *database_, ids_,
              with_prices(trials_options(settings_), tool_prices_)),
      dispatcher_(catalogue_, governors_, tracer_, metrics_, with_prices(dispatcher_options(settings_), tool_prices_)),
      providers_(plugins_, plugins_, *database_, ids_),
      model_names_(prices_, plugins_, settings_.models_default_instance),
      provider_checks_(providers_, model_names_, *database_,
                       [this](base::Loop& loop) -> egress::Client& { return client_of(loop); }),
      models_(providers_, [this](base::Loop& loop) -> egress::Client& { return client_of(loop); }, governors_, prices_,
              tracer_, metrics_,
              {settings_.models_default_instance, settings_.models_max_retries, settings_.models_max_backoff_ms,
               static_cast<std::size_t>(settings_.models_max_response_bytes)}),
      settings_of_turns_(*database_),
      recent_threads_(settings_.runs_recent_threads_bytes),
      turn_body_({settings_of_turns_, recent_threads_, engine_, catalogue_, dispatcher_, models_, governors_, memories_,
                  tracer_, metrics_, recall_options(settings_), &skill_tools_}),
      compaction_body_(*database_, models_),
      completion_body_(models_, governors_),
      agents_(*database_, ids_),
      threads_(*database_, ids_),
      branches_(*database_, ids_, governors_),
      search_(*database_),
      indexer_(*database_, logger, indexer_options(data_dir.host_id())),
      limits_(clock, rate_rules(settings_)),
      rate_sync_(limits_, *database_, data_dir.host_id(), logger),
      approvals_(engine_, *database_, ids_),
      history_(plugins_, *database_),
      turns_(engine_, *database_, settings_of_turns_, recent_threads_, limits_, ids_,
             {settings_.runs_deadline_ms * 1000, settings_.runs_max_queued_per_thread}),
      authenticator_(*database_, std::move(auth)),
      administration_(*database_, ids_, keys, authenticator_),
      keys_(*database_, ids_, authenticator_),
      environments_(*database_, ids_),
      master_key_(*database_, ids_, keys, settings_.secrets_master_key, data_dir.path()),
      replays_(logger),
      api_({agents_,          threads_,        branches_,    search_,         turns_,      providers_,
            provider_checks_, model_names_,    engine_,      *database_,      plugins_,    authenticator_,
            limits_,          administration_, keys_,        environments_,   master_key_, approvals_,
            rooms_,           replays_,        metrics_,     logger,          catalogue_,  tool_administration_,
            trials_,          skills_,         skill_tools_, skill_importer_, resolvers_,  entities_,
            history_},
           api_options(settings_)),
      front_(std::move(front)),
      tasks_(*loops_.front(), [this](std::string_view, std::exception_ptr) {
        logger_.error("main", "an exception left a task");
        exit_code_ = kExitFailed;
        loops_.front()->stop();
      }) {
  engine_.register_body("turn", turn_body_);
  engine_.register_body("compaction", compaction_body_);
  engine_.register_body("completion", completion_body_);
  engine_.on_launch([this](const engine::Run& run) { rooms_.on_launch(run); });
  mirror_gauges();
}

extension::PluginHostOptions Daemon::with_services(extension::PluginHostOptions options, Daemon& daemon) {
  options.client_of = [&daemon](base::Loop& loop) -> egress::Client& { return daemon.client_of(loop); };
  options.metrics = &daemon.metrics_;
  options.tracer = &daemon.tracer_;
  options.keys = &daemon.keys_of_texts_;
  options.mail = &daemon.plugin_mail_;
  options.sandbox = &daemon.plugin_sandbox_;
  options.other_hosts = daemon.database_->other_hosts();
  return options;
}

std::vector<base::Loop*> Daemon::loops() const {
  std::vector<base::Loop*> list;
  for (const auto& loop : loops_) list.push_back(loop.get());
  return list;
}

// Without a store there is nothing that those of memories could work on.
std::vector<ports::ToolSource*> Daemon::meta_tools() {
  if (settings_.memory_store.empty()) return {&questions_};
  return {&memory_tools_, &questions_};
}

std::vector<ports::ScopedTools*> Daemon::scoped_tools() { return {&skill_tools_, &entities_}; }

}  // namespace platos::daemon

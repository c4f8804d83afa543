#include "main/daemon.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <map>
#include <memory>
#include <thread>

#include "agent/completion.hpp"
#include "agent/message_indexer.hpp"
#include "agent/turn.hpp"
#include "api/api.hpp"
#include "base/failpoint.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "egress/client.hpp"
#include "engine/engine.hpp"
#include "entities/entities.hpp"
#include "extension/plugin_host.hpp"
#include "governance/history.hpp"
#include "governance/rate_sync.hpp"
#include "main/data_dir.hpp"
#include "main/front.hpp"
#include "main/keys.hpp"
#include "main/options.hpp"
#include "main/process.hpp"
#include "main/reload.hpp"
#include "main/restart.hpp"
#include "main/signals.hpp"
#include "memory/memory_tools.hpp"
#include "model/prices.hpp"
#include "skills/image_tools.hpp"
#include "skills/importer.hpp"
#include "skills/skill_tools.hpp"
#include "telemetry/metric_export.hpp"
#include "tenancy/bootstrap.hpp"
#include "tools/questions.hpp"

namespace platos::daemon {
namespace {

constexpr std::size_t kResolverThreads = 2;
constexpr std::size_t kMaxQueuedLookups = 1024;
constexpr std::string_view kReloadMeaning = "0: the last SIGHUP was refused and changed nothing.";

/// Everything that lives as long as the daemon, in the order of construction.
class Daemon {
 public:
  Daemon(const DaemonOptions& options, base::SystemClock& clock, base::Logger& logger, const DataDir& data_dir,
         secrets::KeyRing& keys, std::unique_ptr<store::Database> database, std::unique_ptr<Front> front,
         tenancy::AuthOptions auth);
  ~Daemon() { engine_.abandon(); }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  int run();
  bool has_stuck_threads() const { return stuck_observer_ || plugins_.has_stuck_threads(); }

 private:
  void load_plugins();
  void load_prices();
  void load_tool_prices();
  Task<Result<void>> prepare();
  Task<void> export_metrics();
  void mirror_gauges();
  Task<void> reload();
  Task<void> reload_once();
  Task<void> stop();
  static extension::PluginHostOptions with_services(extension::PluginHostOptions options, Daemon& daemon);
  std::vector<ports::ToolSource*> meta_tools();
  std::vector<ports::ScopedTools*> scoped_tools();
  void serve();
  void on_signal(int signal);
  egress::Client& client_of(base::Loop& loop) { return *clients_.at(&loop); }

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

std::vector<base::Loop*> pointers(const std::vector<std::unique_ptr<base::Loop>>& loops) {
  std::vector<base::Loop*> list;
  for (const auto& loop : loops) list.push_back(loop.get());
  return list;
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
      engine_(engine_options(settings_, data_dir.host_id()), *database_, logger, ids_, pointers(loops_)),
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
      trials_(catalogue_, tool_administration_, *database_, ids_, with_prices(trials_options(settings_), tool_prices_)),
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

// Without a store there is nothing that those of memories could work on.
std::vector<ports::ToolSource*> Daemon::meta_tools() {
  if (settings_.memory_store.empty()) return {&questions_};
  return {&memory_tools_, &questions_};
}

std::vector<ports::ScopedTools*> Daemon::scoped_tools() { return {&skill_tools_, &entities_}; }

void Daemon::load_plugins() {
  plugins_.load();
  plugins_.offer(std::make_shared<skills::ImageTools>(plugins_, skills_, sandbox_, resolvers_));
  governors_.load(plugins_);
  for (auto& observer : plugins_.observers()) {
    tracer_.add_sink(std::make_unique<telemetry::ObserverSink>(std::move(observer), tracer_.clock(), logger_, metrics_,
                                                               sink_options(settings_)));
  }
}

void Daemon::load_prices() {
  for (const auto& [name, found] : extension::find_files(options_.paths.manifest_dirs, "models")) {
    const auto text = extension::read_small_file(found.path);
    const auto added = text ? prices_.add(*text, found.path) : Result<void>(fail(text.error()));
    if (!added) {
      logger_.warn("main", "a list of models is not valid: its prices are not known",
                   {{"list", name}, {"reason", added.error().message}});
    }
  }
}

void Daemon::load_tool_prices() {
  for (const auto& [name, found] : extension::find_files(options_.paths.manifest_dirs, "tools")) {
    const auto text = extension::read_small_file(found.path);
    const auto added = text ? tool_prices_.add(*text, found.path) : Result<void>(fail(text.error()));
    if (!added) {
      logger_.warn("main", "a list of tools' prices is not valid: what they cost is not estimated",
                   {{"list", name}, {"reason", added.error().message}});
    }
  }
}

void Daemon::mirror_gauges() {
  auto& running = metrics_.gauge("platos_runs_active", "Runs that are under way in this process.");
  auto& commits = metrics_.counter("platos_store_commits_total", "Commits of the store's writer.");
  auto& writes = metrics_.counter("platos_store_writes_total", "Writes that those commits carried.");
  auto& slow = metrics_.counter("platos_loop_slow_passes_total", "Passes of an event loop over 5 ms.");
  auto& resident = metrics_.gauge("platos_process_resident_memory_bytes", "Resident memory.");
  metrics_.gauge("platosd_config_last_reload_successful", kReloadMeaning).set(1);
  auto& sockets = metrics_.gauge("platos_socket_sessions", "Clients that are connected by Socket.IO.");
  metrics_.on_collect([this, &sockets] { sockets.set(static_cast<double>(api_.socket_sessions())); });
  auto& buckets = metrics_.gauge("platos_rate_buckets", "Callers whose requests are being counted.");
  std::vector<std::pair<governance::RateAxis, telemetry::Series*>> limited;
  for (const auto axis : {governance::RateAxis::Ip, governance::RateAxis::Token, governance::RateAxis::User,
                          governance::RateAxis::Agent, governance::RateAxis::Environment}) {
    limited.emplace_back(axis, &metrics_.counter("platos_rate_limited_total", "Requests refused by a rate limit.",
                                                 {{"bucket", std::string(governance::word_of(axis))}}));
  }
  metrics_.on_collect([this, &buckets, limited] {
    buckets.set(static_cast<double>(limits_.buckets()));
    for (const auto& [axis, series] : limited) series->set(static_cast<double>(limits_.refused(axis)));
  });
  metrics_.on_collect([this, &running, &commits, &writes, &slow, &resident] {
    running.set(static_cast<double>(engine_.live_count()));
    commits.set(static_cast<double>(database_->commits()));
    writes.set(static_cast<double>(database_->writes()));
    double passes = 0;
    for (const auto& loop : loops_) passes += static_cast<double>(loop->slow_passes());
    slow.set(passes);
    resident.set(static_cast<double>(resident_bytes()));
  });
}

Task<void> Daemon::export_metrics() {
  for (;;) {
    const bool elapsed =
        co_await base::sleep_for(*loops_.front(), settings_.observers_metrics_ms * 1000, stopping_upkeep_.token());
    if (!elapsed) co_return;
    telemetry::push_metrics(metrics_, tracer_);
  }
}

Task<Result<void>> Daemon::prepare() {
  base::Loop& loop = *loops_.front();
  const auto& who = tenancy::Bootstrap::administrator();
  if (auto made = co_await tenancy::Bootstrap::ensure_scope(*database_, loop, &keys_of_texts_); !made)
    co_return fail(made.error());
  base::failpoint("startup.after_scope");
  if (auto wrapped = co_await master_key_.finish_begun(loop); !wrapped) co_return fail(wrapped.error());
  if (auto made = co_await agents_.ensure_hello(loop, who); !made) co_return fail(made.error());
  base::failpoint("startup.after_agent");
  if (auto counted = co_await rate_sync_.restore(loop); !counted) co_return fail(counted.error());
  const auto started = co_await engine_.start();
  base::failpoint("startup.after_claims");
  co_return started;
}

void Daemon::serve() {
  front_->serve(pointers(loops_),
                {[this](ingress::Request request) { return api_.handle(std::move(request)); },
                 [this](const Error& error, const std::string& request_id) { return api_.refuse(error, request_id); },
                 [this] { return ids_.make("req"); }},
                logger_);
  base::failpoint("startup.ready");
  data_dir_.publish_url(front_->url());
  logger_.info("main", "ready",
               {{"url", front_->url()},
                {"https_url", front_->https_url()},
                {"version", kPlatosVersion},
                {"pid", static_cast<std::int64_t>(::getpid())},
                {"data_dir", data_dir_.path()}});
}

int Daemon::run() {
  load_plugins();
  load_prices();
  load_tool_prices();
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < loops_.size(); ++i) threads.emplace_back([loop = loops_[i].get()] { loop->run(); });
  loops_.front()->post([this] {
    tasks_.start("prepare", [](Daemon& daemon) -> Task<void> {
      const auto prepared = co_await daemon.prepare();
      if (prepared) {
        daemon.serve();
        release_startup_memory();
        daemon.tasks_.start("rates", daemon.rate_sync_.run(*daemon.loops_.front(), daemon.stopping_upkeep_.token()));
        daemon.tasks_.start("workspaces",
                            daemon.sandbox_.upkeep(*daemon.loops_.front(), daemon.stopping_upkeep_.token()));
        daemon.tasks_.start("index", daemon.indexer_.run(*daemon.loops_.front(), daemon.stopping_upkeep_.token()));
        if (daemon.tracer_.enabled()) daemon.tasks_.start("metrics", daemon.export_metrics());
        co_return;
      }
      daemon.logger_.error("main", "the daemon cannot start",
                           {{"code", prepared.error().code}, {"reason", prepared.error().message}});
      daemon.exit_code_ = kExitFailed;
      daemon.loops_.front()->stop();
    }(*this));
  });
  loops_.front()->run();
  for (std::size_t i = 1; i < loops_.size(); ++i) loops_[i]->stop();
  for (auto& thread : threads) thread.join();
  return exit_code_;
}

void Daemon::on_signal(int signal) {
  if (signal == SIGHUP) {
    reload_wanted_ = true;
    if (!std::exchange(reloading_, true)) tasks_.start("reload", reload());
    return;
  }
  if (std::exchange(stopping_, true)) {
    logger_.warn("main", "a second signal: stopping at once");
    ::_exit(kExitOk);
  }
  logger_.info("main", "stopping", {{"signal", signal}, {"drain_ms", settings_.runs_drain_ms}});
  tasks_.start("stop", stop());
}

Task<void> Daemon::reload() {
  // One after the other: the last one asked for is the one that holds.
  while (std::exchange(reload_wanted_, false)) co_await reload_once();
  reloading_ = false;
}

Task<void> Daemon::reload_once() {
  auto& succeeded = metrics_.gauge("platosd_config_last_reload_successful", kReloadMeaning);
  auto reading = resolvers_.run(
      *loops_.front(), [sources = options_.sources, running = reloaded_] { return prepare_reload(sources, running); });
  auto prepared = co_await reading;
  succeeded.set(prepared ? 1 : 0);
  if (!prepared) {
    logger_.error("main", "the configuration is not taken over: everything stays as it was",
                  {{"code", prepared.error().code}, {"reason", prepared.error().message}});
    co_return;
  }
  reloaded_ = prepared->settings;
  logger_.set_lowest(log_level(reloaded_.log_level));
  limits_.configure(rate_rules(reloaded_));
  api_.set_cors_origins(reloaded_.http_cors_origins);
  front_->configure(reloaded_, std::move(prepared->tls));
  logger_.info("main", "the configuration is taken over", {{"changed", prepared->changed}});
  if (!prepared->needs_restart.empty()) {
    logger_.warn("main", "some settings hold after the next start only", {{"settings", prepared->needs_restart}});
  }
}

Task<void> Daemon::stop() {
  api_.drain();
  front_->drain();
  co_await engine_.drain(settings_.runs_drain_ms * 1000);
  // One more look at the sockets, so that the last events of ended runs leave.
  co_await base::sleep_for(*loops_.front(), 50'000, base::CancelToken());
  stopping_upkeep_.cancel("stop");
  (void)co_await rate_sync_.exchange(*loops_.front());
  // An observer may use the loop to send what it holds, so this waits elsewhere.
  const auto stopped = resolvers_.run(*loops_.front(), [this] { return Result<bool>(tracer_.stop()); });
  const auto ended = co_await stopped;
  stuck_observer_ = !ended || !*ended;
  // What plugins wait for is carried by the loop, so this waits elsewhere too.
  const auto left = resolvers_.run(*loops_.front(), [this]() -> Result<void> {
    plugins_.end_calls();
    return {};
  });
  (void)co_await left;
  plugin_http_.stop();
  plugin_mail_.stop();
  plugin_sandbox_.stop();
  logger_.info("main", "stopped");
  loops_.front()->stop();
}

}  // namespace

int run_daemon(const DaemonOptions& options) {
  set_limits();
  block_signals();
  const auto& settings = options.config.settings;
  base::SystemClock clock;
  base::Logger logger(clock, log_level(settings.log_level), log_format(settings.log_format));
  const auto refuse = [&](const Error& error) {
    logger.error("main", "the daemon cannot start", {{"code", error.code}, {"reason", error.message}});
    return error.code == "data_dir_in_use" ? kExitInUse : kExitFailed;
  };
  auto data_dir = DataDir::open(options.paths.data_dir);
  if (!data_dir) return refuse(data_dir.error());
  base::failpoint("startup.after_lock");
  auto admin_key = tenancy::Bootstrap::ensure_admin_key((*data_dir)->path() + "/admin.key");
  if (!admin_key) return refuse(admin_key.error());
  logger.hide(*admin_key);
  auto auth = auth_options(settings, std::move(*admin_key));
  if (!auth) return refuse(auth.error());
  auto front = Front::open(settings);
  if (!front) return refuse(front.error());
  logger.hide(std::string(base::password_of(settings.store_url)));
  logger.hide(std::string(base::password_of(settings.egress_proxy)));
  if (const auto password = mail_server(settings).password; password) logger.hide(std::string(password->view()));
  auto database_options = store_options(settings, (*data_dir)->path(), (*data_dir)->host_id());
  auto keys = open_keys(settings, database_options);
  if (!keys) return refuse(keys.error());
  database_options.keys = keys->get();
  auto database = store::Database::open(database_options, clock, logger);
  if (!database) return refuse(database.error());
  base::failpoint("startup.after_migrate");

  auto daemon = std::make_unique<Daemon>(options, clock, logger, **data_dir, **keys, std::move(*database),
                                         std::move(*front), std::move(*auth));
  const int code = daemon->run();
  if (daemon->has_stuck_threads()) {
    // A thread inside a plugin cannot be joined; everything of ours is on disk.
    std::fflush(nullptr);
    ::_exit(code);
  }
  daemon.reset();
  return code;
}

}  // namespace platos::daemon

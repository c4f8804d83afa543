#include "main/daemon.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <map>
#include <memory>
#include <thread>

#include "agent/turn.hpp"
#include "api/api.hpp"
#include "base/version.hpp"
#include "egress/client.hpp"
#include "engine/engine.hpp"
#include "extension/plugin_host.hpp"
#include "ingress/server.hpp"
#include "main/data_dir.hpp"
#include "main/restart.hpp"
#include "main/signals.hpp"
#include "tenancy/bootstrap.hpp"

namespace platos::daemon {
namespace {

constexpr std::int64_t kDayUs = 24LL * 3600 * 1'000'000;
constexpr std::size_t kResolverThreads = 2;
constexpr std::size_t kMaxQueuedLookups = 1024;

base::LogLevel log_level(const std::string& name) {
  if (name == "debug") return base::LogLevel::Debug;
  if (name == "warn") return base::LogLevel::Warn;
  if (name == "error") return base::LogLevel::Error;
  return base::LogLevel::Info;
}

base::LogFormat log_format(const std::string& name) {
  if (name == "auto") return ::isatty(STDERR_FILENO) != 0 ? base::LogFormat::Text : base::LogFormat::Json;
  return name == "text" ? base::LogFormat::Text : base::LogFormat::Json;
}

void set_limits() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
  const rlimit no_core{0, 0};  // a core dump would hold secrets
  ::setrlimit(RLIMIT_CORE, &no_core);
}

engine::EngineOptions engine_options(const config::Settings& settings, const std::string& host_id) {
  engine::EngineOptions options;
  options.host_id = host_id;
  options.max_running = settings.runs_max_running;
  options.takeover_min_us = settings.runs_takeover_min_ms * 1000;
  options.lease_us = settings.runs_lease_ms * 1000;
  options.ring_bytes = static_cast<std::size_t>(settings.runs_ring_bytes);
  options.stream_retention_us = settings.retention_stream_days * kDayUs;
  options.journal_retention_us = settings.retention_journal_days * kDayUs;
  options.sweep_every_us = settings.retention_sweep_ms * 1000;
  return options;
}

egress::ClientOptions client_options(const config::Settings& settings) {
  egress::ClientOptions options;
  options.connect_timeout_ms = settings.egress_connect_timeout_ms;
  options.silence_timeout_ms = settings.egress_silence_timeout_ms;
  options.max_frame_bytes = static_cast<std::size_t>(settings.egress_max_frame_bytes);
  options.max_body_bytes = static_cast<std::size_t>(settings.egress_max_body_bytes);
  return options;
}

extension::PluginHostOptions plugin_options(const DaemonOptions& options) {
  const auto& settings = options.config.settings;
  extension::PluginHostOptions plugins;
  plugins.shipped_dir = options.paths.shipped_plugin_dir;
  plugins.extra_dir = options.paths.plugin_dir;
  plugins.manifest_dirs = options.paths.manifest_dirs;
  plugins.data_dir = options.paths.data_dir;
  plugins.disabled = settings.plugins_disabled;
  plugins.safe_mode = options.safe_mode;
  plugins.create_timeout_ms = settings.plugins_create_timeout_ms;
  plugins.skills.workers = static_cast<std::size_t>(settings.plugins_workers);
  plugins.skills.max_queued = static_cast<std::size_t>(settings.plugins_max_queued);
  return plugins;
}

ingress::ServerOptions server_options(const config::Settings& settings) {
  ingress::ServerOptions options;
  options.listen = settings.http_listen;
  options.allowed_hosts = settings.http_allowed_hosts;
  options.max_head_bytes = static_cast<std::size_t>(settings.http_max_head_bytes);
  options.max_body_bytes = static_cast<std::size_t>(settings.http_max_body_bytes);
  options.max_connections = static_cast<std::size_t>(settings.http_max_connections);
  options.read_timeout_ms = settings.http_read_timeout_ms;
  options.idle_timeout_ms = settings.http_idle_timeout_ms;
  options.write_stall_ms = settings.http_write_stall_ms;
  options.version = kPlatosVersion;
  return options;
}

std::string url_of(const std::string& listen, std::uint16_t port) {
  std::string host = listen.substr(0, listen.rfind(':'));
  if (host == "0.0.0.0" || host == "[::]") host = "127.0.0.1";
  return "http://" + host + ":" + std::to_string(port);
}

/// Everything that lives as long as the daemon, in the order of construction.
class Daemon {
 public:
  Daemon(const DaemonOptions& options, base::SystemClock& clock, base::Logger& logger, const DataDir& data_dir,
         std::unique_ptr<store::Database> database, std::unique_ptr<ingress::Listener> listener, std::string admin_key);
  int run();
  bool has_stuck_threads() const { return plugins_.has_stuck_threads(); }

 private:
  Task<Result<void>> prepare();
  Task<void> stop();
  void serve();
  void on_signal(int signal);
  egress::Client& client_of(base::Loop& loop) { return *clients_.at(&loop); }

  const DaemonOptions& options_;
  const config::Settings& settings_;
  base::Logger& logger_;
  const DataDir& data_dir_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<ingress::Listener> listener_;
  base::IdMaker ids_;
  base::WorkerPool resolvers_;
  std::vector<std::unique_ptr<base::Loop>> loops_;
  std::map<base::Loop*, std::unique_ptr<egress::Client>> clients_;
  Signals signals_;
  extension::Markers markers_;
  extension::Watchdog watchdog_;
  extension::HttpService plugin_http_;
  extension::PluginHost plugins_;
  engine::Engine engine_;
  tools::Catalogue catalogue_;
  tools::Dispatcher dispatcher_;
  agent::ModelCaller models_;
  agent::TurnBody turn_body_;
  agent::Agents agents_;
  agent::Threads threads_;
  agent::Turns turns_;
  tenancy::Authenticator authenticator_;
  api::Api api_;
  std::vector<std::unique_ptr<ingress::Server>> servers_;
  base::TaskSet tasks_;
  bool stopping_ = false;
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

Daemon::Daemon(const DaemonOptions& options, base::SystemClock& clock, base::Logger& logger, const DataDir& data_dir,
               std::unique_ptr<store::Database> database, std::unique_ptr<ingress::Listener> listener,
               std::string admin_key)
    : options_(options),
      settings_(options.config.settings),
      logger_(logger),
      data_dir_(data_dir),
      database_(std::move(database)),
      listener_(std::move(listener)),
      ids_(clock),
      resolvers_("resolver", kResolverThreads, kMaxQueuedLookups),
      loops_(make_loops(clock)),
      clients_(make_clients(loops_, resolvers_, settings_)),
      signals_(*loops_.front(), [this](int signal) { on_signal(signal); }),
      markers_(data_dir.path(), clock),
      watchdog_(clock, logger, settings_.plugins_codec_hang_ms,
                [this](const std::string& plugin, std::int64_t stuck_ms) {
                  restart_without(plugin, stuck_ms, markers_, logger_, options_.arguments);
                }),
      plugin_http_(*loops_.front(), client_of(*loops_.front()), logger),
      plugins_(plugin_options(options), clock, logger, watchdog_, markers_, plugin_http_),
      engine_(engine_options(settings_, data_dir.host_id()), *database_, logger, ids_, pointers(loops_)),
      catalogue_(plugins_),
      dispatcher_(plugins_,
                  {static_cast<std::size_t>(settings_.tools_max_parallel),
                   static_cast<std::size_t>(settings_.tools_max_result_bytes), settings_.plugins_tool_timeout_ms}),
      models_(plugins_, [this](base::Loop& loop) -> egress::Client& { return client_of(loop); },
              {settings_.models_default_instance, settings_.models_max_retries, settings_.models_max_backoff_ms,
               static_cast<std::size_t>(settings_.models_max_response_bytes)}),
      turn_body_(*database_, catalogue_, dispatcher_, models_),
      agents_(*database_, ids_),
      threads_(*database_, ids_),
      turns_(engine_, *database_, ids_, {settings_.runs_deadline_ms * 1000, settings_.runs_max_queued_per_thread}),
      authenticator_(tenancy::Bootstrap::administrator(), std::move(admin_key)),
      api_({agents_, threads_, turns_, engine_, *database_, plugins_, authenticator_, logger},
           {static_cast<std::size_t>(settings_.http_max_body_bytes), settings_.http_heartbeat_ms * 1000,
            settings_.http_deferred_max_ms * 1000, settings_.http_cors_origins}),
      tasks_(*loops_.front(), [this](std::string_view, std::exception_ptr) {
        logger_.error("main", "an exception left a task");
        exit_code_ = kExitFailed;
        loops_.front()->stop();
      }) {
  engine_.register_body("turn", turn_body_);
}

Task<Result<void>> Daemon::prepare() {
  base::Loop& loop = *loops_.front();
  const auto who = tenancy::Bootstrap::administrator();
  if (auto made = co_await tenancy::Bootstrap::ensure_scope(*database_, loop); !made) co_return fail(made.error());
  if (auto made = co_await agents_.ensure_hello(loop, who); !made) co_return fail(made.error());
  co_return co_await engine_.start();
}

void Daemon::serve() {
  const auto options = server_options(settings_);
  for (const auto& loop : loops_) {
    servers_.push_back(std::make_unique<ingress::Server>(
        *loop, *listener_, options, [this](ingress::Request request) { return api_.handle(std::move(request)); },
        [this](const Error& error, const std::string& request_id) { return api_.refuse(error, request_id); }, logger_,
        [this] { return ids_.make("req"); }));
    loop->post([server = servers_.back().get()] { server->start(); });
  }
  const std::string url = url_of(settings_.http_listen, listener_->port());
  data_dir_.publish_url(url);
  logger_.info("main", "ready",
               {{"url", url},
                {"version", kPlatosVersion},
                {"pid", static_cast<std::int64_t>(::getpid())},
                {"data_dir", data_dir_.path()}});
}

int Daemon::run() {
  plugins_.load();
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < loops_.size(); ++i) threads.emplace_back([loop = loops_[i].get()] { loop->run(); });
  loops_.front()->post([this] {
    tasks_.start("prepare", [](Daemon& daemon) -> Task<void> {
      const auto prepared = co_await daemon.prepare();
      if (prepared) {
        daemon.serve();
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
  if (signal == SIGHUP) return;  // settings are read once, at start
  if (std::exchange(stopping_, true)) {
    logger_.warn("main", "a second signal: stopping at once");
    ::_exit(kExitOk);
  }
  logger_.info("main", "stopping", {{"signal", signal}, {"drain_ms", settings_.runs_drain_ms}});
  tasks_.start("stop", stop());
}

Task<void> Daemon::stop() {
  for (const auto& server : servers_) {
    base::Loop* loop = loops_[static_cast<std::size_t>(&server - servers_.data())].get();
    loop->post([target = server.get()] { target->drain(); });
  }
  co_await engine_.drain(settings_.runs_drain_ms * 1000);
  // One more look at the sockets, so that the last events of ended runs leave.
  co_await base::sleep_for(*loops_.front(), 50'000, base::CancelToken());
  plugin_http_.stop();
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
  auto admin_key = tenancy::Bootstrap::ensure_admin_key((*data_dir)->path() + "/admin.key");
  if (!admin_key) return refuse(admin_key.error());
  logger.hide(*admin_key);
  auto listener = ingress::Listener::open(settings.http_listen);
  if (!listener) return refuse(listener.error());
  store::DatabaseOptions store_options;
  store_options.directory = (*data_dir)->path();
  store_options.durable = settings.store_durability == "full";
  store_options.max_bytes = settings.store_max_bytes;
  store_options.max_queued_writes = static_cast<std::size_t>(settings.store_max_queued_writes);
  store_options.readers = static_cast<std::size_t>(settings.store_readers);
  auto database = store::Database::open(store_options, clock, logger);
  if (!database) return refuse(database.error());

  auto daemon = std::make_unique<Daemon>(options, clock, logger, **data_dir, std::move(*database), std::move(*listener),
                                         std::move(*admin_key));
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

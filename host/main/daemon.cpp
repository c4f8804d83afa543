#include "main/daemon.hpp"

#include <unistd.h>

#include <csignal>
#include <memory>
#include <thread>
#include <utility>

#include "base/failpoint.hpp"
#include "base/version.hpp"
#include "main/options.hpp"
#include "main/process.hpp"
#include "main/reload.hpp"
#include "skills/image_tools.hpp"
#include "tenancy/bootstrap.hpp"

namespace platos::daemon {

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
  const auto load = [this](const char* kind, auto& prices, const char* what_is_missing) {
    for (const auto& [name, found] : extension::find_files(options_.paths.manifest_dirs, kind)) {
      const auto text = extension::read_small_file(found.path);
      const auto added = text ? prices.add(*text, found.path) : Result<void>(fail(text.error()));
      if (!added) logger_.warn("main", what_is_missing, {{"list", name}, {"reason", added.error().message}});
    }
  };
  load("models", prices_, "a list of models is not valid: its prices are not known");
  load("tools", tool_prices_, "a list of tools' prices is not valid: what they cost is not estimated");
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
  front_->serve(loops(),
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
  auto reading = resolvers_.run(
      *loops_.front(), [sources = options_.sources, running = reloaded_] { return prepare_reload(sources, running); });
  auto prepared = co_await reading;
  last_reload().set(prepared ? 1 : 0);
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

}  // namespace platos::daemon

// What the daemon says of itself in its metrics.
#include "main/daemon.hpp"
#include "main/process.hpp"
#include "telemetry/metric_export.hpp"

namespace platos::daemon {

void Daemon::mirror_gauges() {
  auto& running = metrics_.gauge("platos_runs_active", "Runs that are under way in this process.");
  auto& commits = metrics_.counter("platos_store_commits_total", "Commits of the store's writer.");
  auto& writes = metrics_.counter("platos_store_writes_total", "Writes that those commits carried.");
  auto& slow = metrics_.counter("platos_loop_slow_passes_total", "Passes of an event loop over 5 ms.");
  auto& resident = metrics_.gauge("platos_process_resident_memory_bytes", "Resident memory.");
  last_reload().set(1);
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

telemetry::Series& Daemon::last_reload() {
  return metrics_.gauge("platosd_config_last_reload_successful", "0: the last SIGHUP was refused and changed nothing.");
}

Task<void> Daemon::export_metrics() {
  for (;;) {
    const bool elapsed =
        co_await base::sleep_for(*loops_.front(), settings_.observers_metrics_ms * 1000, stopping_upkeep_.token());
    if (!elapsed) co_return;
    telemetry::push_metrics(metrics_, tracer_);
  }
}

}  // namespace platos::daemon

#include "chaos/siege.hpp"

#include <poll.h>

#include <chrono>
#include <random>

#include "chaos/crowd.hpp"
#include "chaos/elapsed.hpp"
#include "support/postgres.hpp"

namespace platos::tests::chaos {
namespace {

constexpr int kRecoveryMs = 30'000;

int between(std::mt19937_64& random, int least, int most) {
  return std::uniform_int_distribution<int>(least, most)(random);
}

}  // namespace

Siege::Siege(SiegeOptions options) : options_(options) { stage_.start(); }

void Siege::kill_daemon(std::mt19937_64& random, SiegeReport& report) {
  const bool while_starting = random() % 6 == 0 && options_.kill_while_starting;
  if (while_starting) {
    stage_.start_doomed();
    ++report.kills_while_starting;
  }
  ::poll(nullptr, 0, between(random, while_starting ? 1 : 50, while_starting ? 300 : 800));
  stage_.kill();
  stage_.start();
}

/// Its database dies: all of it, one session of it, or both it and the daemon.
void Siege::kill_server(std::mt19937_64& random, SiegeReport& report) {
  PostgresServer& server = PostgresServer::shared();
  const int way = report.kills_of_server++ % 3;
  ::poll(nullptr, 0, between(random, 50, 800));
  if (way == 1) return server.crash();
  server.kill_hard();
  if (way == 2) stage_.kill();
  // The daemon finds out, or not.
  ::poll(nullptr, 0, between(random, 0, 1'500));
  server.start();
  if (way == 2) stage_.start();
}

void Siege::attack(SiegeReport& report) {
  std::mt19937_64 random(options_.seed);
  for (; report.kills < options_.kills; ++report.kills) {
    const bool server = options_.server_every > 0 && report.kills % options_.server_every == options_.server_every - 1;
    server ? kill_server(random, report) : kill_daemon(random, report);
  }
}

SiegeReport Siege::run() {
  const auto began = Clock::now();
  SiegeReport report;
  Crowd crowd(stage_, options_.clients, options_.seed, options_.over_sockets);
  attack(report);
  const auto ready = Clock::now();
  const auto turns = crowd.end();
  report.last_recovery_ms = ms_since(ready);
  report.replays = crowd.replays();
  report.audit = audit(stage_, turns, {"provider_rate_limited"});
  if (report.last_recovery_ms > kRecoveryMs)
    report.audit.violations.push_back("the last turn ended " + std::to_string(report.last_recovery_ms) +
                                      " ms after the last start");
  report.took_ms = ms_since(began);
  return report;
}

}  // namespace platos::tests::chaos

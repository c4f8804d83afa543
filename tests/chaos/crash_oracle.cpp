// Kills platosd with SIGKILL while clients take turns, and compares what was promised with what is there. See kUsage.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <random>

#include "chaos/siege.hpp"
#include "support/postgres.hpp"

using namespace platos::tests;
using namespace platos::tests::chaos;

namespace {

constexpr std::size_t kPrintedViolations = 40;
constexpr int kServerEvery = 3;
constexpr const char* kUsage =
    "crash_oracle [--kills N] [--seed S] [--clients C] [--starting 0] [--sockets 1] [--store sqlite|postgres]\n"
    "             [--server-every K]\n"
    "  --kills         points; else PLATOS_CRASH_POINTS, else 25\n"
    "  --starting 0    the daemon is never killed before it is ready\n"
    "  --sockets 1     the clients speak Socket.IO\n"
    "  --store         else PLATOS_TEST_STORE, else sqlite; postgres is a server of the program's own\n"
    "  --server-every  every K-th point kills the PostgreSQL server instead (all of it, one of its sessions, or it "
    "and\n"
    "                  the daemon, in turn); 0: never; 3 unless it is given\n"
    "Exit code 1: a violation.\n";

SiegeOptions read_options(int argc, char** argv) {
  SiegeOptions options;
  options.seed = std::random_device()() % 1'000'000;
  int server_every = kServerEvery;
  if (const char* points = std::getenv("PLATOS_CRASH_POINTS")) options.kills = std::atoi(points);
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--kills") == 0) options.kills = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--clients") == 0) options.clients = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--starting") == 0) options.kill_while_starting = std::atoi(argv[i + 1]) != 0;
    if (std::strcmp(argv[i], "--store") == 0) ::setenv("PLATOS_TEST_STORE", argv[i + 1], 1);
    if (std::strcmp(argv[i], "--server-every") == 0) server_every = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--sockets") == 0) options.over_sockets = std::atoi(argv[i + 1]) != 0;
    if (std::strcmp(argv[i], "--seed") == 0) options.seed = std::strtoull(argv[i + 1], nullptr, 10);
  }
  if (on_postgres()) options.server_every = server_every;
  return options;
}

void print(const SiegeOptions& options, const SiegeReport& report) {
  const auto& counts = report.audit.counts;
  const auto n = [](auto value) { return static_cast<long long>(value); };
  std::printf(
      "crash_oracle: %s, seed %llu, %d kills (%d while starting, %d of the server), %lld turns acknowledged, %lld "
      "completed, %lld failed by "
      "the vendor, %lld resumed, %lld with a retried step, %lld replays, %lld events, %lld effects (%lld once), %lld "
      "unknown outcomes, last recovery %lld ms, %lld ms in all, %zu violations\n",
      on_postgres() ? "PostgreSQL" : "SQLite", static_cast<unsigned long long>(options.seed), report.kills,
      report.kills_while_starting, report.kills_of_server, n(counts.acknowledged), n(counts.completed),
      n(counts.failed), n(counts.resumed), n(counts.taken_over), n(report.replays), n(counts.events),
      n(counts.all_effects), n(counts.once_effects), n(counts.unknown_outcomes), n(report.last_recovery_ms),
      n(report.took_ms), report.audit.violations.size());
  std::size_t printed = 0;
  for (const auto& violation : report.audit.violations) {
    if (++printed <= kPrintedViolations) std::printf("VIOLATION %s\n", violation.c_str());
  }
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc > 1 && std::strcmp(argv[1], "--help") == 0) {
    std::printf("%s", kUsage);
    return 0;
  }
  const SiegeOptions options = read_options(argc, argv);
  Siege siege(options);
  const SiegeReport report = siege.run();
  print(options, report);
  // A run in which nothing happened proves nothing.
  const bool something = report.audit.counts.completed > 0 && report.audit.counts.once_effects > 0;
  return report.audit.violations.empty() && something ? 0 : 1;
} catch (const std::exception& failure) {
  std::printf("crash_oracle: %s\n", failure.what());
  return 1;
}

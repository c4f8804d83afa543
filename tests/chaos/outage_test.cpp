// PostgreSQL goes away under turns that are under way, silently or not, and comes back.
#include <catch2/catch.hpp>
#include <cstdlib>

#include "chaos/audit.hpp"
#include "chaos/crowd.hpp"
#include "chaos/elapsed.hpp"
#include "chaos/outage.hpp"

using namespace platos::tests::chaos;

namespace {

constexpr int kClients = 8;
constexpr int kTurnsMs = 60'000;
constexpr std::int64_t kLeaseMs = 2'000;
constexpr std::int64_t kDrainMs = 500;
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kMoreKib = 48 * 1024;
#ifdef PLATOS_SANITIZED
constexpr bool kMemoryIsMeasured = false;  // what was freed is kept for a while
#else
constexpr bool kMemoryIsMeasured = true;
#endif

const int kOnPostgres = ::setenv("PLATOS_TEST_STORE", "postgres", 1);

struct Scene {
  ChaosStage stage;
  std::string agent;
  explicit Scene(const std::vector<std::string>& arguments = {}) : stage(2, arguments) {
    stage.start();
    agent = stage.agent("mock:mock-echo-r0");
  }
};

std::vector<std::string> short_waits() {
  return {"--set", "store.timeout_ms=500",
          "--set", "runs.lease_ms=" + std::to_string(kLeaseMs),
          "--set", "runs.drain_ms=" + std::to_string(kDrainMs)};
}

void check(Scene& scene, Crowd& crowd) {
  const auto turns = crowd.end();
  const Audit result = audit(scene.stage, turns, {"provider_rate_limited"});
  std::printf("outage_test: %zu turns, %lld acknowledged, %lld completed, %lld with a retried step, %lld once\n",
              turns.size(), static_cast<long long>(result.counts.acknowledged),
              static_cast<long long>(result.counts.completed), static_cast<long long>(result.counts.taken_over),
              static_cast<long long>(result.counts.once_effects));
  for (const auto& violation : result.violations) FAIL_CHECK(violation);
  CHECK(result.counts.completed > 0);
  CHECK(result.counts.once_effects > 0);
}

void check(const Heard& heard) {
  std::printf("outage_test: noticed after %lld ms, %d rounds of refusals, slowest %lld ms, slowest health %lld ms\n",
              static_cast<long long>(heard.noticed_ms), heard.rounds, static_cast<long long>(heard.slowest_refusal_ms),
              static_cast<long long>(heard.slowest_health_ms));
  for (const auto& wrong : heard.wrong) FAIL_CHECK(wrong);
  CHECK(heard.rounds > 0);
  CHECK(heard.slowest_health_ms < 10'000);
  CHECK(heard.slowest_refusal_ms < 10'000);
}

}  // namespace

TEST_CASE("a database that is silent, or refuses, for longer than a lease: refusals, and then every turn ends") {
  const Way way = GENERATE(Way::Silent, Way::Refused);
  Scene scene(short_waits());
  Crowd crowd(scene.stage, kClients, 1);
  REQUIRE(crowd.wait_for_turns(20, kTurnsMs));
  Outage outage(way);
  check(ask_around(scene.stage, scene.agent,
                   [&](const Heard& heard) { return heard.rounds >= 10 && outage.lasts_ms() > 2 * kLeaseMs; }));
  outage.back();
  CHECK(wait_for_ready(scene.stage, 200, 10'000));
  CHECK(crowd.wait_for_turns(20, kTurnsMs));
  check(scene, crowd);
}

TEST_CASE("a database that is away for a minute, half of it silently, with the settings of a default installation") {
  Scene scene;
  Crowd crowd(scene.stage, kClients, 2);
  REQUIRE(crowd.wait_for_turns(20, kTurnsMs));
  const long before_kib = scene.stage.daemon().resident_kib();
  Outage outage(Way::Silent);
  check(ask_around(scene.stage, scene.agent, [&](const Heard&) { return outage.lasts_ms() > kMinuteMs / 2; }));
  outage.worsen();
  check(ask_around(scene.stage, scene.agent, [&](const Heard&) { return outage.lasts_ms() > kMinuteMs; }));
  const long after_kib = scene.stage.daemon().resident_kib();
  std::printf("outage_test: %ld KiB before, %ld KiB after a minute\n", before_kib, after_kib);
  if (kMemoryIsMeasured) CHECK(after_kib < before_kib + kMoreKib);
  outage.back();
  CHECK(wait_for_ready(scene.stage, 200, 10'000));
  CHECK(crowd.wait_for_turns(20, kTurnsMs));
  check(scene, crowd);
}

TEST_CASE("SIGTERM while the database is away: the daemon ends within its drain, and its turns end with the next") {
  const Way way = GENERATE(Way::Silent, Way::Refused);
  const bool at_once = GENERATE(true, false);
  auto arguments = short_waits();
  if (at_once) arguments.insert(arguments.end(), {"--set", "store.timeout_ms=60000"});
  Scene scene(arguments);
  Crowd crowd(scene.stage, kClients, 3);
  REQUIRE(crowd.wait_for_turns(20, kTurnsMs));
  Outage outage(way);
  if (!at_once) REQUIRE(wait_for_ready(scene.stage, 503, 30'000));
  const auto asked = Clock::now();
  CHECK(scene.stage.daemon().stop() == 0);
  std::printf("outage_test: it ended %lld ms after SIGTERM\n", static_cast<long long>(ms_since(asked)));
  CHECK(ms_since(asked) < kDrainMs + 7'000);
  outage.back();
  scene.stage.start();
  CHECK(crowd.wait_for_turns(20, kTurnsMs));
  check(scene, crowd);
}

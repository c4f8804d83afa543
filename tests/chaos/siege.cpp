#include "chaos/siege.hpp"

#include <poll.h>

#include <chrono>
#include <limits>
#include <random>

#include "chaos/elapsed.hpp"
#include "chaos/socket_turn_client.hpp"

namespace platos::tests::chaos {
namespace {

constexpr int kRecoveryMs = 30'000;
// A client gives a turn up only when it starves: kills come faster than any turn could end.
constexpr int kTurnMs = 600'000;
constexpr int kTurnsPerThread = 4;

// The effects once and read in one step; once alone; text alone; all three; a vendor that makes runs wait.
constexpr const char* kModels[] = {"mock:mock-tools2-n12-r200-d5", "mock:mock-tool-n8-r100", "mock:mock-n40-r200-d10",
                                   "mock:mock-tools3-n6-r0", "mock:mock-tools2-n6-r0-s429-retry1-times40"};

int between(std::mt19937_64& random, int least, int most) {
  return std::uniform_int_distribution<int>(least, most)(random);
}

/// One connection in eight is lost by the client's own fault.
std::size_t sometimes(std::mt19937_64& random) {
  if (random() % 8 != 0) return std::numeric_limits<std::size_t>::max();
  return static_cast<std::size_t>(between(random, 1, 4'000));
}

}  // namespace

Siege::Siege(SiegeOptions options) : options_(options) {
  stage_.start();
  for (const char* model : kModels) agents_.push_back(stage_.agent(model));
}

Siege::~Siege() {
  over_ = true;
  join();
}

void Siege::join() {
  for (auto& each : clients_) {
    if (each.joinable()) each.join();
  }
}

TurnLog Siege::next_turn(TurnClient& client, std::uint64_t number, const TurnLog* former, int count) const {
  TurnLog turn;
  turn.key = "key-" + std::to_string(number) + "-" + std::to_string(count);
  turn.message = "turn " + std::to_string(number) + "-" + std::to_string(count) + " of the siege";
  turn.agent_id = agents_[client.random()() % agents_.size()];
  if (former != nullptr && count % kTurnsPerThread != 0) {
    turn.agent_id = former->agent_id;
    turn.thread_id = former->thread_id;
  }
  return turn;
}

/// The same submission once more is the same run.
void Siege::submit_again(TurnClient& client, const TurnLog& asked, TurnLog& turn) {
  TurnLog again = asked;
  client.drive(again, kTurnMs);
  ++replays_;
  for (auto& what : again.violations) turn.violations.push_back("submitted again: " + what);
  if (again.run_id != turn.run_id) turn.violations.push_back("submitted again, it became run " + again.run_id);
  if (transcript(again.frames) != transcript(turn.frames))
    turn.violations.push_back("submitted again, it was told otherwise");
}

std::unique_ptr<TurnClient> Siege::make_client(std::uint64_t seed) const {
  if (options_.over_sockets) return std::make_unique<SocketTurnClient>(stage_.addresses(), seed);
  return std::make_unique<TurnClient>(stage_.addresses(), seed);
}

void Siege::client(std::uint64_t number) {
  const auto taker = make_client(options_.seed * 1000 + number);
  TurnClient& client = *taker;
  client.cut = sometimes;
  TurnLog former;
  for (int count = 0; !over_; ++count) {
    const TurnLog asked = next_turn(client, number, count == 0 ? nullptr : &former, count);
    TurnLog turn = asked;
    const bool driven = client.drive(turn, kTurnMs);
    if (driven && client.random()() % 8 == 0) submit_again(client, asked, turn);
    former = turn;
    const std::lock_guard lock(mutex_);
    turns_.push_back(std::move(turn));
    if (!driven) return;
  }
}

void Siege::attack(SiegeReport& report) {
  std::mt19937_64 random(options_.seed);
  while (report.kills < options_.kills) {
    const bool while_starting = random() % 6 == 0 && options_.kill_while_starting;
    if (while_starting) {
      stage_.start_doomed();
      ++report.kills_while_starting;
    }
    ::poll(nullptr, 0, between(random, while_starting ? 1 : 50, while_starting ? 300 : 800));
    stage_.kill();
    ++report.kills;
    stage_.start();
  }
}

SiegeReport Siege::run() {
  const auto began = Clock::now();
  SiegeReport report;
  for (int i = 0; i < options_.clients; ++i) {
    clients_.emplace_back([this, i] { client(static_cast<std::uint64_t>(i)); });
  }
  attack(report);
  const auto ready = Clock::now();
  over_ = true;
  join();
  report.last_recovery_ms = ms_since(ready);
  report.replays = replays_;
  report.audit = audit(stage_, turns_, {"provider_rate_limited"});
  if (report.last_recovery_ms > kRecoveryMs)
    report.audit.violations.push_back("the last turn ended " + std::to_string(report.last_recovery_ms) +
                                      " ms after the last start");
  report.took_ms = ms_since(began);
  return report;
}

}  // namespace platos::tests::chaos

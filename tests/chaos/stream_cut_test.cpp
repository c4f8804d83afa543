// Clients that lose their connections at random bytes, and end up with the same bytes as those who lost none.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <thread>

#include "chaos/audit.hpp"
#include "chaos/socket_turn_client.hpp"

using namespace platos::tests::chaos;

namespace {

constexpr int kTurns = 200;
constexpr int kClients = 8;
constexpr int kTurnMs = 60'000;
constexpr const char* kModels[] = {"mock:mock-n60-r1000", "mock:mock-tools3-n20-r400", "mock:mock-n8-r0-big64"};

// Most answers are cut in their head or their first events, some late, a few not at all.
std::size_t anywhere(std::mt19937_64& random) {
  constexpr std::size_t kMost[] = {300, 1'500, 10'000, 120'000};
  return 1 + random() % kMost[random() % 4];
}

int turns_over_sockets() {
  const char* asked = std::getenv("PLATOS_SOCKET_CUT_TURNS");
  return asked == nullptr ? kTurns : std::max(1, std::atoi(asked));
}

template <typename Client>
std::vector<TurnLog> cut_turns(const ChaosStage& stage, const std::vector<std::string>& agents, int client_number,
                               int count) {
  Client client(stage.addresses(), static_cast<std::uint64_t>(client_number) + 1);
  client.cut = anywhere;
  std::vector<TurnLog> turns;
  for (int i = client_number; i < count; i += kClients) {
    TurnLog turn;
    turn.agent_id = agents[static_cast<std::size_t>(i) % agents.size()];
    turn.key = "cut-" + std::to_string(i);
    turn.message = "turn " + std::to_string(i);
    client.drive(turn, kTurnMs);
    turns.push_back(std::move(turn));
  }
  return turns;
}

template <typename Client>
void check_cut_turns(const char* over, int count) {
  ChaosStage stage;
  stage.start();
  std::vector<std::string> agents;
  for (const char* model : kModels) agents.push_back(stage.agent(model));
  std::vector<std::vector<TurnLog>> logs(kClients);
  std::vector<std::thread> threads;
  for (int i = 0; i < kClients; ++i) {
    threads.emplace_back([&, i] { logs[static_cast<std::size_t>(i)] = cut_turns<Client>(stage, agents, i, count); });
  }
  for (auto& thread : threads) thread.join();

  std::vector<TurnLog> turns;
  int cuts = 0;
  for (const auto& log : logs) {
    for (const auto& turn : log) {
      cuts += turn.connections - 1;
      turns.push_back(turn);
    }
  }
  const Audit result = audit(stage, turns);
  std::printf("stream_cut_test: %zu turns over %s, %d cuts, %lld events\n", turns.size(), over, cuts,
              static_cast<long long>(result.counts.events));
  for (const auto& violation : result.violations) FAIL_CHECK(violation);
  CHECK(result.counts.completed == count);
  CHECK(result.counts.unknown_outcomes == 0);
  CHECK(cuts > count);
}

}  // namespace

TEST_CASE("two hundred streams cut at random bytes and resumed are the stored transcripts, byte for byte") {
  check_cut_turns<TurnClient>("SSE", kTurns);
}

TEST_CASE("turns over sockets that are cut at random bytes and resumed are the stored transcripts, byte for byte") {
  check_cut_turns<SocketTurnClient>("Socket.IO", turns_over_sockets());
}

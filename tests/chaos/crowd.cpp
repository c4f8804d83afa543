#include "chaos/crowd.hpp"

#include <chrono>
#include <limits>
#include <random>

#include "chaos/socket_turn_client.hpp"

namespace platos::tests::chaos {
namespace {

// A client gives a turn up only when it starves: kills come faster than any turn could end.
constexpr int kTurnMs = 600'000;
constexpr int kTurnsPerThread = 4;

// The effects once and read in one step; once alone; text alone; all three; a vendor that makes runs wait.
constexpr const char* kModels[] = {"mock:mock-tools2-n12-r200-d5", "mock:mock-tool-n8-r100", "mock:mock-n40-r200-d10",
                                   "mock:mock-tools3-n6-r0", "mock:mock-tools2-n6-r0-s429-retry1-times40"};

/// One connection in eight is lost by the client's own fault.
std::size_t sometimes(std::mt19937_64& random) {
  if (random() % 8 != 0) return std::numeric_limits<std::size_t>::max();
  return std::uniform_int_distribution<std::size_t>(1, 4'000)(random);
}

}  // namespace

Crowd::Crowd(ChaosStage& stage, int clients, std::uint64_t seed, bool over_sockets)
    : stage_(stage), seed_(seed), over_sockets_(over_sockets) {
  for (const char* model : kModels) agents_.push_back(stage_.agent(model));
  for (int i = 0; i < clients; ++i) clients_.emplace_back([this, i] { client(static_cast<std::uint64_t>(i)); });
}

Crowd::~Crowd() {
  over_ = true;
  join();
}

std::vector<TurnLog> Crowd::end() {
  over_ = true;
  join();
  return std::move(turns_);
}

bool Crowd::wait_for_turns(std::size_t more, int timeout_ms) {
  std::unique_lock lock(mutex_);
  const std::size_t wanted = turns_.size() + more;
  return ended_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [&] { return turns_.size() >= wanted; });
}

void Crowd::join() {
  for (auto& each : clients_) {
    if (each.joinable()) each.join();
  }
}

TurnLog Crowd::next_turn(TurnClient& client, std::uint64_t number, const TurnLog* former, int count) const {
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
void Crowd::submit_again(TurnClient& client, const TurnLog& asked, TurnLog& turn) {
  TurnLog again = asked;
  client.drive(again, kTurnMs);
  ++replays_;
  for (auto& what : again.violations) turn.violations.push_back("submitted again: " + what);
  if (again.run_id != turn.run_id) turn.violations.push_back("submitted again, it became run " + again.run_id);
  if (transcript(again.frames) != transcript(turn.frames))
    turn.violations.push_back("submitted again, it was told otherwise");
}

std::unique_ptr<TurnClient> Crowd::make_client(std::uint64_t number) const {
  const std::uint64_t seed = seed_ * 1000 + number;
  if (over_sockets_) return std::make_unique<SocketTurnClient>(stage_.addresses(), seed);
  return std::make_unique<TurnClient>(stage_.addresses(), seed);
}

void Crowd::client(std::uint64_t number) {
  const auto taker = make_client(number);
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
    ended_.notify_all();
    if (!driven) return;
  }
}

}  // namespace platos::tests::chaos

// Clients that take turns without end, whatever happens to the daemon and its database.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "chaos/chaos_stage.hpp"
#include "chaos/turn_client.hpp"

namespace platos::tests::chaos {

/// Bound to one thread. `stage` has started, and outlives it.
class Crowd {
 public:
  /// `over_sockets`: they speak Socket.IO.
  Crowd(ChaosStage& stage, int clients, std::uint64_t seed, bool over_sockets = false);
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  /// No further turns; returns all that were asked for when those under way have ended.
  std::vector<TurnLog> end();
  /// Until so many turns more have ended; false when they do not within the time.
  bool wait_for_turns(std::size_t more, int timeout_ms);
  std::int64_t replays() const { return replays_; }

 private:
  std::unique_ptr<TurnClient> make_client(std::uint64_t number) const;
  void client(std::uint64_t number);
  TurnLog next_turn(TurnClient& client, std::uint64_t number, const TurnLog* former, int count) const;
  void submit_again(TurnClient& client, const TurnLog& asked, TurnLog& turn);
  void join();

  ChaosStage& stage_;
  const std::uint64_t seed_;
  const bool over_sockets_;
  std::vector<std::string> agents_;
  std::atomic<bool> over_{false};
  std::atomic<std::int64_t> replays_{0};
  std::mutex mutex_;
  std::condition_variable ended_;
  std::vector<TurnLog> turns_;
  std::vector<std::thread> clients_;
};

}  // namespace platos::tests::chaos

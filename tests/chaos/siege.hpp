// Clients that take turns without end, and a killer that ends the daemon under them.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "chaos/audit.hpp"
#include "chaos/chaos_stage.hpp"
#include "chaos/turn_client.hpp"

namespace platos::tests::chaos {

struct SiegeOptions {
  int kills = 25;
  int clients = 16;
  std::uint64_t seed = 1;
  bool kill_while_starting = true;  ///< one daemon in six dies before it is ready
  bool over_sockets = false;        ///< the clients speak Socket.IO
};

struct SiegeReport {
  Audit audit;
  int kills = 0;
  int kills_while_starting = 0;
  std::int64_t replays = 0;
  std::int64_t last_recovery_ms = 0;  ///< from the last "ready" until every client had its `done`
  std::int64_t took_ms = 0;
};

/// Bound to one thread, which is the killer.
class Siege {
 public:
  explicit Siege(SiegeOptions options);
  ~Siege();
  SiegeReport run();

 private:
  void attack(SiegeReport& report);
  std::unique_ptr<TurnClient> make_client(std::uint64_t seed) const;
  void client(std::uint64_t number);
  TurnLog next_turn(TurnClient& client, std::uint64_t number, const TurnLog* former, int count) const;
  void submit_again(TurnClient& client, const TurnLog& asked, TurnLog& turn);
  void join();

  SiegeOptions options_;
  ChaosStage stage_;
  std::vector<std::string> agents_;
  std::atomic<bool> over_{false};
  std::atomic<std::int64_t> replays_{0};
  std::mutex mutex_;
  std::vector<TurnLog> turns_;
  std::vector<std::thread> clients_;
};

}  // namespace platos::tests::chaos

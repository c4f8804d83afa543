// Clients that take turns without end, and a killer that ends the daemon, or its database, under them.
#pragma once

#include <cstdint>
#include <random>

#include "chaos/audit.hpp"
#include "chaos/chaos_stage.hpp"

namespace platos::tests::chaos {

struct SiegeOptions {
  int kills = 25;
  int clients = 16;
  std::uint64_t seed = 1;
  bool kill_while_starting = true;  ///< one daemon in six dies before it is ready
  int server_every = 0;             ///< every so many kills it is PostgreSQL that dies; 0: never
  bool over_sockets = false;        ///< the clients speak Socket.IO
};

struct SiegeReport {
  Audit audit;
  int kills = 0;
  int kills_while_starting = 0;
  int kills_of_server = 0;
  std::int64_t replays = 0;
  std::int64_t last_recovery_ms = 0;  ///< from the last "ready" until every client had its `done`
  std::int64_t took_ms = 0;
};

/// Bound to one thread, which is the killer.
class Siege {
 public:
  explicit Siege(SiegeOptions options);
  SiegeReport run();

 private:
  void attack(SiegeReport& report);
  void kill_daemon(std::mt19937_64& random, SiegeReport& report);
  void kill_server(std::mt19937_64& random, SiegeReport& report);

  SiegeOptions options_;
  ChaosStage stage_;
};

}  // namespace platos::tests::chaos

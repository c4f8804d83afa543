// A PostgreSQL that goes away for a while, and what the API says meanwhile.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "chaos/chaos_stage.hpp"

namespace platos::tests::chaos {

/// Silent: every connection stays and nobody answers. Refused: all connections break, and new ones are refused.
enum class Way { Silent, Refused };

/// The database is away as long as this lives, or until back(). It must be there before whoever needs it ends.
class Outage {
 public:
  explicit Outage(Way way);
  ~Outage() { back(); }
  Outage(const Outage&) = delete;
  Outage& operator=(const Outage&) = delete;
  /// From silence to a refusal.
  void worsen();
  void back();
  std::int64_t lasts_ms() const;

 private:
  enum class State { Silent, Refused, Over };
  State state_;
  const std::int64_t began_ms_;
};

/// What was answered.
struct Heard {
  int rounds = 0;               ///< after the daemon had noticed
  std::int64_t noticed_ms = 0;  ///< until /api/health/ready said so
  std::int64_t slowest_health_ms = 0;
  std::int64_t slowest_refusal_ms = 0;
  std::vector<std::string> wrong;  ///< answers that are not what they should be
};

/// Asks for health, for what is stored, and for a new turn, again and again.
Heard ask_around(const ChaosStage& stage, const std::string& agent, const std::function<bool(const Heard&)>& enough);

/// Until /api/health/ready has this status; false when it has not within the time.
bool wait_for_ready(const ChaosStage& stage, int status, int timeout_ms);

}  // namespace platos::tests::chaos

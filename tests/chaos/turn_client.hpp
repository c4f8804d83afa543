// A client that wants its turn: it submits, follows, and resumes whatever happens to the daemon or to its connections,
// and keeps its own log of what was acknowledged and what it was told.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "chaos/chaos_stage.hpp"
#include "chaos/wire.hpp"

namespace platos::tests::chaos {

/// One turn, as its client saw it.
struct TurnLog {
  std::string agent_id;
  std::string thread_id;  ///< empty before the first event: a thread of its own
  std::string key;        ///< Idempotency-Key
  std::string message;    ///< unlike any other
  bool queue_when_busy = false;

  std::string run_id;         ///< not empty: acknowledged
  std::vector<Frame> frames;  ///< without those that have no id
  bool done = false;
  int connections = 0;
  int resumed = 0;  ///< connections that went on behind an earlier one
  std::vector<std::string> violations;
};

/// Bound to one thread. Over HTTP, unless a further class says otherwise.
class TurnClient {
 public:
  TurnClient(const AddressBook& addresses, std::uint64_t seed) : addresses_(addresses), random_(seed) {}
  virtual ~TurnClient() = default;

  /// How many bytes of the next answer arrive before the client loses its connection. Empty: all.
  std::function<std::size_t(std::mt19937_64&)> cut;

  /// Follows the turn to its `done`. False: it did not come within the time, or something was wrong (see the log).
  bool drive(TurnLog& turn, int timeout_ms);

  /// One connection: submits, or resumes when the run is known. Returns the status, 0 when there was none.
  virtual int connect_once(TurnLog& turn, int timeout_ms);

  std::mt19937_64& random() { return random_; }

 protected:
  const AddressBook& addresses() const { return addresses_; }
  static void take(TurnLog& turn, const Frame& frame);
  /// What is submitted, and submitted again.
  static nlohmann::json submission(const TurnLog& turn);

 private:
  Exchange next_exchange(TurnLog& turn);
  void judge(TurnLog& turn, const Exchange& request, const Reply& reply) const;

  const AddressBook& addresses_;
  std::mt19937_64 random_;
};

}  // namespace platos::tests::chaos

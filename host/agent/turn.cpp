#include "agent/turn.hpp"

#include "agent/turn_run.hpp"

namespace platos::agent {

Task<void> TurnBody::run(engine::Run& run) {
  TurnRun turn(services_, run);
  co_await turn.go();
}

}  // namespace platos::agent

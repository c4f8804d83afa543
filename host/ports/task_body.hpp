// What a kind of run does. The engine calls it; `agent` implements it for turns.
#pragma once

#include "base/task.hpp"
#include "model/run.hpp"

namespace platos::engine {
class Run;
}

namespace platos::ports {

class TaskBody {
 public:
  virtual ~TaskBody() = default;

  /// Runs, or goes on with, one run: what was done before stands in its journal. Called on the run's loop. Returns when
  /// the run has come to its end; writing that end is the body's last act (see engine::Run::finish).
  virtual Task<void> run(engine::Run& run) = 0;
};

}  // namespace platos::ports

// Long threads: the older part is summarised, once, by a run of its own.
#pragma once

#include "agent/model_caller.hpp"
#include "agent/turn_setting.hpp"
#include "ports/task_body.hpp"
#include "store/database.hpp"

namespace platos::agent {

/// Adds to the last commit of a turn: a queued run of kind "compaction", when the agent compacts its history, the
/// thread has as many messages that no summary covers as the agent's threshold says, and none is under way. True when
/// the agent compacts at all: the engine should look.
bool request_compaction(engine::Run& run, const TurnSetting& setting);

/// Summarises the messages behind the former summary, all but the newest `contextLimit`, with the agent's own model,
/// and writes the new summary, which includes the former one. A message is never summarised twice. Immutable.
class CompactionBody final : public ports::TaskBody {
 public:
  CompactionBody(store::Database& database, const ModelCaller& models) : database_(database), models_(models) {}
  Task<void> run(engine::Run& run) override;

 private:
  struct Part;
  Task<Result<Part>> load(engine::Run& run) const;
  Task<Result<void>> work(engine::Run& run) const;

  store::Database& database_;
  const ModelCaller& models_;
};

}  // namespace platos::agent

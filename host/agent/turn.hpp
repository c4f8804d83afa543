// The turn loop: what a run of kind "turn" does.
#pragma once

#include "agent/compaction.hpp"
#include "agent/model_caller.hpp"
#include "agent/recent_threads.hpp"
#include "agent/turn_setting.hpp"
#include "engine/engine.hpp"
#include "governance/chain.hpp"
#include "memory/recall.hpp"
#include "ports/task_body.hpp"
#include "skills/skill_tools.hpp"
#include "store/database.hpp"
#include "tools/catalogue.hpp"
#include "tools/dispatcher.hpp"

namespace platos::agent {

/// What turns work with. Everything outlives the body.
struct TurnServices {
  SettingLoader& settings;
  RecentThreads& recent;
  engine::Engine& engine;
  const tools::Catalogue& catalogue;
  const tools::Dispatcher& dispatcher;
  const ModelCaller& models;
  const governance::Chain& governors;
  memory::Memories& memories;
  const telemetry::Tracer& tracer;
  telemetry::Metrics& metrics;
  memory::RecallOptions recall;
  skills::SkillTools* skills = nullptr;  ///< null: agents have no installed skills
};

/// Immutable; runs on all loops. Re-entrant: it goes on from the journal.
class TurnBody final : public ports::TaskBody {
 public:
  explicit TurnBody(TurnServices services) : services_(services) {}

  Task<void> run(engine::Run& run) override;

 private:
  TurnServices services_;
};

}  // namespace platos::agent

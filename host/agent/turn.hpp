// The turn loop: what a run of kind "turn" does.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "agent/model_caller.hpp"
#include "agent/turn_state.hpp"
#include "ports/task_body.hpp"
#include "store/database.hpp"
#include "tools/catalogue.hpp"
#include "tools/dispatcher.hpp"

namespace platos::agent {

/// Immutable but for a cache of agent versions; runs on all loops. Re-entrant: it goes on from the journal.
class TurnBody final : public ports::TaskBody {
 public:
  TurnBody(store::Database& database, const tools::Catalogue& catalogue, const tools::Dispatcher& dispatcher,
           const ModelCaller& models)
      : database_(database), catalogue_(catalogue), dispatcher_(dispatcher), models_(models) {}

  Task<void> run(engine::Run& run) override;

 private:
  struct Setting {
    model::AgentVersion version;
    std::vector<model::ChatMessage> history;
  };

  Task<Result<Setting>> load(engine::Run& run);
  Task<Result<void>> work(engine::Run& run, const Setting& setting, TurnState& state, PartialAnswer& partial);
  model::ChatRequest assemble(const Setting& setting, const TurnState& state, const tools::ToolSet& tools) const;
  Task<void> complete(engine::Run& run, const TurnState& state, const Setting& setting);
  Task<void> give_up(engine::Run& run, const TurnState& state, PartialAnswer partial, Error error);
  void store_answer(engine::Run& run, const TurnState& state, const std::string& text, const std::string& reasoning,
                    const std::string& model, std::string_view ending);

  store::Database& database_;
  const tools::Catalogue& catalogue_;
  const tools::Dispatcher& dispatcher_;
  const ModelCaller& models_;
  std::mutex cache_mutex_;
  std::map<std::string, model::AgentVersion> versions_;
};

}  // namespace platos::agent

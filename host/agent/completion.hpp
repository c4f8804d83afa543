// One question to one model, outside of any conversation.
#pragma once

#include <string>

#include "agent/model_caller.hpp"
#include "engine/engine.hpp"
#include "governance/chain.hpp"
#include "model/scope.hpp"
#include "ports/task_body.hpp"

namespace platos::agent {

struct CompletionRequest {
  std::string model;  ///< "instance:model"
  std::string system;
  std::string prompt;
};

/// What a run of kind "completion" does: governs the question, asks the model, streams what it says. Done again from
/// the beginning after a crash. Immutable.
class CompletionBody final : public ports::TaskBody {
 public:
  CompletionBody(const ModelCaller& models, const governance::Chain& governors)
      : models_(models), governors_(governors) {}
  Task<void> run(engine::Run& run) override;

 private:
  Task<Result<void>> work(engine::Run& run, std::string& model_name, model::Usage& usage) const;

  const ModelCaller& models_;
  const governance::Chain& governors_;
};

/// Begins such a run on the calling loop; its id once it is accepted. Errors: Engine::admits(), and of the store.
Task<Result<std::string>> begin_completion(base::Loop& loop, engine::Engine& engine, model::Principal who,
                                           CompletionRequest request, std::int64_t deadline_us);

}  // namespace platos::agent

// One turn on its way from the user's message to the answer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/turn.hpp"
#include "agent/turn_state.hpp"

namespace platos::agent {

/// Bound to the run's loop; lives in the frame of TurnBody::run. Every co_await is a point where the process may die;
/// the journal says how to go on.
class TurnRun {
 public:
  TurnRun(const TurnServices& services, engine::Run& run);

  Task<void> go();

 private:
  Task<Result<void>> load();
  Task<Result<tools::ToolSet>> prepare();
  Task<Result<tools::ToolSet>> visible_tools();
  Task<Result<void>> work();
  void greet();
  Result<void> govern_message();
  Task<Result<void>> step(tools::ToolSet& tools);
  Task<Result<void>> call_model(const tools::ToolSet& tools);
  Task<Result<void>> call_tools(tools::ToolSet& tools);
  Task<Result<void>> structure();
  Result<void> check_limits() const;
  CallOptions call_options(bool quiet) const;
  void record(model::ChatResponse response);
  std::string answer_text() const;
  ports::CallContext context() const;
  governance::Subject subject() const;

  Task<void> complete();
  Task<void> give_up(Error error);
  void store_answer(const std::string& text, const std::string& reasoning, std::string_view ending);
  void store_usage();
  void leave_behind();
  void close_books(const char* status, const std::string& error_code);

  const TurnServices& services_;
  engine::Run& run_;
  TurnState state_;
  TurnSetting setting_;
  CallReport report_;
  telemetry::Span span_;
  telemetry::SpanContext step_;  ///< of the step under way; between steps the turn's
  std::string message_id_;       // of the user's message
  std::string user_message_;     // as the governors left it
  bool blocked_ = false;         // the message itself was refused
  std::vector<governance::Finding> output_findings_;
  std::vector<governance::Finding> refusal_findings_;
  std::string object_json_;  // structured output, once it is valid
};

}  // namespace platos::agent

// Collects a model's answer and tells the run's clients as it comes.
#pragma once

#include <map>
#include <string>

#include "engine/run.hpp"
#include "model/chat.hpp"
#include "ports/chat_provider.hpp"

namespace platos::agent {

/// Bound to the run's loop; lives for one exchange. Checks the codec's contract: one stop, tool calls that begin before
/// they go on, a total size within the limit. A breach is Internal "provider_protocol".
class AnswerSink final : public ports::ChatSink {
 public:
  AnswerSink(engine::Run& run, std::size_t max_bytes) : run_(run), max_bytes_(max_bytes) {}

  Result<void> on_text(std::string_view text) override;
  Result<void> on_reasoning(std::string_view text) override;
  Result<void> on_tool_begin(int index, std::string_view provider_id, std::string_view name) override;
  Result<void> on_tool_args(int index, std::string_view piece) override;
  Result<void> on_tool_end(int index) override;
  Result<void> on_usage(const model::Usage& usage) override;
  Result<void> on_stop(model::StopReason reason) override;
  Result<void> on_extra(std::string_view json) override;

  /// The whole answer, or why it is none.
  Result<model::ChatResponse> take();
  const model::ChatResponse& so_far() const { return response_; }

 private:
  Result<void> grow(std::size_t bytes);

  engine::Run& run_;
  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  model::ChatResponse response_;
  std::map<int, model::ToolCall> open_calls_;
  bool stopped_ = false;
};

}  // namespace platos::agent

// Collects a model's answer and tells the run's clients as it comes.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/run.hpp"
#include "governance/chain.hpp"
#include "model/chat.hpp"
#include "ports/chat_provider.hpp"

namespace platos::agent {

/// Bound to the run's loop; lives for one exchange. Checks the codec's contract: one stop, tool calls that begin before
/// they go on, a total size within the limit. A breach is Internal "provider_protocol". Text and thinking pass the
/// governors first: what is collected and told is what they let through.
class AnswerSink final : public ports::ChatSink {
 public:
  /// `quiet`: clients are told nothing. Everything given by reference outlives the sink.
  AnswerSink(engine::Run& run, std::size_t max_bytes, const governance::Chain& chain,
             const governance::Subject& subject, bool quiet)
      : run_(run), max_bytes_(max_bytes), chain_(chain), subject_(subject), quiet_(quiet) {}

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
  std::vector<governance::Finding> findings() const;

 private:
  Result<void> grow(std::size_t bytes);
  Result<void> say(std::string_view text);
  Result<void> think(std::string_view text);
  /// What may go out of `text` now. The stream is made for the first text that it gets.
  Result<std::string> govern(std::unique_ptr<governance::GovernedStream>& stream, std::string_view text) const;

  engine::Run& run_;
  std::size_t max_bytes_;
  const governance::Chain& chain_;
  const governance::Subject& subject_;
  std::unique_ptr<governance::GovernedStream> text_;
  std::unique_ptr<governance::GovernedStream> thinking_;
  bool quiet_;
  std::size_t bytes_ = 0;
  model::ChatResponse response_;
  std::map<int, model::ToolCall> open_calls_;
  bool stopped_ = false;
};

}  // namespace platos::agent

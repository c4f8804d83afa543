// Turns the chunks of one answer into events.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "chunk_reader.hpp"
#include "platos/cpp/provider.hpp"
#include "tool_calls.hpp"

namespace platos::provider_openai {

/// Made for one answer. Not thread-safe.
///
/// The end of an answer is sent by finish() and not with the finish reason, because token counts, and with some servers
/// further pieces, come after that.
class AnswerBuilder {
 public:
  /// `names` and `ids` are borrowed; see ToolCalls for all three.
  AnswerBuilder(const ToolNames& names, const ToolCallIds& ids, std::size_t earlier_tool_calls)
      : tools_(names, ids, earlier_tool_calls) {}

  void add(const Chunk& chunk, const sdk::EventSink& sink);

  /// True once the vendor said why the answer ends.
  bool has_finish_reason() const noexcept { return !finish_reason_.empty(); }

  const std::string& finish_reason() const noexcept { return finish_reason_; }

  /// True when that reason is a failure of the vendor, sent by some without an error object.
  bool has_failed() const noexcept {
    return finish_reason_ == "error" || finish_reason_ == "insufficient_system_resource";
  }

  /// Ends the tool calls and sends STOP. To be called once.
  void finish(const sdk::EventSink& sink);

 private:
  std::int32_t stop_reason() const noexcept;

  ToolCalls tools_;
  std::string finish_reason_;
  bool is_refusal_ = false;
};

}  // namespace platos::provider_openai

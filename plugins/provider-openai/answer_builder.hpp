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
  /// `names` is borrowed; see ToolCalls for both.
  AnswerBuilder(const ToolNames& names, std::size_t earlier_tool_calls) : tools_(names, earlier_tool_calls) {}

  void add(const Chunk& chunk, const sdk::EventSink& sink);

  /// True once the vendor said why the answer ends.
  bool has_finish_reason() const noexcept { return !finish_reason_.empty(); }

  /// True when that reason is a failure of the vendor, sent by some without an error object.
  bool has_failed() const noexcept { return finish_reason_ == "error"; }

  /// Ends the tool calls and sends STOP. To be called once.
  void finish(const sdk::EventSink& sink);

 private:
  std::int32_t stop_reason() const noexcept;

  ToolCalls tools_;
  std::string finish_reason_;
  bool is_refusal_ = false;
};

}  // namespace platos::provider_openai

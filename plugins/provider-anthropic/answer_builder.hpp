// Turns the events of one answer's stream into events for the host.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/provider/tool_names.hpp"
#include "event_reader.hpp"
#include "platos/cpp/provider.hpp"

namespace platos::provider_anthropic {

/// Made for one answer. Not thread-safe. Throws WrongType for events in an order that cannot be.
///
/// Our index of a tool call is its place among the calls, whatever other blocks stand between them. Thoughts that the
/// vendor wants back become EXTRA events in the form of a canonical thinking part: with "signature", or, when they are
/// hidden, with "redacted_data" in place of the text.
class AnswerBuilder {
 public:
  /// Both are borrowed. `answer_tool` is the tool whose arguments are the text of the answer; empty: none.
  AnswerBuilder(const ToolNames& names, std::string_view answer_tool) : names_(names), answer_tool_(answer_tool) {}

  void add(const Event& event, const sdk::EventSink& sink);

  /// True once everything but the mark of the end was said.
  bool may_finish() const noexcept;

  /// Sends STOP. To be called once.
  void finish(const sdk::EventSink& sink);

 private:
  enum class Role { Unspecified, PassedOver, Text, Thinking, RedactedThinking, Call, Answer };

  struct OpenBlock {
    std::int64_t index = 0;
    Role role = Role::PassedOver;
    std::int32_t call = 0;
    bool has_arguments = false;  // more than white space
    std::string text;            // of a thought, or the arguments that came with the start
    std::string signature;       // of a thought, or its hidden data
  };

  void begin_block(std::int64_t index, const Block& block, const sdk::EventSink& sink);
  void begin_call(OpenBlock& open, const Block& block, const sdk::EventSink& sink);
  void add_delta(const Event& event, const sdk::EventSink& sink);
  void add_thought(OpenBlock& open, std::string_view text, const sdk::EventSink& sink);
  void add_arguments(OpenBlock& open, std::string_view text, const sdk::EventSink& sink);
  void end_block(std::int64_t index, const sdk::EventSink& sink);
  void add_usage(const Usage& usage, const sdk::EventSink& sink);
  OpenBlock& open_block(std::int64_t index, std::string_view path);
  std::int32_t stop_reason() const noexcept;

  const ToolNames& names_;
  std::string_view answer_tool_;
  std::vector<OpenBlock> open_blocks_;
  std::int32_t calls_ = 0;
  bool has_answer_ = false;
  std::string stop_reason_;
  Usage usage_;
};

}  // namespace platos::provider_anthropic

#include "common/provider/turns.hpp"

#include <algorithm>

namespace platos::provider_common {
namespace {

void add_block(std::vector<Turn>& turns, bool is_assistant, const TurnBlock& block) {
  if (turns.empty() || turns.back().is_assistant != is_assistant) turns.push_back({is_assistant, {}});
  turns.back().blocks.push_back(block);
}

void add_assistant(const RequestMessage& message, bool (*goes_back)(const RequestThought&), std::vector<Turn>& turns) {
  for (const RequestThought& thought : message.thoughts) {
    if (goes_back(thought)) add_block(turns, true, {.thought = &thought});
  }
  for (const RequestPart& part : message.parts) {
    if (!part.is_image && is_sendable(part)) add_block(turns, true, {.part = &part});
  }
  for (const RequestToolCall& call : message.tool_calls) add_block(turns, true, {.call = &call});
  for (const RequestPart& part : message.parts) {
    if (part.is_image) add_block(turns, false, {.part = &part});
  }
}

}  // namespace

bool is_sendable(const RequestPart& part) noexcept { return part.is_image || !is_blank(part.raw_text); }

std::vector<Turn> turns_of(const std::vector<RequestMessage>& messages, bool (*goes_back)(const RequestThought&)) {
  std::vector<Turn> turns;
  for (const RequestMessage& message : messages) {
    if (message.role == Role::Tool) {
      add_block(turns, false, {.result = &message});
    } else if (message.role == Role::Assistant) {
      add_assistant(message, goes_back, turns);
    } else {
      for (const RequestPart& part : message.parts) {
        if (is_sendable(part)) add_block(turns, false, {.part = &part});
      }
    }
  }
  for (Turn& turn : turns) {
    std::stable_partition(turn.blocks.begin(), turn.blocks.end(),
                          [](const TurnBlock& block) { return block.result != nullptr; });
  }
  return turns;
}

}  // namespace platos::provider_common

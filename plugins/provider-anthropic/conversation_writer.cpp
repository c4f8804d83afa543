#include "conversation_writer.hpp"

#include <algorithm>

#include "cache_mark.hpp"

namespace platos::provider_anthropic {
bool can_be_sent_back(const RequestThought& thought) noexcept {
  return !thought.raw_signature.empty() || !thought.raw_redacted_data.empty();
}

void ConversationWriter::write(const std::vector<RequestMessage>& messages, bool mark_for_cache) {
  const std::vector<Turn> turns = turns_of(messages, can_be_sent_back);
  json_.key("messages").begin_array();
  for (const Turn& turn : turns) {
    // Thoughts go back as they came; they take no mark.
    const bool has_mark = mark_for_cache && &turn == &turns.back() && turn.blocks.back().thought == nullptr;
    write_turn(turn, has_mark ? &turn.blocks.back() : nullptr);
  }
  json_.end_array();
}

void ConversationWriter::write_turn(const Turn& turn, const TurnBlock* marked) {
  json_.begin_object().key("role").value(turn.is_assistant ? "assistant" : "user").key("content").begin_array();
  for (const TurnBlock& block : turn.blocks) write_block(block, &block == marked);
  json_.end_array().end_object();
}

void ConversationWriter::write_block(const TurnBlock& block, bool is_marked) {
  json_.begin_object();
  if (block.part != nullptr) write_part(*block.part);
  if (block.thought != nullptr) write_thought(*block.thought);
  if (block.call != nullptr) write_call(*block.call);
  if (block.result != nullptr) write_result(*block.result);
  if (is_marked) write_cache_mark(json_);
  json_.end_object();
}

void ConversationWriter::write_part(const RequestPart& part) {
  if (!part.is_image) {
    json_.key("type").value("text").key("text").raw(with_quotes(part.raw_text));
    return;
  }
  json_.key("type").value("image").key("source").begin_object().key("type").value("base64");
  json_.key("media_type").raw(with_quotes(part.raw_mime_text));
  json_.key("data").raw(with_quotes(part.raw_data_text)).end_object();
}

void ConversationWriter::write_thought(const RequestThought& thought) {
  if (!thought.raw_redacted_data.empty()) {
    json_.key("type").value("redacted_thinking").key("data").raw(thought.raw_redacted_data);
    return;
  }
  json_.key("type").value("thinking").key("thinking").raw(thought.raw_text.empty() ? "\"\"" : thought.raw_text);
  json_.key("signature").raw(thought.raw_signature);
}

// Ids that another vendor gave may hold characters that this one refuses; both ends of a call change alike.
void ConversationWriter::write_call(const RequestToolCall& call) {
  json_.key("type").value("tool_use").key("id").value(with_name_letters(call.raw_id_text));
  json_.key("name").value(names_.wire_name(call.raw_name_text)).key("input").raw(call.raw_arguments);
}

void ConversationWriter::write_result(const RequestMessage& message) {
  json_.key("type").value("tool_result");
  json_.key("tool_use_id").value(with_name_letters(message.raw_tool_call_id_text));
  if (message.is_error) json_.key("is_error").value(true);
  if (std::none_of(message.parts.begin(), message.parts.end(), is_sendable)) return;
  json_.key("content").begin_array();
  for (const RequestPart& part : message.parts) {
    if (!is_sendable(part)) continue;
    json_.begin_object();
    write_part(part);
    json_.end_object();
  }
  json_.end_array();
}

}  // namespace platos::provider_anthropic

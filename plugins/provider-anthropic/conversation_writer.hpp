// The conversation of a chat request in the form of the Messages API.
#pragma once

#include <vector>

#include "common.hpp"
#include "common/provider/canonical_request.hpp"
#include "common/provider/tool_names.hpp"
#include "common/provider/turns.hpp"
#include "platos/cpp/json_writer.hpp"

namespace platos::provider_anthropic {

/// True for a thought that bears the vendor's signature, or that only the vendor can read.
bool can_be_sent_back(const RequestThought& thought) noexcept;

/// Writes the "messages" array. What it is given must outlive it.
///
/// User and assistant take turns on this wire, as turns.hpp cuts them. Thoughts without the vendor's signature are left
/// out.
class ConversationWriter {
 public:
  ConversationWriter(sdk::JsonWriter& json, const ToolNames& names) : json_(json), names_(names) {}

  /// `mark_for_cache`: the last block gets a mark, because the next request of this conversation begins like this one.
  void write(const std::vector<RequestMessage>& messages, bool mark_for_cache);

 private:
  void write_turn(const Turn& turn, const TurnBlock* marked);
  void write_block(const TurnBlock& block, bool is_marked);
  void write_part(const RequestPart& part);
  void write_thought(const RequestThought& thought);
  void write_call(const RequestToolCall& call);
  void write_result(const RequestMessage& message);

  sdk::JsonWriter& json_;
  const ToolNames& names_;
};

}  // namespace platos::provider_anthropic

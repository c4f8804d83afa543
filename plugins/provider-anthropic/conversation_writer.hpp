// The conversation of a chat request in the form of the Messages API.
#pragma once

#include <string_view>
#include <vector>

#include "common.hpp"
#include "common/provider/canonical_request.hpp"
#include "common/provider/tool_names.hpp"
#include "platos/cpp/json_writer.hpp"

namespace platos::provider_anthropic {

/// True for a thought that bears the vendor's signature, or that only the vendor can read.
bool can_be_sent_back(const RequestThought& thought) noexcept;

/// Writes the "messages" array. What it is given must outlive it.
///
/// User and assistant take turns on this wire: neighbours of one role become one message, results of tools are blocks
/// of a user message and stand first in it. Blank texts, which the vendor refuses, are left out, and so are thoughts
/// without the vendor's signature. Images of an assistant, for which there is no place, follow in a user message.
class ConversationWriter {
 public:
  ConversationWriter(sdk::JsonWriter& json, const ToolNames& names) : json_(json), names_(names) {}

  /// `mark_for_cache`: the last block gets a mark, because the next request of this conversation begins like this one.
  void write(const std::vector<RequestMessage>& messages, bool mark_for_cache);

 private:
  /// One block of a message. Exactly one pointer is set.
  struct Block {
    bool is_assistant = false;
    const RequestPart* part = nullptr;
    const RequestThought* thought = nullptr;
    const RequestToolCall* call = nullptr;
    const RequestMessage* result = nullptr;
  };
  using Blocks = std::vector<Block>;

  static Blocks cut_in_blocks(const std::vector<RequestMessage>& messages);
  static void add_assistant(const RequestMessage& message, Blocks& blocks);
  void write_message(Blocks::const_iterator begin, Blocks::const_iterator end, const Block* marked);
  void write_block(const Block& block, bool is_marked);
  void write_part(const RequestPart& part);
  void write_thought(const RequestThought& thought);
  void write_call(const RequestToolCall& call);
  void write_result(const RequestMessage& message);

  sdk::JsonWriter& json_;
  const ToolNames& names_;
};

}  // namespace platos::provider_anthropic

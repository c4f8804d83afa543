// The conversation of a chat request as wires want it on which user and assistant take turns.
#pragma once

#include <string_view>
#include <vector>

#include "common/provider/canonical_request.hpp"

namespace platos::provider_common {

/// One block of a turn. Exactly one pointer is set.
struct TurnBlock {
  const RequestPart* part = nullptr;
  const RequestThought* thought = nullptr;
  const RequestToolCall* call = nullptr;
  const RequestMessage* result = nullptr;
};

/// Never without a block.
struct Turn {
  bool is_assistant = false;
  std::vector<TurnBlock> blocks;
};

/// False for a text of nothing but white space, which vendors refuse.
bool is_sendable(const RequestPart& part) noexcept;

/// Neighbours of one role become one turn; results of tools are blocks of the user and stand first in their turn. Texts
/// that are not sendable are left out, and so are thoughts for which `goes_back` is false. Images of an assistant, for
/// which there is no place, follow as blocks of the user. What the blocks point to belongs to `messages`.
std::vector<Turn> turns_of(const std::vector<RequestMessage>& messages, bool (*goes_back)(const RequestThought&));

}  // namespace platos::provider_common

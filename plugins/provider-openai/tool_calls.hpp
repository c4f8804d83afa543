// Puts the pieces of tool calls together, however the vendor numbers them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "chunk_reader.hpp"
#include "common/provider/tool_names.hpp"
#include "platos/cpp/provider.hpp"
#include "tool_call_ids.hpp"

namespace platos::provider_openai {

/// The tool calls of one answer. Our index of a call is its place in the order of arrival. Not thread-safe.
///
/// A piece belongs to the call with its index; without an index, to the call with its id; without both, it begins a
/// call when it has a name and continues the last one when it has none. A new id and a name under a used index begin a
/// call too: some servers number every call 0.
class ToolCalls {
 public:
  /// `names` and `ids` are borrowed. `first_number` numbers the ids that are made up, as call_<n>, for vendors that
  /// send none; it is the count of calls so far, so that an id is not used twice in a conversation.
  ToolCalls(const ToolNames& names, const ToolCallIds& ids, std::size_t first_number)
      : names_(names), ids_(ids), first_number_(first_number) {}

  /// Sends TOOL_BEGIN as soon as the name is known, then TOOL_ARGS. Throws sdk::Error(INTERNAL) for more than 128
  /// calls, for a piece of no call, and for much text before a name.
  void add(const ToolPiece& piece, const sdk::EventSink& sink);

  /// Sends TOOL_END for each call, in order; "{}" before it for a call without arguments, whose text would be no JSON.
  /// Throws sdk::Error(INTERNAL) when a call never got a name.
  void finish(const sdk::EventSink& sink);

  bool empty() const noexcept { return calls_.empty(); }

 private:
  struct ToolCall {
    std::optional<std::int64_t> wire_index;
    std::string id;
    std::string name;             // the wire's
    std::string early_arguments;  // that came before the name
    bool begun = false;
    bool has_arguments = false;  // more than white space
  };

  std::size_t place_of(const ToolPiece& piece);
  std::size_t begin_call(const ToolPiece& piece);
  void begin_event(std::size_t place, const sdk::EventSink& sink);

  const ToolNames& names_;
  const ToolCallIds& ids_;
  std::size_t first_number_;
  std::vector<ToolCall> calls_;
};

}  // namespace platos::provider_openai

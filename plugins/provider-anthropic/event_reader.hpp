// Reads one event of a stream, or the one body of an answer that is not streamed, into plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "common.hpp"
#include "common/provider/json_reading.hpp"

namespace platos::provider_anthropic {

enum class EventKind {
  Unspecified,  ///< unknown, or of no consequence, such as ping
  MessageStart,
  BlockStart,
  BlockDelta,
  BlockStop,
  MessageDelta,
  MessageStop,
  WholeMessage,  ///< an answer that is not streamed
  Error
};

enum class BlockKind { Unspecified, Text, Thinking, RedactedThinking, ToolUse };
enum class DeltaKind { Unspecified, Text, Thinking, Signature, InputJson };

/// A block as it begins, or a whole one. What the vendor left out is empty.
struct Block {
  BlockKind kind = BlockKind::Unspecified;
  std::string_view text;       ///< of a text or a thought
  std::string_view signature;  ///< of a thought
  std::string_view data;       ///< of a redacted thought
  std::string_view id;         ///< of a tool call
  std::string_view name;
  std::string_view raw_input;  ///< JSON
};

struct Delta {
  DeltaKind kind = DeltaKind::Unspecified;
  std::string_view text;
};

/// -1: not told.
struct Usage {
  std::int64_t input_tokens = -1;  ///< without the two counts of the cache
  std::int64_t cache_creation_tokens = -1;
  std::int64_t cache_read_tokens = -1;
  std::int64_t output_tokens = -1;
};

struct Event {
  EventKind kind = EventKind::Unspecified;
  std::int64_t index = 0;      ///< of BlockStart, BlockDelta, BlockStop
  Block block;                 ///< of BlockStart
  Delta delta;                 ///< of BlockDelta
  std::vector<Block> content;  ///< of WholeMessage
  std::string_view stop_reason;
  Usage usage;
};

/// True for the names of server-sent events that carry something; frames under other names need not be read.
bool is_known_event(std::string_view name) noexcept;

/// Keeps its buffers from frame to frame. Not thread-safe.
///
/// Members are taken where they have the type that the protocol says and passed over where they have not, because an
/// event of a kind that is not known may put anything there. What a known kind cannot do without is checked then.
class EventReader {
 public:
  /// The event is valid until the next read(). Throws WrongType, or simdjson::simdjson_error for what is not JSON.
  const Event& read(std::string_view frame);

 private:
  void read_member(std::string_view key, ondemand::value& value);
  void read_message(ondemand::object message);
  void read_delta(ondemand::object delta);
  void read_content(ondemand::array content);
  void check() const;

  JsonText json_;
  Event event_;
  std::string_view type_;
  bool has_error_ = false;
  bool has_index_ = false;
  bool has_block_ = false;
  bool has_delta_ = false;
  bool has_content_ = false;
};

}  // namespace platos::provider_anthropic

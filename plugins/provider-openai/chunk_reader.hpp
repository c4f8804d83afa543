// Reads one frame of a stream, or the one body of an answer that is not streamed, into plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "common.hpp"
#include "common/provider/json_reading.hpp"

namespace platos::provider_openai {

struct TextPiece {
  bool is_reasoning = false;
  std::string_view text;
};

/// One entry of delta.tool_calls. What the vendor left out is empty.
struct ToolPiece {
  std::optional<std::int64_t> index;
  std::string_view id;
  std::string_view name;
  std::string_view arguments;
};

/// -1: not told.
struct Usage {
  std::int64_t input_tokens = -1;
  std::int64_t output_tokens = -1;
  std::int64_t cached_tokens = -1;
  std::int64_t reasoning_tokens = -1;
};

struct Chunk {
  bool is_error = false;    ///< the vendor reports a failure; nothing else is filled
  bool has_choice = false;  ///< choices[0] is there
  bool is_refusal = false;  ///< the model declines; its words are in texts
  std::vector<TextPiece> texts;
  std::vector<ToolPiece> tools;
  std::string_view finish_reason;
  std::optional<Usage> usage;
};

/// Keeps its buffers from frame to frame. Not thread-safe.
///
/// Knows the dialects: reasoning_content and reasoning, content as a string or as typed parts (Mistral), arguments as a
/// string or as an object, the older function_call, usage at the top, in choices[0] (Moonshot) or in x_groq, a message
/// with all the text so far beside the delta (Perplexity), cached tokens as prompt_cache_hit_tokens (DeepSeek),
/// reasoning tokens that completion_tokens leaves out (xAI).
class ChunkReader {
 public:
  /// The chunk is valid until the next read(). Throws WrongType, or simdjson::simdjson_error for what is not JSON.
  const Chunk& read(std::string_view frame);

 private:
  void read_choices(ondemand::array choices);
  void read_choice(ondemand::object choice);
  void read_message(ondemand::object message);
  void forget_message();
  void read_content(ondemand::value& content);
  void read_content_part(ondemand::object part);
  void read_tool_call(ondemand::object call);
  static void read_function(ondemand::object function, ToolPiece& piece);
  void read_usage(ondemand::value& usage);
  void add_text(bool is_reasoning, std::string_view text);

  JsonText json_;
  Chunk chunk_;
};

}  // namespace platos::provider_openai

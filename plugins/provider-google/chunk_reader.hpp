// Reads one frame of a stream, or the one body of an answer that is not streamed, into plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "common.hpp"
#include "common/provider/json_reading.hpp"

namespace platos::provider_google {

/// A call, which this wire sends whole.
struct FunctionCall {
  std::string_view id;  ///< empty: the vendor gave none
  std::string_view name;
  std::string_view raw_arguments;  ///< JSON; empty: none
};

/// One part of the answer. Parts of another kind, such as code that ran at the vendor, are empty.
struct AnswerPart {
  bool is_thought = false;
  std::string_view text;
  std::string_view signature;
  std::optional<FunctionCall> call;
};

/// -1: not told.
struct Usage {
  std::int64_t prompt_tokens = -1;  ///< those of the cache included
  std::int64_t tool_prompt_tokens = -1;
  std::int64_t cached_tokens = -1;
  std::int64_t candidate_tokens = -1;  ///< without thoughts
  std::int64_t thought_tokens = -1;
};

struct Chunk {
  bool is_error = false;       ///< the vendor reports a failure
  bool has_candidate = false;  ///< the answer is there
  std::vector<AnswerPart> parts;
  std::string_view finish_reason;
  std::string_view finish_message;
  std::string_view block_reason;  ///< why the request got no answer
  std::optional<Usage> usage;
};

/// Keeps its buffers from frame to frame. Not thread-safe. Of several candidates only the one with index 0 is read.
class ChunkReader {
 public:
  /// The chunk is valid until the next read(). Throws WrongType, or simdjson::simdjson_error for what is not JSON.
  const Chunk& read(std::string_view frame);

 private:
  void read_candidate(ondemand::object candidate);
  void read_content(ondemand::object content);
  static AnswerPart read_part(ondemand::object part);
  static FunctionCall read_call(ondemand::object call);
  void read_usage(ondemand::object usage);

  JsonText json_;
  Chunk chunk_;
};

}  // namespace platos::provider_google

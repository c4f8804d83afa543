#include "chunk_reader.hpp"

#include <algorithm>

namespace platos::provider_openai {
namespace {

// The older function_call has no index; this one keeps its pieces together.
constexpr std::int64_t kFunctionCallIndex = -1;

// The upper bound keeps sums of counts within 64 bits.
std::int64_t token_count(ondemand::value& value, std::string_view path) {
  return std::clamp<std::int64_t>(integer_at(value, path), -1, 1'000'000'000'000);
}

void read_token_details(ondemand::value& details, std::string_view path, std::string_view wanted_key,
                        std::int64_t& tokens) {
  for_each_member(object_at(details, path), [&](std::string_view key, ondemand::value& value) {
    if (key == wanted_key) tokens = token_count(value, path);
  });
}

}  // namespace

const Chunk& ChunkReader::read(std::string_view frame) {
  chunk_ = Chunk{false, false, false, std::move(chunk_.texts), std::move(chunk_.tools), {}, {}};
  chunk_.texts.clear();
  chunk_.tools.clear();
  for_each_member(json_.parse(frame), [&](std::string_view key, ondemand::value& value) {
    if (key == "choices") {
      read_choices(array_at(value, "choices"));
    } else if (key == "usage") {
      read_usage(value);
    } else if (key == "error") {
      chunk_.is_error = true;
    } else if (key == "object") {
      chunk_.is_error = chunk_.is_error || text_at(value, "object") == "error";
    } else if (key == "x_groq") {
      for_each_member(object_at(value, "x_groq"), [&](std::string_view groq_key, ondemand::value& groq_value) {
        if (groq_key == "usage") read_usage(groq_value);
      });
    }
  });
  json_.expect_end();
  return chunk_;
}

void ChunkReader::read_choices(ondemand::array choices) {
  bool is_first = true;
  for_each_item(choices, [&](ondemand::value& choice) {
    if (is_first && !is_null(choice)) read_choice(object_at(choice, "choices[0]"));
    is_first = false;
  });
}

void ChunkReader::read_choice(ondemand::object choice) {
  chunk_.has_choice = true;
  bool has_delta = false;
  for_each_member(choice, [&](std::string_view key, ondemand::value& value) {
    if (key == "delta") {
      // A message beside it repeats what was said before.
      forget_message();
      has_delta = true;
      read_message(object_at(value, "choices[0].delta"));
    } else if (key == "message" && !has_delta) {
      read_message(object_at(value, "choices[0].delta"));
    } else if (key == "finish_reason") {
      chunk_.finish_reason = text_at(value, "choices[0].finish_reason");
    } else if (key == "usage") {
      read_usage(value);
    }
  });
}

void ChunkReader::forget_message() {
  chunk_.texts.clear();
  chunk_.tools.clear();
  chunk_.is_refusal = false;
}

void ChunkReader::read_message(ondemand::object message) {
  std::string_view reasoning;
  const std::size_t first_text = chunk_.texts.size();
  for_each_member(message, [&](std::string_view key, ondemand::value& value) {
    if (key == "content") {
      read_content(value);
    } else if (key == "reasoning_content" || key == "reasoning") {
      // Some servers send the same words under both names.
      const std::string_view text = text_at(value, "choices[0].delta.reasoning_content");
      if (reasoning.empty()) reasoning = text;
    } else if (key == "refusal") {
      const std::string_view text = text_at(value, "choices[0].delta.refusal");
      chunk_.is_refusal = chunk_.is_refusal || !text.empty();
      add_text(false, text);
    } else if (key == "tool_calls") {
      for_each_item(array_at(value, "choices[0].delta.tool_calls"),
                    [&](ondemand::value& call) { read_tool_call(object_at(call, "choices[0].delta.tool_calls[]")); });
    } else if (key == "function_call") {
      ToolPiece piece;
      piece.index = kFunctionCallIndex;
      read_function(object_at(value, "choices[0].delta.function_call"), piece);
      chunk_.tools.push_back(piece);
    }
  });
  // A model thinks before it speaks, whatever the order of the members.
  if (!reasoning.empty()) {
    chunk_.texts.insert(chunk_.texts.begin() + static_cast<std::ptrdiff_t>(first_text), {true, reasoning});
  }
}

void ChunkReader::read_content(ondemand::value& content) {
  if (content.type().take_value() != ondemand::json_type::array) {
    add_text(false, text_at(content, "choices[0].delta.content"));
    return;
  }
  for_each_item(array_at(content, "choices[0].delta.content"),
                [&](ondemand::value& part) { read_content_part(object_at(part, "choices[0].delta.content[]")); });
}

void ChunkReader::read_content_part(ondemand::object part) {
  for_each_member(part, [&](std::string_view key, ondemand::value& value) {
    if (key == "text") {
      add_text(false, text_at(value, "choices[0].delta.content[].text"));
    } else if (key == "thinking") {
      for_each_item(array_at(value, "choices[0].delta.content[].thinking"), [&](ondemand::value& thought) {
        for_each_member(object_at(thought, "choices[0].delta.content[].thinking[]"),
                        [&](std::string_view thought_key, ondemand::value& text) {
                          if (thought_key == "text") add_text(true, text_at(text, "thinking[].text"));
                        });
      });
    }
  });
}

void ChunkReader::read_tool_call(ondemand::object call) {
  ToolPiece piece;
  for_each_member(call, [&](std::string_view key, ondemand::value& value) {
    if (key == "index") {
      piece.index = integer_at(value, "choices[0].delta.tool_calls[].index");
    } else if (key == "id") {
      piece.id = text_at(value, "choices[0].delta.tool_calls[].id");
      if (piece.id == "null") piece.id = {};  // a word that some servers put where others put nothing
    } else if (key == "function") {
      read_function(object_at(value, "choices[0].delta.tool_calls[].function"), piece);
    }
  });
  chunk_.tools.push_back(piece);
}

void ChunkReader::read_function(ondemand::object function, ToolPiece& piece) {
  for_each_member(function, [&](std::string_view key, ondemand::value& value) {
    if (key == "name") {
      piece.name = text_at(value, "choices[0].delta.tool_calls[].function.name");
    } else if (key == "arguments") {
      const bool is_object = value.type().take_value() == ondemand::json_type::object;
      piece.arguments =
          is_object ? raw_json(value) : text_at(value, "choices[0].delta.tool_calls[].function.arguments");
    }
  });
}

void ChunkReader::read_usage(ondemand::value& usage) {
  Usage counts;
  std::int64_t total = -1;
  for_each_member(object_at(usage, "usage"), [&](std::string_view key, ondemand::value& value) {
    if (key == "prompt_tokens") {
      counts.input_tokens = token_count(value, "usage.prompt_tokens");
    } else if (key == "completion_tokens") {
      counts.output_tokens = token_count(value, "usage.completion_tokens");
    } else if (key == "total_tokens") {
      total = token_count(value, "usage.total_tokens");
    } else if (key == "prompt_cache_hit_tokens") {
      counts.cached_tokens = token_count(value, "usage.prompt_cache_hit_tokens");
    } else if (key == "prompt_tokens_details") {
      read_token_details(value, "usage.prompt_tokens_details", "cached_tokens", counts.cached_tokens);
    } else if (key == "completion_tokens_details") {
      read_token_details(value, "usage.completion_tokens_details", "reasoning_tokens", counts.reasoning_tokens);
    }
  });
  const bool leaves_out_reasoning = counts.input_tokens >= 0 && counts.output_tokens >= 0 &&
                                    counts.reasoning_tokens > 0 &&
                                    total - counts.input_tokens - counts.output_tokens == counts.reasoning_tokens;
  if (leaves_out_reasoning) counts.output_tokens += counts.reasoning_tokens;
  chunk_.usage = counts;
}

void ChunkReader::add_text(bool is_reasoning, std::string_view text) {
  if (!text.empty()) chunk_.texts.push_back({is_reasoning, text});
}

}  // namespace platos::provider_openai

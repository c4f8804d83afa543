#include "chunk_reader.hpp"

#include <algorithm>
#include <utility>

namespace platos::provider_google {
namespace {

// More than any model reads or writes, and sums of a few cannot overflow.
constexpr std::int64_t kMaxTokenCount = 1'000'000'000'000;

}  // namespace

const Chunk& ChunkReader::read(std::string_view frame) {
  std::vector<AnswerPart> parts = std::move(chunk_.parts);
  parts.clear();
  chunk_ = {};
  chunk_.parts = std::move(parts);
  for_each_member(json_.parse(frame), [&](std::string_view key, ondemand::value& value) {
    if (key == "candidates") {
      for_each_item(array_at(value, "candidates"),
                    [&](ondemand::value& candidate) { read_candidate(object_at(candidate, "candidates[]")); });
    } else if (key == "promptFeedback") {
      for_each_member(object_at(value, "promptFeedback"), [&](std::string_view name, ondemand::value& reason) {
        if (name == "blockReason") chunk_.block_reason = text_at(reason, "promptFeedback.blockReason");
      });
    } else if (key == "usageMetadata") {
      read_usage(object_at(value, "usageMetadata"));
    } else if (key == "error") {
      chunk_.is_error = true;
    }
  });
  json_.expect_end();
  return chunk_;
}

void ChunkReader::read_candidate(ondemand::object candidate) {
  const std::size_t first_part = chunk_.parts.size();
  std::int64_t index = 0;
  std::string_view finish_reason, finish_message;
  for_each_member(candidate, [&](std::string_view key, ondemand::value& value) {
    if (key == "content") {
      read_content(object_at(value, "candidates[].content"));
    } else if (key == "finishReason") {
      finish_reason = text_at(value, "candidates[].finishReason");
    } else if (key == "finishMessage") {
      finish_message = text_at(value, "candidates[].finishMessage");
    } else if (key == "index") {
      index = integer_at(value, "candidates[].index");
    }
  });
  if (index != 0) {
    chunk_.parts.resize(first_part);
    return;
  }
  chunk_.has_candidate = true;
  if (!finish_reason.empty()) chunk_.finish_reason = finish_reason;
  if (!finish_message.empty()) chunk_.finish_message = finish_message;
}

void ChunkReader::read_content(ondemand::object content) {
  for_each_member(content, [&](std::string_view key, ondemand::value& value) {
    if (key != "parts") return;
    for_each_item(array_at(value, "candidates[].content.parts"), [&](ondemand::value& part) {
      chunk_.parts.push_back(read_part(object_at(part, "candidates[].content.parts[]")));
    });
  });
}

AnswerPart ChunkReader::read_part(ondemand::object source) {
  AnswerPart part;
  for_each_member(source, [&](std::string_view key, ondemand::value& value) {
    if (key == "text") {
      part.text = text_at(value, "candidates[].content.parts[].text");
    } else if (key == "thought") {
      part.is_thought = flag_at(value, "candidates[].content.parts[].thought");
    } else if (key == "thoughtSignature") {
      part.signature = text_at(value, "candidates[].content.parts[].thoughtSignature");
    } else if (key == "functionCall") {
      part.call = read_call(object_at(value, "candidates[].content.parts[].functionCall"));
    }
  });
  return part;
}

FunctionCall ChunkReader::read_call(ondemand::object source) {
  FunctionCall call;
  for_each_member(source, [&](std::string_view key, ondemand::value& value) {
    if (key == "id") {
      call.id = text_at(value, "candidates[].content.parts[].functionCall.id");
    } else if (key == "name") {
      call.name = text_at(value, "candidates[].content.parts[].functionCall.name");
    } else if (key == "args") {
      const ondemand::json_type type = value.type().take_value();
      if (type != ondemand::json_type::object) {
        throw WrongType("an object", "candidates[].content.parts[].functionCall.args", type_name(type));
      }
      call.raw_arguments = raw_json(value);
    }
  });
  if (call.name.empty()) throw WrongType("a name", "candidates[].content.parts[].functionCall.name", "none");
  return call;
}

void ChunkReader::read_usage(ondemand::object source) {
  Usage usage;
  for_each_member(source, [&](std::string_view key, ondemand::value& value) {
    std::int64_t Usage::*count = nullptr;
    if (key == "promptTokenCount") count = &Usage::prompt_tokens;
    if (key == "toolUsePromptTokenCount") count = &Usage::tool_prompt_tokens;
    if (key == "cachedContentTokenCount") count = &Usage::cached_tokens;
    if (key == "candidatesTokenCount") count = &Usage::candidate_tokens;
    if (key == "thoughtsTokenCount") count = &Usage::thought_tokens;
    if (count == nullptr) return;
    usage.*count = std::clamp<std::int64_t>(integer_at(value, "usageMetadata." + std::string(key)), -1, kMaxTokenCount);
  });
  chunk_.usage = usage;
}

}  // namespace platos::provider_google

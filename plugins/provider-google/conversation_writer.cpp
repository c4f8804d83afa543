#include "conversation_writer.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace platos::provider_google {
namespace {

constexpr std::string_view kNoText = R"("")";

bool has_signature(const RequestThought& thought) { return !thought.raw_thought_signature.empty(); }

/// True for call_<n>: an id that a codec made up, which the vendor does not know.
bool is_made_up(std::string_view raw_id_text) {
  constexpr std::string_view kStart = "call_";
  if (!raw_id_text.starts_with(kStart)) return false;
  return raw_id_text.find_first_not_of("0123456789", kStart.size()) == std::string_view::npos;
}

bool has_call(const std::vector<TurnBlock>& blocks, std::string_view raw_id_text) {
  return std::any_of(blocks.begin(), blocks.end(), [&](const TurnBlock& block) {
    return block.call != nullptr && block.call->raw_id_text == raw_id_text;
  });
}

std::string_view signature_of(const RequestToolCall& call, const std::vector<TurnBlock>& blocks) {
  for (const TurnBlock& block : blocks) {
    if (block.thought != nullptr && block.thought->raw_tool_call_id_text == call.raw_id_text) {
      return block.thought->raw_thought_signature;
    }
  }
  return {};
}

}  // namespace

void ConversationWriter::write(const std::vector<RequestMessage>& messages) {
  std::vector<Turn> turns = turns_of(messages, has_signature);
  json_.key("contents").begin_array();
  for (Turn& turn : turns) {
    json_.begin_object().key("role").value(turn.is_assistant ? "model" : "user").key("parts").begin_array();
    if (turn.is_assistant) {
      write_model_parts(turn.blocks);
    } else {
      write_user_parts(turn.blocks);
    }
    json_.end_array().end_object();
  }
  json_.end_array();
}

void ConversationWriter::write_model_parts(const std::vector<TurnBlock>& blocks) {
  std::string_view raw_signature;  // that waits for its text
  for (const TurnBlock& block : blocks) {
    if (block.thought != nullptr) {
      if (has_call(blocks, block.thought->raw_tool_call_id_text)) continue;
      if (!raw_signature.empty()) write_text(kNoText, raw_signature);
      raw_signature = block.thought->raw_thought_signature;
    } else if (block.part != nullptr) {
      write_text(with_quotes(block.part->raw_text), std::exchange(raw_signature, {}));
    } else if (block.call != nullptr) {
      write_call(*block.call, blocks);
    }
  }
  if (!raw_signature.empty()) write_text(kNoText, raw_signature);
}

void ConversationWriter::write_user_parts(std::vector<TurnBlock>& blocks) {
  const auto first_part =
      std::find_if(blocks.begin(), blocks.end(), [](const TurnBlock& block) { return block.result == nullptr; });
  std::stable_sort(blocks.begin(), first_part, [&](const TurnBlock& left, const TurnBlock& right) {
    return place_of_call(*left.result) < place_of_call(*right.result);
  });
  for (auto block = blocks.begin(); block != first_part; ++block) write_result(*block->result);
  for (auto block = blocks.begin(); block != first_part; ++block) {
    for (const RequestPart& part : block->result->parts) {
      if (part.is_image) write_image(part);
    }
  }
  for (auto block = first_part; block != blocks.end(); ++block) write_part(*block->part);
}

void ConversationWriter::write_part(const RequestPart& part) {
  if (part.is_image) return write_image(part);
  write_text(with_quotes(part.raw_text));
}

void ConversationWriter::write_text(std::string_view raw_text, std::string_view raw_signature) {
  json_.begin_object().key("text").raw(raw_text);
  if (!raw_signature.empty()) json_.key("thoughtSignature").raw(raw_signature);
  json_.end_object();
}

void ConversationWriter::write_image(const RequestPart& image) {
  json_.begin_object().key("inlineData").begin_object();
  json_.key("mimeType").raw(with_quotes(image.raw_mime_text));
  json_.key("data").raw(with_quotes(image.raw_data_text)).end_object().end_object();
}

void ConversationWriter::write_call(const RequestToolCall& call, const std::vector<TurnBlock>& blocks) {
  calls_.push_back(&call);
  json_.begin_object().key("functionCall").begin_object();
  write_id(call.raw_id_text);
  json_.key("name").value(names_.wire_name(call.raw_name_text)).key("args").raw(call.raw_arguments).end_object();
  const std::string_view raw_signature = signature_of(call, blocks);
  if (!raw_signature.empty()) json_.key("thoughtSignature").raw(raw_signature);
  json_.end_object();
}

void ConversationWriter::write_result(const RequestMessage& result) {
  const std::size_t place = place_of_call(result);
  if (place == calls_.size()) {
    for (const RequestPart& part : result.parts) {
      if (!part.is_image && is_sendable(part)) write_part(part);
    }
    return;
  }
  json_.begin_object().key("functionResponse").begin_object();
  write_id(result.raw_tool_call_id_text);
  json_.key("name").value(names_.wire_name(calls_[place]->raw_name_text));
  // The two names that the vendor has its models know.
  json_.key("response").begin_object().key(result.is_error ? "error" : "output");
  std::string text = "\"";
  result.append_raw_text(text);
  json_.raw(text += '"').end_object().end_object().end_object();
}

void ConversationWriter::write_id(std::string_view raw_id_text) {
  if (!is_made_up(raw_id_text)) json_.key("id").raw(with_quotes(raw_id_text));
}

std::size_t ConversationWriter::place_of_call(const RequestMessage& result) const noexcept {
  const auto found = std::find_if(calls_.rbegin(), calls_.rend(), [&](const RequestToolCall* call) {
    return call->raw_id_text == result.raw_tool_call_id_text;
  });
  return found == calls_.rend() ? calls_.size() : static_cast<std::size_t>(calls_.rend() - found) - 1;
}

}  // namespace platos::provider_google

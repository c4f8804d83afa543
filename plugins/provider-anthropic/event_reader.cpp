#include "event_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace platos::provider_anthropic {
namespace {

// More than any model reads or writes, and sums of a few cannot overflow.
constexpr std::int64_t kMaxTokenCount = 1'000'000'000'000;

template <typename Kind, std::size_t kSize>
Kind kind_of(std::string_view word, const std::array<std::pair<std::string_view, Kind>, kSize>& known) {
  const auto found = std::find_if(known.begin(), known.end(), [&](const auto& entry) { return entry.first == word; });
  return found == known.end() ? Kind::Unspecified : found->second;
}

constexpr std::array<std::pair<std::string_view, EventKind>, 8> kEvents = {
    {{"message_start", EventKind::MessageStart},
     {"content_block_start", EventKind::BlockStart},
     {"content_block_delta", EventKind::BlockDelta},
     {"content_block_stop", EventKind::BlockStop},
     {"message_delta", EventKind::MessageDelta},
     {"message_stop", EventKind::MessageStop},
     {"message", EventKind::WholeMessage},
     {"error", EventKind::Error}}};

constexpr std::array<std::pair<std::string_view, BlockKind>, 4> kBlocks = {
    {{"text", BlockKind::Text},
     {"thinking", BlockKind::Thinking},
     {"redacted_thinking", BlockKind::RedactedThinking},
     {"tool_use", BlockKind::ToolUse}}};

constexpr std::array<std::pair<std::string_view, DeltaKind>, 4> kDeltas = {
    {{"text_delta", DeltaKind::Text},
     {"thinking_delta", DeltaKind::Thinking},
     {"signature_delta", DeltaKind::Signature},
     {"input_json_delta", DeltaKind::InputJson}}};

bool has_type(ondemand::value& value, ondemand::json_type type) { return value.type().take_value() == type; }

void take_text(ondemand::value& value, std::string_view& text) {
  if (has_type(value, ondemand::json_type::string)) text = value.get_string().take_value();
}

bool take_integer(ondemand::value& value, std::int64_t& number) {
  if (!has_type(value, ondemand::json_type::number)) return false;
  auto integer = value.get_int64();
  if (integer.error() != simdjson::SUCCESS) return false;
  number = integer.value_unsafe();
  return true;
}

Block read_block(ondemand::object source) {
  Block block;
  std::string_view type;
  for_each_member(source, [&](std::string_view key, ondemand::value& value) {
    if (key == "type") {
      take_text(value, type);
    } else if (key == "text" || key == "thinking") {
      take_text(value, block.text);
    } else if (key == "signature") {
      take_text(value, block.signature);
    } else if (key == "data") {
      take_text(value, block.data);
    } else if (key == "id") {
      take_text(value, block.id);
    } else if (key == "name") {
      take_text(value, block.name);
    } else if (key == "input" && has_type(value, ondemand::json_type::object)) {
      block.raw_input = raw_json(value);
    }
  });
  block.kind = kind_of(type, kBlocks);
  return block;
}

void read_usage(ondemand::object source, Usage& usage) {
  for_each_member(source, [&](std::string_view key, ondemand::value& value) {
    std::int64_t Usage::*count = nullptr;
    if (key == "input_tokens") count = &Usage::input_tokens;
    if (key == "cache_creation_input_tokens") count = &Usage::cache_creation_tokens;
    if (key == "cache_read_input_tokens") count = &Usage::cache_read_tokens;
    if (key == "output_tokens") count = &Usage::output_tokens;
    std::int64_t tokens = -1;
    if (count != nullptr && take_integer(value, tokens)) {
      usage.*count = std::clamp<std::int64_t>(tokens, -1, kMaxTokenCount);
    }
  });
}

}  // namespace

bool is_known_event(std::string_view name) noexcept { return kind_of(name, kEvents) != EventKind::Unspecified; }

const Event& EventReader::read(std::string_view frame) {
  std::vector<Block> content = std::move(event_.content);
  content.clear();
  event_ = {};
  event_.content = std::move(content);
  type_ = {};
  has_error_ = has_index_ = has_block_ = has_delta_ = has_content_ = false;
  for_each_member(json_.parse(frame), [&](std::string_view key, ondemand::value& value) { read_member(key, value); });
  json_.expect_end();
  event_.kind = kind_of(type_, kEvents);
  if (has_error_ && type_.empty()) event_.kind = EventKind::Error;
  check();
  return event_;
}

void EventReader::read_member(std::string_view key, ondemand::value& value) {
  const auto type = value.type().take_value();
  const bool is_object = type == ondemand::json_type::object;
  if (key == "type") {
    take_text(value, type_);
  } else if (key == "index") {
    has_index_ = take_integer(value, event_.index);
  } else if (key == "content_block" && is_object) {
    event_.block = read_block(object_at(value, "content_block"));
    has_block_ = true;
  } else if (key == "delta" && is_object) {
    read_delta(object_at(value, "delta"));
    has_delta_ = true;
  } else if (key == "usage" && is_object) {
    read_usage(object_at(value, "usage"), event_.usage);
  } else if (key == "message" && is_object) {
    read_message(object_at(value, "message"));
  } else if (key == "content" && type == ondemand::json_type::array) {
    read_content(array_at(value, "content"));
    has_content_ = true;
  } else if (key == "stop_reason") {
    take_text(value, event_.stop_reason);
  } else if (key == "error") {
    has_error_ = true;
  }
}

void EventReader::read_message(ondemand::object message) {
  for_each_member(message, [&](std::string_view key, ondemand::value& value) {
    if (key == "usage" && has_type(value, ondemand::json_type::object)) {
      read_usage(object_at(value, "message.usage"), event_.usage);
    }
  });
}

void EventReader::read_delta(ondemand::object delta) {
  std::string_view type;
  std::array<std::string_view, 5> texts;  // by DeltaKind
  const auto text_of = [&](DeltaKind kind) -> std::string_view& { return texts[static_cast<std::size_t>(kind)]; };
  for_each_member(delta, [&](std::string_view key, ondemand::value& value) {
    if (key == "type") {
      take_text(value, type);
    } else if (key == "text") {
      take_text(value, text_of(DeltaKind::Text));
    } else if (key == "thinking") {
      take_text(value, text_of(DeltaKind::Thinking));
    } else if (key == "signature") {
      take_text(value, text_of(DeltaKind::Signature));
    } else if (key == "partial_json") {
      take_text(value, text_of(DeltaKind::InputJson));
    } else if (key == "stop_reason") {
      take_text(value, event_.stop_reason);
    }
  });
  event_.delta.kind = kind_of(type, kDeltas);
  event_.delta.text = text_of(event_.delta.kind);
}

void EventReader::read_content(ondemand::array content) {
  for_each_item(content, [&](ondemand::value& item) {
    if (has_type(item, ondemand::json_type::object)) {
      event_.content.push_back(read_block(object_at(item, "content[]")));
    }
  });
}

void EventReader::check() const {
  const bool is_of_block = event_.kind == EventKind::BlockStart || event_.kind == EventKind::BlockDelta ||
                           event_.kind == EventKind::BlockStop;
  constexpr std::string_view kOther = "nothing or another type";
  if (is_of_block && !has_index_) throw WrongType("an integer", "index", kOther);
  if (event_.kind == EventKind::BlockStart && !has_block_) throw WrongType("an object", "content_block", kOther);
  if (event_.kind == EventKind::BlockDelta && !has_delta_) throw WrongType("an object", "delta", kOther);
  if (event_.kind == EventKind::BlockDelta && event_.delta.kind != DeltaKind::Unspecified &&
      event_.delta.text.data() == nullptr) {
    throw WrongType("a string", "the delta's text", kOther);
  }
  if (event_.kind == EventKind::WholeMessage && !has_content_) throw WrongType("an array", "content", kOther);
}

}  // namespace platos::provider_anthropic

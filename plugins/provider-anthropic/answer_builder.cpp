#include "answer_builder.hpp"

#include <algorithm>

#include "common/provider/safe_text.hpp"
#include "platos/cpp/json_writer.hpp"

namespace platos::provider_anthropic {
namespace {

constexpr std::size_t kMaxOpenBlocks = 128;
constexpr std::int32_t kMaxCalls = 128;
constexpr std::size_t kMaxThoughtBytes = 8 * 1024 * 1024;

void send_extra(std::string_view key, std::string_view value, std::string_view text, const sdk::EventSink& sink) {
  std::string extra;
  sdk::JsonWriter json(extra);
  json.begin_object().key("type").value("thinking");
  if (key == "signature") json.key("text").value(text);
  json.key(key).value(value).end_object();
  sink.extra(extra);
}

void take_count(std::int64_t told, std::int64_t& count) {
  if (told >= 0) count = told;
}

}  // namespace

void AnswerBuilder::add(const Event& event, const sdk::EventSink& sink) {
  switch (event.kind) {
    case EventKind::BlockStart: begin_block(event.index, event.block, sink); break;
    case EventKind::BlockDelta: add_delta(event, sink); break;
    case EventKind::BlockStop: end_block(event.index, sink); break;
    case EventKind::WholeMessage:
      for (std::size_t i = 0; i < event.content.size(); ++i) {
        begin_block(static_cast<std::int64_t>(i), event.content[i], sink);
        end_block(static_cast<std::int64_t>(i), sink);
      }
      [[fallthrough]];
    case EventKind::MessageStart:
    case EventKind::MessageDelta:
      if (!event.stop_reason.empty()) stop_reason_ = event.stop_reason;
      add_usage(event.usage, sink);
      break;
    case EventKind::Unspecified:
    case EventKind::MessageStop:
    case EventKind::Error: break;
  }
}

bool AnswerBuilder::may_finish() const noexcept {
  const auto is_cut = [](const OpenBlock& open) { return open.role == Role::Call || open.role == Role::Answer; };
  return !stop_reason_.empty() && std::none_of(open_blocks_.begin(), open_blocks_.end(), is_cut);
}

void AnswerBuilder::finish(const sdk::EventSink& sink) {
  for (const OpenBlock& open : open_blocks_) {
    const bool is_cut = open.role == Role::Call || open.role == Role::Answer;
    if (is_cut) throw WrongType("content_block_stop", "tool_use " + std::to_string(open.index), "message_stop");
  }
  sink.stop(stop_reason());
}

void AnswerBuilder::begin_block(std::int64_t index, const Block& block, const sdk::EventSink& sink) {
  const auto same_index = [&](const OpenBlock& open) { return open.index == index; };
  if (std::any_of(open_blocks_.begin(), open_blocks_.end(), same_index)) {
    throw WrongType("content_block_stop before another start", "index", std::to_string(index));
  }
  if (open_blocks_.size() == kMaxOpenBlocks) throw WrongType("at most 128 open blocks", "content_block_start", "more");
  OpenBlock open;
  open.index = index;
  switch (block.kind) {
    case BlockKind::Text:
      open.role = Role::Text;
      if (!block.text.empty()) sink.text(block.text);
      break;
    case BlockKind::Thinking:
      open.role = Role::Thinking;
      open.signature = block.signature;
      add_thought(open, block.text, sink);
      break;
    case BlockKind::RedactedThinking:
      open.role = Role::RedactedThinking;
      open.signature = block.data;
      break;
    case BlockKind::ToolUse: begin_call(open, block, sink); break;
    case BlockKind::Unspecified: break;
  }
  open_blocks_.push_back(std::move(open));
}

void AnswerBuilder::begin_call(OpenBlock& open, const Block& block, const sdk::EventSink& sink) {
  if (block.id.empty() || block.name.empty()) throw WrongType("id and name", "content_block of a tool_use", "nothing");
  if (has_members(block.raw_input)) open.text = block.raw_input;
  if (!answer_tool_.empty() && block.name == answer_tool_) {
    // A second answer would make the text of both no JSON.
    if (!has_answer_) open.role = Role::Answer;
    has_answer_ = true;
    return;
  }
  if (calls_ == kMaxCalls) throw WrongType("at most 128 blocks of type tool_use", "content_block_start", "more");
  open.role = Role::Call;
  open.call = calls_++;
  sink.tool_begin(open.call, block.id, names_.own_name(block.name));
}

void AnswerBuilder::add_delta(const Event& event, const sdk::EventSink& sink) {
  OpenBlock& open = open_block(event.index, "content_block_delta.index");
  const std::string_view text = event.delta.text;
  if (open.role == Role::PassedOver || event.delta.kind == DeltaKind::Unspecified) return;
  if (event.delta.kind == DeltaKind::Text && open.role == Role::Text) {
    if (!text.empty()) sink.text(text);
  } else if (event.delta.kind == DeltaKind::Thinking && open.role == Role::Thinking) {
    add_thought(open, text, sink);
  } else if (event.delta.kind == DeltaKind::Signature && open.role == Role::Thinking) {
    if (open.signature.size() + text.size() > kMaxThoughtBytes) throw WrongType("at most 8 MiB", "signature", "more");
    open.signature += text;
  } else if (event.delta.kind == DeltaKind::InputJson && (open.role == Role::Call || open.role == Role::Answer)) {
    add_arguments(open, text, sink);
  } else {
    throw WrongType("a delta that fits its block", "content_block_delta.delta.type", "another");
  }
}

void AnswerBuilder::add_thought(OpenBlock& open, std::string_view text, const sdk::EventSink& sink) {
  if (text.empty()) return;
  if (open.text.size() + text.size() > kMaxThoughtBytes) throw WrongType("at most 8 MiB", "thinking", "more");
  open.text += text;
  sink.reasoning(text);
}

void AnswerBuilder::add_arguments(OpenBlock& open, std::string_view text, const sdk::EventSink& sink) {
  if (text.empty()) return;
  open.has_arguments = open.has_arguments || !trimmed(text).empty();
  if (open.role == Role::Answer) {
    sink.text(text);
  } else {
    sink.tool_args(open.call, text);
  }
}

void AnswerBuilder::end_block(std::int64_t index, const sdk::EventSink& sink) {
  OpenBlock& open = open_block(index, "content_block_stop.index");
  if ((open.role == Role::Call || open.role == Role::Answer) && !open.has_arguments) {
    const std::string arguments = open.text.empty() ? "{}" : std::move(open.text);
    add_arguments(open, arguments, sink);
  }
  if (open.role == Role::Call) sink.tool_end(open.call);
  // Without its signature the vendor does not take a thought back.
  if (open.role == Role::Thinking && !open.signature.empty()) send_extra("signature", open.signature, open.text, sink);
  if (open.role == Role::RedactedThinking && !open.signature.empty()) {
    send_extra("redacted_data", open.signature, {}, sink);
  }
  open_blocks_.erase(open_blocks_.begin() + (&open - open_blocks_.data()));
}

// Counts are of the answer so far, and later events need not repeat all of them.
void AnswerBuilder::add_usage(const Usage& usage, const sdk::EventSink& sink) {
  const bool tells = usage.input_tokens >= 0 || usage.cache_creation_tokens >= 0 || usage.cache_read_tokens >= 0 ||
                     usage.output_tokens >= 0;
  if (!tells) return;
  take_count(usage.input_tokens, usage_.input_tokens);
  take_count(usage.cache_creation_tokens, usage_.cache_creation_tokens);
  take_count(usage.cache_read_tokens, usage_.cache_read_tokens);
  take_count(usage.output_tokens, usage_.output_tokens);
  std::int64_t input_tokens = usage_.input_tokens;
  if (input_tokens >= 0) {
    input_tokens += std::max<std::int64_t>(usage_.cache_creation_tokens, 0);
    input_tokens += std::max<std::int64_t>(usage_.cache_read_tokens, 0);
  }
  sink.usage(input_tokens, usage_.output_tokens, usage_.cache_read_tokens, -1, usage_.cache_creation_tokens);
}

AnswerBuilder::OpenBlock& AnswerBuilder::open_block(std::int64_t index, std::string_view path) {
  const auto found = std::find_if(open_blocks_.begin(), open_blocks_.end(),
                                  [&](const OpenBlock& open) { return open.index == index; });
  if (found == open_blocks_.end()) throw WrongType("the index of a started block", path, std::to_string(index));
  return *found;
}

std::int32_t AnswerBuilder::stop_reason() const noexcept {
  if (stop_reason_ == "max_tokens" || stop_reason_ == "model_context_window_exceeded") return PLATOS_STOP_LENGTH;
  if (stop_reason_ == "refusal") return PLATOS_STOP_REFUSED;
  const bool is_end = stop_reason_ == "end_turn" || stop_reason_ == "stop_sequence" || stop_reason_ == "tool_use";
  if (!is_end && !stop_reason_.empty()) return PLATOS_STOP_OTHER;
  // A caller that waits for calls must not wait for none, and one that got some must not overlook them.
  return calls_ > 0 ? PLATOS_STOP_TOOLS : PLATOS_STOP_END;
}

}  // namespace platos::provider_anthropic

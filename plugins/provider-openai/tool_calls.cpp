#include "tool_calls.hpp"

#include "common/provider/safe_text.hpp"
#include "common/provider/vendor_error.hpp"

namespace platos::provider_openai {
namespace {

constexpr std::size_t kMaxCalls = 128;
constexpr std::size_t kMaxEarlyBytes = 1 << 20;

[[noreturn]] void refuse_tool_call(const std::string& expected, const std::string& found) {
  throw plain_failure(PLATOS_INTERNAL, "the provider sent broken tool calls: expected " + expected + ", found " + found,
                      false);
}

}  // namespace

void ToolCalls::add(const ToolPiece& piece, const sdk::EventSink& sink) {
  const std::size_t place = place_of(piece);
  ToolCall& call = calls_[place];
  if (call.id.empty()) call.id = piece.id;
  if (call.name.empty()) call.name = piece.name;
  if (!call.begun && !call.name.empty()) begin_event(place, sink);
  if (piece.arguments.empty()) return;
  call.has_arguments = call.has_arguments || !trimmed(piece.arguments).empty();
  if (call.begun) {
    sink.tool_args(static_cast<std::int32_t>(place), piece.arguments);
  } else if (call.early_arguments.size() + piece.arguments.size() > kMaxEarlyBytes) {
    refuse_tool_call("the name of a tool", "more than 1 MiB of arguments before it");
  } else {
    call.early_arguments += piece.arguments;
  }
}

void ToolCalls::finish(const sdk::EventSink& sink) {
  for (std::size_t place = 0; place < calls_.size(); ++place) {
    if (!calls_[place].begun) refuse_tool_call("the name of a tool", "none until the end of the answer");
    const auto index = static_cast<std::int32_t>(place);
    if (!calls_[place].has_arguments) sink.tool_args(index, "{}");
    sink.tool_end(index);
  }
}

std::size_t ToolCalls::place_of(const ToolPiece& piece) {
  for (std::size_t place = calls_.size(); place-- > 0;) {
    const ToolCall& call = calls_[place];
    if (piece.index) {
      if (call.wire_index != piece.index) continue;
      const bool is_another = !piece.name.empty() && !piece.id.empty() && !call.id.empty() && piece.id != call.id;
      return is_another ? begin_call(piece) : place;
    }
    if (!piece.id.empty() && piece.id == call.id) return place;
  }
  const bool continues_last = !piece.index && piece.id.empty() && piece.name.empty();
  if (!continues_last) return begin_call(piece);
  if (calls_.empty()) refuse_tool_call("the name of a tool", "arguments without index, id and name");
  return calls_.size() - 1;
}

std::size_t ToolCalls::begin_call(const ToolPiece& piece) {
  if (calls_.size() == kMaxCalls) refuse_tool_call("at most " + std::to_string(kMaxCalls) + " calls", "more");
  calls_.emplace_back().wire_index = piece.index;
  return calls_.size() - 1;
}

void ToolCalls::begin_event(std::size_t place, const sdk::EventSink& sink) {
  ToolCall& call = calls_[place];
  if (call.id.empty()) call.id = "call_" + std::to_string(first_number_ + place);
  const auto index = static_cast<std::int32_t>(place);
  sink.tool_begin(index, ids_.own_id(call.id), names_.own_name(call.name));
  call.begun = true;
  if (!call.early_arguments.empty()) sink.tool_args(index, call.early_arguments);
}

}  // namespace platos::provider_openai

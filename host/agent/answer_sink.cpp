#include "agent/answer_sink.hpp"

#include <nlohmann/json.hpp>

#include "base/failpoint.hpp"

namespace platos::agent {
namespace {

constexpr std::size_t kMaxToolCalls = 128;
constexpr std::size_t kMaxToolTextBytes = 256;

tl::unexpected<Error> breach(const std::string& what) {
  return fail(ErrorKind::Internal, "provider_protocol", "the provider plugin broke its contract: " + what);
}

}  // namespace

Result<void> AnswerSink::grow(std::size_t bytes) {
  if (stopped_) return breach("an event after the stop");
  bytes_ += bytes;
  if (bytes_ > max_bytes_) {
    return fail(ErrorKind::ResourceExhausted, "model_answer_too_large",
                "the model's answer is over " + std::to_string(max_bytes_) + " bytes");
  }
  return {};
}

Result<void> AnswerSink::say(std::string_view text) {
  if (text.empty()) return {};
  response_.text += text;
  if (!quiet_) run_.emit(model::token_event(text));
  base::failpoint("turn.first_token");
  return {};
}

Result<void> AnswerSink::think(std::string_view text) {
  if (text.empty()) return {};
  response_.reasoning += text;
  if (!quiet_) run_.emit(model::thinking_event(text));
  return {};
}

Result<std::string> AnswerSink::govern(std::unique_ptr<governance::GovernedStream>& stream,
                                       std::string_view text) const {
  if (!stream) stream = chain_.stream(subject_);
  return stream->feed(text, false);
}

Result<void> AnswerSink::on_text(std::string_view text) {
  if (auto room = grow(text.size()); !room) return room;
  if (!chain_.wants(ports::Point::AfterModel)) return say(text);
  const auto released = govern(text_, text);
  return released ? say(*released) : Result<void>(fail(released.error()));
}

Result<void> AnswerSink::on_reasoning(std::string_view text) {
  if (auto room = grow(text.size()); !room) return room;
  if (!chain_.wants(ports::Point::AfterModel)) return think(text);
  const auto released = govern(thinking_, text);
  return released ? think(*released) : Result<void>(fail(released.error()));
}

Result<void> AnswerSink::on_tool_begin(int index, std::string_view provider_id, std::string_view name) {
  if (auto room = grow(provider_id.size() + name.size()); !room) return room;
  if (open_calls_.contains(index)) return breach("a tool call that begins twice");
  if (open_calls_.size() + response_.tool_calls.size() >= kMaxToolCalls) {
    return fail(ErrorKind::ResourceExhausted, "too_many_tool_calls", "the model asked for more than 128 tools at once");
  }
  model::ToolCall call;
  call.call_id = run_.context().ids.make("call");
  call.provider_id = provider_id.substr(0, kMaxToolTextBytes);
  call.model_name = name.substr(0, kMaxToolTextBytes);
  open_calls_.emplace(index, std::move(call));
  return {};
}

Result<void> AnswerSink::on_tool_args(int index, std::string_view piece) {
  if (auto room = grow(piece.size()); !room) return room;
  const auto call = open_calls_.find(index);
  if (call == open_calls_.end()) return breach("arguments of a tool call that did not begin");
  call->second.arguments_json += piece;
  return {};
}

Result<void> AnswerSink::on_tool_end(int index) {
  if (auto room = grow(0); !room) return room;
  const auto call = open_calls_.find(index);
  if (call == open_calls_.end()) return breach("the end of a tool call that did not begin");
  // A tool without parameters may come with no text at all.
  if (call->second.arguments_json.empty()) call->second.arguments_json = "{}";
  response_.tool_calls.push_back(std::move(call->second));
  open_calls_.erase(call);
  return {};
}

Result<void> AnswerSink::on_usage(const model::Usage& usage) {
  response_.usage = usage;
  return {};
}

Result<void> AnswerSink::on_stop(model::StopReason reason) {
  if (auto room = grow(0); !room) return room;
  if (thinking_) {
    const auto rest = thinking_->feed({}, true);
    if (!rest) return fail(rest.error());
    if (auto told = think(*rest); !told) return told;
  }
  if (text_) {
    const auto rest = text_->feed({}, true);
    if (!rest) return fail(rest.error());
    if (auto told = say(*rest); !told) return told;
  }
  stopped_ = true;
  response_.stop = reason;
  return {};
}

Result<void> AnswerSink::on_extra(std::string_view json) {
  if (auto room = grow(json.size()); !room) return room;
  auto parsed = model::parse_bounded(json, "the provider's extra data", {max_bytes_, 32, 10'000});
  if (!parsed) return fail(parsed.error());
  response_.extras.emplace_back(json);
  return {};
}

std::vector<governance::Finding> AnswerSink::findings() const {
  std::vector<governance::Finding> all;
  for (const auto* stream : {thinking_.get(), text_.get()}) {
    if (stream != nullptr) all.insert(all.end(), stream->findings().begin(), stream->findings().end());
  }
  return all;
}

Result<model::ChatResponse> AnswerSink::take() {
  if (!stopped_) return breach("done without a stop");
  if (!open_calls_.empty()) return breach("a tool call that did not end");
  return std::move(response_);
}

}  // namespace platos::agent

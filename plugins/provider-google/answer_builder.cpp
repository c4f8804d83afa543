#include "answer_builder.hpp"

#include <algorithm>

#include "common/provider/safe_text.hpp"
#include "common/provider/vendor_error.hpp"
#include "platos/cpp/json_writer.hpp"

namespace platos::provider_google {
namespace {

constexpr std::int32_t kMaxCalls = 128;
constexpr std::size_t kMaxReasonCharacters = 64;
constexpr std::size_t kMaxMessageCharacters = 100;

void send_signature(std::string_view signature, std::string_view call_id, const sdk::EventSink& sink) {
  std::string extra;
  sdk::JsonWriter json(extra);
  json.begin_object().key("type").value("thinking").key("thought_signature").value(signature);
  if (!call_id.empty()) json.key("tool_call_id").value(call_id);
  json.end_object();
  sink.extra(extra);
}

void send_usage(const Usage& usage, const sdk::EventSink& sink) {
  const auto sum = [](std::int64_t count, std::int64_t more) {
    return count < 0 && more < 0 ? -1 : std::max<std::int64_t>(count, 0) + std::max<std::int64_t>(more, 0);
  };
  sink.usage(sum(usage.prompt_tokens, usage.tool_prompt_tokens), sum(usage.candidate_tokens, usage.thought_tokens),
             usage.cached_tokens, usage.thought_tokens);
}

}  // namespace

void AnswerBuilder::add(const Chunk& chunk, const sdk::EventSink& sink) {
  for (const AnswerPart& part : chunk.parts) {
    if (part.call) {
      add_call(part, sink);
      continue;
    }
    if (!part.text.empty() && part.is_thought) sink.reasoning(part.text);
    if (!part.text.empty() && !part.is_thought) sink.text(part.text);
    if (!part.signature.empty()) send_signature(part.signature, {}, sink);
  }
  if (chunk.usage) send_usage(*chunk.usage, sink);
  if (!chunk.finish_reason.empty()) finish_reason_ = one_line(chunk.finish_reason, kMaxReasonCharacters);
  if (!chunk.finish_message.empty()) {
    finish_message_ = one_line(without_keys(chunk.finish_message), kMaxMessageCharacters);
  }
  is_blocked_ = is_blocked_ || !chunk.block_reason.empty();
}

void AnswerBuilder::add_call(const AnswerPart& part, const sdk::EventSink& sink) {
  const FunctionCall& call = *part.call;
  const std::string_view arguments = call.raw_arguments.empty() ? "{}" : call.raw_arguments;
  if (!answer_tool_.empty() && call.name == answer_tool_) {
    // A second answer would make the text of both no JSON.
    if (answer_.empty()) answer_ = arguments;
    return;
  }
  if (calls_ == kMaxCalls) throw WrongType("at most 128 calls", "candidates[].content.parts", "more");
  const std::int32_t index = calls_++;
  const std::string made_up = "call_" + std::to_string(first_number_ + static_cast<std::size_t>(index));
  const std::string_view id = call.id.empty() ? std::string_view(made_up) : call.id;
  sink.tool_begin(index, id, names_.own_name(call.name));
  sink.tool_args(index, arguments);
  sink.tool_end(index);
  if (!part.signature.empty()) send_signature(part.signature, id, sink);
}

void AnswerBuilder::check_ending(const std::string& base_url) const {
  const Ending ending = ending_of(finish_reason_);
  if (ending != Ending::BrokenCall && ending != Ending::BadSignature) return;
  std::string message = base_url + " broke off its answer: finishReason is " + finish_reason_;
  if (!finish_message_.empty()) message += ", " + in_quotes(finish_message_);
  const bool is_broken_call = ending == Ending::BrokenCall;
  throw plain_failure(is_broken_call ? PLATOS_INTERNAL : PLATOS_INVALID_ARGUMENT, message, is_broken_call);
}

void AnswerBuilder::finish(const sdk::EventSink& sink) {
  // An answer beside a call does not know its result; the model gives another one when it does.
  if (calls_ == 0 && !answer_.empty()) sink.text(answer_);
  sink.stop(stop_reason());
}

std::int32_t AnswerBuilder::stop_reason() const noexcept {
  if (is_blocked_) return PLATOS_STOP_REFUSED;
  switch (finish_reason_.empty() ? Ending::Complete : ending_of(finish_reason_)) {
    case Ending::Length: return PLATOS_STOP_LENGTH;
    case Ending::Refused: return PLATOS_STOP_REFUSED;
    // The vendor says STOP to calls as well, and a caller must not overlook them.
    case Ending::Complete: return calls_ > 0 ? PLATOS_STOP_TOOLS : PLATOS_STOP_END;
    case Ending::Unspecified:
    case Ending::Other:
    case Ending::BrokenCall:
    case Ending::BadSignature: break;
  }
  return PLATOS_STOP_OTHER;
}

}  // namespace platos::provider_google

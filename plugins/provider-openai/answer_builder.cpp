#include "answer_builder.hpp"

namespace platos::provider_openai {

void AnswerBuilder::add(const Chunk& chunk, const sdk::EventSink& sink) {
  for (const TextPiece& piece : chunk.texts) {
    if (piece.is_reasoning) {
      sink.reasoning(piece.text);
    } else {
      sink.text(piece.text);
    }
  }
  for (const ToolPiece& piece : chunk.tools) tools_.add(piece, sink);
  if (chunk.usage) {
    sink.usage(chunk.usage->input_tokens, chunk.usage->output_tokens, chunk.usage->cached_tokens,
               chunk.usage->reasoning_tokens);
  }
  if (!chunk.finish_reason.empty()) finish_reason_ = chunk.finish_reason;
  is_refusal_ = is_refusal_ || chunk.is_refusal;
}

void AnswerBuilder::finish(const sdk::EventSink& sink) {
  tools_.finish(sink);
  sink.stop(stop_reason());
}

std::int32_t AnswerBuilder::stop_reason() const noexcept {
  if (finish_reason_ == "length" || finish_reason_ == "model_length") return PLATOS_STOP_LENGTH;
  if (finish_reason_ == "content_filter") return PLATOS_STOP_REFUSED;
  const bool wants_tools = finish_reason_ == "tool_calls" || finish_reason_ == "function_call";
  const bool is_complete = finish_reason_ == "stop" || finish_reason_ == "eos" || !has_finish_reason();
  if (!wants_tools && !is_complete) return PLATOS_STOP_OTHER;
  // Some servers say "stop" after tool calls, and a caller that waits for calls must not wait for none.
  if (!tools_.empty()) return PLATOS_STOP_TOOLS;
  return is_refusal_ ? PLATOS_STOP_REFUSED : PLATOS_STOP_END;
}

}  // namespace platos::provider_openai

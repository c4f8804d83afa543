#include "offline_exchange.hpp"

#include <algorithm>

#include "common/characters.hpp"

namespace platos::provider_offline {
namespace {

[[noreturn]] void refuse_http() {
  throw sdk::Error(PLATOS_FAILED_PRECONDITION, "exchange of offline: expected next() or end(), found an HTTP answer");
}

}  // namespace

OfflineExchange::OfflineExchange(const ChatRequest& request, std::int64_t word_delay_ms)
    : reply_(plan_reply(request)),
      input_words_(request.word_count),
      output_word_limit_(request.output_word_limit),
      word_delay_ms_(word_delay_ms),
      unsent_(reply_.text) {}

bool OfflineExchange::has_more_words() const {
  return !unsent_.empty() && (!output_word_limit_ || sent_words_ < *output_word_limit_);
}

void OfflineExchange::send_word(const sdk::EventSink& sink) {
  const std::size_t word_end = std::min(unsent_.find_first_of(plugin_common::kWhiteSpace), unsent_.size());
  const std::size_t next_word =
      std::min(unsent_.find_first_not_of(plugin_common::kWhiteSpace, word_end), unsent_.size());
  const std::string_view word = unsent_.substr(0, next_word);
  unsent_.remove_prefix(next_word);
  ++sent_words_;
  sink.text(word);
}

void OfflineExchange::send_tool_call(const ToolCall& call, const sdk::EventSink& sink) {
  sink.tool_begin(0, call.id, call.name);
  sink.tool_args(0, call.arguments_json);
  sink.tool_end(0);
  sent_words_ = count_words(call.arguments_json);
}

void OfflineExchange::next(platos_step_t& step, const sdk::EventSink& sink) {
  if (is_finished_) {
    throw sdk::Error(PLATOS_FAILED_PRECONDITION, "exchange of offline: expected end() after DONE, found next()");
  }
  if (reply_.tool_call) send_tool_call(*reply_.tool_call, sink);
  while (has_more_words()) {
    send_word(sink);
    if (word_delay_ms_ > 0 && has_more_words()) {
      step.kind = PLATOS_STEP_WAIT;
      step.wait_ms = word_delay_ms_;
      return;
    }
  }
  is_finished_ = true;
  sink.usage(input_words_, sent_words_);
  const std::int32_t text_stop = unsent_.empty() ? PLATOS_STOP_END : PLATOS_STOP_LENGTH;
  sink.stop(reply_.tool_call ? static_cast<std::int32_t>(PLATOS_STOP_TOOLS) : text_stop);
  step.kind = PLATOS_STEP_DONE;
}

void OfflineExchange::on_head(std::int32_t, std::span<const platos_header_t>) { refuse_http(); }
void OfflineExchange::on_frame(std::string_view, std::string_view, const sdk::EventSink&) { refuse_http(); }
void OfflineExchange::on_end(std::int32_t, const sdk::EventSink&) { refuse_http(); }

}  // namespace platos::provider_offline

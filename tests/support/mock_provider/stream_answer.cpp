#include "mock_provider/stream_answer.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace platos::tests::mock {
namespace {

Behaviour within(Behaviour behaviour, std::int64_t count) {
  if (behaviour.hang_after) behaviour.hang_after = std::min(*behaviour.hang_after, count);
  if (behaviour.cut_after) behaviour.cut_after = std::min(*behaviour.cut_after, count);
  return behaviour;
}

std::int64_t delay_ns(const Behaviour& behaviour) { return behaviour.delay_ms * 1'000'000; }

}  // namespace

StreamAnswer::StreamAnswer(const AnswerContext& context, const Behaviour& behaviour, const ChatRequest& request)
    : Answer(context.start_ns + (behaviour.late_head ? delay_ns(behaviour) : 0)),
      context_(context),
      script_(behaviour, request, context.request_number),
      behaviour_(within(behaviour, script_.count())) {}

void StreamAnswer::step(std::string& out) {
  if (behaviour_.hang && !released_) {
    phase_ = AnswerPhase::Held;
  } else if (!head_sent_) {
    send_head(out);
  } else if (position_ == behaviour_.hang_after && !released_) {
    phase_ = AnswerPhase::Held;
  } else if (position_ == behaviour_.cut_after) {
    phase_ = AnswerPhase::Cut;
  } else if (position_ == script_.count()) {
    finish(out);
  } else {
    send_token(out);
  }
}

void StreamAnswer::send_head(std::string& out) {
  out += response_head(200, "text/event-stream; charset=utf-8", "Transfer-Encoding: chunked", context_);
  head_sent_ = true;
  due_ns_ = std::max(due_ns_, context_.start_ns + delay_ns(behaviour_));
}

void StreamAnswer::send_token(std::string& out) {
  if (behaviour_.body == BodyKind::Garbage) {
    append_garbage(position_, out);
  } else {
    if (position_ == 0) append_start(out);
    append_token(position_, out);
  }
  ++position_;
  schedule_next();
}

void StreamAnswer::schedule_next() {
  const bool token_follows = position_ != script_.count() && position_ != behaviour_.cut_after &&
                             (position_ != behaviour_.hang_after || released_);
  if (token_follows && behaviour_.tokens_per_second > 0) due_ns_ += 1'000'000'000 / behaviour_.tokens_per_second;
}

void StreamAnswer::finish(std::string& out) {
  if (behaviour_.body != BodyKind::Garbage) {
    if (position_ == 0) append_start(out);
    append_end(position_, out);
  }
  append_stop(out);
  out += "0\r\n\r\n";
  phase_ = context_.keep_alive ? AnswerPhase::Done : AnswerPhase::Cut;
}

void StreamAnswer::append_chunk(std::string& out, std::string_view bytes) {
  char size[24];
  std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
  out.append(size).append(bytes).append("\r\n");
}

ChatStreamAnswer::ChatStreamAnswer(const AnswerContext& context, const Behaviour& behaviour, const ChatRequest& request)
    : StreamAnswer(context, behaviour, request),
      include_usage_(request.include_usage && behaviour.usage != UsageKind::Never) {
  event_start_ = R"({"id":"chatcmpl-mock)" + std::to_string(context.request_number) +
                 R"(","object":"chat.completion.chunk","created":)" + std::to_string(std::time(nullptr)) +
                 R"(,"model":)";
  append_json_string(event_start_, request.model);
}

void ChatStreamAnswer::append_start(std::string& out) { append_choice(out, script().role_delta(), "null"); }

void ChatStreamAnswer::append_token(std::int64_t index, std::string& out) {
  std::string delta;
  script().append_delta(index, delta);
  append_choice(out, delta, "null");
}

void ChatStreamAnswer::append_garbage(std::int64_t index, std::string& out) {
  append_event(out, "{\"choices\": [oops " + std::to_string(index));
}

void ChatStreamAnswer::append_end(std::int64_t tokens, std::string& out) {
  append_choice(out, "{}", "\"" + std::string(script().finish_reason()) + "\"");
  if (include_usage_ && usage_kind() == UsageKind::Twice) append_usage(out, 0);
  if (include_usage_) append_usage(out, tokens);
}

void ChatStreamAnswer::append_stop(std::string& out) { append_event(out, "[DONE]"); }

void ChatStreamAnswer::append_choice(std::string& out, std::string_view delta, std::string_view finish_reason) {
  data_ = event_start_;
  data_.append(R"(,"choices":[{"index":0,"delta":)").append(delta);
  data_.append(R"(,"logprobs":null,"finish_reason":)").append(finish_reason);
  data_.append(include_usage_ ? R"(}],"usage":null})" : "}]}");
  append_event(out, data_);
}

void ChatStreamAnswer::append_usage(std::string& out, std::int64_t completion_tokens) {
  append_event(out, event_start_ + R"(,"choices":[],"usage":)" + script().usage(completion_tokens) + "}");
}

void ChatStreamAnswer::append_event(std::string& out, std::string_view data) {
  append_chunk(out, "data: " + std::string(data) + "\n\n");
}

}  // namespace platos::tests::mock

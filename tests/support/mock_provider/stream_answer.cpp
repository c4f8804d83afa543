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
      behaviour_(within(behaviour, script_.count())),
      include_usage_(request.include_usage && behaviour.usage != UsageKind::Never) {
  event_start_ = R"({"id":"chatcmpl-mock)" + std::to_string(context.request_number) +
                 R"(","object":"chat.completion.chunk","created":)" + std::to_string(std::time(nullptr)) +
                 R"(,"model":)";
  append_json_string(event_start_, request.model);
}

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
    append_event(out, "{\"choices\": [oops " + std::to_string(position_));
  } else {
    if (position_ == 0) append_choice(out, script_.role_delta(), "null");
    std::string delta;
    script_.append_delta(position_, delta);
    append_choice(out, delta, "null");
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
    if (position_ == 0) append_choice(out, script_.role_delta(), "null");
    append_choice(out, "{}", "\"" + std::string(script_.finish_reason()) + "\"");
    if (include_usage_ && behaviour_.usage == UsageKind::Twice) append_usage(out, 0);
    if (include_usage_) append_usage(out, position_);
  }
  append_event(out, "[DONE]");
  out += "0\r\n\r\n";
  phase_ = context_.keep_alive ? AnswerPhase::Done : AnswerPhase::Cut;
}

void StreamAnswer::append_choice(std::string& out, std::string_view delta, std::string_view finish_reason) {
  data_ = event_start_;
  data_.append(R"(,"choices":[{"index":0,"delta":)").append(delta);
  data_.append(R"(,"logprobs":null,"finish_reason":)").append(finish_reason);
  data_.append(include_usage_ ? R"(}],"usage":null})" : "}]}");
  append_event(out, data_);
}

void StreamAnswer::append_usage(std::string& out, std::int64_t completion_tokens) {
  append_event(out, event_start_ + R"(,"choices":[],"usage":)" + script_.usage(completion_tokens) + "}");
}

void StreamAnswer::append_event(std::string& out, std::string_view data) {
  constexpr std::string_view kField = "data: ";
  constexpr std::string_view kEnd = "\n\n";
  char size[24];
  std::snprintf(size, sizeof size, "%zx\r\n", kField.size() + data.size() + kEnd.size());
  out.append(size).append(kField).append(data).append(kEnd).append("\r\n");
}

}  // namespace platos::tests::mock

#include "mock_provider/vendor.hpp"

#include <ctime>
#include <functional>
#include <nlohmann/json.hpp>

#include "mock_provider/embeddings.hpp"
#include "mock_provider/messages_answer.hpp"
#include "mock_provider/messages_request.hpp"
#include "mock_provider/script.hpp"
#include "mock_provider/stream_answer.hpp"
#include "mock_provider/whole_answer.hpp"

namespace platos::tests::mock {
namespace {

std::string_view route(const ReceivedRequest& request) {
  return std::string_view(request.path).substr(0, request.path.find_first_of("?#"));
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

constexpr std::string_view kChatPath = "/chat/completions";

constexpr std::string_view kMessagesPath = "/v1/messages";

constexpr std::string_view kEmbeddingsPath = "/embeddings";

/// The paths whose requests name a model.
bool is_model_path(std::string_view path) {
  return ends_with(path, kChatPath) || ends_with(path, kMessagesPath) || ends_with(path, kEmbeddingsPath);
}

Dialect dialect_of(const ReceivedRequest& request) {
  return ends_with(route(request), kMessagesPath) ? Dialect::Messages : Dialect::Chat;
}

std::string chat_body(const Behaviour& behaviour, const ChatRequest& request, std::int64_t request_number) {
  Script script(behaviour, request, request_number);
  std::string body = R"({"id":"chatcmpl-mock)" + std::to_string(request_number) +
                     R"(","object":"chat.completion","created":)" + std::to_string(std::time(nullptr)) + R"(,"model":)";
  append_json_string(body, request.model);
  body.append(R"(,"choices":[{"index":0,"message":)").append(script.message());
  body.append(R"(,"logprobs":null,"finish_reason":")").append(script.finish_reason()).append("\"}]");
  if (behaviour.usage != UsageKind::Never) body += R"(,"usage":)" + script.usage(script.count());
  return body + "}";
}

/// `sound_body` makes the body of a request that does not fail.
WholeContent content_for(Dialect dialect, const Behaviour& behaviour, std::function<std::string()> sound_body) {
  WholeContent content;
  content.status = behaviour.status;
  if (behaviour.retry_after_s)
    content.more_headers = "Retry-After: " + std::to_string(*behaviour.retry_after_s) + "\r\n";
  if (behaviour.status != 200) {
    content.body = [dialect, status = behaviour.status] { return failure_body(dialect, status); };
  } else if (behaviour.body == BodyKind::Html) {
    content.content_type = "text/html; charset=utf-8";
    content.body = [] {
      return "<!doctype html>\n<title>Welcome</title>\n<p>Please sign in to "
             "this network.</p>\n";
    };
  } else if (behaviour.body == BodyKind::Garbage) {
    content.body = [] { return "{\"choices\": [oops"; };
  } else {
    content.body = std::move(sound_body);
  }
  return content;
}

Trouble trouble_for(const Behaviour& behaviour) {
  if (behaviour.refuse) return Trouble::Refused;
  if (behaviour.hang) return Trouble::HeldAtStart;
  if (behaviour.hang_after) return Trouble::HeldMidway;
  return behaviour.cut_after ? Trouble::CutMidway : Trouble::Nothing;
}

/// Without a stream all tokens arrive with the last one.
std::int64_t whole_due_ns(const Behaviour& behaviour, const ChatRequest& request, const AnswerContext& context,
                          bool is_short) {
  const std::int64_t first_ns = context.start_ns + behaviour.delay_ms * 1'000'000;
  if (is_short) return first_ns;
  const std::int64_t count = Script(behaviour, request, 0).count();
  if (count == Behaviour::kEndless) return kNeverNs;
  if (behaviour.tokens_per_second == 0 || count < 2) return first_ns;
  return first_ns + (count - 1) * (1'000'000'000 / behaviour.tokens_per_second);
}

}  // namespace

bool is_chat(const ReceivedRequest& request) { return request.method == "POST" && is_model_path(route(request)); }

std::unique_ptr<Answer> error_answer(const AnswerContext& context, const RefusedRequest& refusal, Dialect dialect) {
  WholeContent content;
  content.status = refusal.status();
  content.body = [body = error_body(dialect, refusal.status(), refusal.code(), refusal.what())] { return body; };
  return std::make_unique<WholeAnswer>(context, context.start_ns, std::move(content));
}

Behaviour Vendor::behaviour_for_next(const std::string& model) {
  const Behaviour behaviour = parse_behaviour(model, Failures::On);
  if (!behaviour.failing_requests) return behaviour;
  return failures_shown_[model]++ < *behaviour.failing_requests ? behaviour : parse_behaviour(model, Failures::Off);
}

std::unique_ptr<Answer> Vendor::embeddings_answer(const ReceivedRequest& received, const AnswerContext& context) {
  const EmbeddingsRequest request = parse_embeddings_request(received.body);
  const Behaviour behaviour = behaviour_for_next(request.model);
  WholeContent content = content_for(Dialect::Chat, behaviour, [=] { return embeddings_body(behaviour, request); });
  const std::int64_t due_ns =
      behaviour.tokens == Behaviour::kEndless ? kNeverNs : context.start_ns + behaviour.delay_ms * 1'000'000;
  return std::make_unique<WholeAnswer>(context, due_ns, std::move(content), trouble_for(behaviour));
}

std::unique_ptr<Answer> Vendor::chat_answer(const ReceivedRequest& received, const AnswerContext& context) try {
  if (ends_with(route(received), kEmbeddingsPath)) return embeddings_answer(received, context);
  const Dialect dialect = dialect_of(received);
  const bool is_messages = dialect == Dialect::Messages;
  const ChatRequest request = is_messages ? parse_messages_request(received) : parse_chat_request(received.body);
  const Behaviour behaviour = behaviour_for_next(request.model);
  const bool is_page = behaviour.status != 200 || behaviour.body == BodyKind::Html || behaviour.refuse;
  if (request.stream && !is_page) {
    if (is_messages) return std::make_unique<MessagesStreamAnswer>(context, behaviour, request);
    return std::make_unique<ChatStreamAnswer>(context, behaviour, request);
  }
  const std::int64_t due_ns = whole_due_ns(behaviour, request, context, is_page);
  const auto sound_body = [=, number = context.request_number] {
    return is_messages ? messages_body(behaviour, request, number) : chat_body(behaviour, request, number);
  };
  return std::make_unique<WholeAnswer>(context, due_ns, content_for(dialect, behaviour, sound_body),
                                       trouble_for(behaviour));
} catch (const RefusedRequest& refusal) {
  return error_answer(context, refusal, dialect_of(received));
}

std::unique_ptr<Answer> Vendor::other_answer(const ReceivedRequest& request, const MockStats& stats,
                                             const AnswerContext& context) const {
  const std::string_view path = route(request);
  WholeContent content;
  if (request.method == "GET" && path == "/stats") {
    content.body = [stats] {
      return nlohmann::json{{"active", stats.active},
                            {"max_active", stats.max_active},
                            {"total", stats.total},
                            {"aborted", stats.aborted}}
          .dump();
    };
  } else if (request.method == "GET" && ends_with(path, "/models")) {
    content.body = [] {
      return R"({"object":"list","data":[{"id":"mock","object":"model","created":1700000000,"owned_by":"platos"}]})";
    };
  } else {
    const bool known = path == "/stats" || ends_with(path, "/models") || is_model_path(path);
    const std::string message = (known ? "Wrong method for this URL (" : "Invalid URL (") + request.method + " ";
    return error_answer(context, RefusedRequest(known ? 405 : 404, "", message + request.path + ")"),
                        dialect_of(request));
  }
  return std::make_unique<WholeAnswer>(context, context.start_ns, std::move(content));
}

}  // namespace platos::tests::mock

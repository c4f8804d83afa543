#include "mock_provider/vendor.hpp"

#include <ctime>
#include <nlohmann/json.hpp>

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

std::string error_body(int status, const std::string& code, const std::string& message) {
  const char* type = "invalid_request_error";
  if (status == 429) type = "requests";
  if (status >= 500) type = "server_error";
  const nlohmann::json code_or_null = code.empty() ? nlohmann::json() : nlohmann::json(code);
  const nlohmann::json error = {{"message", message}, {"type", type}, {"param", nullptr}, {"code", code_or_null}};
  // A refused request may hold anything, so its text may not be UTF-8.
  return nlohmann::json{{"error", error}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string failure_body(int status) {
  switch (status) {
    case 401: return error_body(status, "invalid_api_key", "Incorrect API key provided.");
    case 403: return error_body(status, "unsupported_country_region_territory", "Your location is not supported.");
    case 404: return error_body(status, "model_not_found", "The model does not exist or you have no access to it.");
    case 429: return error_body(status, "rate_limit_exceeded", "Rate limit reached for requests.");
    case 500: return error_body(status, "", "The server had an error while processing your request.");
    case 503: return error_body(status, "", "The engine is currently overloaded, please try again later.");
    default: return error_body(status, "", "The mock was asked for status " + std::to_string(status) + ".");
  }
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

WholeContent content_for(const Behaviour& behaviour, const ChatRequest& request, std::int64_t request_number) {
  WholeContent content;
  content.status = behaviour.status;
  if (behaviour.retry_after_s)
    content.more_headers = "Retry-After: " + std::to_string(*behaviour.retry_after_s) + "\r\n";
  if (behaviour.status != 200) {
    content.body = [status = behaviour.status] { return failure_body(status); };
  } else if (behaviour.body == BodyKind::Html) {
    content.content_type = "text/html; charset=utf-8";
    content.body = [] { return "<!doctype html>\n<title>Welcome</title>\n<p>Please sign in to this network.</p>\n"; };
  } else if (behaviour.body == BodyKind::Garbage) {
    content.body = [] { return "{\"choices\": [oops"; };
  } else {
    content.body = [=] { return chat_body(behaviour, request, request_number); };
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

bool is_chat(const ReceivedRequest& request) {
  return request.method == "POST" && ends_with(route(request), kChatPath);
}

std::unique_ptr<Answer> error_answer(const AnswerContext& context, const RefusedRequest& refusal) {
  WholeContent content;
  content.status = refusal.status();
  content.body = [body = error_body(refusal.status(), refusal.code(), refusal.what())] { return body; };
  return std::make_unique<WholeAnswer>(context, context.start_ns, std::move(content));
}

Behaviour Vendor::behaviour_for_next(const std::string& model) {
  const Behaviour behaviour = parse_behaviour(model, Failures::On);
  if (!behaviour.failing_requests) return behaviour;
  return failures_shown_[model]++ < *behaviour.failing_requests ? behaviour : parse_behaviour(model, Failures::Off);
}

std::unique_ptr<Answer> Vendor::chat_answer(const ReceivedRequest& received, const AnswerContext& context) try {
  const ChatRequest request = parse_chat_request(received.body);
  const Behaviour behaviour = behaviour_for_next(request.model);
  const bool is_page = behaviour.status != 200 || behaviour.body == BodyKind::Html || behaviour.refuse;
  if (request.stream && !is_page) return std::make_unique<StreamAnswer>(context, behaviour, request);
  const std::int64_t due_ns = whole_due_ns(behaviour, request, context, is_page);
  return std::make_unique<WholeAnswer>(context, due_ns, content_for(behaviour, request, context.request_number),
                                       trouble_for(behaviour));
} catch (const RefusedRequest& refusal) {
  return error_answer(context, refusal);
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
    const bool known = path == "/stats" || ends_with(path, "/models") || ends_with(path, kChatPath);
    const std::string message = (known ? "Wrong method for this URL (" : "Invalid URL (") + request.method + " ";
    return error_answer(context, RefusedRequest(known ? 405 : 404, "", message + request.path + ")"));
  }
  return std::make_unique<WholeAnswer>(context, context.start_ns, std::move(content));
}

}  // namespace platos::tests::mock

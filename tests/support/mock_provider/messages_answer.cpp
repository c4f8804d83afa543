#include "mock_provider/messages_answer.hpp"

#include <nlohmann/json.hpp>

#include "mock_provider/messages_request.hpp"

namespace platos::tests::mock {
namespace {

constexpr std::string_view kThought = "The mock thinks.";

std::string_view stop_reason_of(const Script& script) {
  if (script.calls_tools()) return "tool_use";
  return script.is_shortened() ? "max_tokens" : "end_turn";
}

std::string json_text_of(std::string_view text) {
  std::string quoted;
  append_json_string(quoted, text);
  return quoted;
}

/// With a cache mark, all but the last message is read from the cache.
std::string input_counts(const Script& script, const ChatRequest& request) {
  const std::int64_t all = script.prompt_tokens();
  const std::int64_t cached = request.reads_cache ? all - all / request.messages : 0;
  return R"("input_tokens":)" + std::to_string(all - cached) +
         R"(,"cache_creation_input_tokens":0,"cache_read_input_tokens":)" + std::to_string(cached);
}

std::string message_start(const std::string& id, const ChatRequest& request) {
  return R"("id":")" + id + R"(","type":"message","role":"assistant","model":)" + json_text_of(request.model);
}

/// What the wire cannot say in place of an object is a string.
std::string input_of(const std::string& arguments) {
  return nlohmann::json::accept(arguments) ? arguments : json_text_of(arguments);
}

std::string whole_content(Script& script, const ChatRequest& request) {
  std::string content;
  const auto add = [&](const std::string& block) { content += (content.empty() ? "" : ",") + block; };
  if (request.thinks) {
    add(R"({"type":"thinking","thinking":")" + std::string(kThought) + R"(","signature":")" + kThoughtSignature +
        "\"}");
  }
  for (const Script::Call& call : script.calls()) {
    add(R"({"type":"tool_use","id":")" + call.id + R"(","name":)" + json_text_of(call.name) + R"(,"input":)" +
        input_of(call.arguments) + "}");
  }
  if (script.calls_tools()) return content;
  std::string text;
  for (std::int64_t i = 0; i < script.count(); ++i) script.append_text(i, text);
  add(R"({"type":"text","text":")" + text + "\"}");
  return content;
}

}  // namespace

MessagesStreamAnswer::MessagesStreamAnswer(const AnswerContext& context, const Behaviour& behaviour,
                                           const ChatRequest& request)
    : StreamAnswer(context, behaviour, request),
      request_(request),
      message_id_("msg_mock" + std::to_string(context.request_number)) {}

void MessagesStreamAnswer::append_start(std::string& out) {
  const std::string usage = usage_kind() == UsageKind::Never
                                ? ""
                                : R"(,"usage":{)" + input_counts(script(), request_) + R"(,"output_tokens":1})";
  append_named(out, "message_start",
               R"("message":{)" + message_start(message_id_, request_) +
                   R"(,"content":[],"stop_reason":null,"stop_sequence":null)" + usage + "}");
  append_named(out, "ping", "");
  if (request_.thinks) append_thought(out);
  if (!script().calls_tools()) open_block(out, R"({"type":"text","text":""})");
}

void MessagesStreamAnswer::append_thought(std::string& out) {
  open_block(out, R"({"type":"thinking","thinking":"","signature":""})");
  const std::string index = R"("index":)" + std::to_string(block_);
  append_named(out, "content_block_delta",
               index + R"(,"delta":{"type":"thinking_delta","thinking":")" + std::string(kThought) + "\"}");
  append_named(out, "content_block_delta",
               index + R"(,"delta":{"type":"signature_delta","signature":")" + kThoughtSignature + "\"}");
  close_block(out);
}

void MessagesStreamAnswer::append_token(std::int64_t index, std::string& out) {
  std::string delta;
  if (!script().calls_tools()) {
    delta = R"({"type":"text_delta","text":")";
    script().append_text(index, delta);
    delta += "\"}";
  } else {
    const Script::Piece& piece = script().piece(index);
    if (piece.begins) {
      const Script::Call& call = script().calls()[piece.call];
      close_block(out);
      open_block(
          out, R"({"type":"tool_use","id":")" + call.id + R"(","name":)" + json_text_of(call.name) + R"(,"input":{}})");
    }
    delta = R"({"type":"input_json_delta","partial_json":)" + json_text_of(piece.arguments) + "}";
  }
  append_named(out, "content_block_delta", R"("index":)" + std::to_string(block_) + R"(,"delta":)" + delta);
}

void MessagesStreamAnswer::append_garbage(std::int64_t index, std::string& out) {
  append_chunk(out, "event: content_block_delta\ndata: {\"type\": [oops " + std::to_string(index) + "\n\n");
}

void MessagesStreamAnswer::append_end(std::int64_t tokens, std::string& out) {
  close_block(out);
  if (usage_kind() == UsageKind::Twice) append_message_delta(out, "null", 0);
  append_message_delta(out, "\"" + std::string(stop_reason_of(script())) + "\"", tokens);
}

void MessagesStreamAnswer::append_stop(std::string& out) { append_named(out, "message_stop", ""); }

void MessagesStreamAnswer::append_message_delta(std::string& out, std::string_view stop_reason, std::int64_t tokens) {
  std::string members = R"("delta":{"stop_reason":)" + std::string(stop_reason) + R"(,"stop_sequence":null})";
  if (usage_kind() != UsageKind::Never) members += R"(,"usage":{"output_tokens":)" + std::to_string(tokens) + "}";
  append_named(out, "message_delta", members);
}

void MessagesStreamAnswer::open_block(std::string& out, std::string_view block) {
  ++block_;
  block_open_ = true;
  append_named(out, "content_block_start",
               R"("index":)" + std::to_string(block_) + R"(,"content_block":)" + std::string(block));
}

void MessagesStreamAnswer::close_block(std::string& out) {
  if (!block_open_) return;
  block_open_ = false;
  append_named(out, "content_block_stop", R"("index":)" + std::to_string(block_));
}

void MessagesStreamAnswer::append_named(std::string& out, std::string_view name, std::string_view members) {
  std::string event("event: ");
  event.append(name).append("\ndata: {\"type\":\"").append(name).append("\"");
  if (!members.empty()) event.append(",").append(members);
  append_chunk(out, event + "}\n\n");
}

std::string messages_body(const Behaviour& behaviour, const ChatRequest& request, std::int64_t request_number) {
  Script script(behaviour, request, request_number);
  std::string body = "{" + message_start("msg_mock" + std::to_string(request_number), request);
  body += R"(,"content":[)" + whole_content(script, request) + R"(],"stop_reason":")";
  body.append(stop_reason_of(script)).append(R"(","stop_sequence":null)");
  if (behaviour.usage != UsageKind::Never) {
    body +=
        R"(,"usage":{)" + input_counts(script, request) + R"(,"output_tokens":)" + std::to_string(script.count()) + "}";
  }
  return body + "}";
}

}  // namespace platos::tests::mock

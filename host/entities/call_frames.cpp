#include "entities/call_frames.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/json_text.hpp"
#include "base/text.hpp"
#include "model/json.hpp"
#include "secrets/cipher.hpp"

namespace platos::entities {
namespace {

constexpr std::size_t kNonceBytes = 16;

std::string uuid() {
  std::string hex = base::random_hex(16);
  hex[12] = '4';
  hex[16] = "89ab"[static_cast<unsigned char>(hex[16]) % 4];
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" +
         hex.substr(20);
}

std::string traceparent_of(const ports::CallContext& context) {
  const auto is_zero = [](std::uint8_t byte) { return byte == 0; };
  if (std::all_of(context.trace_id.begin(), context.trace_id.end(), is_zero)) return {};
  const auto hex = [](const auto& bytes) {
    return base::to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  };
  return "00-" + hex(context.trace_id) + "-" + hex(context.span_id) + "-01";
}

tl::unexpected<Error> bad_arguments(const std::string& why) {
  return fail(ErrorKind::InvalidArgument, "invalid_arguments", why);
}

std::string quoted_json(std::string_view text) {
  std::string out;
  base::append_json_string(out, text);
  return out;
}

std::string agent_of(const OutgoingCall& call) { return call.agent_id.empty() ? "default" : call.agent_id; }

std::string envelope_of(const OutgoingCall& call, const Stamp& stamp, std::string_view signature) {
  base::JsonObject envelope;
  envelope.text("organizationId", call.scope.organization_id)
      .text("projectId", call.scope.project_id)
      .text("environmentId", call.scope.environment_id)
      .text("entityId", call.entity)
      .text("userId", call.user_id);
  if (!call.user_token.empty()) envelope.text("userToken", call.user_token);
  envelope.text("agentId", agent_of(call))
      .text("threadId", call.thread_id)
      .text("callId", stamp.call_id)
      .text("idempotencyKey", call.idempotency_key)
      .text("timestamp", stamp.timestamp)
      .text("nonce", stamp.nonce)
      .text("signature", signature);
  return envelope.take();
}

}  // namespace

Stamp make_stamp(std::int64_t wall_us) {
  return {uuid(), base::format_iso8601(wall_us), base::random_hex(kNonceBytes)};
}

Result<OutgoingCall> make_call(const ports::CallContext& context, std::string entity, std::string tool,
                               std::string_view arguments_json) {
  auto bounded = model::parse_bounded(arguments_json, "the arguments");
  if (!bounded) return fail(bounded.error());
  if (!bounded->is_object()) return bad_arguments("expected one JSON object, found " + model::kind_of(*bounded));
  if (bounded->contains("__platos")) return bad_arguments("\"__platos\" is written by the host alone; leave it out");
  const auto session = bounded->find("_context");
  if (session != bounded->end() && !session->is_object()) {
    return bad_arguments("_context: expected an object, found " + model::kind_of(*session));
  }
  // Members stay in the order in which the model wrote them: whoever verifies the signature sees them so.
  const auto arguments = model::OrderedJson::parse(arguments_json);
  OutgoingCall call;
  call.scope = context.scope;
  call.entity = std::move(entity);
  call.tool = std::move(tool);
  call.arguments_json = arguments.dump();
  call.user_id = context.user_id;
  call.user_token = context.user_token;
  call.agent_id = context.agent_id;
  call.thread_id = context.thread_id;
  call.idempotency_key = context.idempotency_key;
  call.traceparent = traceparent_of(context);
  call.deadline_us = context.deadline_us;
  return call;
}

std::string signed_body(const OutgoingCall& call) {
  return R"({"method":"tools/call","params":{"name":)" + quoted_json(call.tool) + R"(,"arguments":)" +
         call.arguments_json + "}}";
}

std::string signature_of(std::string_view secret, const Stamp& stamp, std::string_view body) {
  std::string text = stamp.timestamp + "." + stamp.nonce + ".";
  text += body;
  return base::to_hex(secrets::keyed_hash(secret, text));
}

Headers callback_headers(const OutgoingCall& call, const Stamp& stamp, std::string_view signature) {
  Headers headers = {{"Content-Type", "application/json"},
                     {"Accept", "application/json"},
                     {"X-Platos-Signature", std::string(signature)},
                     {"X-Platos-Organization-Id", call.scope.organization_id},
                     {"X-Platos-Project-Id", call.scope.project_id},
                     {"X-Platos-Environment-Id", call.scope.environment_id},
                     {"X-Platos-Entity-Id", call.entity},
                     {"X-Platos-User-Id", call.user_id},
                     {"X-Platos-Agent-Id", agent_of(call)},
                     {"X-Platos-Thread-Id", call.thread_id},
                     {"X-Platos-Call-Id", stamp.call_id},
                     {"X-Platos-Timestamp", stamp.timestamp},
                     {"X-Platos-Nonce", stamp.nonce},
                     {"Idempotency-Key", call.idempotency_key}};
  if (!call.user_token.empty()) headers.emplace_back("X-Platos-User-Token", call.user_token);
  if (!call.traceparent.empty()) headers.emplace_back("traceparent", call.traceparent);
  return headers;
}

std::string call_frame(const OutgoingCall& call, const Stamp& stamp, std::string_view secret) {
  const std::string body = signed_body(call);
  std::string params = call.arguments_json.substr(0, call.arguments_json.size() - 1);
  if (params.size() > 1) params += ',';
  params += R"("__platos":)" + envelope_of(call, stamp, signature_of(secret, stamp, body)) + "}";
  base::JsonObject frame;
  frame.text("type", "tool_call")
      .text("call_id", stamp.call_id)
      .text("tool_name", call.tool)
      .text("idempotency_key", call.idempotency_key);
  if (!call.traceparent.empty()) frame.text("traceparent", call.traceparent);
  frame.json("params", params);
  return frame.take();
}

}  // namespace platos::entities

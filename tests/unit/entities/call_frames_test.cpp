#include "entities/call_frames.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>

#include "model/json.hpp"

namespace platos::entities {
namespace {

using model::Json;

ports::CallContext context_of_call() {
  ports::CallContext context;
  context.scope = {"org", "prj", "env"};
  context.user_id = "ann";
  context.user_token = "token-of-ann";
  context.thread_id = "thr_1";
  context.idempotency_key = "run_1:call_1";
  return context;
}

std::string code_for(const std::string& arguments) {
  const auto made = make_call(context_of_call(), "shop", "pay", arguments);
  return made ? "" : made.error().code;
}

}  // namespace

TEST_CASE("The signature is the one of the published vector") {
  OutgoingCall call;
  call.tool = "ping";
  call.arguments_json = "{}";
  const Stamp stamp{"id", "2026-01-02T03:04:05.000Z", "00112233445566778899aabbccddeeff"};
  CHECK(signed_body(call) == R"({"method":"tools/call","params":{"name":"ping","arguments":{}}})");
  CHECK(signature_of("test-secret", stamp, signed_body(call)) ==
        "4b640d8ba2cae4f2292bbf2e7f2048e727644484c72c897c24baf27175a7ed3f");
}

TEST_CASE("A frame bears the user's token in its envelope alone, and what was signed") {
  const auto call = make_call(context_of_call(), "shop", "pay", R"({"z":1,"a":{"_context":5}})");
  REQUIRE(call);
  const Stamp stamp = make_stamp(1'767'323'045'000'000);
  CHECK(stamp.timestamp == "2026-01-02T03:04:05.000Z");
  const Json frame = Json::parse(call_frame(*call, stamp, "secret"));
  const Json envelope = frame["params"]["__platos"];
  CHECK(envelope["userToken"] == "token-of-ann");
  CHECK(envelope["agentId"] == "default");
  CHECK(envelope["callId"] == frame["call_id"]);
  CHECK(envelope["idempotencyKey"] == "run_1:call_1");
  CHECK(envelope["signature"] == signature_of("secret", stamp, signed_body(*call)));
  CHECK(signed_body(*call).find("token-of-ann") == std::string::npos);
  // In the order in which the model wrote them.
  CHECK(signed_body(*call).find(R"("arguments":{"z":1,"a":{"_context":5}})") != std::string::npos);
}

TEST_CASE("A call without a user's token says nothing of one") {
  auto context = context_of_call();
  context.user_token.clear();
  // What a session says of itself is its agent's to see, and no token.
  context.session_json = R"({"userToken":"forged","envelope":{"forged":true}})";
  const auto call = make_call(context, "shop", "pay", "{}");
  REQUIRE(call);
  const std::string frame = call_frame(*call, make_stamp(1), "secret");
  CHECK(frame.find("userToken") == std::string::npos);
  CHECK(frame.find("forged") == std::string::npos);
  for (const auto& [name, value] : callback_headers(*call, make_stamp(1), "s")) CHECK(name != "X-Platos-User-Token");
}

TEST_CASE("Arguments are one object; the context of the session is one, too, and the envelope the host's") {
  CHECK(code_for(R"({"_context":{"tenant":"t9"}})").empty());
  CHECK(code_for(R"({"_context":"t9"})") == "invalid_arguments");
  CHECK(code_for(R"({"__platos":{}})") == "invalid_arguments");
  CHECK(code_for("[]") == "invalid_arguments");
  CHECK_FALSE(code_for("{").empty());
}

TEST_CASE("A callback says in its headers what a frame says in its envelope") {
  auto call = *make_call(context_of_call(), "shop", "pay", "{}");
  call.traceparent = "00-1-2-01";
  const Stamp stamp{"id", "time", "nonce"};
  std::map<std::string, std::string> headers;
  for (const auto& [name, value] : callback_headers(call, stamp, "sig")) headers[name] = value;
  const std::map<std::string, std::string> expected = {
      {"Content-Type", "application/json"}, {"Accept", "application/json"}, {"X-Platos-Signature", "sig"},
      {"X-Platos-Organization-Id", "org"},  {"X-Platos-Project-Id", "prj"}, {"X-Platos-Environment-Id", "env"},
      {"X-Platos-Entity-Id", "shop"},       {"X-Platos-User-Id", "ann"},    {"X-Platos-Agent-Id", "default"},
      {"X-Platos-Thread-Id", "thr_1"},      {"X-Platos-Call-Id", "id"},     {"X-Platos-Timestamp", "time"},
      {"X-Platos-Nonce", "nonce"},          {"traceparent", "00-1-2-01"},   {"X-Platos-User-Token", "token-of-ann"},
      {"Idempotency-Key", "run_1:call_1"}};
  CHECK(headers == expected);
}

}  // namespace platos::entities

// Answers with a status other than 2xx. Their body arrives as raw chunks, whatever the framing.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "common/provider/testing/refusals.hpp"
#include "driver.hpp"

using namespace platos::provider_openai::testing;
using Json = nlohmann::json;

TEST_CASE("every HTTP status has its code and its advice") {
  const Plugin plugin;
  for (const std::string_view request : {kStreamRequest, kWholeRequest}) {
    for (const Refusal& tried : kRefusals) {
      const Result result = exchange(plugin, {.http_status = tried.http_status, .pieces = {kRefusalBody}}, request);
      INFO(tried.http_status << " -> " << result.message << " " << result.detail_json);
      CHECK(result.status == tried.status);
      CHECK(result.message == refusal_message(tried, "https://api.openai.com/v1"));
      CHECK(Json::parse(result.detail_json) == refusal_detail(tried));
      CHECK(result.events.empty());
    }
  }
}

TEST_CASE("an error body may be split anywhere and cut anywhere") {
  const Plugin plugin;
  for (std::size_t at = 0; at <= kRefusalBody.size(); ++at) {
    const Result split =
        exchange(plugin, {.http_status = 400, .pieces = {kRefusalBody.substr(0, at), kRefusalBody.substr(at)}});
    REQUIRE(split.message.ends_with("\"It did not work\""));
    const Result cut = exchange(plugin, {.http_status = 400, .pieces = {kRefusalBody.substr(0, at)}});
    REQUIRE(cut.status == PLATOS_INVALID_ARGUMENT);
    REQUIRE(Json::accept(cut.detail_json));
  }
}

TEST_CASE("Retry-After goes along with what may be retried") {
  const Plugin plugin;
  const auto detail_of = [&](std::int32_t http_status, const std::string& value, std::string_view body = kRefusalBody) {
    return Json::parse(
        exchange(plugin, {.http_status = http_status, .headers = {{"RETRY-AFTER", value}}, .pieces = {body}})
            .detail_json);
  };
  CHECK(detail_of(429, "7")["retry_after_ms"] == 7000);
  CHECK(detail_of(503, "0.5")["retry_after_ms"] == 500);
  CHECK(detail_of(429, "999999")["retry_after_ms"] == 3600000);
  CHECK(detail_of(429, "Sun, 06 Nov 1994 08:49:37 GMT")["retry_after_ms"] == 0);
  CHECK(detail_of(429, "Fri, 31 Dec 9999 23:59:59 GMT")["retry_after_ms"] == 3600000);
  CHECK_FALSE(detail_of(429, "soon").contains("retry_after_ms"));
  CHECK_FALSE(detail_of(400, "7").contains("retry_after_ms"));
}

TEST_CASE("an account without money is not asked again") {
  for (const char* member : {"code", "type"}) {
    const std::string body =
        std::string(R"({"error":{"message":"pay","")").insert(27, member) + R"(:"insufficient_quota"}})";
    const Result result = exchange(Plugin(), {.http_status = 429, .headers = {{"retry-after", "1"}}, .pieces = {body}});
    INFO(body << result.message);
    CHECK(result.status == PLATOS_RESOURCE_EXHAUSTED);
    CHECK(Json::parse(result.detail_json) ==
          Json{{"http_status", 429}, {"retryable", false}, {"provider_code", "insufficient_quota"}});
  }
}

TEST_CASE("the shapes of an error body") {
  struct Case {
    const char* body;
    const char* message;
    const char* provider_code;
  };
  const Case cases[] = {
      {R"({"error":{"message":"a","type":"t","code":null}})", "a", "t"},
      {R"({"error":{"message":"a","type":"t","code":404}})", "a", "404"},
      {R"({"error":"out of luck"})", "out of luck", ""},
      {R"({"object":"error","message":"b","type":"BadRequestError","code":400})", "b", "400"},
      {R"({"detail":"Unauthorized"})", "Unauthorized", ""},
      {R"({"detail":[{"loc":["body"],"msg":"missing"}]})", R"([{"loc":["body"],"msg":"missing"}])", ""},
      {R"([{"error":{"code":400,"message":"c","status":"INVALID"}}])", "c", "INVALID"},
      {R"({"error":{"code":"no_model","message":"a","status":"NOT_FOUND"}})", "a", "no_model"},
      {R"({"error":{"code":404,"message":"a","status":404}})", "a", "404"},
      {"<html>\n<b>Bad Gateway</b>", "<html>?<b>Bad Gateway</b>", ""},
      {"", "no text", ""},
      {"{}", "{}", ""},
      {"{\"error\":{\"message\":\"\xff\"}}", "{\"error\":{\"message\":\"?\"}}", ""},
      {R"({"error":{"message":"line\none"}})", "line one", ""},
  };
  for (const Case& tried : cases) {
    const Result result = exchange(Plugin(), {.http_status = 400, .pieces = {tried.body}});
    INFO(tried.body << " -> " << result.message);
    CHECK(result.message == std::string("https://api.openai.com/v1 answered HTTP 400: \"") + tried.message + "\"");
    CHECK(Json::parse(result.detail_json).value("provider_code", "") == tried.provider_code);
  }
}

TEST_CASE("the vendor's words are cut at 300 characters, between characters") {
  std::string long_text;
  for (int i = 0; i < 400; ++i) long_text += "é";
  const std::string body = R"({"error":{"message":")" + long_text + "\"}}";
  const Result result = exchange(Plugin(), {.http_status = 400, .pieces = {body}});
  CHECK(result.message.ends_with(": \"" + long_text.substr(0, 600) + "...\""));
}

TEST_CASE("of an endless error body 64 KiB are read") {
  const std::string chunk(60 * 1024, ' ');
  const std::string tail = std::string(4095, ' ') + "Xlost";
  const Result result = exchange(Plugin(), {.http_status = 500, .pieces = {chunk, tail, chunk, chunk}});
  CHECK(result.message == "https://api.openai.com/v1 answered HTTP 500: \"X\"");
}

TEST_CASE("a transport that fails in an error body does not hide the status") {
  const Result result = exchange(
      Plugin(), {.http_status = 401, .pieces = {kRefusalBody.substr(0, 20)}, .transport_status = PLATOS_UNAVAILABLE});
  CHECK(result.status == PLATOS_UNAUTHENTICATED);
}

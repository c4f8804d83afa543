// Answers with a status other than 2xx. Their body arrives as raw chunks, whatever the framing.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "driver.hpp"

using namespace platos::provider_google::testing;
using Json = nlohmann::json;

namespace {

constexpr const char* kBaseUrl = "https://generativelanguage.googleapis.com/v1beta";

std::string error_text(int code, const std::string& status, const std::string& message = "It did not work",
                       const std::string& details = {}) {
  const std::string members = details.empty() ? "" : R"(,"details":[)" + details + "]";
  return R"({"error":{"code":)" + std::to_string(code) + R"(,"message":")" + message + R"(","status":")" + status +
         "\"" + members + "}}";
}

std::string retry_info(const std::string& delay) {
  return R"({"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"PerMinute","quotaDimensions":
      {"model":"gemini-2.5-pro"}}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":)" +
         delay + "}";
}

Json detail_of(const Answer& answer) { return Json::parse(exchange(Plugin(), answer).detail_json); }

}  // namespace

TEST_CASE("every HTTP status of the vendor has its code, its advice and its detail") {
  struct Case {
    std::int32_t http_status;
    const char* word;
    std::int32_t status;
    bool retryable;
  };
  const Case cases[] = {
      {400, "INVALID_ARGUMENT", PLATOS_INVALID_ARGUMENT, false},
      {400, "FAILED_PRECONDITION", PLATOS_INVALID_ARGUMENT, false},
      {401, "UNAUTHENTICATED", PLATOS_UNAUTHENTICATED, false},
      {403, "PERMISSION_DENIED", PLATOS_PERMISSION_DENIED, false},
      {404, "NOT_FOUND", PLATOS_NOT_FOUND, false},
      {429, "RESOURCE_EXHAUSTED", PLATOS_RESOURCE_EXHAUSTED, true},
      {500, "INTERNAL", PLATOS_UNAVAILABLE, true},
      {503, "UNAVAILABLE", PLATOS_UNAVAILABLE, true},
      {504, "DEADLINE_EXCEEDED", PLATOS_DEADLINE, true},
  };
  const Plugin plugin;
  for (const std::string_view request : {kStreamRequest, kWholeRequest}) {
    for (const Case& tried : cases) {
      const std::string body = error_text(tried.http_status, tried.word);
      for (const std::string& sent : {body, "[" + body + "\n]\n"}) {
        const Result result = exchange(plugin, {.http_status = tried.http_status, .pieces = {sent}}, request);
        INFO(tried.http_status << " -> " << result.message << " " << result.detail_json);
        CHECK(result.status == tried.status);
        CHECK(result.message ==
              std::string(kBaseUrl) + " answered HTTP " + std::to_string(tried.http_status) + ": \"It did not work\"");
        CHECK(Json::parse(result.detail_json) ==
              Json{{"http_status", tried.http_status}, {"retryable", tried.retryable}, {"provider_code", tried.word}});
        CHECK(result.events.empty());
      }
    }
  }
}

TEST_CASE("a wrong key comes as status 400, and means what 401 means elsewhere") {
  const std::string body = error_text(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.",
                                      R"({"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID",
      "domain":"googleapis.com","metadata":{"service":"generativelanguage.googleapis.com"}},
      {"@type":"type.googleapis.com/google.rpc.LocalizedMessage","locale":"en-US","message":"another"})");
  const Result result = exchange(Plugin(), {.http_status = 400, .pieces = {body}});
  CHECK(result.status == PLATOS_UNAUTHENTICATED);
  CHECK(result.message ==
        std::string(kBaseUrl) + " answered HTTP 400: \"API key not valid. Please pass a valid API key.\"");
  CHECK(Json::parse(result.detail_json) ==
        Json{{"http_status", 400}, {"retryable", false}, {"provider_code", "API_KEY_INVALID"}});
}

TEST_CASE("a conversation that is too long is the caller's to shorten") {
  const std::string text = "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).";
  const std::string body = error_text(400, "INVALID_ARGUMENT", text);
  const Result result = exchange(Plugin(), {.http_status = 400, .pieces = {body}});
  CHECK(result.status == PLATOS_INVALID_ARGUMENT);
  CHECK(result.message.ends_with(": \"" + text + "\""));
  CHECK(Json::parse(result.detail_json)["retryable"] == false);
}

TEST_CASE("the delay of a quota is taken from the body, unless a header says one") {
  const auto delay_of = [](const std::string& delay, const Headers& headers = {}) {
    const std::string body = "[" + error_text(429, "RESOURCE_EXHAUSTED", "quota", retry_info(delay)) + "]";
    return detail_of({.http_status = 429, .headers = headers, .pieces = {body}}).value("retry_after_ms", -1);
  };
  CHECK(delay_of(R"("13s")") == 13000);
  CHECK(delay_of(R"("13.512s")") == 13512);
  CHECK(delay_of(R"("0s")") == 0);
  CHECK(delay_of(R"("99999s")") == 3600000);
  CHECK(delay_of(R"("13s")", {{"Retry-After", "7"}}) == 7000);
  for (const char* no_delay : {R"("13")", R"("s")", R"("-1s")", R"("soon")", "13", "null", "{}", R"("")"}) {
    INFO(no_delay);
    CHECK(delay_of(no_delay) == -1);
  }
}

TEST_CASE("a delay does not make a refusal worth another try") {
  const std::string body = error_text(400, "INVALID_ARGUMENT", "m", retry_info(R"("13s")"));
  CHECK(detail_of({.http_status = 400, .pieces = {body}}) ==
        Json{{"http_status", 400}, {"retryable", false}, {"provider_code", "INVALID_ARGUMENT"}});
}

TEST_CASE("details of another shape take nothing away from the message") {
  for (const char* details : {"7", "null", R"(["text",7,null,[]],{"reason":7})", R"({"reason":null})"}) {
    const std::string body = error_text(503, "UNAVAILABLE", "m", details);
    const Result result = exchange(Plugin(), {.http_status = 503, .pieces = {body}});
    INFO(body << " -> " << result.message);
    CHECK(result.message.ends_with("answered HTTP 503: \"m\""));
    CHECK(Json::parse(result.detail_json)["provider_code"] == "UNAVAILABLE");
  }
}

TEST_CASE("an error body may be split anywhere and cut anywhere") {
  const Plugin plugin;
  const std::string body = error_text(429, "RESOURCE_EXHAUSTED", "It did not work", retry_info(R"("13s")"));
  const std::string_view text = body;
  for (std::size_t at = 0; at <= body.size(); ++at) {
    const Result split = exchange(plugin, {.http_status = 429, .pieces = {text.substr(0, at), text.substr(at)}});
    REQUIRE(split.message.ends_with("\"It did not work\""));
    REQUIRE(Json::parse(split.detail_json)["retry_after_ms"] == 13000);
    const Result cut = exchange(plugin, {.http_status = 429, .pieces = {text.substr(0, at)}});
    REQUIRE(cut.status == PLATOS_RESOURCE_EXHAUSTED);
    REQUIRE(broken_promise(cut).empty());
  }
}

TEST_CASE("the vendor's words are bounded and show no key, in JSON, in garbage and in a broken frame") {
  const std::string key = "AIzaSyA0123456789_abcdefghijklmnopqrstu";
  const std::string body = error_text(403, "PERMISSION_DENIED",
                                      "Consumer 'api_key:" + key + "' has been suspended. " + std::string(5000, 'x'));
  const std::string page = "<html>" + key + "</html>";
  const std::string frame = "{\"candidates\": oops " + key;
  for (const Result& result :
       {exchange(Plugin(), {.http_status = 403, .pieces = {body}}),
        exchange(Plugin(), {.http_status = 502, .pieces = {page}}), exchange_frames(Plugin(), {frame})}) {
    INFO(result.message);
    CHECK(result.message.find("AIza***") != std::string::npos);
    CHECK(result.message.find("0123") == std::string::npos);
    CHECK(result.message.size() < 500);
  }
}

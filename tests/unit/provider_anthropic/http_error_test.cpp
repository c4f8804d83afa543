// Answers with a status other than 2xx. Their body arrives as raw chunks, whatever the framing.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "driver.hpp"

using namespace platos::provider_anthropic::testing;
using Json = nlohmann::json;

namespace {

std::string error_text(const std::string& type, const std::string& message = "It did not work") {
  return R"({"type":"error","error":{"type":")" + type + R"(","message":")" + message + R"("},"request_id":"req_1"})";
}

}  // namespace

TEST_CASE("every HTTP status of the vendor has its code, its advice and its detail") {
  struct Case {
    std::int32_t http_status;
    const char* type;
    std::int32_t status;
    bool retryable;
  };
  const Case cases[] = {
      {400, "invalid_request_error", PLATOS_INVALID_ARGUMENT, false},
      {401, "authentication_error", PLATOS_UNAUTHENTICATED, false},
      {402, "billing_error", PLATOS_RESOURCE_EXHAUSTED, false},
      {403, "permission_error", PLATOS_PERMISSION_DENIED, false},
      {404, "not_found_error", PLATOS_NOT_FOUND, false},
      {413, "request_too_large", PLATOS_INVALID_ARGUMENT, false},
      {429, "rate_limit_error", PLATOS_RESOURCE_EXHAUSTED, true},
      {500, "api_error", PLATOS_UNAVAILABLE, true},
      {504, "timeout_error", PLATOS_DEADLINE, true},
      {529, "overloaded_error", PLATOS_UNAVAILABLE, true},
  };
  const Plugin plugin;
  for (const std::string_view request : {kStreamRequest, kWholeRequest}) {
    for (const Case& tried : cases) {
      const std::string body = error_text(tried.type);
      const Result result = exchange(plugin, {.http_status = tried.http_status, .pieces = {body}}, request);
      INFO(tried.http_status << " -> " << result.message << " " << result.detail_json);
      CHECK(result.status == tried.status);
      CHECK(result.message ==
            "https://api.anthropic.com answered HTTP " + std::to_string(tried.http_status) + ": \"It did not work\"");
      CHECK(Json::parse(result.detail_json) ==
            Json{{"http_status", tried.http_status}, {"retryable", tried.retryable}, {"provider_code", tried.type}});
      CHECK(result.events.empty());
    }
  }
}

TEST_CASE("Retry-After goes along with what may be retried") {
  const auto detail_of = [](std::int32_t http_status, const std::string& type) {
    const std::string body = error_text(type);
    return Json::parse(
        exchange(Plugin(), {.http_status = http_status, .headers = {{"Retry-After", "7"}}, .pieces = {body}})
            .detail_json);
  };
  CHECK(detail_of(429, "rate_limit_error")["retry_after_ms"] == 7000);
  CHECK(detail_of(529, "overloaded_error")["retry_after_ms"] == 7000);
  CHECK_FALSE(detail_of(400, "invalid_request_error").contains("retry_after_ms"));
  CHECK_FALSE(detail_of(429, "billing_error").contains("retry_after_ms"));
}

TEST_CASE("an error body may be split anywhere and cut anywhere") {
  const Plugin plugin;
  const std::string body = error_text("overloaded_error");
  const std::string_view text = body;
  for (std::size_t at = 0; at <= body.size(); ++at) {
    const Result split = exchange(plugin, {.http_status = 529, .pieces = {text.substr(0, at), text.substr(at)}});
    REQUIRE(split.message.ends_with("\"It did not work\""));
    const Result cut = exchange(plugin, {.http_status = 529, .pieces = {text.substr(0, at)}});
    REQUIRE(cut.status == PLATOS_UNAVAILABLE);
    REQUIRE(broken_promise(cut).empty());
  }
}

TEST_CASE("the vendor's words are bounded and show no key, in JSON, in garbage and in a broken frame") {
  const std::string key = "sk-ant-api03-0123456789abcdef";
  const std::string body = error_text("authentication_error", "invalid key " + key + " " + std::string(5000, 'x'));
  const std::string page = "<html>" + key + "</html>";
  const std::string frame = "{\"type\": oops " + key;
  const std::string end_cut = "{" + std::string(110, ' ') + key;
  for (const Result& result : {exchange(Plugin(), {.http_status = 401, .pieces = {body}}),
                               exchange(Plugin(), {.http_status = 502, .pieces = {page}}),
                               exchange_frames(Plugin(), {frame}), exchange_frames(Plugin(), {end_cut})}) {
    INFO(result.message);
    CHECK(result.message.find("sk-***") != std::string::npos);
    CHECK(result.message.find("0123") == std::string::npos);
    CHECK(result.message.find("api03") == std::string::npos);
    CHECK(result.message.size() < 500);
  }
}

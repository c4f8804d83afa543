#include "common/provider/refusal_reason.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "driver.hpp"

using namespace platos::provider_openai::testing;
using platos::provider_common::recognise_refusal;
using platos::provider_common::RefusalReason;
using platos::provider_common::VendorError;
using Json = nlohmann::json;

TEST_CASE("a reason is read from the code, then the type, then the text") {
  CHECK(recognise_refusal({"model not found", "invalid_api_key", "insufficient_quota"}).word == "invalid_api_key");
  CHECK(recognise_refusal({"model not found", "1500", "insufficient_quota"}).word == "insufficient_quota");
  CHECK(recognise_refusal({"MODEL NOT FOUND, sorry", "1500", "error"}).word == "model_not_found");
  CHECK(recognise_refusal({"MODEL NOT FOUND, sorry", "1500", "error"}).reason == RefusalReason::NoModel);
  CHECK(recognise_refusal({"It did not work", "1500", "error"}).reason == RefusalReason::Unspecified);
  CHECK(recognise_refusal({"It did not work", "1500", "error"}).word.empty());
}

TEST_CASE("what a vendor says does not hide a status that speaks of itself") {
  struct Case {
    std::int32_t http_status;
    const char* body;
    std::int32_t status;
    const char* provider_code;
  };
  const Case cases[] = {
      {503, R"({"error":{"message":"m","code":"invalid_api_key"}})", PLATOS_UNAVAILABLE, "invalid_api_key"},
      {500, R"({"error":"model not found"})", PLATOS_UNAVAILABLE, ""},
      {408, R"({"error":"prompt is too long"})", PLATOS_DEADLINE, ""},
      {409, R"({"error":"model not found"})", PLATOS_ABORTED, ""},
      {429, R"({"error":"prompt is too long"})", PLATOS_RESOURCE_EXHAUSTED, ""},
      {400, R"({"error":{"message":"m","code":"rate_limit_exceeded"}})", PLATOS_INVALID_ARGUMENT,
       "rate_limit_exceeded"},
      {302, R"({"error":"model not found"})", PLATOS_FAILED_PRECONDITION, ""},
  };
  for (const Case& tried : cases) {
    INFO(tried.http_status << " " << tried.body);
    const Result result = exchange(Plugin(), {.http_status = tried.http_status, .pieces = {tried.body}});
    CHECK(result.status == tried.status);
    CHECK(Json::parse(result.detail_json).value("provider_code", "") == tried.provider_code);
  }
}

TEST_CASE("a reason inside an answer counts too, with and without a status of its own") {
  const auto result_of = [](const std::string& error) {
    return exchange_frames(Plugin(), {R"({"error":)" + error + "}"});
  };
  CHECK(result_of(R"({"message":"m","code":"content_filter"})").status == PLATOS_PERMISSION_DENIED);
  CHECK(result_of(R"({"message":"m","code":"tool_use_failed"})").status == PLATOS_INTERNAL);
  CHECK(result_of(R"({"message":"prompt is too long","code":400})").status == PLATOS_INVALID_ARGUMENT);
  CHECK(result_of(R"({"message":"model not found","code":400})").status == PLATOS_NOT_FOUND);
  CHECK(result_of(R"({"message":"model not found","code":502})").status == PLATOS_UNAVAILABLE);
  CHECK(result_of("\"Insufficient Balance\"").status == PLATOS_RESOURCE_EXHAUSTED);
}

TEST_CASE("metadata and faults of other shapes are passed over or shown") {
  const auto message_of = [](const std::string& body) {
    const std::string text = exchange(Plugin(), {.http_status = 400, .pieces = {body}}).message;
    return text.substr(text.find(": \"") + 2);
  };
  CHECK(message_of(R"({"error":{"metadata":{"raw":"why"},"message":"failed"}})") == "\"failed: why\"");
  CHECK(message_of(R"({"error":{"metadata":{"raw":{"error":"why"}},"message":"failed"}})") ==
        R"("failed: {"error":"why"}")");
  CHECK(message_of(R"({"error":{"metadata":"raw","message":"failed"}})") == "\"failed\"");
  CHECK(message_of(R"({"error":{"metadata":{"raw":null},"message":"failed"}})") == "\"failed\"");
  CHECK(message_of(R"({"error":{"metadata":{"raw":"why"}}})") == "\"why\"");
  CHECK(message_of(R"({"fault":"broken"})") == "\"broken\"");
  CHECK(message_of(R"({"fault":{"detail":{"errorcode":"x"},"faultstring":"broken"}})") == "\"broken\"");
}

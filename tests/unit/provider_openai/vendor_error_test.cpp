// Recorded refusals of each vendor: one typed error for each thing that can be wrong.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "driver.hpp"
#include "shipped_instance.hpp"

using namespace platos::provider_openai::testing;
using Json = nlohmann::json;

namespace {

const std::map<std::string, std::int32_t> kStatuses = {
    {"UNAUTHENTICATED", PLATOS_UNAUTHENTICATED},
    {"RESOURCE_EXHAUSTED", PLATOS_RESOURCE_EXHAUSTED},
    {"NOT_FOUND", PLATOS_NOT_FOUND},
    {"INVALID_ARGUMENT", PLATOS_INVALID_ARGUMENT},
    {"PERMISSION_DENIED", PLATOS_PERMISSION_DENIED},
    {"UNAVAILABLE", PLATOS_UNAVAILABLE},
    {"INTERNAL", PLATOS_INTERNAL},
};

Json errors_of(const std::string& vendor) { return Json::parse(recorded("vendors/" + vendor + "/errors.json")); }

std::string body_of(const Json& row) {
  return row.at("body").is_string() ? row.at("body").get<std::string>() : row.at("body").dump();
}

bool has_case(const Json& rows, const std::string& name) {
  return std::any_of(rows.begin(), rows.end(), [&](const Json& row) { return row.at("case") == name; });
}

void check_refusal(const std::string& vendor, const Json& row, std::string_view request) {
  const Json& expected = row.at("expected");
  const ShippedInstance instance = usable(vendor);
  const auto by_name = row.value("headers", std::map<std::string, std::string>());
  const Headers headers(by_name.begin(), by_name.end());
  const std::string body = body_of(row);
  const Result result = exchange(Plugin(instance.config_json()),
                                 {.http_status = row.at("http_status"), .headers = headers, .pieces = {body}}, request);
  INFO(vendor << ", " << row.at("case") << " -> " << result.status << " " << result.message << " "
              << result.detail_json);
  CHECK(result.status == kStatuses.at(expected.at("status")));
  CHECK(result.message.starts_with(instance.config.at("base_url").get<std::string>() + " answered HTTP "));
  CHECK(result.message.find(expected.at("message").get<std::string>()) != std::string::npos);
  const Json detail = Json::parse(result.detail_json);
  CHECK(detail.at("http_status") == row.at("http_status"));
  CHECK(detail.at("retryable") == expected.at("retryable"));
  CHECK(detail.value("provider_code", "") == expected.at("code"));
  CHECK(detail.contains("retry_after_ms") == (expected.at("retryable") == true && !headers.empty()));
  CHECK(result.events.empty());
  CHECK(broken_promise(result).empty());
}

}  // namespace

TEST_CASE("every refusal of every vendor is one typed error") {
  for (const std::string& vendor : shipped_names()) {
    for (const Json& row : errors_of(vendor)) {
      check_refusal(vendor, row, kStreamRequest);
      check_refusal(vendor, row, kWholeRequest);
    }
  }
}

TEST_CASE("no vendor lacks a recorded refusal of the things that can be wrong with it") {
  for (const std::string& vendor : shipped_names()) {
    INFO(vendor);
    const Json rows = errors_of(vendor);
    for (const char* name : {"model gone", "context too long", "rate limit"}) CHECK(has_case(rows, name));
    const bool has_account = usable(vendor).config.value("api_key_required", true);
    CHECK(has_case(rows, "wrong key") == has_account);
    CHECK(has_case(rows, "no quota") == has_account);
    const bool has_safety_stop =
        vendor == "azure" || vendor == "deepseek" || vendor == "openai" || vendor == "openrouter";
    CHECK(has_case(rows, "safety stop") == has_safety_stop);
  }
}

TEST_CASE("an upstream that fails in the middle of an answer, as a router tells it") {
  const std::string frame = R"({"id":"gen-1","error":{"code":502,"message":"Provider disconnected"},)"
                            R"("choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]})";
  const Result result = exchange(Plugin(usable("openrouter").config_json()),
                                 {.pieces = {": OPENROUTER PROCESSING\n\n", "data: " + frame + "\n\n"}});
  CHECK(result.status == PLATOS_UNAVAILABLE);
  CHECK(result.message == "https://openrouter.ai/api/v1 broke off its answer with an error: \"Provider disconnected\"");
  CHECK(Json::parse(result.detail_json) == Json{{"retryable", true}, {"provider_code", "502"}});
}

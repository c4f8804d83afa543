// Refusals of the vendor and failures of the transport.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "common/provider/testing/refusals.hpp"
#include "driver.hpp"

using namespace platos::embedder_openai::testing;
using namespace platos::provider_common::testing;
using Json = nlohmann::json;

namespace {

const std::string kErrorBody(kRefusalBody);

}  // namespace

TEST_CASE("every HTTP status has its code and its advice") {
  const Plugin plugin;
  for (const Refusal& tried : kRefusals) {
    const Result result = embed(plugin, {"a"}, {kErrorBody, tried.http_status});
    INFO(tried.http_status);
    CHECK(result.status == tried.status);
    CHECK(result.message == refusal_message(tried, "https://vendor.example/v1"));
    CHECK(Json::parse(result.detail_json) == refusal_detail(tried));
    CHECK(result.vectors.empty());
  }
}

TEST_CASE("the vendor's wait is passed on") {
  const Plugin plugin;
  const auto wait_of = [&](const std::string& value) {
    const Result result = embed(plugin, {"a"}, {kErrorBody, 429, {{"retry-AFTER", value}}});
    return Json::parse(result.detail_json).value("retry_after_ms", std::int64_t{-1});
  };
  CHECK(wait_of("7") == 7000);
  CHECK(wait_of("0.25") == 250);
  CHECK(wait_of("soon") == -1);
  CHECK(wait_of("999999") == 3'600'000);
}

TEST_CASE("an exhausted quota is not tried again") {
  const Result result = embed(
      Plugin(), {"a"}, {R"({"error":{"message":"Pay","code":"insufficient_quota"}})", 429, {{"Retry-After", "1"}}});
  CHECK(result.status == PLATOS_RESOURCE_EXHAUSTED);
  CHECK(Json::parse(result.detail_json)["retryable"] == false);
  CHECK(!Json::parse(result.detail_json).contains("retry_after_ms"));
}

TEST_CASE("an error under status 200 is the vendor's error") {
  const Result result = embed(
      Plugin(), {"a"},
      {R"({"error":{"message":"Slow down","type":"rate_limit_error"},"data":[{"index":0,"embedding":[1,2,3]}]})"});
  CHECK(result.status == PLATOS_RESOURCE_EXHAUSTED);
  CHECK(result.message == "https://vendor.example/v1 broke off its answer with an error: \"Slow down\"");
  CHECK(result.vectors.empty());
}

TEST_CASE("an endless error body is cut") {
  const Result result = embed(Plugin(), {"a"}, {std::string(200'000, 'x'), 500});
  CHECK(result.status == PLATOS_UNAVAILABLE);
  CHECK(result.message.size() < 500);
}

TEST_CASE("a refusal without a body is still a refusal") {
  const Result result = embed(Plugin(), {"a"}, {.http_status = 503, .has_frame = false});
  CHECK(result.status == PLATOS_UNAVAILABLE);
  CHECK(result.message == "https://vendor.example/v1 answered HTTP 503: \"no text\"");
}

TEST_CASE("a transport that fails leaves a failure that may be tried again") {
  const auto failure = [](std::int32_t transport_status) {
    return embed(Plugin(), {"a"}, {.transport_status = transport_status, .has_frame = false});
  };
  CHECK(failure(PLATOS_DEADLINE).status == PLATOS_DEADLINE);
  CHECK(failure(PLATOS_DEADLINE).message == "https://vendor.example/v1 did not answer in time");
  CHECK(failure(PLATOS_UNAVAILABLE).status == PLATOS_UNAVAILABLE);
  CHECK(failure(PLATOS_OK).status == PLATOS_UNAVAILABLE);
  CHECK(failure(PLATOS_OK).message == "https://vendor.example/v1 sent an answer without a body");
  CHECK(failure(PLATOS_UNAVAILABLE).detail_json == R"({"retryable":true})");
}

TEST_CASE("the key's slot is never part of an error") {
  for (const std::int32_t http_status : {200, 401, 500}) {
    CHECK(embed(Plugin(), {"a"}, {"x", http_status}).message.find("api_key") == std::string::npos);
  }
}

TEST_CASE("next before the end of an answer is refused") {
  const Plugin plugin;
  const auto& embedder = plugin.instance.table<platos_embedder_t>(PLATOS_EMBEDDER_INTERFACE);
  platos_call_t call;
  platos_error_t error;
  platos_embedding_t* embedding = nullptr;
  const platos_slice_t text = platos::sdk::slice("a");
  REQUIRE(embedder.begin(plugin.instance.handle(), &call, &text, 1, &embedding, &error) == PLATOS_OK);
  platos::sdk::testing::VectorCollector collector;
  platos_step_t step{};
  step.struct_size = sizeof step;
  CHECK(embedder.next(embedding, &step, &collector.table, &error) == PLATOS_OK);
  CHECK(embedder.next(embedding, &step, &collector.table, &error) == PLATOS_INTERNAL);
  CHECK(error.message == "next() was called before the answer ended");
  embedder.end(embedding);
}

// Answers that are not streamed; the cases of every codec are those of tests/contract/whole_contract.cpp.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "contract/stream_contract.hpp"
#include "driver.hpp"

using namespace platos::provider_openai::testing;

const std::vector<platos::tests::Recording>& platos::tests::whole_answers() {
  static const auto all = whole_recordings(PROVIDER_OPENAI_RECORDED, {"whole_text", "whole_tools"});
  return all;
}

TEST_CASE("a request that is not streamed asks for JSON") {
  const auto outcome = run_exchange(Plugin().instance, kWholeRequest, 200, {recorded("whole_text.json")});
  CHECK(outcome.headers[1] == std::pair<std::string, std::string>("Accept", "application/json"));
  CHECK(nlohmann::json::parse(outcome.body)["stream"] == false);
}

TEST_CASE("a body without a choice, or of an error, fails") {
  const Plugin plugin;
  const Result empty = exchange(plugin, {.pieces = {R"({"choices":[]})"}}, kWholeRequest);
  CHECK(empty.status == PLATOS_INTERNAL);
  CHECK(empty.message.find("expected an item in choices, found none in \"{") != std::string::npos);
  const Result error = exchange(plugin, {.pieces = {R"({"error":{"message":"busy","code":503}})"}}, kWholeRequest);
  CHECK(error.status == PLATOS_UNAVAILABLE);
  CHECK(error.message.find("\"busy\"") != std::string::npos);
}

TEST_CASE("a failing transport before the body") {
  const Result result = exchange(Plugin(), {.transport_status = PLATOS_UNAVAILABLE}, kWholeRequest);
  CHECK(result.status == PLATOS_UNAVAILABLE);
  CHECK(result.detail_json == R"({"retryable":true})");
}

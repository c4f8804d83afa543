// Answers that are not streamed; the cases of every codec are those of tests/contract/whole_contract.cpp.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "contract/stream_contract.hpp"
#include "driver.hpp"

using namespace platos::provider_google::testing;

const std::vector<platos::tests::Recording>& platos::tests::whole_answers() {
  static const auto all = whole_recordings(PROVIDER_GOOGLE_RECORDED, {"whole"});
  return all;
}

TEST_CASE("a request that is not streamed asks for JSON") {
  const Plugin plugin;
  const auto outcome = run_exchange(plugin.instance, kWholeRequest, 200, {recorded("whole.json")});
  CHECK(outcome.headers[1] == std::pair<std::string, std::string>("accept", "application/json"));
  CHECK(outcome.url == "https://generativelanguage.googleapis.com/v1beta/models/m:generateContent");
}

TEST_CASE("a body without an answer is broken, blocked, or an error") {
  const auto result_of = [](std::string_view body) { return exchange(Plugin(), {.pieces = {body}}, kWholeRequest); };
  CHECK(result_of("{}").message.find("expected an item in candidates, found none") != std::string::npos);
  CHECK(result_of(R"({"candidates":[]})").status == PLATOS_INTERNAL);
  CHECK(result_of(R"({"promptFeedback":{"blockReason":"SAFETY"}})").events == std::vector<std::string>{"stop:4"});
  CHECK(result_of(R"({"error":{"code":503,"message":"m"}})").status == PLATOS_UNAVAILABLE);
  CHECK(result_of(finish_frame("MALFORMED_FUNCTION_CALL")).status == PLATOS_INTERNAL);
  CHECK(result_of(parts_frame(R"({"text":"a"})")).events == std::vector<std::string>{"text:a", "stop:1"});
}

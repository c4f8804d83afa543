// Answers that are not streamed; the cases of every codec are those of tests/contract/whole_contract.cpp.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "contract/stream_contract.hpp"
#include "driver.hpp"

using namespace platos::provider_anthropic::testing;

const std::vector<platos::tests::Recording>& platos::tests::whole_answers() {
  static const auto all = whole_recordings(PROVIDER_ANTHROPIC_RECORDED, {"whole"});
  return all;
}

TEST_CASE("a request that is not streamed asks for JSON") {
  const Plugin plugin;
  const auto outcome = run_exchange(plugin.instance, kWholeRequest, 200, {recorded("whole.json")});
  CHECK(outcome.headers[1] == std::pair<std::string, std::string>("accept", "application/json"));
  CHECK(nlohmann::json::parse(outcome.body)["stream"] == false);
}

TEST_CASE("a body that is no message is broken, or an error") {
  const auto result_of = [](std::string_view body) { return exchange(Plugin(), {.pieces = {body}}, kWholeRequest); };
  CHECK(result_of("{}").message.find("expected message at type") != std::string::npos);
  CHECK(result_of(R"({"type":"message"})").message.find("expected an array at content") != std::string::npos);
  CHECK(result_of(R"({"type":"message_stop"})").status == PLATOS_INTERNAL);
  CHECK(result_of(R"({"error":{"type":"api_error","message":"m"},"type":"error"})").status == PLATOS_UNAVAILABLE);
}

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "driver.hpp"

using namespace platos::provider_google::testing;

TEST_CASE("an answer that is not streamed gives the same events, split at every byte") {
  const Plugin plugin;
  const std::string body = recorded("whole.json");
  const auto expected = nlohmann::json::parse(recorded("whole.events.json")).get<std::vector<std::string>>();
  for (std::size_t at = 0; at <= body.size(); ++at) {
    const std::string_view text = body;
    const auto outcome = run_exchange(plugin.instance, kWholeRequest, 200, {text.substr(0, at), text.substr(at)});
    INFO("at " << at << " " << outcome.error.message);
    REQUIRE(outcome.done);
    REQUIRE(outcome.events == expected);
  }
}

TEST_CASE("a request that is not streamed asks for JSON") {
  const Plugin plugin;
  const auto outcome = run_exchange(plugin.instance, kWholeRequest, 200, {recorded("whole.json")});
  CHECK(outcome.headers[1] == std::pair<std::string, std::string>("accept", "application/json"));
  CHECK(outcome.url == "https://generativelanguage.googleapis.com/v1beta/models/m:generateContent");
}

TEST_CASE("a body cut at any byte fails without an event") {
  const Plugin plugin;
  const std::string body = recorded("whole.json");
  for (std::size_t at = 0; at <= body.rfind('}'); ++at) {
    const Result result = exchange(plugin, {.pieces = {std::string_view(body).substr(0, at)}}, kWholeRequest);
    INFO("cut at " << at << ": " << result.message);
    REQUIRE(result.status == (at == 0 ? PLATOS_UNAVAILABLE : PLATOS_INTERNAL));
    REQUIRE(result.events.empty());
  }
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

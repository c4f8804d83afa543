#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "driver.hpp"

using namespace platos::provider_openai::testing;
using WholeEvents = std::vector<std::string>;

TEST_CASE("answers that are not streamed give the same events, split at every byte") {
  const Plugin plugin;
  for (const char* name : {"whole_text", "whole_tools"}) {
    const std::string body = recorded(std::string(name) + ".json");
    const auto expected = nlohmann::json::parse(recorded(std::string(name) + ".events.json")).get<WholeEvents>();
    for (std::size_t at = 0; at <= body.size(); ++at) {
      const std::string_view text = body;
      const auto outcome = run_exchange(plugin.instance, kWholeRequest, 200, {text.substr(0, at), text.substr(at)});
      INFO(name << " at " << at << " " << outcome.error.message);
      REQUIRE(outcome.done);
      REQUIRE(outcome.events == expected);
    }
  }
}

TEST_CASE("a request that is not streamed asks for JSON") {
  const auto outcome = run_exchange(Plugin().instance, kWholeRequest, 200, {recorded("whole_text.json")});
  CHECK(outcome.headers[1] == std::pair<std::string, std::string>("Accept", "application/json"));
  CHECK(nlohmann::json::parse(outcome.body)["stream"] == false);
}

TEST_CASE("a body cut at any byte fails without an event") {
  const Plugin plugin;
  for (const char* name : {"whole_text.json", "whole_tools.json"}) {
    const std::string body = recorded(name);
    const std::size_t last_brace = body.rfind('}');
    for (std::size_t at = 0; at <= last_brace; ++at) {
      const Result result = exchange(plugin, {.pieces = {std::string_view(body).substr(0, at)}}, kWholeRequest);
      INFO(name << " cut at " << at << ": " << result.message);
      REQUIRE(result.status == (at == 0 ? PLATOS_UNAVAILABLE : PLATOS_INTERNAL));
      REQUIRE(result.events.empty());
    }
  }
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

// The recorded answers, cut everywhere: the cases are those of the stream contract.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "contract/stream_contract.hpp"
#include "driver.hpp"

using namespace platos::provider_google::testing;

const std::vector<platos::tests::Recording>& platos::tests::complete_streams() {
  static const auto all = recordings(PROVIDER_GOOGLE_RECORDED, {"text", "thinking", "two_tools", "ids", "safety",
                                                                "blocked", "max_tokens", "multibyte", "unknown"});
  return all;
}

TEST_CASE("an overload after status 200 fails the answer, split at every byte") {
  const Plugin plugin;
  const auto overloaded = platos::tests::recording(PROVIDER_GOOGLE_RECORDED, "overloaded");
  const std::string_view text = overloaded.body;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    const Result result = exchange(plugin, {.pieces = {text.substr(0, at), text.substr(at)}});
    INFO("split at byte " << at);
    REQUIRE(result.status == PLATOS_UNAVAILABLE);
    REQUIRE(result.events == overloaded.events);
    REQUIRE(result.message ==
            "https://generativelanguage.googleapis.com/v1beta broke off its answer with an error: "
            "\"The model is overloaded. Please try again later.\"");
    REQUIRE(nlohmann::json::parse(result.detail_json) ==
            nlohmann::json{{"retryable", true}, {"provider_code", "UNAVAILABLE"}});
  }
}

// What every codec of platos.provider/1 must do with answers that are not streamed. Compile this into the test beside
// stream_contract.cpp, and define whole_answers().
#include <catch2/catch.hpp>

#include "common/provider/testing/exchange_driver.hpp"
#include "contract/stream_contract.hpp"

namespace platos::tests {

using namespace provider_common::testing;

TEST_CASE("an answer that is not streamed gives the same events, split at every byte") {
  const Plugin plugin;
  for (const Recording& answer : whole_answers()) {
    const std::string_view text = answer.body;
    for (std::size_t at = 0; at <= text.size(); ++at) {
      const auto outcome = run_exchange(plugin.instance, kWholeRequest, 200, {text.substr(0, at), text.substr(at)});
      INFO(answer.name << " at " << at << " " << outcome.error.message);
      REQUIRE(outcome.done);
      REQUIRE(outcome.events == answer.events);
    }
  }
}

TEST_CASE("a body cut at any byte fails without an event") {
  const Plugin plugin;
  for (const Recording& answer : whole_answers()) {
    for (std::size_t at = 0; at <= answer.body.rfind('}'); ++at) {
      const Result result = exchange(plugin, {.pieces = {std::string_view(answer.body).substr(0, at)}}, kWholeRequest);
      INFO(answer.name << " cut at " << at << ": " << result.message);
      REQUIRE(result.status == (at == 0 ? PLATOS_UNAVAILABLE : PLATOS_INTERNAL));
      REQUIRE(result.events.empty());
    }
  }
}

}  // namespace platos::tests

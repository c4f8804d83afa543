// The recorded answers, cut everywhere: the cases are those of the stream contract.
#include <catch2/catch.hpp>

#include "contract/stream_contract.hpp"
#include "driver.hpp"

using namespace platos::provider_anthropic::testing;

const std::vector<platos::tests::Recording>& platos::tests::complete_streams() {
  static const auto all = recordings(
      PROVIDER_ANTHROPIC_RECORDED, {"text", "two_tools", "thinking", "unknown", "multibyte", "max_tokens", "refusal"});
  return all;
}

TEST_CASE("an overload after status 200 fails the answer, split at every byte") {
  platos::tests::check_broken_off(platos::tests::recording(PROVIDER_ANTHROPIC_RECORDED, "overloaded"),
                                  "https://api.anthropic.com broke off its answer with an error: \"Overloaded\"",
                                  R"({"retryable":true,"provider_code":"overloaded_error"})");
}

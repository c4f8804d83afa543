// The recorded answers, cut everywhere: the cases are those of the stream contract.
#include <catch2/catch.hpp>

#include "contract/stream_contract.hpp"
#include "driver.hpp"

using namespace platos::provider_google::testing;

const std::vector<platos::tests::Recording>& platos::tests::complete_streams() {
  static const auto all = recordings(PROVIDER_GOOGLE_RECORDED, {"text", "thinking", "two_tools", "ids", "safety",
                                                                "blocked", "max_tokens", "multibyte", "unknown"});
  return all;
}

TEST_CASE("an overload after status 200 fails the answer, split at every byte") {
  platos::tests::check_broken_off(platos::tests::recording(PROVIDER_GOOGLE_RECORDED, "overloaded"),
                                  "https://generativelanguage.googleapis.com/v1beta broke off its answer with an "
                                  "error: \"The model is overloaded. Please try again later.\"",
                                  R"({"retryable":true,"provider_code":"UNAVAILABLE"})");
}

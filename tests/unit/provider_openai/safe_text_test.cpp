#include "common/provider/safe_text.hpp"

#include <catch2/catch.hpp>

using platos::provider_common::without_keys;

TEST_CASE("words that look like keys are hidden, wherever they stand") {
  CHECK(without_keys("Incorrect API key provided: sk-proj-Abc_123456.") == "Incorrect API key provided: sk-***.");
  CHECK(without_keys("sk-ant-api03-xyz12345") == "sk-***");
  CHECK(without_keys("(sk-12345678)(sk-abcdefgh)") == "(sk-***)(sk-***)");
  CHECK(without_keys("Consumer 'api_key:AIzaSyA_0123-45' has been suspended") ==
        "Consumer 'api_key:AIza***' has been suspended");
}

TEST_CASE("other words stay as they are") {
  for (const char* text : {"", "sk-", "sk-short", "AIza", "AIzaShort", "xAIzaSyA0123456", "task-management",
                           "a risk-assessment of sk", "\xff sk-\xff"}) {
    CHECK(without_keys(text) == text);
  }
}

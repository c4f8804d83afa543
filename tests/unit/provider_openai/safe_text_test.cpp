#include "common/provider/safe_text.hpp"

#include <catch2/catch.hpp>

using platos::provider_common::without_keys;

TEST_CASE("words that look like keys are hidden, wherever they stand") {
  CHECK(without_keys("Incorrect API key provided: sk-proj-Abc_123456.") == "Incorrect API key provided: sk-***.");
  CHECK(without_keys("sk-ant-api03-xyz12345") == "sk-***");
  CHECK(without_keys("(sk-12345678)(sk-abcdefgh)") == "(sk-***)(sk-***)");
}

TEST_CASE("other words stay as they are") {
  for (const char* text : {"", "sk-", "sk-short", "task-management", "a risk-assessment of sk", "\xff sk-\xff"}) {
    CHECK(without_keys(text) == text);
  }
}

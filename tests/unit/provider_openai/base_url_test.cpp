#include "common/provider/base_url.hpp"

#include <catch2/catch.hpp>

#include "driver.hpp"

using platos::provider_common::base_url_problem;
using platos::provider_common::without_trailing_slashes;
using platos::provider_openai::testing::refusal_of;

TEST_CASE("a base_url loses its trailing slashes and nothing else") {
  CHECK_FALSE(base_url_problem("https://api.openai.com/v1", "an example").has_value());
  CHECK(without_trailing_slashes("https://api.openai.com/v1") == "https://api.openai.com/v1");
  CHECK_FALSE(base_url_problem("https://api.openai.com/v1//", "an example").has_value());
  CHECK(without_trailing_slashes("https://api.openai.com/v1//") == "https://api.openai.com/v1");
  CHECK_FALSE(base_url_problem("http://localhost:11434/v1/", "an example").has_value());
  CHECK(without_trailing_slashes("http://localhost:11434/v1/") == "http://localhost:11434/v1");
  CHECK_FALSE(base_url_problem("HTTP://[::1]:8080", "an example").has_value());
  CHECK(without_trailing_slashes("HTTP://[::1]:8080") == "HTTP://[::1]:8080");
  CHECK_FALSE(base_url_problem("https://example.com/", "an example").has_value());
  CHECK(without_trailing_slashes("https://example.com/") == "https://example.com");
}

TEST_CASE("a base_url that is no absolute http or https URL is refused with what was found") {
  for (const char* url : {"",
                          "api.openai.com/v1",
                          "/v1",
                          "ftp://example.com",
                          "https:/example.com",
                          "https://",
                          "https:///v1",
                          "https://:80/v1",
                          "https://example.com:0/",
                          "https://example.com:65536",
                          "https://example.com:8a",
                          "https://[::1",
                          "https://[]/",
                          "https://[::1]8080",
                          "https://example.com/v1?key=1",
                          "https://example.com/#v1",
                          "https://exa mple.com",
                          "https://example.com/\\u00e9",
                          "https://example.com/{{config.x}}",
                          "https://a\\nb"}) {
    const auto [code, message] = refusal_of(std::string(R"({"base_url":")") + url + "\"}");
    INFO(url << " -> " << message);
    CHECK(code == PLATOS_INVALID_ARGUMENT);
    CHECK(message.find("base_url: expected ") != std::string::npos);
    CHECK(message.find(", found \"") != std::string::npos);
  }
}

TEST_CASE("a host that ends in .invalid stands for one that is not set") {
  using platos::provider_common::is_placeholder;
  CHECK(is_placeholder("https://not-set.invalid"));
  CHECK(is_placeholder("https://not-set.INVALID:8080/v1"));
  CHECK_FALSE(is_placeholder("https://invalid/v1"));
  CHECK_FALSE(is_placeholder("https://.invalid/v1"));
  CHECK_FALSE(is_placeholder("https://example.com/not-set.invalid"));
  CHECK_FALSE(is_placeholder("https://not-set.invalid.example.com"));
}

TEST_CASE("a password in a base_url is refused and not repeated") {
  const auto [code, message] = refusal_of(R"({"base_url":"https://me:hunter2@example.com/v1"})");
  CHECK(code == PLATOS_INVALID_ARGUMENT);
  CHECK(message.find("user info") != std::string::npos);
  CHECK(message.find("hunter2") == std::string::npos);
}

#include "config.hpp"

#include <catch2/catch.hpp>

#include "platos/cpp/error.hpp"

using platos::observer_otlp::parse_config;

TEST_CASE("a configuration needs an endpoint and has defaults for the rest") {
  const auto config = parse_config(R"({"endpoint": "HTTP://127.0.0.1:4318///"})");
  CHECK(config.endpoint == "HTTP://127.0.0.1:4318");
  CHECK(config.timeout_ms == 10'000);
  CHECK(config.max_queue_records == 8192);
  CHECK(config.max_queue_bytes == 16 * 1024 * 1024);
  CHECK(config.headers.empty());
}

TEST_CASE("an endpoint that is empty names the variable that fills it") {
  CHECK_THROWS_WITH(parse_config(R"({"endpoint": ""})"), Catch::Contains("OTEL_EXPORTER_OTLP_ENDPOINT"));
}

TEST_CASE("a bad configuration is refused by the member's name") {
  const std::pair<const char*, const char*> refused[] = {
      {"[]", "observer-otlp"},
      {"{}", "endpoint"},
      {R"({"endpoint": 7})", "endpoint"},
      {R"({"endpoint": "localhost:4318"})", "endpoint"},
      {R"({"endpoint": "ftp://a"})", "endpoint"},
      {R"({"endpoint": "http://"})", "endpoint"},
      {R"({"endpoint": "http:///"})", "endpoint"},
      {R"({"endpoint": "http://user:pass@a"})", "endpoint"},
      {R"({"endpoint": "http://a?b"})", "endpoint"},
      {R"({"endpoint": "http://a b"})", "endpoint"},
      {R"({"endpoint": "http://a", "colour": 1})", "colour"},
      {R"({"endpoint": "http://a", "timeout_ms": 5})", "timeout_ms"},
      {R"({"endpoint": "http://a", "timeout_ms": 1e3})", "timeout_ms"},
      {R"({"endpoint": "http://a", "max_queue_records": 18446744073709551615})", "max_queue_records"},
      {R"({"endpoint": "http://a", "max_queue_mb": "4"})", "max_queue_mb"},
      {R"({"endpoint": "http://a", "headers": []})", "headers"},
      {R"({"endpoint": "http://a", "headers": {"a b": "c"}})", "headers"},
      {R"({"endpoint": "http://a", "headers": {"Content-Type": "text/plain"}})", "Content-Type"},
      {R"({"endpoint": "http://a", "headers": {"x": "a\r\nb"}})", "headers"},
  };
  for (const auto& [text, member] : refused) {
    CAPTURE(text);
    CHECK_THROWS_WITH(parse_config(text), Catch::Contains(member));
    CHECK_THROWS_AS(parse_config(text), platos::sdk::Error);
  }
}

TEST_CASE("a password in an endpoint and a header's value are never shown") {
  CHECK_THROWS_WITH(parse_config(R"({"endpoint": "http://user:hunter2@a"})"), !Catch::Contains("hunter2"));
  CHECK_THROWS_WITH(parse_config(R"({"endpoint": "http://a", "headers": {"x": "hunter2\n"}})"),
                    !Catch::Contains("hunter2"));
}

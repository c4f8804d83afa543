#include <catch2/catch.hpp>

#include "extension/loader/entry_check.hpp"
#include "extension/loader/manifest.hpp"
#include "support/survives.hpp"

using namespace platos::extension;

namespace {
const std::vector<std::string> kPatterns = {"https://api.example.com/v1/*", "https://api.example.com/status"};
using Texts = std::vector<std::string>;
}  // namespace

TEST_CASE("a URL is covered by an equal pattern or by the beginning of one that ends in a star") {
  CHECK(url_matches(kPatterns, "https://api.example.com/v1/chat"));
  CHECK(url_matches(kPatterns, "https://api.example.com/v1/"));
  CHECK(url_matches(kPatterns, "https://api.example.com/v1/a?b=../c"));
  CHECK(url_matches(kPatterns, "https://api.example.com/v1/a..b/..c"));
  CHECK(url_matches(kPatterns, "https://api.example.com/status"));
}

TEST_CASE("nothing else is covered") {
  for (const char* url :
       {"", "https://api.example.com/v1", "https://api.example.com/status/", "https://api.example.com/v2/chat",
        "http://api.example.com/v1/chat", "https://api.example.com.evil.org/v1/chat",
        "https://evil.org/https://api.example.com/v1/chat", "https://api.example.com@evil.org/v1/chat",
        "HTTPS://api.example.com/v1/chat", "https://api.example.com:8443/v1/chat"}) {
    CAPTURE(url);
    CHECK_FALSE(url_matches(kPatterns, url));
  }
  CHECK_FALSE(url_matches({}, "https://api.example.com/v1/chat"));
}

TEST_CASE("a path that climbs out by dot segments is not covered, in whatever spelling") {
  const std::string rest = GENERATE(as<std::string>(), "../admin", "a/../../admin", "..", "a/..", "%2e%2e/admin",
                                    ".%2e/admin", "../admin?x", "..#x");
  CAPTURE(rest);
  CHECK_FALSE(url_matches(kPatterns, "https://api.example.com/v1/" + rest));
}

TEST_CASE("a path that climbs out by dot segments in upper case is not covered either") {
  const std::string rest = GENERATE(as<std::string>(), "%2E%2E/admin", ".%2E/admin", "%2E./admin", "%2e%2E/admin");
  CAPTURE(rest);
  CHECK_FALSE(url_matches(kPatterns, "https://api.example.com/v1/" + rest));
}

TEST_CASE("a pattern with a star for hosts covers those below the domain, by https on the usual port, and no others") {
  const std::vector<std::string> patterns = {"https://*.example.com/v1/*", "https://*.com/*", "http://*.plain.org/*",
                                             "https://*.*.org/*",          "https://*.",      "https://*./*"};
  for (const char* url :
       {"https://api.example.com/v1/x", "https://a.b.example.com/v1/x?y=..", "https://API.Example.Com/v1/"}) {
    CAPTURE(url);
    CHECK(url_matches_below(patterns, url));
    CHECK_FALSE(url_matches(patterns, url));
  }
  for (const char* url : {"https://example.com/v1/x",
                          "https://.example.com/v1/x",
                          "https://badexample.com/v1/x",
                          "https://api.example.com/v2/x",
                          "https://api.example.com",
                          "http://api.example.com/v1/x",
                          "https://api.example.com:8443/v1/x",
                          "https://user@api.example.com/v1/x",
                          "https://evil.org/.example.com/v1/x",
                          "https://evil.org?.example.com/v1/x",
                          "https://evil.org#.example.com/v1/x",
                          "https://evil.org\\.example.com/v1/x",
                          "https://api.example.com.evil.org/v1/x",
                          "https://api.example.com/v1/../admin",
                          "https://[::1].example.com/v1/x",
                          "https://x.com/y",
                          "http://a.plain.org/x",
                          "https://a.b.org/x",
                          "https://a./x",
                          ""}) {
    CAPTURE(url);
    CHECK_FALSE(url_matches_below(patterns, url));
  }
}

TEST_CASE("patterns take their members from the configuration, without slashes at its end") {
  const std::string config = R"({"base_url":"https://x/v1//","region":"eu","number":5})";
  CHECK(expand_patterns({"{{config.base_url}}/*"}, config) == Texts{"https://x/v1/*"});
  CHECK(expand_patterns({"https://{{config.region}}.x/{{config.region}}"}, config) == Texts{"https://eu.x/eu"});
  CHECK(expand_patterns({"https://plain/*"}, config) == Texts{"https://plain/*"});
}

TEST_CASE("a pattern with a member that is missing, no text, or not closed grants nothing") {
  const std::string config = R"({"base_url":"https://x","number":5})";
  for (const char* pattern : {"{{config.other}}/*", "{{config.number}}/*", "{{config.base_url/*", "{{config.}}"}) {
    CAPTURE(pattern);
    CHECK(expand_patterns({pattern}, config).empty());
  }
  CHECK(expand_patterns({"{{config.base_url}}/*"}, "not json").empty());
  CHECK(expand_patterns({"{{config.other}}/*", "https://y/*"}, config) == Texts{"https://y/*"});
}

TEST_CASE("a configuration that names itself in a pattern ends, and grants no more than its text") {
  CHECK(platos::tests::survives([] {
    const auto patterns = expand_patterns({"{{config.a}}/*"}, R"({"a":"x{{config.a}}"})");
    return patterns.size() <= 1;
  }));
}

TEST_CASE("effective is what manifest and grant both name, letter by letter") {
  CHECK(both({"a", "b"}, {"b", "c"}) == Texts{"b"});
  CHECK(both({"{{config.base_url}}/*"}, {"https://x/*"}).empty());
  CHECK(both({"a"}, {}).empty());
  CHECK(both({}, {"a"}).empty());
}

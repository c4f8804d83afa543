#include "document.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "platos/cpp/error.hpp"

using platos::governor_rules::Document;
using platos::governor_rules::Path;

namespace {

// The values at a path as they are written, with " | " between.
std::string found(const std::string& text, const char* path) {
  const Document document(text);
  std::string all;
  for (const auto value : document.find(Path(path))) {
    all += (all.empty() ? "" : " | ") + text.substr(value.begin, value.end - value.begin);
    CHECK(document.read(value) == nlohmann::json::parse(text.substr(value.begin, value.end - value.begin)));
  }
  return all;
}

}  // namespace

TEST_CASE("a pointer leads to the value and nothing around it") {
  const std::string text = R"( {"a" : 1.50, "b": {"c": [true , "x,]}\"", {} ], "": null}, "d/e~f": -2e3} )";
  CHECK(found(text, "/a") == "1.50");
  CHECK(found(text, "/b/c/0") == "true");
  CHECK(found(text, "/b/c/1") == R"("x,]}\"")");
  CHECK(found(text, "/b/c/2") == "{}");
  CHECK(found(text, "/b/c") == R"([true , "x,]}\"", {} ])");
  CHECK(found(text, "/b/") == "null");
  CHECK(found(text, "/d~1e~0f") == "-2e3");
  CHECK(found(text, "") == text.substr(1, text.size() - 2));
  for (const char* none : {"/c", "/a/b", "/b/c/3", "/b/c/-1", "/B"}) CHECK(found(text, none).empty());
}

TEST_CASE("a star is every member and element") {
  CHECK(found(R"({"items":[{"p":1},{"q":2},{"p":3}]})", "/items/*/p") == "1 | 3");
  CHECK(found(R"({"a":[1,2],"b":{"c":3}})", "/*/*") == "1 | 2 | 3");
  CHECK(found(R"([[],{}])", "/*/*").empty());
}

TEST_CASE("a member that is there twice, or is written with escapes, is found") {
  CHECK(found(R"({"to":"a","to":"b"})", "/to") == R"("a" | "b")");
  CHECK(found(R"({"t\u006f":"a"})", "/to") == R"("a")");
}

TEST_CASE("a scalar is a document as well") {
  CHECK(found("7", "") == "7");
  CHECK(found(R"("a\\")", "") == R"("a\\")");
  CHECK(found("7", "/0").empty());
}

TEST_CASE("what is no JSON, too deep or too much is refused") {
  for (const std::string& text : {std::string(""), std::string("{"), std::string("{}{}"), std::string("[1,]"),
                                  std::string("\"\xFF\""), std::string(65, '[') + std::string(65, ']'), "[0" + [] {
                                    std::string many;
                                    for (int i = 0; i < 200'000; ++i) many += ",0";
                                    return many;
                                  }() + "]"}) {
    CHECK_THROWS_AS(Document(text), platos::sdk::Error);
  }
  CHECK_NOTHROW(Document(std::string(64, '[') + std::string(64, ']')));
}

TEST_CASE("a pointer that is none is refused") {
  for (const char* path : {"a", "a/b", "/a~", "/a~2"}) CHECK_THROWS_AS(Path(path), std::invalid_argument);
  std::string deep;
  for (int i = 0; i < 33; ++i) deep += "/a";
  CHECK_THROWS_AS(Path(deep), std::invalid_argument);
}

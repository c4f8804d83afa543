#include "agent/snippet.hpp"

#include <catch2/catch.hpp>

#include "base/text.hpp"

namespace platos::agent {

TEST_CASE("A snippet is the text when it is short, on one line") {
  CHECK(make_snippet("Hello,\n\n  big World\t!", {"world"}) == "Hello, big World !");
  CHECK(make_snippet("one", {"one", "one"}) == "one");
}

TEST_CASE("There is none when a word is missing, or when nothing is looked for") {
  CHECK_FALSE(make_snippet("one two", {"one", "three"}));
  CHECK_FALSE(make_snippet("one two", {}));
  CHECK_FALSE(make_snippet("", {"one"}));
}

TEST_CASE("A long text is cut around the first hit, between characters") {
  std::string before;
  std::string after;
  for (int i = 0; i < 100; ++i) before += "früh ";
  for (int i = 0; i < 100; ++i) after += " später";
  const auto snippet = make_snippet(before + "HIT" + after + " other", {"other", "hit"});
  REQUIRE(snippet);
  CHECK(snippet->size() <= 200);
  CHECK(base::is_valid_utf8(*snippet));
  CHECK(snippet->starts_with("…früh "));
  CHECK(snippet->find(" HIT später") != std::string::npos);
  CHECK(snippet->ends_with("…"));
}

TEST_CASE("Texts without spaces, long words and bytes that are no characters do not break it") {
  std::string han;
  for (int i = 0; i < 500; ++i) han += "東";
  for (const std::string& text : {han + "京" + han, std::string(5000, 'x') + " 京", "京" + std::string(5000, '\xFF'),
                                  std::string(90, '\x80') + "京" + std::string(90, '\xE6')}) {
    const auto snippet = make_snippet(text, {"京"});
    REQUIRE(snippet);
    CHECK(snippet->size() <= 200);
    CHECK(base::is_valid_utf8(*snippet));
  }
}

}  // namespace platos::agent

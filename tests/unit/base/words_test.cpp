#include "base/words.hpp"

#include <catch2/catch.hpp>
#include <vector>

namespace platos::base {
namespace {

std::string words_of(std::string_view text) {
  std::string joined;
  for (WordReader reader(text); reader.next();) joined += (joined.empty() ? "" : " ") + reader.word();
  return joined;
}

}  // namespace

TEST_CASE("words are runs of letters and digits, in lower case") {
  CHECK(words_of("") == "");
  CHECK(words_of("Hello, World! 42x") == "hello world 42x");
  CHECK(words_of("snake_case don't a.b") == "snake case don t a b");
  CHECK(words_of("...!? -- \t\n") == "");
  CHECK(words_of(std::string_view("a\0b", 3)) == "a b");
}

TEST_CASE("case and accents of Latin, Greek and Cyrillic words do not matter") {
  CHECK(words_of("ÉCOLE école Écolé") == "ecole ecole ecole");
  CHECK(words_of("e\xCC\x81"
                 "cole") == "ecole");
  CHECK(words_of("STRASSE Straße STRAẞE") == "strasse strasse strasse");
  CHECK(words_of("ΣΊΣΥΦΟΣ Σίσυφος") == "σισυφοσ σισυφοσ");
  CHECK(words_of("ЙОД йод и\xCC\x86од") == "йод йод йод");
  CHECK(words_of("Ёлка ЕЛКА") == "елка елка");
  CHECK(words_of("İstanbul ŁÓDŹ Tiếng Việt") == "istanbul łodz tieng viet");
  CHECK(words_of("ＡＢＣ１２") == "abc12");
  CHECK(words_of("Ծառ ԾԱՌ") == "ծառ ծառ");
}

TEST_CASE("characters of scripts without spaces are words of their own") {
  CHECK(words_of("東京タワー") == "東 京 タ ワ ー");
  CHECK(words_of("abc東def") == "abc 東 def");
  CHECK(words_of("한국 안녕") == "한 국 안 녕");
  CHECK(words_of("我。你、他") == "我 你 他");
  CHECK(words_of("𠀀𠀁") == "𠀀 𠀁");
}

TEST_CASE("punctuation and symbols of any script separate words") {
  CHECK(words_of("«да»—нет…") == "да нет");
  CHECK(words_of("\xF0\x9F\x8E\x89 party \xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9") == "party");
  CHECK(words_of("3×4 a·b €5") == "3 4 a b 5");
  CHECK(words_of("soft\xC2\xADhyphen") == "softhyphen");
}

TEST_CASE("bytes that are no UTF-8 separate words, and nothing is read behind the end") {
  CHECK(words_of("a\xFF"
                 "b") == "a b");
  for (const std::string broken :
       {"ab\xC3", "ab\xE6\x9D", "ab\xF0\xA0\x80", "ab\xC0\xAF", "ab\xED\xA0\x80", "ab\x80"}) {
    CAPTURE(broken);
    CHECK(words_of(broken) == "ab");
  }
}

TEST_CASE("long words are cut between characters, and places are told in bytes") {
  CHECK(words_of(std::string(100, 'x')) == std::string(64, 'x'));
  std::string odd = "x";
  for (int i = 0; i < 60; ++i) odd += "ж";
  CHECK(words_of(odd).size() == 63);
  const std::string text = "  Ünï, 東";
  WordReader reader(text);
  REQUIRE(reader.next());
  CHECK(text.substr(reader.begin(), reader.end() - reader.begin()) == "Ünï");
  REQUIRE(reader.next());
  CHECK(reader.begin() == text.size() - 3);
  CHECK_FALSE(reader.next());
  CHECK_FALSE(reader.next());
}

}  // namespace platos::base

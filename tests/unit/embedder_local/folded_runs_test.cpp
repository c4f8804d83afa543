#include "folded_runs.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace platos::local_vectors;

namespace {

std::vector<std::u32string> runs_of(std::string_view text) {
  FoldedText folded;
  fold_text(text, folded);
  std::vector<std::u32string> runs;
  for (const Run& run : folded.runs) runs.push_back(folded.letters.substr(run.begin, run.size));
  return runs;
}

using Runs = std::vector<std::u32string>;

}  // namespace

TEST_CASE("words are runs of letters and digits in lower case") {
  CHECK(runs_of("Hello, World-2 (it's) snake_case\n") ==
        Runs{U"hello", U"world", U"2", U"it", U"s", U"snake", U"case"});
  CHECK(runs_of("").empty());
  CHECK(runs_of(" \t\r\n.,;:!?-_()[]{}<>|/\\@#$%^&*+=~`'\"").empty());
}

TEST_CASE("accents are folded, in composed and in decomposed spelling") {
  CHECK(runs_of("Äpfel ÉTÉ Łódź façade Şişli Đặng Trần") ==
        Runs{U"apfel", U"ete", U"lodz", U"facade", U"sisli", U"dang", U"tran"});
  CHECK(runs_of("e\xCC\x81te\xCC\x81") == Runs{U"ete"});
  CHECK(runs_of("Straße ÆSIR œuvre Þór STRAẞE") == Runs{U"strasse", U"aesir", U"oeuvre", U"thor", U"strasse"});
}

TEST_CASE("Greek and Cyrillic are folded, other scripts are kept") {
  CHECK(runs_of("Ώρας ΩΡΑΣ") == Runs{U"ωρασ", U"ωρασ"});
  CHECK(runs_of("ЁЛКА ёлка Йод") == Runs{U"елка", U"елка", U"иод"});
  CHECK(runs_of("שלום") == Runs{U"שלום"});
}

TEST_CASE("full-width letters are the same as their plain forms") { CHECK(runs_of("ＡＢＣ１") == Runs{U"abc1"}); }

TEST_CASE("ideographs and emoji are runs of their own") {
  CHECK(runs_of("iPhone手机3") == Runs{U"iphone", U"手机", U"3"});
  CHECK(runs_of("日本語。東京") == Runs{U"日本語", U"東京"});
  CHECK(runs_of("ok👍") == Runs{U"ok", U"👍"});
  FoldedText folded;
  fold_text("a手", folded);
  REQUIRE(folded.runs.size() == 2);
  CHECK(!folded.runs[0].is_ideographic);
  CHECK(folded.runs[1].is_ideographic);
}

TEST_CASE("invisible characters do not cut words, typographic ones do") {
  CHECK(runs_of("soft\xC2\xADhyphen zero\xE2\x80\x8Bwidth") == Runs{U"softhyphen", U"zerowidth"});
  CHECK(runs_of("one\xE2\x80\x94two don\xE2\x80\x99t no\xC2\xA0"
                "break") == Runs{U"one", U"two", U"don", U"t", U"no", U"break"});
}

TEST_CASE("bytes that are not UTF-8 separate words") {
  CHECK(runs_of("a\xFF"
                "b") == Runs{U"a", U"b"});
  CHECK(runs_of("a\xC3") == Runs{U"a"});                     // cut off
  CHECK(runs_of("a\xC1\xA1z") == Runs{U"a", U"z"});          // a longer form than needed
  CHECK(runs_of("a\xED\xA0\x80z") == Runs{U"a", U"z"});      // half a surrogate pair
  CHECK(runs_of("a\xF4\x90\x80\x80z") == Runs{U"a", U"z"});  // above U+10FFFF
  CHECK(runs_of("\xE2\x28\xA1 \xF0\x9F\x98") == Runs{});     // wrong in the middle, cut off
}

TEST_CASE("every two bytes are folded without a letter more than there are bytes") {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      FoldedText folded;
      fold_text(text, folded);
      if (folded.letters.size() > 2 || folded.runs.size() > 2) FAIL("bytes " << first << " " << second);
    }
  }
  SUCCEED();
}

TEST_CASE("a run without end is cut") {
  const auto runs = runs_of(std::string(150, 'x'));
  REQUIRE(runs.size() == 3);
  CHECK(runs[0].size() == kMaxRunLetters);
  CHECK(runs[2].size() == 150 - 2 * kMaxRunLetters);
}

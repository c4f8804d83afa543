#include "search_output.hpp"

#include <catch2/catch.hpp>

using namespace platos::provider_offline;

namespace {

const std::string kWhole =
    R"({"query":"q","results":[{"title":"A > B","source":"a.md","text":"first \"text\" \u00fc","score":2.5},)"
    R"({"title":"C","source":"c.md","text":"second ü text\nmore","score":1}]})";

}  // namespace

TEST_CASE("the results of the docs skill are read") {
  const SearchOutput output = read_search_output(" " + kWhole + "\n");
  CHECK(output.is_understood);
  REQUIRE(output.results.size() == 2);
  CHECK(output.results[0].title == "A > B");
  CHECK(output.results[0].source == "a.md");
  CHECK(output.results[0].text == "first \"text\" ü");
  CHECK(output.results[0].score == 2.5);
  CHECK(output.results[1].text == "second ü text\nmore");
  CHECK(output.results[1].score == 1);
}

TEST_CASE("a result that was cut anywhere gives what is readable of it") {
  const std::size_t second_text = kWhole.find("second");
  const std::size_t first_text = kWhole.find("first");
  for (std::size_t cut = 1; cut < kWhole.size(); ++cut) {
    INFO("cut after byte " << cut);
    const SearchOutput output = read_search_output(kWhole.substr(0, cut));
    CHECK(output.is_understood == (cut > kWhole.find('[')));
    // One byte of text may be half a character, so the results are counted from the second on.
    if (cut > first_text + 1 && cut < second_text) CHECK(output.results.size() == 1);
    if (cut > second_text) REQUIRE(output.results.size() == 2);
    if (cut > second_text) CHECK(std::string_view("second ü text\nmore").starts_with(output.results[1].text));
    if (cut > second_text + 7) CHECK(output.results[1].text.starts_with("second"));
  }
}

TEST_CASE("a note of who cut the text does not spoil what is left") {
  const SearchOutput output =
      read_search_output(kWhole.substr(0, kWhole.find(" text\\nmore")) + "\n[cut at 200 bytes]");
  REQUIRE(output.results.size() == 2);
  CHECK(output.results[1].text == "second ü [cut at 200 bytes]");
  CHECK(read_search_output(kWhole + "\n[complete]").results.size() == 2);
}

TEST_CASE("an empty list is understood, other JSON is not") {
  CHECK(read_search_output(R"({"query":"q","results":[]})").is_understood);
  CHECK(read_search_output(R"({"query":"q","results":[]})").results.empty());
  for (const std::string_view text : {"", " ", "{", "[]", "{}", R"({"items":[{"text":"a"}]})", R"({"results":7})",
                                      R"([{"results":[{"text":"a"}]}])", "{no json}"}) {
    INFO(text);
    CHECK_FALSE(read_search_output(text).is_understood);
    CHECK(read_search_output(text).results.empty());
  }
}

TEST_CASE("strange members of results are skipped") {
  const SearchOutput output = read_search_output(
      R"({"results":[7,"a",null,[{"text":"too deep"}],{"text":["b"],"title":{"text":"c"}},{"text":" "},)"
      R"({"text":"kept","title":5,"score":"high","more":{"text":"d"}}],"text":"e","notes":[{"text":"f"}]})");
  REQUIRE(output.results.size() == 1);
  CHECK(output.results[0].text == "kept");
  CHECK(output.results[0].title.empty());
  CHECK(output.results[0].score == 0);
}

TEST_CASE("plain text is one result, and neither depth nor size does harm") {
  const SearchOutput plain = read_search_output(" No JSON here.\n");
  CHECK(plain.is_understood);
  REQUIRE(plain.results.size() == 1);
  CHECK(plain.results[0].text == "No JSON here.");
  CHECK(plain.results[0].title.empty());
  CHECK(read_search_output(R"({"results":)" + std::string(50000, '[')).results.empty());
  CHECK(read_search_output(std::string(1000000, 'x')).results.at(0).text.size() == 64 * 1024);
}

// The tables here are made by embed_docs.cmake from the documents that CMakeLists.txt names.
#include <catch2/catch.hpp>
#include <string>

#include "section.hpp"

namespace platos::skill_docs {
std::span<const Section> tricky_sections() noexcept;
std::span<const Section> bytes_sections() noexcept;
std::span<const Section> long_sections() noexcept;
std::span<const Section> empty_sections() noexcept;
}  // namespace platos::skill_docs

using namespace platos::skill_docs;

namespace {

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string_view::npos; at += part.size()) ++found;
  return found;
}

}  // namespace

TEST_CASE("headings cut a document, and a title is the path of headings") {
  std::vector<std::string> titles;
  for (const Section& section : tricky_sections()) titles.emplace_back(section.title);
  const std::string first = "Tricky; \"quoted\" [list]";
  CHECK(titles ==
        std::vector<std::string>{"a preface", first, first + " > Empty > Deep `code`", first, first + " > Second", ""});
  for (const Section& section : tricky_sections()) CHECK(section.source == "docs/tricky.md");
}

TEST_CASE("what looks special to CMake, C++ or markdown is kept as it is") {
  REQUIRE(tricky_sections().size() == 6);
  CHECK(tricky_sections()[0].text == "Text before any heading.");
  CHECK(tricky_sections()[1].text ==
        R"(Semicolons; stay; [brackets] stay], $ENV{HOME} ${OUTPUT} @OUTPUT@ \n "quotes" ?)"
        "?= /* no comment */ // nor this\n"
        "UTF-8 stays: Grüße, 日本語, 🙂.\n\n"
        "```sh\n# not a heading\n\n~~~\nplatos up   # nor this\n```\n\n"
        "#not-a-heading\n    # indented code is no heading\n####### seven is too many");
  CHECK(tricky_sections()[2].text == "~~~~ markdown\n```\n# still inside\n~~~\n~~~~\n\n```inline``` is no fence");
  CHECK(tricky_sections()[3].text == "Under an unnamed heading.");
  CHECK(tricky_sections()[4].text == "Back at level two.");
  CHECK(tricky_sections()[5].text == "Nothing but text.");
}

TEST_CASE("every byte survives, and carriage returns at line ends do not") {
  REQUIRE(bytes_sections().size() == 1);
  std::string expected = "<";
  for (int byte = 1; byte < 256; ++byte) expected += static_cast<char>(byte);
  expected += ">\n" + std::string("nul:\0:", 6) + "\nlast";
  CHECK(bytes_sections()[0].text == expected);
  CHECK(bytes_sections()[0].title == "bytes");
}

TEST_CASE("a long section is cut between paragraphs, a long paragraph between lines, a long line at a space") {
  std::size_t words = 0;
  for (const Section& section : long_sections()) {
    INFO(section.text);
    CHECK(section.text.size() <= 1210);
    CHECK(section.title == "Long");
    CHECK(section.text.find_first_of(" \n") != 0);
    words += count(section.text, "word");
  }
  CHECK(words == 899);
  REQUIRE(long_sections().size() > 6);
  CHECK(long_sections()[0].text.ends_with("\n\nword end of paragraph 2."));
  CHECK(long_sections()[1].text.starts_with("word word"));
}

TEST_CASE("a fence that is cut is closed and opened again") {
  std::size_t fenced = 0;
  for (const Section& section : long_sections()) {
    INFO(section.text);
    CHECK(count(section.text, "~~~~") % 2 == 0);
    fenced += count(section.text, "~~~~ sh\n");
  }
  CHECK(fenced == 2);
}

TEST_CASE("a line without spaces is cut between characters") {
  REQUIRE(long_sections().size() > 2);
  const std::string_view head = long_sections()[long_sections().size() - 2].text;
  const std::string_view tail = long_sections().back().text;
  CHECK(head.size() == 1199);
  CHECK(head.starts_with("xü"));
  CHECK(head.ends_with("ü"));
  CHECK(tail == "üü");
}

TEST_CASE("no documents make an empty table") { CHECK(empty_sections().empty()); }

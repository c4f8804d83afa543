#include "markdown_blocks.hpp"

#include <catch2/catch.hpp>

using namespace platos::provider_offline;

namespace {

std::vector<std::string> described(std::string_view markdown) {
  std::vector<std::string> texts;
  for (const Block& block : split_blocks(markdown)) {
    constexpr const char* kNames[] = {"?", "prose", "list", "table", "code"};
    texts.push_back(std::string(kNames[static_cast<int>(block.kind)]) + ":" + std::string(block.text));
  }
  return texts;
}
using Texts = std::vector<std::string>;
using Pieces = std::vector<std::string_view>;

}  // namespace

TEST_CASE("markdown is cut into paragraphs, lists, tables and code") {
  CHECK(described("One\nparagraph.\n\n \nNext.") == Texts{"prose:One\nparagraph.", "prose:Next."});
  CHECK(described("- a\n- b\n\n2. c\n\n|h|\n|-|\n|r|") == Texts{"list:- a\n- b", "list:2. c", "table:|h|\n|-|\n|r|"});
  CHECK(described("Run:\n```sh\na\n\nb\n```\nThen.") == Texts{"prose:Run:", "code:```sh\na\n\nb\n```", "prose:Then."});
  CHECK(described("~~~~\n```\n~~~\n~~~~") == Texts{"code:~~~~\n```\n~~~\n~~~~"});
  CHECK(described("```\nnever closed\n\nend") == Texts{"code:```\nnever closed\n\nend"});
  CHECK(described("```inline``` is prose\n\n2024 was a year. *So* -- well") ==
        Texts{"prose:```inline``` is prose", "prose:2024 was a year. *So* -- well"});
  CHECK(described(" \n\n").empty());
}

TEST_CASE("pieces are sentences, items, rows and lines") {
  CHECK(split_pieces({BlockKind::Prose, "Use v1.2. Is it\nso?\nYes"}) == Pieces{"Use v1.2.", "Is it\nso?", "Yes"});
  CHECK(split_pieces({BlockKind::List, "- a\n  more\n- b"}) == Pieces{"- a\n  more", "- b"});
  CHECK(split_pieces({BlockKind::Table, "|a|\n|-|"}) == Pieces{"|a|\n", "|-|"});
  CHECK(split_pieces({BlockKind::Code, "```\n  x\n```"}) == Pieces{"```\n", "  x\n", "```"});
}

#include "shorten.hpp"

#include <catch2/catch.hpp>

using namespace platos::provider_offline;

namespace {

std::string shortened(BlockKind kind, std::string_view text, std::string_view question, std::size_t byte_limit) {
  const std::vector<std::string_view> passages = {text};
  const std::string result = shorten_block({kind, text}, Relevance(question, passages), byte_limit);
  CHECK(result.size() <= byte_limit);
  return result;
}

}  // namespace

TEST_CASE("text is cut at a space and never inside a character") {
  CHECK(shorten_text("short", 5) == "short");
  CHECK(shorten_text("some longer text", 14) == "some …");
  CHECK(shorten_text("üüüüüü", 9) == "üü …");
  CHECK(shorten_text("üüü", 4) == " …");
}

TEST_CASE("prose keeps the sentences that say most, in order") {
  const std::string_view text =
      "Agents are versioned and have a prompt. A run can be cancelled at any time. It may also be retried. "
      "Cancelled runs keep the journal.";
  CHECK(shortened(BlockKind::Prose, text, "cancel", 200) == text);
  CHECK(shortened(BlockKind::Prose, text, "cancel a run", 90) ==
        "… A run can be cancelled at any time. … Cancelled runs keep the journal.");
  CHECK(shortened(BlockKind::Prose, text, "prompt of agents", 60) == "Agents are versioned and have a prompt. …");
  const std::string endless(500, 'x');
  CHECK(shortened(BlockKind::Prose, "word " + endless, "word", 60) == "word …");
}

TEST_CASE("lists keep their best items, tables also their head") {
  CHECK(shortened(BlockKind::List, "- the first item says this\n- a second item\n  has two lines\n- third, the journal",
                  "journal", 60) == "- the first item says this\n- third, the journal\n\n…");
  const std::string_view table = "| key | use |\n|---|---|\n| first | much |\n| journal | days |\n| journal | weeks |";
  CHECK(shortened(BlockKind::Table, table, "journal", 60) == "| key | use |\n|---|---|\n| journal | days |\n\n…");
}

TEST_CASE("a table without room for its head is left out") {
  CHECK(shortened(BlockKind::Table, "| " + std::string(60, 'x') + " |\n|---|\n| journal |", "journal", 60).empty());
}

TEST_CASE("code keeps its first lines and is closed") {
  const std::string code = "```sh\nplatos runs list\nplatos runs cancel <id>\nplatos runs show <id>\n```";
  CHECK(shortened(BlockKind::Code, code, "show", 60) == "```sh\nplatos runs list\nplatos runs cancel <id>\n…\n```");
  CHECK(shortened(BlockKind::Code, "~~~~ " + std::string(90, 'x') + "\na\n~~~~", "a", 60).empty());
}

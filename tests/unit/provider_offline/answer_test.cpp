#include "answer.hpp"

#include <catch2/catch.hpp>

using namespace platos::provider_offline;

namespace {

std::string compose(std::string_view question, const std::vector<SearchResult>& results) {
  const std::string answer = compose_answer(question, results);
  CHECK(answer.size() <= kAnswerByteLimit);
  CHECK(answer == compose_answer(question, results));
  return answer;
}

std::string filler(std::size_t sentences) {
  std::string text;
  for (std::size_t i = 0; i < sentences; ++i) text += "Nothing of interest is said in this sentence. ";
  return text;
}

const SearchResult kCancel = {"Runs > Cancel a run", "host/docs/runs.md",
                              "Runs take time.\n\nTo cancel a run:\n\n```sh\nplatos runs cancel <id>\n```\n\n"
                              "Retention is another matter.",
                              9};

}  // namespace

TEST_CASE("the blocks about the question are quoted with their place") {
  CHECK(compose("How do I cancel a run?", {kCancel}) ==
        "To cancel a run:\n\n```sh\nplatos runs cancel <id>\n```\n\nFrom: Runs > Cancel a run (host/docs/runs.md)");
}

TEST_CASE("a sentence that ends with a colon brings along what follows") {
  CHECK(compose("zebras", {{"T", "s", "Zebras are:\n\n- striped\n- fast\n\nOther.", 1}}) ==
        "Zebras are:\n\n- striped\n- fast\n\nFrom: T (s)");
}

TEST_CASE("code brings along the sentence before it") {
  CHECK(compose("Where do I type platos?", {{"T", "s", "Other.\n\nIn a shell.\n```\nplatos up\n```", 1}}) ==
        "In a shell.\n\n```\nplatos up\n```\n\nFrom: T (s)");
}

TEST_CASE("further results follow when they are close in score and say something") {
  const SearchResult close = {"API", "api.md", "DELETE cancels the run.", 8};
  const SearchResult silent = {"Other", "other.md", "Nothing here.", 8};
  const SearchResult far = {"Far", "far.md", "Cancel a run from far.", 2};
  const std::string answer = compose("cancel run", {kCancel, close, silent, far});
  CHECK(answer.ends_with("DELETE cancels the run.\n\nFrom: API (api.md)"));
  CHECK(answer.find("From: Runs > Cancel a run (host/docs/runs.md)\n\n") != std::string::npos);
  CHECK(answer.find("Other") == std::string::npos);
  CHECK(answer.find("Far") == std::string::npos);
}

TEST_CASE("pieces of one section are cited once, and equal ones quoted once") {
  const SearchResult more = {kCancel.title, kCancel.source, "A cancelled run keeps its journal.", 8};
  CHECK(compose("cancel run", {kCancel, more, more}) ==
        "To cancel a run:\n\n```sh\nplatos runs cancel <id>\n```\n\nA cancelled run keeps its journal.\n\n"
        "From: Runs > Cancel a run (host/docs/runs.md)");
}

TEST_CASE("an answer stays short and still says where it is from") {
  const std::string text = filler(30) + "Only here zebras are counted. " + filler(30);
  const std::string long_title(300, 't');
  const std::string answer = compose("zebras", {{long_title, "s.md", text, 3}, {"B", "b.md", "Zebras.\n\n" + text, 3}});
  CHECK(answer.find("Only here zebras are counted.") != std::string::npos);
  CHECK(answer.find("(s.md)") != std::string::npos);
  CHECK(answer.ends_with("From: B (b.md)"));
}

TEST_CASE("without a shared word the answer begins with the best result") {
  CHECK(compose("zebra", {{"T", "s", "First.\n\nSecond.", 2}, {"U", "u", "Third.", 2}}) == "First.\n\nFrom: T (s)");
  CHECK(compose("", {{"T", "s", "First.", 2}}) == "First.\n\nFrom: T (s)");
}

TEST_CASE("an answer is never empty") {
  CHECK(compose("x", {{"", "", "a strange score", -1}}) == "a strange score");
  const std::string endless = "```" + std::string(2000, 'x');
  CHECK(compose("x", {{"", "", endless + "\ncode", 0}}).starts_with("```xxx"));
  CHECK(compose("x", {{"", "", "|" + endless + "|\n|-|\n|x|", 0}}).starts_with("|```xxx"));
}

TEST_CASE("what has no title or source is cited by what it has") {
  CHECK(compose("plain", {{"", "", "plain text", 0}}) == "plain text");
  CHECK(compose("plain", {{"T", "", "plain text", 0}}) == "plain text\n\nFrom: T");
  CHECK(compose("plain", {{"", "s", "plain text", 0}}) == "plain text\n\nFrom: s");
}

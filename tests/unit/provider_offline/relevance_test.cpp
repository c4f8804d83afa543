#include "relevance.hpp"

#include <catch2/catch.hpp>

using platos::provider_offline::Relevance;

namespace {

const std::vector<std::string_view> kPassages = {"A run has a journal.", "A run has a state.",
                                                 "A run can be cancelled."};

}  // namespace

TEST_CASE("a rare word of the question weighs more than a frequent one") {
  const Relevance relevance("journal of a run", kPassages);
  CHECK(relevance.of("the journal") > relevance.of("the run"));
  CHECK(relevance.of("journal, run") > relevance.of("journal, state"));
  CHECK(relevance.of("something else") == 0);
}

TEST_CASE("other endings of a word match at a discount") {
  const Relevance relevance("cancel", kPassages);
  CHECK(relevance.of("cancel it") > relevance.of("cancelled it"));
  CHECK(relevance.of("cancelled it") > 0);
  CHECK(relevance.of("can do") == 0);
  CHECK(Relevance("run", kPassages).of("runtime") == 0);
}

TEST_CASE("a long passage is marked down, repeats of the question's words change nothing") {
  const Relevance relevance("journal", kPassages);
  std::string padding = "journal";
  for (int i = 0; i < 100; ++i) padding += " filler";
  CHECK(relevance.of(padding) < relevance.of("journal filler"));
  CHECK(Relevance("journal journals", kPassages).of("journal") == relevance.of("journal"));
  CHECK(Relevance("", kPassages).of("journal") == 0);
}

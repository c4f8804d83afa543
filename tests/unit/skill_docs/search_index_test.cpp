#include "search_index.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using platos::skill_docs::embedded_sections;
using platos::skill_docs::SearchIndex;
using platos::skill_docs::Section;

namespace {

std::vector<std::string> titles(const std::vector<SearchIndex::Hit>& hits) {
  std::vector<std::string> names;
  for (const auto& hit : hits) names.emplace_back(hit.section->title);
  return names;
}

}  // namespace

TEST_CASE("the section that says most about the words comes first") {
  const SearchIndex index(embedded_sections());
  CHECK(titles(index.search("How do I cancel a run?", 10)) ==
        std::vector<std::string>{"Runs > Cancel a run", "Runs > Retention"});
  CHECK(titles(index.search("journals", 10)) == std::vector<std::string>{"Runs > Retention", "Runs > Cancel a run"});
  CHECK(titles(index.search("How do I cancel a run?", 1)) == std::vector<std::string>{"Runs > Cancel a run"});
}

TEST_CASE("scores are those of BM25 with titles counted three times") {
  const std::vector<Section> sections = {{"a", "apple", "pear pear"}, {"b", "", "pear plum plum"}, {"c", "fig", "fig"}};
  const SearchIndex index(sections);
  const auto bm25 = [](double total, double holding, double frequency, double length, double average) {
    const double rarity = std::log(1 + (total - holding + 0.5) / (holding + 0.5));
    return rarity * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * length / average));
  };
  const auto hits = index.search("pear apple pear", 10);
  REQUIRE(hits.size() == 2);
  CHECK(hits[0].section == &sections[0]);
  CHECK(hits[0].score == Approx(bm25(3, 2, 2, 5, 4) + bm25(3, 1, 3, 5, 4)));
  CHECK(hits[1].section == &sections[1]);
  CHECK(hits[1].score == Approx(bm25(3, 2, 1, 3, 4)));
}

TEST_CASE("equal scores keep the order of the table") {
  const SearchIndex index(embedded_sections());
  const auto hits = index.search("zebra", 10);
  REQUIRE(hits.size() == 2);
  CHECK(hits[0].score == hits[1].score);
  CHECK(hits[0].section->source == "host/docs/twins.md");
  CHECK(hits[1].section->source == "host/docs/more_twins.md");
}

TEST_CASE("nothing is found for unknown words, for stop words, and in an empty table") {
  const SearchIndex index(embedded_sections());
  CHECK(index.search("xylophone", 10).empty());
  CHECK(index.search("how do you do", 10).empty());
  CHECK(SearchIndex({}).search("run", 10).empty());
  const std::vector<Section> wordless = {{"a", "", "..."}, {"b", "the", ""}};
  CHECK(SearchIndex(wordless).search("run", 10).empty());
}

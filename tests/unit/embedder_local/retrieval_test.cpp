// 60 facts and one question about each: does the vector of the question find the fact?
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <numeric>
#include <string>
#include <vector>

#include "text_vectors.hpp"

namespace {

struct Similarities {
  std::vector<double> of_pairs;      ///< question i with fact i
  std::vector<std::size_t> ranks;    ///< of fact i for question i; 0 is the best
  std::vector<double> of_unrelated;  ///< question i with all other facts
};

struct Texts {
  std::vector<std::string> facts, questions;
};

Texts read_texts() {
  std::ifstream file(RETRIEVAL_PAIRS);
  Texts texts;
  for (std::string line; std::getline(file, line);) {
    const std::size_t tab = line.find('\t');
    REQUIRE(tab != std::string::npos);
    texts.facts.push_back(line.substr(0, tab));
    texts.questions.push_back(line.substr(tab + 1));
  }
  return texts;
}

Similarities compare(std::size_t dimensions) {
  platos::local_vectors::TextVectors vectors(dimensions);
  const auto vectors_of = [&](const std::vector<std::string>& texts) {
    std::vector<std::vector<float>> made;
    for (const std::string& text : texts) {
      const auto values = vectors.vector_of(text);
      made.emplace_back(values.begin(), values.end());
    }
    return made;
  };
  const Texts texts = read_texts();
  const auto facts = vectors_of(texts.facts), questions = vectors_of(texts.questions);
  Similarities out;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    std::vector<double> cosines;
    for (const auto& fact : facts) {
      cosines.push_back(std::inner_product(fact.begin(), fact.end(), questions[i].begin(), 0.0));
    }
    const double own = cosines[i];
    const auto better = std::count_if(cosines.begin(), cosines.end(), [&](double other) { return other > own; });
    out.of_pairs.push_back(own);
    out.ranks.push_back(static_cast<std::size_t>(better));
    cosines.erase(cosines.begin() + static_cast<std::ptrdiff_t>(i));
    out.of_unrelated.insert(out.of_unrelated.end(), cosines.begin(), cosines.end());
  }
  return out;
}

template <typename Values, typename Predicate>
double share(const Values& values, Predicate&& predicate) {
  return static_cast<double>(std::count_if(values.begin(), values.end(), predicate)) /
         static_cast<double>(values.size());
}

}  // namespace

TEST_CASE("a question finds its fact among the first three of sixty") {
  const Similarities found = compare(256);
  REQUIRE(found.ranks.size() == 60);
  const double first = share(found.ranks, [](std::size_t rank) { return rank < 1; });
  const double first_three = share(found.ranks, [](std::size_t rank) { return rank < 3; });
  WARN("recall@1 " << first << ", recall@3 " << first_three);
  CHECK(first_three >= 0.95);
  CHECK(first >= 0.85);
}

TEST_CASE("few dimensions find less, but still most") {
  CHECK(share(compare(64).ranks, [](std::size_t rank) { return rank < 3; }) >= 0.8);
}

TEST_CASE("unrelated texts are far from each other, questions are near their facts") {
  const Similarities found = compare(256);
  for (const double limit : {0.15, 0.2, 0.25, 0.3, 0.35, 0.4}) {
    const auto reaches = [limit](double cosine) { return cosine >= limit; };
    WARN("at least " << limit << ": pairs " << share(found.of_pairs, reaches) << ", unrelated "
                     << share(found.of_unrelated, reaches));
  }
  CHECK(share(found.of_unrelated, [](double cosine) { return cosine >= 0.35; }) < 0.002);
  CHECK(share(found.of_unrelated, [](double cosine) { return cosine >= 0.25; }) < 0.01);
  CHECK(share(found.of_pairs, [](double cosine) { return cosine >= 0.35; }) >= 0.75);
  CHECK(share(found.of_pairs, [](double cosine) { return cosine >= 0.25; }) >= 0.85);
  const double mean = std::accumulate(found.of_unrelated.begin(), found.of_unrelated.end(), 0.0) /
                      static_cast<double>(found.of_unrelated.size());
  CHECK(mean == Approx(0.0).margin(0.03));
}

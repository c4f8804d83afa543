// Precision and recall over a small labelled corpus. Some lines are beyond the rules on purpose.
#include <catch2/catch.hpp>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "guarded_text.hpp"

using namespace governor_pii_test;

namespace {

std::map<std::string, int> counted(const std::string& rules) {
  std::map<std::string, int> counts;
  std::istringstream words(rules);
  for (std::string word; words >> word;) {
    if (word != "-") ++counts[word];
  }
  return counts;
}

}  // namespace

TEST_CASE("precision and recall over the corpus stay above their bounds") {
  std::ifstream file(std::string(GOVERNOR_PII_CORPUS) + "/labelled.txt");
  REQUIRE(file.is_open());
  int right = 0, expected = 0, found = 0, lines = 0;
  for (std::string line; std::getline(file, line); ++lines) {
    const std::size_t tab = line.find('\t');
    REQUIRE(tab != std::string::npos);
    const auto labels = counted(line.substr(0, tab));
    const auto hits =
        counted(check(R"({"injection": "warn"})", PLATOS_POINT_BEFORE_MODEL, line.substr(tab + 1)).rules());
    for (const auto& label : labels) {
      expected += label.second;
      const auto hit = hits.find(label.first);
      const int same = hit == hits.end() ? 0 : std::min(label.second, hit->second);
      right += same;
      if (same < label.second) std::cout << "missed " << label.first << ": " << line.substr(tab + 1) << '\n';
    }
    for (const auto& hit : hits) {
      found += hit.second;
      if (labels.count(hit.first) == 0) std::cout << "wrong " << hit.first << ": " << line.substr(tab + 1) << '\n';
    }
  }
  REQUIRE(lines >= 60);
  const double precision = static_cast<double>(right) / found;
  const double recall = static_cast<double>(right) / expected;
  std::cout << "governor-pii corpus: " << lines << " texts, precision " << precision << ", recall " << recall << '\n';
  CHECK(precision >= 0.95);
  CHECK(recall >= 0.80);
}

// Ranked full-text search over a table of sections (Okapi BM25; a title counts three times).
//
// Immutable after construction, so any number of threads may search at once. Copies no text: the sections must outlive
// the index. The same table and query always give the same hits in the same order.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "section.hpp"

namespace platos::skill_docs {

class SearchIndex {
 public:
  struct Hit {
    const Section* section;
    double score;  ///< above 0
  };

  explicit SearchIndex(std::span<const Section> sections);

  /// At most `limit` sections that hold a word of `query`, best first; equal scores in the order of the table.
  std::vector<Hit> search(std::string_view query, std::size_t limit) const;

 private:
  struct Posting {
    std::size_t section;
    double frequency;
  };

  void add(std::string_view text, double weight, std::size_t section);
  void add_scores(const std::vector<Posting>& postings, std::vector<double>& scores) const;

  std::span<const Section> sections_;
  std::unordered_map<std::string, std::vector<Posting>> postings_;  // each list is in the order of the table
  std::vector<double> lengths_;                                     // weighted words of each section
  double average_length_ = 0;
};

}  // namespace platos::skill_docs

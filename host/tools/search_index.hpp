// Search over tools by words (BM25), and by meaning where there are vectors.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/tool.hpp"

namespace platos::tools {

/// Lower-case words of a text: names are split at '_', '.', '-' and where camelCase begins a word, and stand as a
/// whole, too. Plurals count as singulars; words of one letter and common ones are left out. At most 2,000.
std::vector<std::string> search_words(std::string_view text);

/// Names of the top-level arguments, in the schema's order.
std::vector<std::string> argument_names(const model::Tool& tool);

/// What is looked through of a tool: its name, description, category and arguments.
std::string search_text(const model::Tool& tool);

struct SearchHit {
  std::size_t position = 0;  ///< in the list that was indexed
  double score = 0;
};

/// Immutable after construction; any thread. Knows the tools by their position in the list.
class SearchIndex {
 public:
  explicit SearchIndex(const std::vector<const model::Tool*>& tools);

  /// Best first, at most `limit`; scores above 0 only. Equal ones in the order of the list.
  std::vector<SearchHit> search(std::string_view query, std::size_t limit) const;
  std::size_t size() const { return lengths_.size(); }

 private:
  struct Posting {
    std::uint32_t tool;
    float weight;
  };
  void add(std::uint32_t tool, const std::vector<std::string>& words, float weight);
  std::unordered_map<std::string, std::vector<Posting>> postings_;
  std::vector<float> lengths_;
  float mean_length_ = 1;
};

/// The same for the same tools in the same order: what an index is kept under.
std::uint64_t fingerprint_of(const std::vector<const model::Tool*>& tools);

/// Reciprocal rank fusion of two lists, each best first: 1 / (60 + rank) of each. At most `limit`.
std::vector<SearchHit> fuse(const std::vector<SearchHit>& left, const std::vector<SearchHit>& right, std::size_t limit);

}  // namespace platos::tools

// Ranking the records of one space: by words, by a vector, and by both.
//
// A cheap value for one call, over a snapshot of its session; borrows everything it is given.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "filter.hpp"
#include "platos/cpp/memory.hpp"
#include "stop.hpp"
#include "tables.hpp"
#include "vector_index.hpp"

namespace platos::records {

struct Hit {
  std::int64_t record;
  std::string id;
  double score;
  double cosine;
};

/// Opens the metadata only when it is looked at.
inline bool meets(const RecordHead& head, const Filter& filter) {
  return filter.matches_all() || filter.matches(head.metadata_json());
}

class Search {
 public:
  Search(Tables& tables, const Space& space, const Filter& filter, const Stop& stop)
      : tables_(tables), space_(space), filter_(filter), stop_(stop) {}

  /// The best `limit` records with any word of `text`, by BM25 and then by id.
  std::vector<Hit> by_words(std::string_view text, std::size_t limit);

  /// The best `limit` records of at least `min_cosine`, by cosine and then by id. Without an index, the vectors are
  /// read from the file one by one.
  std::vector<Hit> by_vector(std::span<const float> vector, double min_cosine, std::size_t limit,
                             const VectorIndex* index);

  /// Both lists by reciprocal rank: a record scores 1 / (60 + rank) in each list that has it, the first rank being 1.
  /// Equal scores by id. `vector` gives the cosines of records that only `words` has.
  std::vector<Hit> fused(const std::vector<Hit>& words, const std::vector<Hit>& vectors, std::span<const float> vector,
                         std::size_t limit);

 private:
  std::vector<VectorHit> scan(const VectorQuestion& question);
  void add_tied(const std::vector<std::pair<double, std::int64_t>>& tied, std::size_t limit, std::vector<Hit>& out);

  Tables& tables_;
  const Space& space_;
  const Filter& filter_;
  const Stop& stop_;
};

}  // namespace platos::records

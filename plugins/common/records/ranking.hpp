// How well a text matches words: Okapi BM25 over one space, as an SQL function of full-text queries.
//
// FTS5's own bm25() weighs words by the whole table, so what one tenant stores would move the scores of another.
#pragma once

#include "connection.hpp"

namespace platos::records {

/// Gives `connection` the function space_bm25(<table>, <records of the space>, <words of the space>): above 0, higher
/// is better.
void add_ranking(Connection& connection);

}  // namespace platos::records

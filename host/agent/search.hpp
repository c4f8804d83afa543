// Full-text search over the messages of a user.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/loop.hpp"
#include "base/task.hpp"
#include "model/agent.hpp"
#include "model/scope.hpp"
#include "store/conversations.hpp"
#include "store/database.hpp"

namespace platos::agent {

struct SearchQuery {
  std::string text;
  std::string agent_id;  ///< empty: any
  store::ThreadFilter::Archived archived = store::ThreadFilter::Archived::Hidden;
  std::int64_t limit = 20;
};

struct SearchResult {
  std::size_t thread = 0;  ///< of SearchPage::threads
  std::string message_id;
  std::string role;
  std::string snippet;
  double score = 0;
  std::int64_t created_us = 0;
};

struct SearchPage {
  std::vector<SearchResult> results;   ///< best first
  std::vector<model::Thread> threads;  ///< of the results, each once
  std::int64_t total = 0;              ///< of those that were weighed
};

/// Internally synchronised: state is in the database. What MessageIndexer has entered is found.
///
/// A message is found that has all words of the query, whole words, as base::WordReader reads them. The newest 1,000
/// such messages are weighed by BM25 and the rest is not looked at, so that a common word costs no more than a rare
/// one.
class Search {
 public:
  static constexpr std::size_t kMaxQueryBytes = 512;

  explicit Search(store::Database& database) : database_(database) {}

  /// In threads of the principal's own user, and of its agent only if it is bound to one. InvalidArgument
  /// "invalid_field" for an empty text, or one of more than 512 bytes. A text without words finds nothing.
  Task<Result<SearchPage>> find(base::Loop& loop, model::Principal who, SearchQuery query);

 private:
  store::Database& database_;
};

}  // namespace platos::agent

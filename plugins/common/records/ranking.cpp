#include "ranking.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "words.hpp"

namespace platos::records {
namespace {

// The usual parameters: how fast repetition stops counting, and how much a long text is held against a record.
constexpr double kRepetition = 1.2;
constexpr double kLength = 0.75;

/// What is the same for every record of one query.
struct QueryWeights {
  std::vector<double> weights;  // by word
  double average_words = 1;
};

int count_record(const Fts5ExtensionApi*, Fts5Context*, void* counter) noexcept {
  ++*static_cast<double*>(counter);
  return SQLITE_OK;
}

int weigh_query(const Fts5ExtensionApi& api, Fts5Context* context, sqlite3_value** values, QueryWeights& out) {
  const double records = sqlite3_value_double(values[0]);
  out.average_words = std::max(1.0, sqlite3_value_double(values[1]) / std::max(1.0, records));
  for (int word = 0; word < api.xPhraseCount(context); ++word) {
    double with_word = 0;
    const int code = api.xQueryPhrase(context, word, &with_word, count_record);
    if (code != SQLITE_OK) return code;
    out.weights.push_back(std::log1p((std::max(records, with_word) - with_word + 0.5) / (with_word + 0.5)));
  }
  return SQLITE_OK;
}

int score_record(const Fts5ExtensionApi& api, Fts5Context* context, const QueryWeights& query, double& score) {
  int words = 0;
  int found = 0;
  if (const int code = api.xColumnSize(context, 0, &words); code != SQLITE_OK) return code;
  if (const int code = api.xInstCount(context, &found); code != SQLITE_OK) return code;
  std::vector<double> times(query.weights.size());
  for (int i = 0; i < found; ++i) {
    int word = 0;
    int column = 0;
    int offset = 0;
    if (const int code = api.xInst(context, i, &word, &column, &offset); code != SQLITE_OK) return code;
    ++times[static_cast<std::size_t>(word)];
  }
  const double length = kRepetition * (1 - kLength + kLength * words / query.average_words);
  for (std::size_t i = 0; i < times.size(); ++i) {
    score += query.weights[i] * times[i] * (kRepetition + 1) / (times[i] + length);
  }
  return SQLITE_OK;
}

int rank(const Fts5ExtensionApi& api, Fts5Context* context, sqlite3_value** values, double& score) {
  auto* query = static_cast<QueryWeights*>(api.xGetAuxdata(context, 0));
  if (query == nullptr) {
    auto made = std::make_unique<QueryWeights>();
    if (const int code = weigh_query(api, context, values, *made); code != SQLITE_OK) return code;
    query = made.release();
    const auto drop = [](void* kept) { delete static_cast<QueryWeights*>(kept); };
    if (const int code = api.xSetAuxdata(context, query, drop); code != SQLITE_OK) return code;
  }
  return score_record(api, context, *query, score);
}

void space_bm25(const Fts5ExtensionApi* api, Fts5Context* context, sqlite3_context* result, int count,
                sqlite3_value** values) noexcept {
  double score = 0;
  int code = SQLITE_ERROR;
  try {
    if (count == 2) code = rank(*api, context, values, score);
  } catch (...) {
    code = SQLITE_NOMEM;
  }
  if (code == SQLITE_OK) {
    sqlite3_result_double(result, score);
  } else {
    sqlite3_result_error_code(result, code);
  }
}

}  // namespace

void add_ranking(Connection& connection) {
  fts5_api& api = fts5_of(connection);
  const int code = api.xCreateFunction(&api, "space_bm25", nullptr, space_bm25, nullptr);
  if (code != SQLITE_OK) connection.fail(code);
}

}  // namespace platos::records

#include "store/ratings.hpp"

#include "store/rows.hpp"

namespace platos::store {
namespace {

using model::Scope;

constexpr std::string_view kComment = "message_ratings.comment";

std::string rating_row(const std::string& message_id, const std::string& user_id) { return message_id + "/" + user_id; }

}  // namespace

bool Ratings::is_own_message(const Scope& scope, const std::string& user_id, const std::string& message_id,
                             const std::string& agent_id) {
  return first_row<bool>(session_, scope,
                         "SELECT 1 FROM messages m JOIN threads t ON t.id = m.thread_id AND t.env_id = m.env_id "
                         "WHERE m.env_id = $1 AND m.id = $2 AND t.user_id = $3 AND ($4 = '' OR t.agent_id = $4)",
                         {scope.environment_id, message_id, user_id, agent_id}, [](const Row&) { return true; })
      .value_or(false);
}

void Ratings::put(const Scope& scope, const Rating& rating) {
  const std::string row = rating_row(rating.message_id, rating.user_id);
  session_.execute(scope,
                   "INSERT INTO message_ratings (env_id, message_id, user_id, rating, comment, created_us, updated_us) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (env_id, message_id, user_id) DO UPDATE SET "
                   "rating = excluded.rating, comment = excluded.comment, updated_us = excluded.updated_us",
                   {scope.environment_id, rating.message_id, rating.user_id, rating.rating,
                    Sealed{rating.comment, place(scope, kComment, row)}, rating.created_us, rating.updated_us});
}

std::optional<Rating> Ratings::find(const Scope& scope, const std::string& message_id, const std::string& user_id) {
  const std::string place_row = rating_row(message_id, user_id);
  return first_row<Rating>(session_, scope,
                           "SELECT rating, comment, created_us, updated_us FROM message_ratings WHERE env_id = $1 AND "
                           "message_id = $2 AND user_id = $3",
                           {scope.environment_id, message_id, user_id}, [&](const Row& row) {
                             return Rating{message_id,     user_id,
                                           row.integer(0), row.unsealed(1, place(scope, kComment, place_row)),
                                           row.integer(2), row.integer(3)};
                           });
}

bool Ratings::remove(const Scope& scope, const std::string& message_id, const std::string& user_id) {
  return session_.execute(scope, "DELETE FROM message_ratings WHERE env_id = $1 AND message_id = $2 AND user_id = $3",
                          {scope.environment_id, message_id, user_id}) > 0;
}

RatingCounts Ratings::counts(const Scope& scope, const std::string& message_id) {
  return first_row<RatingCounts>(
             session_, scope,
             "SELECT COALESCE(SUM(CASE WHEN rating > 0 THEN 1 ELSE 0 END), 0), "
             "COALESCE(SUM(CASE WHEN rating < 0 THEN 1 ELSE 0 END), 0) FROM message_ratings WHERE env_id = $1 AND "
             "message_id = $2",
             {scope.environment_id, message_id},
             [](const Row& row) {
               return RatingCounts{row.integer(0), row.integer(1)};
             })
      .value_or(RatingCounts{});
}

}  // namespace platos::store

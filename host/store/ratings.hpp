// What users think of messages.
#pragma once

#include <optional>
#include <string>

#include "model/scope.hpp"
#include "store/session.hpp"

namespace platos::store {

struct Rating {
  std::string message_id;
  std::string user_id;
  std::int64_t rating = 0;  ///< 1 or -1
  std::string comment;
  std::int64_t created_us = 0;
  std::int64_t updated_us = 0;
};

struct RatingCounts {
  std::int64_t ups = 0;
  std::int64_t downs = 0;
};

/// A view on a session; made where it is used. Throws SqlError.
class Ratings {
 public:
  explicit Ratings(Session& session) : session_(session) {}

  /// True when the message stands in a thread of this user.
  bool is_own_message(const model::Scope& scope, const std::string& user_id, const std::string& message_id,
                      const std::string& agent_id);
  /// Replaces the user's former one.
  void put(const model::Scope& scope, const Rating& rating);
  std::optional<Rating> find(const model::Scope& scope, const std::string& message_id, const std::string& user_id);
  bool remove(const model::Scope& scope, const std::string& message_id, const std::string& user_id);
  /// Of all users.
  RatingCounts counts(const model::Scope& scope, const std::string& message_id);

 private:
  Session& session_;
};

}  // namespace platos::store

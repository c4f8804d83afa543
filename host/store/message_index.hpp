// The full-text index over messages: which of them hold which words, as hashes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/scope.hpp"
#include "store/session.hpp"

namespace platos::store {

/// A message that the index does not have as it stands.
struct UnindexedMessage {
  std::int64_t place = 0;  ///< in the order of insertion
  model::Scope scope;
  std::string id;
  std::string thread_id;
  std::string user_id;
  std::string agent_id;
  std::string state;
  std::int64_t created_us = 0;
  std::string content;
  bool readable = true;  ///< false: it does not open
};

/// Some of them. `complete`: all there were.
struct UnindexedPage {
  std::vector<UnindexedMessage> messages;
  bool complete = true;
};

/// A message in the index. `number` counts those of its user.
struct SearchDocument {
  std::int64_t doc = 0;
  std::string environment_id;
  std::string user_id;
  std::int64_t number = 0;
  std::string agent_id;
  std::string thread_id;
  std::string message_id;
  std::int64_t length = 0;  ///< in words
  std::string repeated;     ///< which words it has more than once
  std::int64_t created_us = 0;
  bool archived = false;  ///< its thread is; read only
};

/// How much of a user is in the index.
struct SearchUser {
  std::string environment_id;
  std::string user_id;
  std::int64_t documents = 0;
  std::int64_t words = 0;
};

/// How far the index has come. All messages up to `seen` are in it. On a store that several hosts share those beyond
/// may become visible out of order: when the transactions that were under way at the fence have ended, nothing up to
/// it is missing any more.
struct SearchProgress {
  enum class Fence { Unspecified, None, Standing, Passed, Foreign };
  std::int64_t revision = 0;
  std::int64_t documents = 0;  ///< ever
  std::int64_t seen = 0;
  std::string seen_id;  ///< of the message there: places that were given anew are noticed
  std::int64_t fence = 0;
  Fence fence_state = Fence::None;
  std::string lease_owner;
  std::int64_t lease_until_us = 0;
};

/// A view on a session; made where it is used. Throws SqlError. The one place where full text differs by engine: FTS5
/// without contents in SQLite, a GIN index over tsvector in PostgreSQL.
class MessageIndex {
 public:
  /// Words as Session::hash_words() gives them, all of which a document must have.
  using Words = std::vector<std::string>;

  explicit MessageIndex(Session& session) : session_(session) {}

  /// Documents of the user that have all words of one of the lists, newest first.
  std::vector<SearchDocument> find(const model::Scope& scope, const std::string& user_id, const std::vector<Words>& any,
                                   std::int64_t limit);
  /// Documents with this word, those that were taken out too; counted up to `limit`.
  std::int64_t count(const model::Scope& scope, const std::string& word, std::int64_t limit);
  std::optional<SearchUser> user(const model::Scope& scope, const std::string& user_id);
  struct Text {
    std::string role;
    std::string content;
  };
  /// Of an active message.
  std::optional<Text> text_of(const model::Scope& scope, const std::string& message_id);

  // What changes a message that may be in the index, in the transaction that does it.

  /// Active messages of the main line from a place on.
  void remove_from(const model::Scope& scope, const std::string& thread_id, std::int64_t created_us,
                   const std::string& id);
  /// Becomes part of a turn once more.
  void await(const model::Scope& scope, const std::string& message_id);

  // Over all tenants: upkeep.

  SearchProgress progress(const model::SystemScope&);
  /// Whether there is a message of this id at this place.
  bool stands_at(const model::SystemScope&, std::int64_t place, const std::string& id);
  /// The last message up to a place: its own place and id.
  std::optional<UnindexedMessage> last_until(const model::SystemScope&, std::int64_t place);
  /// Active and pending ones behind `after` and up to `until`, in order, about `max_bytes` of them.
  UnindexedPage unindexed(const model::SystemScope&, std::int64_t after, std::int64_t until, std::int64_t limit,
                          std::size_t max_bytes);
  /// Awaited ones whose turn has ended.
  UnindexedPage settled(const model::SystemScope&, std::int64_t limit, std::size_t max_bytes);

  /// False, and nothing is written, when the progress has another revision than `next` follows on.
  [[nodiscard]] bool advance(const model::SystemScope&, const SearchProgress& next, bool new_fence);
  /// `words`: hashes, separated by spaces. Nothing if the message is not active any more.
  void put(const model::SystemScope&, const SearchDocument& document, const std::string& words);
  void put(const model::SystemScope&, const SearchUser& user);
  void await(const model::SystemScope&, const UnindexedMessage& message);
  void settle(const model::SystemScope&, const UnindexedMessage& message);

 private:
  bool is_postgres() const { return session_.engine() == Engine::Postgres; }
  Session& session_;
};

}  // namespace platos::store

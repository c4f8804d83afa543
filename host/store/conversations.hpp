// Threads and their messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/agent.hpp"
#include "model/scope.hpp"
#include "store/session.hpp"

namespace platos::store {

struct ThreadFilter {
  std::string user_id;
  bool all_users = false;
  std::string agent_id;  ///< empty: any
  enum class Archived { Unspecified, Hidden, Included, Only } archived = Archived::Hidden;
  std::string state;  ///< empty: any
  bool pinned_only = false;
  std::string tag;  ///< empty: any
  std::int64_t limit = 20;
  std::int64_t offset = 0;
};

/// A view on a session; made where it is used. Throws SqlError.
class Conversations {
 public:
  explicit Conversations(Session& session) : session_(session) {}

  void insert_thread(const model::Scope& scope, const model::Thread& thread);
  /// Only threads of this user.
  std::optional<model::Thread> find_thread(const model::Scope& scope, const std::string& user_id,
                                           const std::string& id);
  /// Pinned ones first, then those used last.
  std::vector<model::Thread> list_threads(const model::Scope& scope, const ThreadFilter& filter);
  std::int64_t count_threads(const model::Scope& scope, const ThreadFilter& filter);
  /// Title, state, and when it was archived and pinned.
  void update_thread(const model::Scope& scope, const model::Thread& thread);
  void set_tags(const model::Scope& scope, const std::string& thread_id, const std::vector<std::string>& tags);
  /// Threads of this user that were made of another.
  std::vector<model::Thread> forks(const model::Scope& scope, const std::string& user_id, const std::string& parent_id);
  /// Those of all users that are not archived.
  std::int64_t count_forks(const model::Scope& scope, const std::string& parent_id);
  /// Counts one more turn and moves the thread to the front. False, and nothing changed, when the thread is archived or
  /// has another revision than the one that is given.
  bool begin_turn(const model::Scope& scope, const std::string& id, std::optional<std::int64_t> revision,
                  std::int64_t now_us);

  /// Moves the thread to the front, and makes plans void that were made with what it was. Until the commit, nobody
  /// else begins a turn in it.
  void touch(const model::Scope& scope, const std::string& id, std::int64_t now_us);

  /// Writes the summary and how far it reaches.
  void set_summary(const model::Scope& scope, const model::Thread& thread);

  void insert_message(const model::Scope& scope, const model::Message& message);
  void set_message_state(const model::Scope& scope, const std::string& id, const std::string& state);
  /// A user's message becomes part of the conversation, as the governors left it.
  void activate_message(const model::Scope& scope, const std::string& id, const std::string& content);
  /// Oldest first, everything but blocked ones and replies.
  std::vector<model::Message> messages(const model::Scope& scope, const std::string& thread_id, std::int64_t limit,
                                       std::int64_t offset);
  std::int64_t count_messages(const model::Scope& scope, const std::string& thread_id);
  /// The last `limit` active messages that do not belong to `except_run_id`, oldest first: what a model sees as
  /// history.
  std::vector<model::Message> history(const model::Scope& scope, const std::string& thread_id,
                                      const std::string& except_run_id, std::int64_t limit);
  /// A place in a thread's order.
  struct Position {
    std::int64_t created_us = 0;
    std::string id;
  };
  /// Active messages behind a place, oldest first: what a summary does not cover yet.
  std::vector<model::Message> history_after(const model::Scope& scope, const std::string& thread_id,
                                            const std::string& except_run_id, const Position& after,
                                            std::int64_t limit);
  std::int64_t count_after(const model::Scope& scope, const std::string& thread_id, const Position& after);
  /// The newest of this role. Looks through the thread from its end.
  std::optional<model::Message> message_of_run(const model::Scope& scope, const std::string& thread_id,
                                               const std::string& run_id, const std::string& role);

  std::optional<model::Message> find_message(const model::Scope& scope, const std::string& thread_id,
                                             const std::string& id);
  /// Active messages up to a place and with it, without replies, oldest first.
  std::vector<model::Message> main_line(const model::Scope& scope, const std::string& thread_id, const Position& until);
  /// Active messages from a place on give way to what takes their place; replies stay with theirs.
  void edit_out(const model::Scope& scope, const std::string& thread_id, const Position& from);
  /// A user's message becomes that of another run. False when it is not active.
  [[nodiscard]] bool begin_again(const model::Scope& scope, const std::string& id, const std::string& run_id);
  /// The newest `limit`, oldest first, everything but blocked ones.
  std::vector<model::Message> replies(const model::Scope& scope, const std::string& message_id, std::int64_t limit);
  void count_reply(const model::Scope& scope, const std::string& message_id, std::int64_t by = 1);

 private:
  Session& session_;
};

}  // namespace platos::store

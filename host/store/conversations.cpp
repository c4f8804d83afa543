#include "store/conversations.hpp"

#include <algorithm>

#define PLATOS_THREAD_COLUMNS                                                                                         \
  "id, agent_id, user_id, title, state, turn_count, created_us, updated_us, archived_us, summary, summary_until_us, " \
  "summary_until_id, revision"

namespace platos::store {
namespace {

using model::Scope;

constexpr std::string_view kTitle = "threads.title";
constexpr std::string_view kSummary = "threads.summary";
constexpr std::string_view kContent = "messages.content";
constexpr std::string_view kThinking = "messages.thinking";
constexpr std::string_view kToolCalls = "messages.tool_calls";
constexpr std::string_view kResponse = "messages.response";

// The archived filter as a range over archived_us: hidden takes 0 only, "only" everything above.
struct ArchivedRange {
  std::int64_t from;
  std::int64_t to;
};
ArchivedRange range_of(ThreadFilter::Archived archived) {
  switch (archived) {
    case ThreadFilter::Archived::Included: return {0, INT64_MAX};
    case ThreadFilter::Archived::Only: return {1, INT64_MAX};
    default: return {0, 0};
  }
}

model::Thread read_thread(const Row& row, const Scope& scope) {
  model::Thread thread;
  thread.id = row.text(0);
  thread.agent_id = row.text(1);
  thread.user_id = row.text(2);
  thread.title = row.unsealed(3, place(scope, kTitle, thread.id));
  thread.state = row.text(4);
  thread.turn_count = row.integer(5);
  thread.created_us = row.integer(6);
  thread.updated_us = row.integer(7);
  thread.archived_us = row.integer(8);
  thread.summary = row.unsealed(9, place(scope, kSummary, thread.id));
  thread.summary_until_us = row.integer(10);
  thread.summary_until_id = row.text(11);
  thread.revision = row.integer(12);
  return thread;
}

model::Message read_message(const Row& row, const Scope& scope) {
  model::Message message;
  message.id = row.text(0);
  message.thread_id = row.text(1);
  message.run_id = row.text(2);
  message.role = row.text(3);
  message.state = row.text(4);
  message.content = row.unsealed(5, place(scope, kContent, message.id));
  message.thinking = row.unsealed(6, place(scope, kThinking, message.id));
  message.tool_calls_json = row.unsealed(7, place(scope, kToolCalls, message.id));
  message.response_json = row.unsealed(8, place(scope, kResponse, message.id));
  message.created_us = row.integer(9);
  return message;
}

Param sealed_or_null(const std::string& text, const secrets::Place& where) {
  if (text.empty()) return nullptr;
  return Sealed{text, where};
}

}  // namespace

void Conversations::insert_thread(const Scope& scope, const model::Thread& thread) {
  session_.send(
      scope,
      "INSERT INTO threads (id, env_id, agent_id, user_id, title, state, turn_count, created_us, updated_us, revision) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
      {thread.id, scope.environment_id, thread.agent_id, thread.user_id,
       Sealed{thread.title, place(scope, kTitle, thread.id)}, thread.state, thread.turn_count, thread.created_us,
       thread.updated_us, thread.revision});
}

std::optional<model::Thread> Conversations::find_thread(const Scope& scope, const std::string& user_id,
                                                        const std::string& id) {
  std::optional<model::Thread> thread;
  session_.query(scope,
                 "SELECT " PLATOS_THREAD_COLUMNS
                 " FROM threads "
                 "WHERE env_id = $1 AND user_id = $2 AND id = $3",
                 {scope.environment_id, user_id, id}, [&](const Row& row) {
                   thread = read_thread(row, scope);
                   return false;
                 });
  return thread;
}

std::vector<model::Thread> Conversations::list_threads(const Scope& scope, const ThreadFilter& filter) {
  std::vector<model::Thread> threads;
  const ArchivedRange archived = range_of(filter.archived);
  session_.query(
      scope,
      "SELECT " PLATOS_THREAD_COLUMNS
      " FROM threads "
      "WHERE env_id = $1 AND user_id = $2 AND ($3 = '' OR agent_id = $3) "
      "AND COALESCE(archived_us, 0) BETWEEN $4 AND $5 ORDER BY updated_us DESC, id DESC LIMIT $6 OFFSET $7",
      {scope.environment_id, filter.user_id, filter.agent_id, archived.from, archived.to, filter.limit, filter.offset},
      [&](const Row& row) {
        threads.push_back(read_thread(row, scope));
        return true;
      });
  return threads;
}

std::int64_t Conversations::count_threads(const Scope& scope, const ThreadFilter& filter) {
  std::int64_t total = 0;
  const ArchivedRange archived = range_of(filter.archived);
  session_.query(scope,
                 "SELECT COUNT(*) FROM threads WHERE env_id = $1 AND user_id = $2 AND ($3 = '' OR agent_id = $3) "
                 "AND COALESCE(archived_us, 0) BETWEEN $4 AND $5",
                 {scope.environment_id, filter.user_id, filter.agent_id, archived.from, archived.to},
                 [&](const Row& row) {
                   total = row.integer(0);
                   return false;
                 });
  return total;
}

void Conversations::update_thread(const Scope& scope, const model::Thread& thread) {
  const Param archived = thread.archived_us == 0 ? Param(nullptr) : Param(thread.archived_us);
  session_.send(scope,
                "UPDATE threads SET title = $1, state = $2, updated_us = $3, archived_us = $4, revision = revision + 1 "
                "WHERE env_id = $5 AND id = $6",
                {Sealed{thread.title, place(scope, kTitle, thread.id)}, thread.state, thread.updated_us, archived,
                 scope.environment_id, thread.id});
}

void Conversations::set_summary(const Scope& scope, const model::Thread& thread) {
  session_.send(
      scope,
      "UPDATE threads SET summary = $1, summary_until_us = $2, summary_until_id = $3, revision = revision + 1 "
      "WHERE env_id = $4 AND id = $5",
      {Sealed{thread.summary, place(scope, kSummary, thread.id)}, thread.summary_until_us, thread.summary_until_id,
       scope.environment_id, thread.id});
}

bool Conversations::begin_turn(const Scope& scope, const std::string& id, std::optional<std::int64_t> revision,
                               std::int64_t now_us) {
  return session_.affirm(scope,
                         "UPDATE threads SET turn_count = turn_count + 1, revision = revision + 1, updated_us = $1 "
                         "WHERE env_id = $2 AND id = $3 AND archived_us IS NULL AND revision = COALESCE($4, revision)",
                         {now_us, scope.environment_id, id, revision ? Param(*revision) : Param(nullptr)}, 1);
}

void Conversations::insert_message(const Scope& scope, const model::Message& message) {
  session_.send(
      scope,
      "INSERT INTO messages (id, env_id, thread_id, run_id, role, state, content, thinking, tool_calls, response, "
      "created_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
      {message.id, scope.environment_id, message.thread_id, message.run_id, message.role, message.state,
       Sealed{message.content, place(scope, kContent, message.id)},
       sealed_or_null(message.thinking, place(scope, kThinking, message.id)),
       sealed_or_null(message.tool_calls_json, place(scope, kToolCalls, message.id)),
       sealed_or_null(message.response_json, place(scope, kResponse, message.id)), message.created_us});
}

void Conversations::set_message_state(const Scope& scope, const std::string& id, const std::string& state) {
  session_.send(scope, "UPDATE messages SET state = $1 WHERE env_id = $2 AND id = $3",
                {state, scope.environment_id, id});
}

void Conversations::activate_message(const Scope& scope, const std::string& id, const std::string& content) {
  session_.send(scope, "UPDATE messages SET state = 'active', content = $1 WHERE env_id = $2 AND id = $3",
                {Sealed{content, place(scope, kContent, id)}, scope.environment_id, id});
}

std::vector<model::Message> Conversations::messages(const Scope& scope, const std::string& thread_id,
                                                    std::int64_t limit, std::int64_t offset) {
  std::vector<model::Message> messages;
  session_.query(
      scope,
      "SELECT id, thread_id, run_id, role, state, content, thinking, tool_calls, response, created_us FROM messages "
      "WHERE env_id = $1 AND thread_id = $2 AND state <> 'blocked' ORDER BY created_us, id LIMIT $3 OFFSET $4",
      {scope.environment_id, thread_id, limit, offset}, [&](const Row& row) {
        messages.push_back(read_message(row, scope));
        return true;
      });
  return messages;
}

std::int64_t Conversations::count_messages(const Scope& scope, const std::string& thread_id) {
  std::int64_t total = 0;
  session_.query(scope, "SELECT COUNT(*) FROM messages WHERE env_id = $1 AND thread_id = $2 AND state <> 'blocked'",
                 {scope.environment_id, thread_id}, [&](const Row& row) {
                   total = row.integer(0);
                   return false;
                 });
  return total;
}

std::vector<model::Message> Conversations::history(const Scope& scope, const std::string& thread_id,
                                                   const std::string& except_run_id, std::int64_t limit) {
  std::vector<model::Message> messages;
  session_.query(
      scope,
      "SELECT id, thread_id, run_id, role, state, content, thinking, tool_calls, response, created_us FROM messages "
      "WHERE env_id = $1 AND thread_id = $2 AND run_id <> $3 AND state = 'active' "
      "ORDER BY created_us DESC, id DESC LIMIT $4",
      {scope.environment_id, thread_id, except_run_id, limit}, [&](const Row& row) {
        messages.push_back(read_message(row, scope));
        return true;
      });
  std::reverse(messages.begin(), messages.end());
  return messages;
}

std::vector<model::Message> Conversations::history_after(const Scope& scope, const std::string& thread_id,
                                                         const std::string& except_run_id, const Position& after,
                                                         std::int64_t limit) {
  std::vector<model::Message> messages;
  session_.query(
      scope,
      "SELECT id, thread_id, run_id, role, state, content, thinking, tool_calls, response, created_us FROM messages "
      "WHERE env_id = $1 AND thread_id = $2 AND run_id <> $3 AND state = 'active' "
      "AND (created_us > $4 OR (created_us = $4 AND id > $5)) ORDER BY created_us, id LIMIT $6",
      {scope.environment_id, thread_id, except_run_id, after.created_us, after.id, limit}, [&](const Row& row) {
        messages.push_back(read_message(row, scope));
        return true;
      });
  return messages;
}

std::int64_t Conversations::count_after(const Scope& scope, const std::string& thread_id, const Position& after) {
  std::int64_t total = 0;
  session_.query(scope,
                 "SELECT COUNT(*) FROM messages WHERE env_id = $1 AND thread_id = $2 AND state = 'active' "
                 "AND (created_us > $3 OR (created_us = $3 AND id > $4))",
                 {scope.environment_id, thread_id, after.created_us, after.id}, [&](const Row& row) {
                   total = row.integer(0);
                   return false;
                 });
  return total;
}

std::optional<model::Message> Conversations::message_of_run(const Scope& scope, const std::string& thread_id,
                                                            const std::string& run_id, const std::string& role) {
  std::optional<model::Message> message;
  session_.query(
      scope,
      "SELECT id, thread_id, run_id, role, state, content, thinking, tool_calls, response, created_us FROM messages "
      "WHERE env_id = $1 AND thread_id = $2 AND run_id = $3 AND role = $4 ORDER BY created_us DESC, id DESC LIMIT 1",
      {scope.environment_id, thread_id, run_id, role}, [&](const Row& row) {
        message = read_message(row, scope);
        return false;
      });
  return message;
}

}  // namespace platos::store

#include "store/conversations.hpp"

#include <algorithm>

#include "store/message_index.hpp"
#include "store/rows.hpp"

#define PLATOS_MESSAGE_COLUMNS                                                                             \
  "id, thread_id, run_id, role, state, content, thinking, tool_calls, response, created_us, reply_to_id, " \
  "reply_count, "                                                                                          \
  "edit_parent_id, revision"

namespace platos::store {
namespace {

using model::Scope;

constexpr std::string_view kContent = "messages.content";
constexpr std::string_view kThinking = "messages.thinking";
constexpr std::string_view kToolCalls = "messages.tool_calls";
constexpr std::string_view kResponse = "messages.response";

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
  message.reply_to_id = row.text(10);
  message.reply_count = row.integer(11);
  message.edit_parent_id = row.text(12);
  message.revision = row.integer(13);
  return message;
}

Param sealed_or_null(const std::string& text, const secrets::Place& where) {
  if (text.empty()) return nullptr;
  return Sealed{text, where};
}

}  // namespace

void Conversations::insert_message(const Scope& scope, const model::Message& message) {
  session_.send(
      scope,
      "INSERT INTO messages (id, env_id, thread_id, run_id, role, state, content, thinking, tool_calls, response, "
      "created_us, reply_to_id, edit_parent_id, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
      "$13, "
      "$14)",
      {message.id, scope.environment_id, message.thread_id, message.run_id, message.role, message.state,
       Sealed{message.content, place(scope, kContent, message.id)},
       sealed_or_null(message.thinking, place(scope, kThinking, message.id)),
       sealed_or_null(message.tool_calls_json, place(scope, kToolCalls, message.id)),
       sealed_or_null(message.response_json, place(scope, kResponse, message.id)), message.created_us,
       text_or_null(message.reply_to_id), text_or_null(message.edit_parent_id), message.revision});
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
  session_.query(scope,
                 "SELECT " PLATOS_MESSAGE_COLUMNS
                 " FROM messages "
                 "WHERE env_id = $1 AND thread_id = $2 AND reply_to_id IS NULL AND state <> 'blocked' ORDER BY "
                 "created_us, id LIMIT $3 OFFSET $4",
                 {scope.environment_id, thread_id, limit, offset}, [&](const Row& row) {
                   messages.push_back(read_message(row, scope));
                   return true;
                 });
  return messages;
}

std::int64_t Conversations::count_messages(const Scope& scope, const std::string& thread_id) {
  std::int64_t total = 0;
  session_.query(scope,
                 "SELECT COUNT(*) FROM messages WHERE env_id = $1 AND thread_id = $2 AND reply_to_id IS NULL AND "
                 "state <> 'blocked'",
                 {scope.environment_id, thread_id}, [&](const Row& row) {
                   total = row.integer(0);
                   return false;
                 });
  return total;
}

std::vector<model::Message> Conversations::history(const Scope& scope, const std::string& thread_id,
                                                   const std::string& except_run_id, std::int64_t limit) {
  std::vector<model::Message> messages;
  session_.query(scope,
                 "SELECT " PLATOS_MESSAGE_COLUMNS
                 " FROM messages "
                 "WHERE env_id = $1 AND thread_id = $2 AND run_id <> $3 AND state = 'active' AND reply_to_id IS NULL "
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
  session_.query(scope,
                 "SELECT " PLATOS_MESSAGE_COLUMNS
                 " FROM messages "
                 "WHERE env_id = $1 AND thread_id = $2 AND run_id <> $3 AND state = 'active' AND reply_to_id IS NULL "
                 "AND (created_us > $4 OR (created_us = $4 AND id > $5)) ORDER BY created_us, id LIMIT $6",
                 {scope.environment_id, thread_id, except_run_id, after.created_us, after.id, limit},
                 [&](const Row& row) {
                   messages.push_back(read_message(row, scope));
                   return true;
                 });
  return messages;
}

std::int64_t Conversations::count_after(const Scope& scope, const std::string& thread_id, const Position& after) {
  std::int64_t total = 0;
  session_.query(
      scope,
      "SELECT COUNT(*) FROM messages WHERE env_id = $1 AND thread_id = $2 AND state = 'active' AND reply_to_id IS NULL "
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
      "SELECT " PLATOS_MESSAGE_COLUMNS
      " FROM messages "
      "WHERE env_id = $1 AND thread_id = $2 AND run_id = $3 AND role = $4 ORDER BY created_us DESC, id DESC LIMIT 1",
      {scope.environment_id, thread_id, run_id, role}, [&](const Row& row) {
        message = read_message(row, scope);
        return false;
      });
  return message;
}

std::optional<model::Message> Conversations::find_message(const Scope& scope, const std::string& thread_id,
                                                          const std::string& id) {
  return first_row<model::Message>(
      session_, scope,
      "SELECT " PLATOS_MESSAGE_COLUMNS " FROM messages WHERE env_id = $1 AND id = $2 AND thread_id = $3",
      {scope.environment_id, id, thread_id}, [&](const Row& row) { return read_message(row, scope); });
}

std::vector<model::Message> Conversations::main_line(const Scope& scope, const std::string& thread_id,
                                                     const Position& until) {
  return all_rows<model::Message>(
      session_, scope,
      "SELECT " PLATOS_MESSAGE_COLUMNS
      " FROM messages WHERE env_id = $1 AND thread_id = $2 AND state = 'active' "
      "AND reply_to_id IS NULL AND (created_us < $3 OR (created_us = $3 AND id <= $4)) ORDER BY created_us, id",
      {scope.environment_id, thread_id, until.created_us, until.id},
      [&](const Row& row) { return read_message(row, scope); });
}

void Conversations::edit_out(const Scope& scope, const std::string& thread_id, const Position& from) {
  MessageIndex(session_).remove_from(scope, thread_id, from.created_us, from.id);
  session_.send(scope,
                "UPDATE messages SET state = 'edited_out' WHERE env_id = $1 AND thread_id = $2 AND state = 'active' "
                "AND reply_to_id IS NULL AND (created_us > $3 OR (created_us = $3 AND id >= $4))",
                {scope.environment_id, thread_id, from.created_us, from.id});
}

bool Conversations::begin_again(const Scope& scope, const std::string& id, const std::string& run_id) {
  MessageIndex(session_).await(scope, id);
  return session_.affirm(
      scope, "UPDATE messages SET state = 'pending', run_id = $1 WHERE env_id = $2 AND id = $3 AND state = 'active'",
      {run_id, scope.environment_id, id}, 1);
}

std::vector<model::Message> Conversations::replies(const Scope& scope, const std::string& message_id,
                                                   std::int64_t limit) {
  auto newest_first = all_rows<model::Message>(
      session_, scope,
      "SELECT " PLATOS_MESSAGE_COLUMNS
      " FROM messages WHERE env_id = $1 AND reply_to_id = $2 AND state <> 'blocked' ORDER BY created_us DESC, id DESC "
      "LIMIT $3",
      {scope.environment_id, message_id, limit}, [&](const Row& row) { return read_message(row, scope); });
  std::reverse(newest_first.begin(), newest_first.end());
  return newest_first;
}

void Conversations::count_reply(const Scope& scope, const std::string& message_id, std::int64_t by) {
  session_.send(scope, "UPDATE messages SET reply_count = reply_count + $1 WHERE env_id = $2 AND id = $3",
                {by, scope.environment_id, message_id});
}

}  // namespace platos::store

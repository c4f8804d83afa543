#include "store/message_index.hpp"

#include "store/rows.hpp"

// CROSS JOIN: SQLite then goes from left to right, and never through all messages to a few.
#define PLATOS_UNINDEXED_COLUMNS                                                                          \
  "SELECT m.rowid, e.org_id, e.project_id, m.env_id, m.id, m.thread_id, t.user_id, t.agent_id, m.state, " \
  "m.created_us, m.content "
#define PLATOS_OWNER_OF_MESSAGE "t.env_id = m.env_id AND t.id = m.thread_id AND e.id = m.env_id "

#define PLATOS_HIT_COLUMNS                                                                              \
  "SELECT d.doc, d.number, d.agent_id, d.thread_id, d.message_id, d.length, d.repeated, d.created_us, " \
  "t.archived_us "
#define PLATOS_HIT_ROWS                                                                             \
  "CROSS JOIN search_documents d CROSS JOIN threads t WHERE d.doc = w.doc AND t.env_id = d.env_id " \
  "AND t.id = d.thread_id AND d.env_id = $3 AND d.user_id = $4 ORDER BY d.doc DESC"

namespace platos::store {
namespace {

using model::Scope;
using model::SystemScope;

constexpr std::string_view kContent = "messages.content";

UnindexedMessage read_unindexed(const Row& row) {
  UnindexedMessage message;
  message.place = row.integer(0);
  message.scope = {row.text(1), row.text(2), row.text(3)};
  message.id = row.text(4);
  message.thread_id = row.text(5);
  message.user_id = row.text(6);
  message.agent_id = row.text(7);
  message.state = row.text(8);
  message.created_us = row.integer(9);
  try {
    message.content = row.unsealed(10, place(message.scope, kContent, message.id));
  } catch (const SqlError& failure) {
    // One text that does not open must not keep the rest from being found.
    if (failure.kind() != SqlError::Kind::Corrupt) throw;
    message.readable = false;
  }
  return message;
}

/// Hashes are letters and digits: nothing in them means something to either engine.
std::string expression_of(const std::vector<MessageIndex::Words>& any, bool postgres) {
  std::string expression;
  for (const auto& words : any) {
    expression += expression.empty() ? "(" : postgres ? " | (" : " OR (";
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (i > 0) expression += postgres ? " & " : " AND ";
      expression += words[i];
    }
    expression += ')';
  }
  return expression;
}

/// The rows of a query that asks for one more than `limit`, up to about `max_bytes` of them.
UnindexedPage read_page(Session& session, const SystemScope& system, std::string_view sql, Params params,
                        std::int64_t limit, std::size_t max_bytes) {
  UnindexedPage page;
  std::size_t bytes = 0;
  session.query(system, sql, params, [&](const Row& row) {
    page.complete = static_cast<std::int64_t>(page.messages.size()) < limit && bytes < max_bytes;
    if (!page.complete) return false;
    page.messages.push_back(read_unindexed(row));
    bytes += page.messages.back().content.size();
    return true;
  });
  return page;
}

}  // namespace

std::vector<SearchDocument> MessageIndex::find(const Scope& scope, const std::string& user_id,
                                               const std::vector<Words>& any, std::int64_t limit) {
  constexpr std::string_view kSqlite = PLATOS_HIT_COLUMNS
      "FROM (SELECT rowid AS doc FROM search_words WHERE search_words MATCH $1 ORDER BY rowid DESC LIMIT $2) "
      "w " PLATOS_HIT_ROWS;
  // Matched first, whatever the planner thinks of the words: the other way reads the documents of everybody.
  constexpr std::string_view kPostgres =
      "WITH hits AS MATERIALIZED (SELECT rowid AS doc FROM search_words WHERE words "
      "@@ CAST(CAST($1 AS TEXT) AS TSQUERY)) " PLATOS_HIT_COLUMNS
      "FROM (SELECT doc FROM hits ORDER BY doc DESC LIMIT $2) w " PLATOS_HIT_ROWS;
  const std::string expression = expression_of(any, is_postgres());
  return all_rows<SearchDocument>(session_, scope, is_postgres() ? kPostgres : kSqlite,
                                  {expression, limit, scope.environment_id, user_id}, [&](const Row& row) {
                                    SearchDocument document;
                                    document.doc = row.integer(0);
                                    document.environment_id = scope.environment_id;
                                    document.user_id = user_id;
                                    document.number = row.integer(1);
                                    document.agent_id = row.text(2);
                                    document.thread_id = row.text(3);
                                    document.message_id = row.text(4);
                                    document.length = row.integer(5);
                                    document.repeated = row.text(6);
                                    document.created_us = row.integer(7);
                                    document.archived = !row.is_null(8);
                                    return document;
                                  });
}

std::int64_t MessageIndex::count(const Scope& scope, const std::string& word, std::int64_t limit) {
  constexpr std::string_view kSqlite =
      "SELECT COUNT(*) FROM (SELECT 1 FROM search_words WHERE search_words MATCH $1 LIMIT $2)";
  constexpr std::string_view kPostgres =
      "SELECT COUNT(*) FROM (SELECT 1 FROM search_words WHERE words @@ CAST(CAST($1 AS TEXT) AS TSQUERY) LIMIT $2) w";
  return first_row<std::int64_t>(session_, scope, is_postgres() ? kPostgres : kSqlite, {word, limit},
                                 [](const Row& row) { return row.integer(0); })
      .value_or(0);
}

std::optional<SearchUser> MessageIndex::user(const Scope& scope, const std::string& user_id) {
  return first_row<SearchUser>(session_, scope,
                               "SELECT documents, words FROM search_users WHERE env_id = $1 AND user_id = $2",
                               {scope.environment_id, user_id}, [&](const Row& row) {
                                 return SearchUser{scope.environment_id, user_id, row.integer(0), row.integer(1)};
                               });
}

std::optional<MessageIndex::Text> MessageIndex::text_of(const Scope& scope, const std::string& message_id) {
  return first_row<Text>(session_, scope,
                         "SELECT role, content FROM messages WHERE env_id = $1 AND id = $2 AND state = 'active'",
                         {scope.environment_id, message_id}, [&](const Row& row) {
                           return Text{row.text(0), row.unsealed(1, place(scope, kContent, message_id))};
                         });
}

void MessageIndex::remove_from(const Scope& scope, const std::string& thread_id, std::int64_t created_us,
                               const std::string& id) {
  session_.send(scope,
                "DELETE FROM search_documents WHERE env_id = $1 AND message_id IN (SELECT id FROM messages WHERE "
                "env_id = $1 AND thread_id = $2 AND state = 'active' AND reply_to_id IS NULL AND (created_us > $3 OR "
                "(created_us = $3 AND id >= $4)))",
                {scope.environment_id, thread_id, created_us, id});
}

void MessageIndex::await(const Scope& scope, const std::string& message_id) {
  session_.send(scope, "DELETE FROM search_documents WHERE env_id = $1 AND message_id = $2",
                {scope.environment_id, message_id});
  session_.send(scope, "INSERT INTO search_awaited (env_id, message_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                {scope.environment_id, message_id});
}

SearchProgress MessageIndex::progress(const SystemScope& system) {
  using Fence = SearchProgress::Fence;
  constexpr std::string_view kSqlite =
      "SELECT revision, documents, seen, seen_id, 0, 0, 0, lease_owner, lease_until_us FROM search_progress";
  constexpr std::string_view kPostgres =
      "SELECT revision, documents, seen, seen_id, fence, "
      "CAST(fence_xid AS xid8) < pg_snapshot_xmin(pg_current_snapshot()), "
      "CAST(fence_xid AS xid8) >= pg_snapshot_xmax(pg_current_snapshot()), "
      "lease_owner, lease_until_us FROM search_progress";
  return first_row<SearchProgress>(session_, system, is_postgres() ? kPostgres : kSqlite, {},
                                   [](const Row& row) {
                                     SearchProgress progress;
                                     progress.revision = row.integer(0);
                                     progress.documents = row.integer(1);
                                     progress.seen = row.integer(2);
                                     progress.seen_id = row.text(3);
                                     progress.fence = row.integer(4);
                                     const bool passed = row.integer(5) != 0;
                                     const bool foreign =
                                         row.integer(6) != 0;  // of another server, whose dump this one has read
                                     progress.fence_state = progress.fence == 0 ? Fence::None
                                                            : foreign           ? Fence::Foreign
                                                            : passed            ? Fence::Passed
                                                                                : Fence::Standing;
                                     progress.lease_owner = row.text(7);
                                     progress.lease_until_us = row.integer(8);
                                     return progress;
                                   })
      .value_or(SearchProgress());
}

bool MessageIndex::stands_at(const SystemScope& system, std::int64_t place, const std::string& id) {
  return first_row<bool>(session_, system, "SELECT id FROM messages WHERE rowid = $1", {place},
                         [&](const Row& row) { return row.text(0) == id; })
      .value_or(false);
}

std::optional<UnindexedMessage> MessageIndex::last_until(const SystemScope& system, std::int64_t place) {
  return first_row<UnindexedMessage>(session_, system,
                                     "SELECT rowid, id FROM messages WHERE rowid <= $1 ORDER BY rowid DESC LIMIT 1",
                                     {place}, [](const Row& row) {
                                       UnindexedMessage message;
                                       message.place = row.integer(0);
                                       message.id = row.text(1);
                                       return message;
                                     });
}

UnindexedPage MessageIndex::unindexed(const SystemScope& system, std::int64_t after, std::int64_t until,
                                      std::int64_t limit, std::size_t max_bytes) {
  // The inner statement counts for each message, so that no planner reads all of the index instead.
  return read_page(
      session_, system,
      PLATOS_UNINDEXED_COLUMNS
      "FROM (SELECT n.rowid AS rowid, n.env_id, n.id, n.thread_id, n.state, n.created_us, n.content FROM messages n "
      "WHERE n.rowid > $1 AND n.rowid <= $2 AND n.state IN ('active', 'pending') "
      "AND (SELECT COUNT(*) FROM search_documents d WHERE d.env_id = n.env_id AND d.message_id = n.id) = 0 "
      "AND (SELECT COUNT(*) FROM search_awaited a WHERE a.env_id = n.env_id AND a.message_id = n.id) = 0 "
      "ORDER BY n.rowid LIMIT $3) m "
      "CROSS JOIN threads t CROSS JOIN environments e WHERE " PLATOS_OWNER_OF_MESSAGE "ORDER BY m.rowid",
      {after, until, limit + 1}, limit, max_bytes);
}

UnindexedPage MessageIndex::settled(const SystemScope& system, std::int64_t limit, std::size_t max_bytes) {
  return read_page(session_, system,
                   PLATOS_UNINDEXED_COLUMNS
                   "FROM search_awaited a CROSS JOIN messages m CROSS JOIN threads t CROSS JOIN environments e WHERE "
                   "m.env_id = a.env_id AND m.id = a.message_id AND m.state <> 'pending' AND " PLATOS_OWNER_OF_MESSAGE
                   "LIMIT $1",
                   {limit + 1}, limit, max_bytes);
}

bool MessageIndex::advance(const SystemScope& system, const SearchProgress& next, bool new_fence) {
  // Every host's writer learns the number of its transaction before it inserts anything: what has a place below the
  // fence and is not seen yet has a smaller number than this transaction.
  constexpr std::string_view kSqlite =
      "UPDATE search_progress SET revision = $1, documents = $2, seen = $3, seen_id = $4, fence = $5, lease_owner = "
      "$6, lease_until_us = $7 WHERE revision = $8 AND $9 = $9";
  constexpr std::string_view kPostgres =
      "UPDATE search_progress SET revision = $1, documents = $2, seen = $3, seen_id = $4, fence = $5, lease_owner = "
      "$6, lease_until_us = $7, fence_xid = CASE WHEN CAST($9 AS BIGINT) = 1 THEN CAST(pg_current_xact_id() AS TEXT) "
      "ELSE fence_xid END WHERE revision = $8";
  return session_.execute(system, is_postgres() ? kPostgres : kSqlite,
                          {next.revision + 1, next.documents, next.seen, next.seen_id, next.fence, next.lease_owner,
                           next.lease_until_us, next.revision, std::int64_t{new_fence}}) == 1;
}

void MessageIndex::put(const SystemScope& system, const SearchDocument& document, const std::string& words) {
  constexpr std::string_view kSqlite = "INSERT INTO search_words (rowid, words) VALUES ($1, $2)";
  constexpr std::string_view kPostgres =
      "INSERT INTO search_words (rowid, words) VALUES ($1, array_to_tsvector(string_to_array($2, ' ')))";
  session_.send(system,
                "INSERT INTO search_documents (doc, env_id, user_id, number, agent_id, thread_id, message_id, length, "
                "repeated, created_us) SELECT CAST($1 AS BIGINT), env_id, $2, CAST($3 AS BIGINT), $4, thread_id, id, "
                "CAST($5 AS BIGINT), $6, created_us FROM messages "
                "WHERE env_id = $7 AND id = $8 AND state = 'active' ON CONFLICT DO NOTHING",
                {document.doc, document.user_id, document.number, document.agent_id, document.length, document.repeated,
                 document.environment_id, document.message_id});
  session_.send(system, is_postgres() ? kPostgres : kSqlite, {document.doc, words});
}

void MessageIndex::put(const SystemScope& system, const SearchUser& user) {
  session_.send(system,
                "INSERT INTO search_users (env_id, user_id, documents, words) VALUES ($1, $2, $3, $4) ON CONFLICT "
                "(env_id, user_id) DO UPDATE SET documents = excluded.documents, words = excluded.words",
                {user.environment_id, user.user_id, user.documents, user.words});
}

void MessageIndex::await(const SystemScope& system, const UnindexedMessage& message) {
  session_.send(system, "INSERT INTO search_awaited (env_id, message_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                {message.scope.environment_id, message.id});
}

void MessageIndex::settle(const SystemScope& system, const UnindexedMessage& message) {
  session_.send(system, "DELETE FROM search_awaited WHERE env_id = $1 AND message_id = $2",
                {message.scope.environment_id, message.id});
  session_.send(system, "DELETE FROM search_documents WHERE env_id = $1 AND message_id = $2",
                {message.scope.environment_id, message.id});
}

}  // namespace platos::store

// Threads: the half of Conversations that is about them.
#include "base/text.hpp"
#include "store/conversations.hpp"
#include "store/rows.hpp"

#define PLATOS_THREAD_COLUMNS                                                                                         \
  "id, agent_id, user_id, title, state, turn_count, created_us, updated_us, archived_us, summary, summary_until_us, " \
  "summary_until_id, revision, tags, pinned_us, parent_id, forked_from_id"
// $1 environment, $2 user, $3 agent, $4 and $5 archived, $6 pinned only, $7 hash of a tag, $8 state. Of one user, an
// index has the threads: SQLite sees none through an OR, so "of all" is a condition of its own.
#define PLATOS_THREADS_OF_ALL "env_id = $1 AND $2 = '' AND " PLATOS_THREAD_FILTER
#define PLATOS_THREADS_OF_USER "env_id = $1 AND user_id = $2 AND " PLATOS_THREAD_FILTER
#define PLATOS_THREAD_FILTER                                                                                   \
  "($3 = '' OR agent_id = $3) AND COALESCE(archived_us, 0) BETWEEN $4 AND $5 "                                 \
  "AND (CAST($6 AS BIGINT) = 0 OR pinned_us IS NOT NULL) AND ($7 = '' OR EXISTS (SELECT 1 FROM thread_tags g " \
  "WHERE g.env_id = threads.env_id AND g.tag = $7 AND g.thread_id = threads.id)) AND ($8 = '' OR state = $8)"
#define PLATOS_THREAD_PAGE " ORDER BY COALESCE(pinned_us, 0) DESC, updated_us DESC, id DESC LIMIT $9 OFFSET $10"

namespace platos::store {
namespace {

using model::Scope;

constexpr std::string_view kTitle = "threads.title";
constexpr std::string_view kSummary = "threads.summary";
constexpr std::string_view kTags = "threads.tags";

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
  const std::string tags = row.unsealed(13, place(scope, kTags, thread.id));
  for (const auto tag : base::split(tags, '\n')) {
    if (!tag.empty()) thread.tags.emplace_back(tag);
  }
  thread.pinned_us = row.integer(14);
  thread.parent_id = row.text(15);
  thread.forked_from_id = row.text(16);
  return thread;
}

std::string tag_lines(const std::vector<std::string>& tags) {
  std::string text;
  for (const auto& tag : tags) text += tag + '\n';
  return text;
}

std::string tag_hash(Session& session, const Scope& scope, const std::string& tag) {
  return tag.empty() ? std::string() : session.hash_words(scope, kTags, {tag}).front();
}

}  // namespace

void Conversations::insert_thread(const Scope& scope, const model::Thread& thread) {
  session_.send(
      scope,
      "INSERT INTO threads (id, env_id, agent_id, user_id, title, state, turn_count, created_us, updated_us, revision, "
      "parent_id, forked_from_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
      {thread.id, scope.environment_id, thread.agent_id, thread.user_id,
       Sealed{thread.title, place(scope, kTitle, thread.id)}, thread.state, thread.turn_count, thread.created_us,
       thread.updated_us, thread.revision, text_or_null(thread.parent_id), text_or_null(thread.forked_from_id)});
}

std::optional<model::Thread> Conversations::find_thread(const Scope& scope, const std::string& user_id,
                                                        const std::string& id) {
  return first_row<model::Thread>(
      session_, scope, "SELECT " PLATOS_THREAD_COLUMNS " FROM threads WHERE env_id = $1 AND user_id = $2 AND id = $3",
      {scope.environment_id, user_id, id}, [&](const Row& row) { return read_thread(row, scope); });
}

std::vector<model::Thread> Conversations::list_threads(const Scope& scope, const ThreadFilter& filter) {
  const ArchivedRange archived = range_of(filter.archived);
  const std::string tag = tag_hash(session_, scope, filter.tag);
  const bool all = filter.all_users;
  return all_rows<model::Thread>(
      session_, scope,
      all ? "SELECT " PLATOS_THREAD_COLUMNS " FROM threads WHERE " PLATOS_THREADS_OF_ALL PLATOS_THREAD_PAGE
          : "SELECT " PLATOS_THREAD_COLUMNS " FROM threads WHERE " PLATOS_THREADS_OF_USER PLATOS_THREAD_PAGE,
      {scope.environment_id, all ? std::string() : filter.user_id, filter.agent_id, archived.from, archived.to,
       std::int64_t{filter.pinned_only}, tag, filter.state, filter.limit, filter.offset},
      [&](const Row& row) { return read_thread(row, scope); });
}

std::int64_t Conversations::count_threads(const Scope& scope, const ThreadFilter& filter) {
  const ArchivedRange archived = range_of(filter.archived);
  const std::string tag = tag_hash(session_, scope, filter.tag);
  const bool all = filter.all_users;
  return first_row<std::int64_t>(session_, scope,
                                 all ? "SELECT COUNT(*) FROM threads WHERE " PLATOS_THREADS_OF_ALL
                                     : "SELECT COUNT(*) FROM threads WHERE " PLATOS_THREADS_OF_USER,
                                 {scope.environment_id, all ? std::string() : filter.user_id, filter.agent_id,
                                  archived.from, archived.to, std::int64_t{filter.pinned_only}, tag, filter.state},
                                 [](const Row& row) { return row.integer(0); })
      .value_or(0);
}

void Conversations::update_thread(const Scope& scope, const model::Thread& thread) {
  const auto time_or_null = [](std::int64_t us) { return us == 0 ? Param(nullptr) : Param(us); };
  session_.send(scope,
                "UPDATE threads SET title = $1, state = $2, updated_us = $3, archived_us = $4, pinned_us = $5, "
                "revision = revision + 1 WHERE env_id = $6 AND id = $7",
                {Sealed{thread.title, place(scope, kTitle, thread.id)}, thread.state, thread.updated_us,
                 time_or_null(thread.archived_us), time_or_null(thread.pinned_us), scope.environment_id, thread.id});
}

void Conversations::set_tags(const Scope& scope, const std::string& thread_id, const std::vector<std::string>& tags) {
  session_.send(scope, "UPDATE threads SET tags = $1 WHERE env_id = $2 AND id = $3",
                {Sealed{tag_lines(tags), place(scope, kTags, thread_id)}, scope.environment_id, thread_id});
  session_.send(scope, "DELETE FROM thread_tags WHERE env_id = $1 AND thread_id = $2",
                {scope.environment_id, thread_id});
  for (const auto& hash : session_.hash_words(scope, kTags, tags)) {
    session_.send(scope, "INSERT INTO thread_tags (env_id, tag, thread_id) VALUES ($1, $2, $3)",
                  {scope.environment_id, hash, thread_id});
  }
}

std::vector<model::Thread> Conversations::forks(const Scope& scope, const std::string& user_id,
                                                const std::string& parent_id) {
  return all_rows<model::Thread>(
      session_, scope,
      "SELECT " PLATOS_THREAD_COLUMNS " FROM threads WHERE env_id = $1 AND user_id = $2 AND parent_id = $3 ORDER BY id",
      {scope.environment_id, user_id, parent_id}, [&](const Row& row) { return read_thread(row, scope); });
}

std::int64_t Conversations::count_forks(const Scope& scope, const std::string& parent_id) {
  return first_row<std::int64_t>(
             session_, scope,
             "SELECT COUNT(*) FROM threads WHERE env_id = $1 AND parent_id = $2 AND archived_us IS NULL",
             {scope.environment_id, parent_id}, [](const Row& row) { return row.integer(0); })
      .value_or(0);
}

void Conversations::touch(const Scope& scope, const std::string& id, std::int64_t now_us) {
  session_.send(scope, "UPDATE threads SET updated_us = $1, revision = revision + 1 WHERE env_id = $2 AND id = $3",
                {now_us, scope.environment_id, id});
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

}  // namespace platos::store

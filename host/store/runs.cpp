#include "store/runs.hpp"

#include "store/rows.hpp"

namespace platos::store {
namespace {

using model::Scope;

constexpr std::string_view kErrorMessage = "runs.error_message";
constexpr std::string_view kInput = "runs.input";
constexpr std::string_view kOutput = "runs.output";
constexpr std::string_view kJournal = "run_journal.payload";
constexpr std::string_view kStream = "run_stream.payload";

std::string part_of(const std::string& run_id, std::int64_t number) { return run_id + "/" + std::to_string(number); }

// One list of columns, so that read_run fits every query below.
#define PLATOS_RUN_COLUMNS                                                                                      \
  "r.id, e.org_id, e.project_id, r.env_id, r.user_id, r.kind, r.state, r.error_code, r.error_message, "         \
  "r.agent_id, r.version_id, r.thread_id, r.input, r.output, r.seq_reserved, r.lease_owner, r.lease_until_us, " \
  "r.fence, r.deadline_us, r.attempt, r.request_id, r.created_us, r.started_us, r.finished_us "                 \
  "FROM runs r JOIN environments e ON e.id = r.env_id "

model::RunRecord read_run(const Row& row) {
  model::RunRecord run;
  run.id = row.text(0);
  run.scope = {row.text(1), row.text(2), row.text(3)};
  run.user_id = row.text(4);
  run.kind = row.text(5);
  run.state = model::run_state_from_text(row.text(6));
  run.error_code = row.text(7);
  run.error_message = row.unsealed(8, place(run.scope, kErrorMessage, run.id));
  run.agent_id = row.text(9);
  run.version_id = row.text(10);
  run.thread_id = row.text(11);
  run.input_json = row.unsealed(12, place(run.scope, kInput, run.id));
  run.output_json = row.unsealed(13, place(run.scope, kOutput, run.id));
  run.seq_reserved = row.integer(14);
  run.lease_owner = row.text(15);
  run.lease_until_us = row.integer(16);
  run.fence = row.integer(17);
  run.deadline_us = row.integer(18);
  run.attempt = row.integer(19);
  run.request_id = row.text(20);
  run.created_us = row.integer(21);
  run.started_us = row.integer(22);
  run.finished_us = row.integer(23);
  return run;
}

// A waiting run's own host is asked first.
constexpr std::int64_t kOthersLaterUs = 3'000'000;

std::int64_t integer_of(const Row& row) { return row.integer(0); }
std::string text_of(const Row& row) { return row.text(0); }

}  // namespace

void Runs::insert(const model::RunRecord& run) {
  const bool claimed = run.state == model::RunState::Running;
  session_.send(
      run.scope,
      "INSERT INTO runs (id, env_id, user_id, kind, state, agent_id, version_id, thread_id, input, seq_reserved, "
      "lease_owner, lease_until_us, fence, deadline_us, attempt, request_id, created_us, started_us) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
      {run.id, run.scope.environment_id, run.user_id, run.kind, model::to_text(run.state), text_or_null(run.agent_id),
       text_or_null(run.version_id), text_or_null(run.thread_id),
       Sealed{run.input_json, place(run.scope, kInput, run.id)}, run.seq_reserved,
       claimed ? Param(std::string_view(run.lease_owner)) : Param(nullptr),
       claimed ? Param(run.lease_until_us) : Param(nullptr), run.fence, run.deadline_us, run.attempt, run.request_id,
       run.created_us, claimed ? Param(run.started_us) : Param(nullptr)});
}

std::optional<model::RunRecord> Runs::find(const Scope& scope, const std::string& id) {
  return first_row<model::RunRecord>(session_, scope, "SELECT " PLATOS_RUN_COLUMNS "WHERE r.env_id = $1 AND r.id = $2",
                                     {scope.environment_id, id}, read_run);
}

std::vector<model::RunRecord> Runs::list(const Scope& scope, const RunFilter& filter) {
  std::vector<model::RunRecord> runs;
  session_.query(scope,
                 "SELECT " PLATOS_RUN_COLUMNS
                 "WHERE r.env_id = $1 AND (CAST($2 AS BIGINT) = 1 OR r.user_id = $3) AND ($4 = '' OR r.agent_id = $4) "
                 "AND ($5 = '' OR r.thread_id = $5) AND ($6 = '' OR r.state = $6) "
                 "ORDER BY r.created_us DESC, r.id DESC LIMIT $7 OFFSET $8",
                 {scope.environment_id, std::int64_t{filter.all_users}, filter.user_id, filter.agent_id,
                  filter.thread_id, filter.state, filter.limit, filter.offset},
                 [&](const Row& row) {
                   runs.push_back(read_run(row));
                   return true;
                 });
  return runs;
}

std::optional<model::RunRecord> Runs::newest_turn(const Scope& scope, const std::string& user_id,
                                                  const std::string& thread_id) {
  const auto newest = [&](const char* state) {
    return first_row<model::RunRecord>(
        session_, scope,
        std::string("SELECT " PLATOS_RUN_COLUMNS
                    "WHERE r.env_id = $1 AND r.user_id = $2 AND r.thread_id = $3 AND r.kind = 'turn' AND r.state ") +
            state + " ORDER BY r.created_us DESC, r.id DESC LIMIT 1",
        {scope.environment_id, user_id, thread_id}, read_run);
  };
  auto begun = newest("<> 'queued'");
  return begun ? std::move(begun) : newest("= 'queued'");
}

std::int64_t Runs::count(const Scope& scope, const RunFilter& filter) {
  return *first_row<std::int64_t>(
      session_, scope,
      "SELECT COUNT(*) FROM runs WHERE env_id = $1 AND (CAST($2 AS BIGINT) = 1 OR user_id = $3) "
      "AND ($4 = '' OR agent_id = $4) AND ($5 = '' OR thread_id = $5) "
      "AND ($6 = '' OR state = $6)",
      {scope.environment_id, std::int64_t{filter.all_users}, filter.user_id, filter.agent_id, filter.thread_id,
       filter.state},
      integer_of);
}

std::vector<OpenTurn> Runs::open_turns(const Scope& scope, const std::string& thread_id) {
  std::vector<OpenTurn> turns;
  session_.query(
      scope,
      "SELECT id, state FROM runs WHERE env_id = $1 AND thread_id = $2 AND kind = 'turn' AND finished_us IS NULL "
      "ORDER BY created_us, id",
      {scope.environment_id, thread_id}, [&](const Row& row) {
        turns.push_back({row.text(0), model::run_state_from_text(row.text(1)) == model::RunState::Queued});
        return true;
      });
  return turns;
}

bool Runs::is_free(const Scope& scope, const std::string& thread_id) {
  return session_.affirm(scope,
                         "SELECT 1 FROM runs WHERE env_id = $1 AND thread_id = $2 AND kind = 'turn' AND finished_us IS "
                         "NULL LIMIT 1",
                         {scope.environment_id, thread_id}, 0);
}

bool Runs::is_under_way(const Scope& scope, const std::string& thread_id, const std::string& kind) {
  return first_row<std::string>(session_, scope,
                                "SELECT id FROM runs WHERE env_id = $1 AND thread_id = $2 AND kind = $3 "
                                "AND finished_us IS NULL LIMIT 1",
                                {scope.environment_id, thread_id, kind}, text_of)
      .has_value();
}

bool Runs::progress(const Scope& scope, const RunProgress& progress) {
  return session_.affirm(
      scope,
      "UPDATE runs SET seq_reserved = CASE WHEN seq_reserved < $1 THEN $1 ELSE seq_reserved END, lease_until_us "
      "= $2 WHERE env_id = $3 AND id = $4 AND fence = $5 AND state IN ('running', 'waiting')",
      {progress.seq_reserved, progress.lease_until_us, scope.environment_id, progress.run_id, progress.fence}, 1);
}

void Runs::append_journal(const Scope& scope, const std::string& run_id, const model::JournalRow& row) {
  const std::string at = part_of(run_id, row.n);
  session_.send(
      scope,
      "INSERT INTO run_journal (env_id, run_id, n, kind, last_seq, payload, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7)",
      {scope.environment_id, run_id, row.n, row.kind, row.last_seq,
       Sealed{row.payload_json, place(scope, kJournal, at)}, row.at_us});
}

void Runs::append_stream(const Scope& scope, const std::string& run_id, const StreamBlock& block, std::int64_t now_us) {
  const std::string at = part_of(run_id, block.first_seq);
  session_.send(scope,
                "INSERT INTO run_stream (env_id, run_id, first_seq, last_seq, flags, payload, at_us) "
                "VALUES ($1, $2, $3, $4, 1, $5, $6)",
                {scope.environment_id, run_id, block.first_seq, block.last_seq,
                 Sealed{block.payload, place(scope, kStream, at)}, now_us});
}

void Runs::set_waiting(const Scope& scope, const std::string& run_id, std::int64_t due_us,
                       const std::string& timer_id) {
  session_.send(scope, "UPDATE runs SET state = 'waiting', lease_until_us = NULL WHERE env_id = $1 AND id = $2",
                {scope.environment_id, run_id});
  session_.send(scope, "INSERT INTO timers (id, env_id, run_id, kind, due_us) VALUES ($1, $2, $3, 'wake', $4)",
                {timer_id, scope.environment_id, run_id, due_us});
}

void Runs::wake(const Scope& scope, const std::string& run_id, std::int64_t now_us) {
  session_.send(scope, "UPDATE runs SET state = 'waiting' WHERE env_id = $1 AND id = $2 AND state = 'waiting'",
                {scope.environment_id, run_id});
  session_.send(scope, "UPDATE timers SET due_us = $1 WHERE env_id = $2 AND run_id = $3 AND due_us > $4",
                {now_us, scope.environment_id, run_id, now_us});
}

void Runs::set_running(const Scope& scope, const std::string& run_id, std::int64_t lease_until_us,
                       std::int64_t deadline_us) {
  session_.send(
      scope, "UPDATE runs SET state = 'running', lease_until_us = $1, deadline_us = $2 WHERE env_id = $3 AND id = $4",
      {lease_until_us, deadline_us, scope.environment_id, run_id});
  session_.send(scope, "DELETE FROM timers WHERE env_id = $1 AND run_id = $2", {scope.environment_id, run_id});
}

bool Runs::finish(const Scope& scope, const Ending& ending, const model::RunOutcome& outcome,
                  const std::string& output_json, std::int64_t now_us) {
  // Not "finished_us IS NULL": PostgreSQL would look the run up in runs_open, whose entries of ended runs stay until a
  // vacuum, and read through all of them.
  const bool ended =
      session_.affirm(scope,
                      "UPDATE runs SET state = $1, error_code = $2, error_message = $3, output = $4, finished_us = $5, "
                      "lease_owner = NULL, lease_until_us = NULL WHERE env_id = $6 AND id = $7 AND fence = $8 "
                      "AND COALESCE(finished_us, 0) = 0",
                      {model::to_text(outcome.state), outcome.error_code,
                       Sealed{outcome.error_message, place(scope, kErrorMessage, ending.run_id)},
                       Sealed{output_json, place(scope, kOutput, ending.run_id)}, now_us, scope.environment_id,
                       ending.run_id, ending.fence},
                      1);
  if (ended && ending.had_timer) {
    session_.send(scope, "DELETE FROM timers WHERE env_id = $1 AND run_id = $2", {scope.environment_id, ending.run_id});
  }
  if (ended && ending.had_timer) {
    session_.send(
        scope,
        "UPDATE approvals SET state = 'cancelled', resolved_us = $1 WHERE env_id = $2 AND run_id = $3 AND state = "
        "'pending'",
        {now_us, scope.environment_id, ending.run_id});
  }
  if (ended && ending.had_calls) {
    session_.send(
        scope,
        "UPDATE tool_calls SET state = CASE WHEN effect = 'read' THEN 'failed' ELSE 'unknown' END, settled_us = $1 "
        "WHERE env_id = $2 AND run_id = $3 AND state = 'started'",
        {now_us, scope.environment_id, ending.run_id});
  }
  return ended;
}

std::vector<model::JournalRow> Runs::journal(const Scope& scope, const std::string& run_id) {
  std::vector<model::JournalRow> rows;
  session_.query(
      scope, "SELECT n, kind, last_seq, payload, at_us FROM run_journal WHERE env_id = $1 AND run_id = $2 ORDER BY n",
      {scope.environment_id, run_id}, [&](const Row& row) {
        rows.push_back({row.integer(0), row.text(1), row.integer(2),
                        row.unsealed(3, place(scope, kJournal, part_of(run_id, row.integer(0)))), row.integer(4)});
        return true;
      });
  return rows;
}

std::vector<StreamBlock> Runs::stream(const Scope& scope, const std::string& run_id, std::int64_t after,
                                      std::size_t max_bytes) {
  std::vector<StreamBlock> blocks;
  std::size_t bytes = 0;
  session_.query(
      scope,
      "SELECT first_seq, last_seq, payload FROM run_stream WHERE env_id = $1 AND run_id = $2 AND last_seq > $3 "
      "ORDER BY first_seq",
      {scope.environment_id, run_id, after}, [&](const Row& row) {
        blocks.push_back(
            {row.integer(0), row.integer(1), row.unsealed(2, place(scope, kStream, part_of(run_id, row.integer(0))))});
        bytes += blocks.back().payload.size();
        return bytes < max_bytes;
      });
  return blocks;
}

std::vector<model::RunRecord> Runs::claimable(const model::SystemScope& system, const Claimant& claimant,
                                              std::int64_t now_us, std::int64_t limit) {
  std::vector<model::RunRecord> runs;
  session_.query(
      system,
      "SELECT " PLATOS_RUN_COLUMNS
      "WHERE r.finished_us IS NULL AND ("
      "  (r.state = 'queued' AND r.kind <> 'turn') OR "
      "  (r.state = 'queued' AND NOT EXISTS (SELECT 1 FROM runs o WHERE o.env_id = r.env_id "
      "     AND o.thread_id = r.thread_id AND o.kind = 'turn' AND o.state IN ('running', 'waiting'))"
      "   AND NOT EXISTS (SELECT 1 FROM runs q WHERE q.env_id = r.env_id AND q.thread_id = r.thread_id "
      "     AND q.kind = 'turn' AND q.state = 'queued' AND q.finished_us IS NULL AND (q.created_us < r.created_us OR "
      "(q.created_us = "
      "r.created_us AND q.id < r.id))))"
      "  OR (r.state = 'running' AND ((CAST($1 AS BIGINT) = 1 AND r.lease_owner = $2) OR r.lease_until_us < $3))"
      "  OR (r.state = 'waiting' AND EXISTS (SELECT 1 FROM timers t WHERE t.env_id = r.env_id AND t.run_id = r.id "
      "     AND t.due_us <= CASE WHEN r.lease_owner = $2 THEN CAST($3 AS BIGINT) ELSE CAST($4 AS BIGINT) END))"
      ") ORDER BY r.created_us, r.id LIMIT $5",
      {std::int64_t{claimant.restarted}, claimant.host_id, now_us, now_us - kOthersLaterUs, limit},
      [&](const Row& row) {
        runs.push_back(read_run(row));
        return true;
      });
  return runs;
}

bool Runs::claim(const model::SystemScope& system, const model::RunRecord& claimed, std::int64_t former_fence) {
  const bool taken =
      session_.execute(
          system,
          "UPDATE runs SET state = 'running', fence = $1, lease_owner = $2, lease_until_us = $3, deadline_us = $4, "
          "attempt = $5, seq_reserved = $6, started_us = COALESCE(started_us, $7) "
          "WHERE env_id = $8 AND id = $9 AND fence = $10 AND COALESCE(finished_us, 0) = 0",
          {claimed.fence, claimed.lease_owner, claimed.lease_until_us, claimed.deadline_us, claimed.attempt,
           claimed.seq_reserved, claimed.started_us, claimed.scope.environment_id, claimed.id, former_fence}) == 1;
  if (taken) {
    session_.send(system, "DELETE FROM timers WHERE env_id = $1 AND run_id = $2",
                  {claimed.scope.environment_id, claimed.id});
  }
  return taken;
}

void Runs::renew_leases(const model::SystemScope& system, const std::string& host_id, std::int64_t lease_until_us) {
  session_.send(
      system,
      "UPDATE runs SET lease_until_us = $1 WHERE finished_us IS NULL AND state = 'running' AND lease_owner = $2",
      {lease_until_us, host_id});
}

void Runs::release_leases(const model::SystemScope& system, const std::string& host_id) {
  session_.send(
      system, "UPDATE runs SET lease_until_us = 0 WHERE finished_us IS NULL AND state = 'running' AND lease_owner = $1",
      {host_id});
}

std::int64_t Runs::sweep(const model::SystemScope& system, std::int64_t stream_before_us,
                         std::int64_t journal_before_us, std::int64_t now_us, std::int64_t limit) {
  std::int64_t deleted = 0;
  deleted += session_.execute(
      system,
      "DELETE FROM run_stream WHERE (env_id, run_id, first_seq) IN (SELECT s.env_id, s.run_id, s.first_seq "
      "FROM runs r JOIN run_stream s ON s.env_id = r.env_id AND s.run_id = r.id WHERE r.finished_us < $1 LIMIT $2)",
      {stream_before_us, limit});
  deleted += session_.execute(
      system,
      "DELETE FROM run_journal WHERE (env_id, run_id, n) IN (SELECT j.env_id, j.run_id, j.n "
      "FROM runs r JOIN run_journal j ON j.env_id = r.env_id AND j.run_id = r.id WHERE r.finished_us < $1 LIMIT $2)",
      {journal_before_us, limit});
  deleted += session_.execute(
      system,
      "DELETE FROM idempotency_keys WHERE (env_id, user_id, route, idempotency_key) IN "
      "(SELECT env_id, user_id, route, idempotency_key FROM idempotency_keys WHERE expires_us < $1 LIMIT $2)",
      {now_us, limit});
  return deleted;
}

}  // namespace platos::store

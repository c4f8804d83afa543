// How a PostgresSession begins and ends its transactions, and learns how one ended.
#include <chrono>
#include <thread>

#include "store/postgres_answer.hpp"

namespace platos::store {
namespace {

constexpr auto kCommitPoll = std::chrono::milliseconds(20);
constexpr int kCommitPolls = 500;

}  // namespace

// A plan that was made for an empty table stays with its statement, also with the one that looks after a foreign key,
// and reads all of a large one. They are made anew after 64 transactions, 256, 1,024 and so on, for the sizes of that
// time.
void PostgresSession::plan_anew_when_due() {
  if (++transactions_ < plan_anew_at_) return;
  plan_anew_at_ *= 4;
  run_script("DISCARD PLANS");
}

void PostgresSession::begin_write() {
  plan_anew_when_due();
  environment_.clear();
  transaction_.clear();
  said_wrong_ = false;
  in_transaction_ = true;
  start("BEGIN", {});
  // Asked for now, because the answer to COMMIT may never come.
  start("SELECT pg_current_xact_id()::text", {}, Kind::TransactionNumber);
  leave_mark();
}

// A server that crashes forgets numbers of transactions that were not committed, and gives them to others: a number
// alone does not tell whose commit it was. Marks stand among the hosts, below zero, where no host lives.
void PostgresSession::mark_commits(const std::string& host_id) {
  mark_row_ = "commit " + host_id;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  mark_ = -std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

void PostgresSession::leave_mark() {
  if (mark_row_.empty()) return;
  start("INSERT INTO hosts (id, until_us) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET until_us = $2",
        {std::string_view(mark_row_), --mark_});
}

bool PostgresSession::is_marked() {
  bool found = false;
  fetch(kEverywhere, "SELECT 1 FROM hosts WHERE id = $1 AND until_us = $2", {std::string_view(mark_row_), mark_},
        [&](const Row&) {
          found = true;
          return false;
        });
  return found;
}

// A number that the server has not given yet is one that it forgot, which it calls an error.
std::string PostgresSession::state_of_last_commit() {
  std::string state;
  fetch(kEverywhere,
        "SELECT CASE WHEN pg_current_xact_id() <= $1::text::xid8 THEN 'forgotten' "
        "ELSE pg_xact_status($1::text::xid8) END",
        {std::string_view(transaction_)}, [&](const Row& row) {
          state = row.text(0);
          return false;
        });
  return state;
}

void PostgresSession::begin_read() {
  plan_anew_when_due();
  environment_.clear();
  in_transaction_ = true;
  start("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", {});
}

void PostgresSession::commit() {
  settle();
  const bool writes = !transaction_.empty();
  try {
    in_transaction_ = false;  // whatever the answer is
    start("COMMIT", {});
    const Answer answer = last();
    // A transaction with an error in it is "committed" as a rollback.
    if (std::string_view(PQcmdStatus(const_cast<pg_result*>(answer.get()))) != "COMMIT") {
      throw SqlError(SqlError::Kind::Other, "PostgreSQL: the transaction had failed");
    }
  } catch (const SqlError& failure) {
    if (failure.kind() != SqlError::Kind::Disconnected || !writes) throw;
    throw SqlError(SqlError::Kind::CommitUnknown, failure.what());
  }
}

void PostgresSession::rollback() noexcept {
  environment_.clear();
  said_wrong_ = false;
  if (!in_transaction_ || broken_) return;
  in_transaction_ = false;
  // An error of what was sent before may be met here only; what follows it was skipped, the first ROLLBACK among it.
  for (int tries = 0; tries < 2; ++tries) {
    try {
      start("ROLLBACK", {});
      forget(0);
      said_wrong_ = false;
      return;
    } catch (const std::exception&) {
      if (broken_) return;
    }
  }
  broken_ = true;
}

bool PostgresSession::was_committed() {
  for (int i = 0; i < kCommitPolls; ++i) {
    const std::string state = state_of_last_commit();
    // The server may not have noticed yet that we left.
    if (state != "in progress") return mark_row_.empty() ? state == "committed" : is_marked();
    if (patience_.is_over()) break;
    std::this_thread::sleep_for(kCommitPoll);
  }
  throw SqlError(SqlError::Kind::CommitUnknown, "PostgreSQL: transaction " + transaction_ + " is still in progress");
}

}  // namespace platos::store

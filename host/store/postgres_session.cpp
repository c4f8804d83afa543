#include "store/postgres_session.hpp"

#include <Poco/Data/PostgreSQL/Connector.h>
#include <Poco/Data/PostgreSQL/SessionHandle.h>
#include <Poco/Data/PostgreSQL/Utility.h>
#include <libpq-fe.h>

#include <algorithm>
#include <mutex>

#include "base/text.hpp"
#include "store/postgres_answer.hpp"
#include "store/postgres_values.hpp"

namespace platos::store {
namespace {

constexpr std::size_t kMaxAwaited = 128;  // answers of the server are read before they could fill its buffers

std::string statement_timeout(const PostgresPatience& patience) {
  return "SET statement_timeout = " + std::to_string(patience.answer_ms);
}

class ForAMoment {
 public:
  ForAMoment(PostgresPatience& held, PostgresPatience now) : held_(held), former_(std::exchange(held, now)) {}
  ~ForAMoment() { held_ = former_; }
  ForAMoment(const ForAMoment&) = delete;
  ForAMoment& operator=(const ForAMoment&) = delete;
  const PostgresPatience& former() const { return former_; }

 private:
  PostgresPatience& held_;
  const PostgresPatience former_;
};

/// Why nobody can connect like this, in libpq's words, which have no password; empty: one can.
std::string refusal_of(const std::string& parameters) {
  const std::unique_ptr<pg_conn, void (*)(pg_conn*)> tried(PQconnectdb(parameters.c_str()), PQfinish);
  if (PQstatus(tried.get()) == CONNECTION_OK) return {};
  std::string words = PQerrorMessage(tried.get());
  std::replace_if(
      words.begin(), words.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return base::printable(base::trim(words), 500);
}

}  // namespace

PostgresSession::PostgresSession(PostgresOptions options) : options_(std::move(options)) { open(); }

// Poco gives back a connection only while it is whole.
PostgresSession::~PostgresSession() {
  pg_conn* broken = handle_ != nullptr && PQstatus(handle_) != CONNECTION_OK ? handle_ : nullptr;
  connection_.reset();
  if (broken != nullptr) PQfinish(broken);
}

void PostgresSession::open() {
  static std::once_flag registered;
  std::call_once(registered, [] { Poco::Data::PostgreSQL::Connector::registerConnector(); });
  const auto parameters = postgres_parameters(options_);
  if (!parameters) throw SqlError(SqlError::Kind::Other, parameters.error().message);
  // Asked first: a connection that Poco fails to make is never given back, and a server may be away for long.
  const std::string within = *parameters + " connect_timeout=" + std::to_string(options_.connect_timeout_s);
  if (const std::string refusal = refusal_of(within); !refusal.empty()) {
    broken_ = true;
    throw SqlError(SqlError::Kind::Disconnected, "PostgreSQL: " + refusal);
  }
  try {
    connection_.emplace(Poco::Data::PostgreSQL::Connector::KEY, *parameters,
                        static_cast<std::size_t>(options_.connect_timeout_s));
  } catch (const Poco::Exception& failure) {
    broken_ = true;
    throw SqlError(SqlError::Kind::Disconnected, failure.displayText());
  }
  handle_ = *Poco::Data::PostgreSQL::Utility::handle(*connection_);
  set_up();
}

void PostgresSession::set_up() {
  const ForAMoment in_time(patience_, {options_.connect_timeout_s * std::int64_t{1000}, patience_.give_up_at});
  statements_.clear();
  awaited_.clear();
  environment_.clear();
  in_transaction_ = false;
  broken_ = false;
  // What matters comes back as an error; the default would print the rest.
  PQsetNoticeReceiver(
      handle_, [](void*, const PGresult*) {}, nullptr);
  // A server that does not read must not hold up who sends, either: wait_for_answer() sends the rest.
  PQsetnonblocking(handle_, 1);
  if (!options_.durable) run_script("SET synchronous_commit = off");
  if (!options_.writer) run_script("SET default_transaction_read_only = on");
  if (in_time.former().answer_ms > 0) run_script(statement_timeout(in_time.former()));
}

void PostgresSession::bound_waits(std::int64_t answer_ms, const std::atomic<std::int64_t>& give_up_at) {
  patience_ = {answer_ms, &give_up_at};
  if (answer_ms > 0) run_script(statement_timeout(patience_));
}

bool PostgresSession::reconnect() {
  if (!broken_) return true;
  if (patience_.is_over()) return false;
  try {
    if (handle_ == nullptr) {
      open();
      return true;
    }
    // The same object: Poco does not give back one that is broken.
    PQreset(handle_);
    if (PQstatus(handle_) != CONNECTION_OK) return false;
    set_up();
  } catch (const SqlError&) {
    broken_ = true;
    return false;
  }
  return true;
}

void PostgresSession::lost(const std::string& why) {
  broken_ = true;
  in_transaction_ = false;
  awaited_.clear();
  throw SqlError(SqlError::Kind::Disconnected, "PostgreSQL: " + why);
}

void PostgresSession::pipeline(bool on) {
  if (broken_) lost("the connection is broken");
  const bool is_on = PQpipelineStatus(handle_) != PQ_PIPELINE_OFF;
  if (is_on == on) return;
  if (on) {
    if (PQenterPipelineMode(handle_) != 1) lost(PQerrorMessage(handle_));
    return;
  }
  settle();
  resync();
  if (broken_ || PQexitPipelineMode(handle_) != 1) lost(PQerrorMessage(handle_));
}

// Row-level security compares with what stands here. It holds for a transaction, and savepoints undo it.
void PostgresSession::enter(const Tenant& tenant) {
  if (environment_ == tenant.environment_id) return;
  start("SELECT set_config('platos.environment', $1, true)", {tenant.environment_id});
  environment_ = tenant.environment_id;
}

void PostgresSession::start(std::string_view sql, Params params, Kind kind) {
  send_values(sql, PostgresValues(params, texts_, {}), kind);
}

void PostgresSession::send_values(std::string_view sql, const PostgresValues& values, Kind kind) {
  pipeline(true);
  if (awaited_.size() >= kMaxAwaited) forget(0);
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    found = statements_.emplace(std::string(sql), "s" + std::to_string(statements_.size())).first;
    if (PQsendPrepare(handle_, found->second.c_str(), found->first.c_str(), 0, nullptr) != 1) {
      lost(PQerrorMessage(handle_));
    }
    awaited_.push_back({Kind::Preparation, found->first});
  }
  if (PQsendQueryPrepared(handle_, found->second.c_str(), values.count(), values.data(), values.lengths(),
                          values.formats(), 1) != 1) {
    lost(PQerrorMessage(handle_));
  }
  awaited_.push_back({kind, found->first});
}

pg_result* PostgresSession::wait_for_result() {
  if (!wait_for_answer(handle_, patience_)) lost("the server has fallen silent");
  return PQgetResult(handle_);
}

PostgresSession::Answer PostgresSession::next() {
  const Awaited awaited = awaited_.front();
  Answer answer(wait_for_result());
  if (!answer.good()) {
    const SqlError error = postgres_error(answer.get(), PQerrorMessage(handle_), awaited.sql);
    if (error.kind() == SqlError::Kind::Disconnected || PQstatus(handle_) == CONNECTION_BAD) lost(error.what());
    resync();
    environment_.clear();
    throw error;
  }
  if (awaited.rows && changed_rows(answer.get()) != *awaited.rows) said_wrong_ = true;
  Answer end(wait_for_result());  // nothing: the end of this statement
  awaited_.pop_front();
  if (awaited.kind == Kind::TransactionNumber) transaction_ = PQgetvalue(answer.get(), 0, 0);
  return answer;
}

PostgresSession::Answer PostgresSession::last() {
  PQsendFlushRequest(handle_);
  while (awaited_.size() > 1) next();
  return next();
}

void PostgresSession::forget(std::size_t keep) {
  if (awaited_.size() <= keep) return;
  PQsendFlushRequest(handle_);
  while (awaited_.size() > keep) next();
}

// After an error the server skips what was sent until it reads a sync. Statements whose preparation it may have skipped
// are prepared anew.
void PostgresSession::resync() noexcept {
  for (const auto& awaited : awaited_) {
    if (awaited.kind == Kind::Preparation) statements_.erase(statements_.find(awaited.sql));
  }
  awaited_.clear();
  if (PQpipelineSync(handle_) != 1) {
    broken_ = true;
    return;
  }
  for (int nothing = 0; nothing < 2 && wait_for_answer(handle_, patience_);) {
    const Answer answer(PQgetResult(handle_));
    nothing = answer.get() == nullptr ? nothing + 1 : 0;
    if (answer.status() == PGRES_PIPELINE_SYNC && answer.get() != nullptr) return;
    if (PQstatus(handle_) == CONNECTION_BAD) break;
  }
  broken_ = true;
}

void PostgresSession::submit(const Tenant& tenant, std::string_view sql, Params params) {
  const PostgresValues values(params, texts_, tenant.organization_id);  // first: sealing may have to look a key up
  enter(tenant);
  send_values(sql, values, Kind::Statement);
}

// Outside of a transaction a statement stands for itself, with the wall that it was given.
PostgresSession::Answer PostgresSession::answer_of(const Tenant& tenant, std::string_view sql, Params params) {
  submit(tenant, sql, params);
  Answer answer = last();
  if (!in_transaction_) {
    resync();
    environment_.clear();
    if (broken_) lost("the connection broke after a statement");
  }
  return answer;
}

std::int64_t PostgresSession::run(const Tenant& tenant, std::string_view sql, Params params) {
  return changed_rows(answer_of(tenant, sql, params).get());
}

void PostgresSession::post(const Tenant& tenant, std::string_view sql, Params params) {
  if (!in_transaction_) {
    run(tenant, sql, params);
    return;
  }
  submit(tenant, sql, params);
}

void PostgresSession::fetch(const Tenant& tenant, std::string_view sql, Params params, const EachRow& each) {
  const Answer answer = answer_of(tenant, sql, params);
  for (int i = 0; i < PQntuples(answer.get()); ++i) {
    if (!each(PostgresRow(answer.get(), i, texts_))) return;
  }
}

bool PostgresSession::expect(const Tenant& tenant, std::string_view sql, Params params, std::int64_t rows) {
  if (!early_ || !in_transaction_) return run(tenant, sql, params) == rows;
  submit(tenant, sql, params);
  awaited_.back().rows = rows;
  return true;
}

void PostgresSession::settle() {
  forget(0);
  if (said_wrong_) throw SqlError(SqlError::Kind::Other, "PostgreSQL: a statement did not do what was affirmed");
}

void PostgresSession::run_script(const std::string& script) {
  environment_.clear();
  pipeline(false);
  if (PQsendQuery(handle_, script.c_str()) != 1) lost(PQerrorMessage(handle_));
  Answer answer(wait_for_result());
  for (Answer further(wait_for_result()); further.get() != nullptr; further = Answer(wait_for_result()))
    answer = std::move(further);
  if (answer.good()) return;
  const SqlError error = postgres_error(answer.get(), PQerrorMessage(handle_), script);
  if (error.kind() == SqlError::Kind::Disconnected || PQstatus(handle_) == CONNECTION_BAD) lost(error.what());
  throw error;
}

void PostgresSession::probe_space() {
  begin_write();
  try {
    run(kEverywhere, "INSERT INTO timers (id, env_id, run_id, kind, due_us) VALUES ('probe', '', '', '', 0)", {});
    run(kEverywhere, "DELETE FROM timers WHERE id = 'probe'", {});
    commit();
  } catch (const SqlError&) {
    rollback();
    throw;
  }
}

const std::vector<Migration>& PostgresSession::migrations() const { return postgres_migrations(); }

// The bytes of "PLATOS" as a number.
void PostgresSession::lock_schema() { run_script("SELECT pg_advisory_lock(88288443780947)"); }
void PostgresSession::unlock_schema() { run_script("SELECT pg_advisory_unlock(88288443780947)"); }

bool PostgresSession::holds_row_security() {
  bool holds = false;
  fetch(kEverywhere, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user", {},
        [&](const Row& row) {
          holds = row.integer(0) == 0;
          return false;
        });
  return holds;
}

}  // namespace platos::store

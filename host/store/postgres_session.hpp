// Connection over PostgreSQL.
#pragma once

#include <Poco/Data/Session.h>

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/connection.hpp"
#include "store/postgres_wait.hpp"

struct pg_conn;
struct pg_result;

namespace platos::store {

class PostgresValues;

struct PostgresOptions {
  std::string url;      ///< "postgresql://user:password@host:port/database?sslmode=verify-full", as libpq reads it
  bool durable = true;  ///< false: commits are acknowledged before they are on disk
  bool writer = false;  ///< readers refuse to write
  int connect_timeout_s = 3;
};

/// What Poco's connector wants to hear of a URL. InvalidArgument "invalid_store_url"; never repeats the password.
Result<std::string> postgres_parameters(const PostgresOptions& options);

/// Poco::Data opens and owns the connection; statements run on its native handle, prepared once and kept, in libpq's
/// pipeline mode: what is sent without being asked for its count shares the round trip of the next statement that is
/// (host/docs/adr/0005).
///
/// Every tenant table has row-level security: rows of one environment only, the one that the statement runs for. It
/// does not hold for superusers, so the role of the URL should be none; holds_row_security() tells.
class PostgresSession final : public Connection {
 public:
  /// Throws SqlError(Disconnected) when the database cannot be reached, SqlError(Other) when the URL is wrong.
  explicit PostgresSession(PostgresOptions options);
  ~PostgresSession() override;
  PostgresSession(const PostgresSession&) = delete;
  PostgresSession& operator=(const PostgresSession&) = delete;

  Engine engine() const override { return Engine::Postgres; }
  void begin_write() override;
  void begin_read() override;
  void commit() override;
  void rollback() noexcept override;
  void settle() override;
  void answer_early(bool early) override { early_ = early; }
  void run_script(const std::string& script) override;
  void bound_waits(std::int64_t answer_ms, const std::atomic<std::int64_t>& give_up_at) override;
  bool is_broken() const override { return broken_; }
  bool reconnect() override;
  void mark_commits(const std::string& host_id) override;
  bool was_committed() override;
  void probe_space() override;
  const std::vector<Migration>& migrations() const override;
  void compact() override { run_script("VACUUM"); }
  void lock_schema() override;
  void unlock_schema() override;

  bool holds_row_security();

 protected:
  std::int64_t run(const Tenant& tenant, std::string_view sql, Params params) override;
  void post(const Tenant& tenant, std::string_view sql, Params params) override;
  void fetch(const Tenant& tenant, std::string_view sql, Params params, const EachRow& each) override;
  bool expect(const Tenant& tenant, std::string_view sql, Params params, std::int64_t rows) override;

 private:
  enum class Kind { Preparation, Statement, TransactionNumber };
  struct Awaited {
    Kind kind = Kind::Statement;
    std::string_view sql;                   ///< a key of statements_
    std::optional<std::int64_t> rows = {};  ///< what affirm() said
  };
  class Answer;

  void open();
  void set_up();
  void enter(const Tenant& tenant);
  void submit(const Tenant& tenant, std::string_view sql, Params params);
  void start(std::string_view sql, Params params, Kind kind = Kind::Statement);
  void send_values(std::string_view sql, const PostgresValues& values, Kind kind);
  Answer answer_of(const Tenant& tenant, std::string_view sql, Params params);
  Answer last();
  Answer next();
  pg_result* wait_for_result();
  void forget(std::size_t keep);
  void resync() noexcept;
  void pipeline(bool on);
  void plan_anew_when_due();
  void leave_mark();
  std::string state_of_last_commit();
  bool is_marked();
  [[noreturn]] void lost(const std::string& why);

  PostgresOptions options_;
  PostgresPatience patience_;
  std::optional<Poco::Data::Session> connection_;
  pg_conn* handle_ = nullptr;
  std::map<std::string, std::string, std::less<>> statements_;  // text -> name of the prepared statement
  std::deque<Awaited> awaited_;                                 // answers that were not read yet, in order
  std::string environment_;                                     // of the wall as the transaction has it
  std::string transaction_;                                     // number of the write transaction, for was_committed()
  std::string mark_row_;                                        // empty: transactions leave no mark
  std::int64_t mark_ = 0;                                       // of the last write transaction
  std::int64_t transactions_ = 0;
  std::int64_t plan_anew_at_ = 64;
  bool broken_ = false;
  bool in_transaction_ = false;
  bool early_ = false;       // affirm() may answer before it knows
  bool said_wrong_ = false;  // it did, in this transaction
};

/// Made at build time from migrations/postgres/*.sql.
const std::vector<Migration>& postgres_migrations();

}  // namespace platos::store

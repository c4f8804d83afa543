// A database in a folder of its own, and the rows that other rows need.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>
#include <utility>

#include "base/task_set.hpp"
#include "model/agent.hpp"
#include "model/run.hpp"
#include "store/database.hpp"
#include "store/postgres_session.hpp"
#include "store/sqlite_session.hpp"
#include "support/postgres.hpp"
#include "support/system_scope.hpp"
#include "support/temp_dir.hpp"

namespace platos::store {

struct TempFolder : tests::TempDir {
  std::string database() const { return path() + "/platos.db"; }
};

inline SqliteOptions writer_options(const TempFolder& folder) {
  SqliteOptions options;
  options.path = folder.database();
  options.durable = false;
  options.writer = true;
  return options;
}

inline std::string serial_key() { return tests::on_postgres() ? "id BIGSERIAL PRIMARY KEY" : "id INTEGER PRIMARY KEY"; }
inline std::string blob_type() { return tests::on_postgres() ? "BYTEA" : "BLOB"; }
inline std::string blob_literal(const std::string& hex) {
  return tests::on_postgres() ? "'\\x" + hex + "'::bytea" : "x'" + hex + "'";
}

/// On the engine that PLATOS_TEST_STORE names.
inline std::unique_ptr<Connection> connect_writer(const TempFolder& folder) {
  if (!tests::on_postgres()) return std::make_unique<SqliteSession>(writer_options(folder));
  PostgresOptions options;
  options.url = tests::store_url(folder.path());
  options.writer = true;
  return std::make_unique<PostgresSession>(options);
}

/// A session on a migrated database with two environments, for tests of repositories.
struct SessionFixture {
  TempFolder folder;
  base::ManualClock clock;
  std::unique_ptr<Connection> connection = connect_writer(folder);
  Connection& session = *connection;
  model::Scope own = {"org_a", "prj_a", "env_a"};
  model::Scope other = {"org_b", "prj_b", "env_b"};
  model::SystemScope system = model::SystemScopeForTest::make();

  SessionFixture();
  void insert_agent(const model::Scope& scope, const std::string& id, std::int64_t created_us = 1);
  void insert_thread(const model::Scope& scope, const std::string& id);
};

/// The two doors, with a loop on this thread.
struct DatabaseFixture {
  TempFolder folder;
  base::SystemClock clock;
  base::Loop loop{clock};
  base::Logger logger{clock, base::LogLevel::Error, base::LogFormat::Json, folder.path() + "/log"};
  DatabaseOptions options;
  std::unique_ptr<Database> database;

  DatabaseFixture() {
    options.directory = folder.path();
    options.url = tests::store_url(folder.path());
    options.durable = false;
  }
  Result<void> open() {
    auto opened = Database::open(options, clock, logger);
    if (!opened) return fail(opened.error());
    database = std::move(*opened);
    return {};
  }

  template <typename T>
  static Task<T> await(base::Completion<T> completion) {
    T value = co_await completion;
    co_return value;
  }
  template <typename Work>
  auto write(Work work) {
    return base::run_to_end(loop, await(database->write(loop, std::move(work))));
  }
  template <typename Work>
  auto read(Work work) {
    return base::run_to_end(loop, await(database->read(loop, std::move(work))));
  }
  Result<void> run(const std::string& sql) {
    return write([sql](Session& session) -> Result<void> {
      session.execute(model::SystemScopeForTest::make(), sql);
      return {};
    });
  }
  Result<std::int64_t> number(const std::string& sql) {
    return read([sql](Session& session) -> Result<std::int64_t> {
      std::int64_t value = -1;
      session.query(model::SystemScopeForTest::make(), sql, {}, [&](const Row& row) {
        value = row.integer(0);
        return false;
      });
      return value;
    });
  }
};

inline model::RunRecord run_record(const model::Scope& scope, const std::string& id, const std::string& thread,
                                   model::RunState state, std::int64_t created_us = 1) {
  model::RunRecord run;
  run.id = id;
  run.scope = scope;
  run.user_id = "usr";
  run.kind = "turn";
  run.state = state;
  run.agent_id = "agt";
  run.version_id = "ver";
  run.thread_id = thread;
  run.input_json = R"({"text":"hi"})";
  run.seq_reserved = 4096;
  run.lease_owner = "host_1";
  run.lease_until_us = 1000;
  run.fence = 1;
  run.deadline_us = 5000;
  run.request_id = "req";
  run.created_us = created_us;
  run.started_us = 2;
  return run;
}

}  // namespace platos::store

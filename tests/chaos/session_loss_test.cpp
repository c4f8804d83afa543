// PostgreSQL ends sessions and fails transactions of a daemon under load: what it tries again has no double effects.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>

#include "chaos/audit.hpp"
#include "chaos/crowd.hpp"
#include "support/http.hpp"
#include "support/postgres.hpp"
#include "support/waiting.hpp"

using namespace platos::tests;
using namespace platos::tests::chaos;

namespace {

const int kOnPostgres = ::setenv("PLATOS_TEST_STORE", "postgres", 1);

constexpr int kClients = 8;
constexpr int kTurnsMs = 60'000;
constexpr int kLosses = 15;

/// Every so many-th row of the journal fails its transaction where it stands, and every so many-th changed run fails
/// its transaction at the commit; 0: none. A sequence is no part of a transaction: it counts what was undone, too.
constexpr const char* kInjection = R"(
  CREATE SEQUENCE tried;
  CREATE TABLE injection (every BIGINT);
  INSERT INTO injection VALUES (0);
  CREATE FUNCTION fail_sometimes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    DECLARE
      every_so_many BIGINT := (SELECT every FROM public.injection);
    BEGIN
      IF every_so_many > 0 AND nextval('public.tried') % every_so_many = 0 THEN
        RAISE EXCEPTION 'injected' USING ERRCODE = 'serialization_failure';
      END IF;
      RETURN NULL;
    END $$;
  CREATE TRIGGER fail_a_row AFTER INSERT ON run_journal FOR EACH ROW EXECUTE FUNCTION fail_sometimes();
  CREATE CONSTRAINT TRIGGER fail_a_commit AFTER UPDATE ON runs DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION fail_sometimes();
)";

struct Load {
  ChaosStage stage;
  std::string database = std::filesystem::path(stage.database_file()).parent_path().filename().string();
  std::string agent;
  std::optional<Crowd> crowd;

  explicit Load(std::uint64_t seed) {
    stage.start();
    agent = stage.agent("mock:mock-echo-r0");
    as_superuser(kInjection);  // before there is load, with which its locks could be in a deadlock
    crowd.emplace(stage, kClients, seed);
  }
  std::string as_superuser(const std::string& sql) const { return PostgresServer::shared().run(database, sql); }
  /// Runs whose clients had been told of them, and that this host gave up: a submission that was refused is none.
  std::string let_go() const {
    std::istringstream log(stage.log());
    for (std::string line; std::getline(log, line);) {
      if (line.find("a run was let go") != std::string::npos && line.find("store_overloaded") == std::string::npos)
        return line;
    }
    return {};
  }
  void check() {
    const auto turns = crowd->end();
    const Audit result = audit(stage, turns, {"provider_rate_limited"});
    for (const auto& violation : result.violations) FAIL_CHECK(violation);
    CHECK(result.counts.completed > 0);
    CHECK(result.counts.once_effects > 0);
    CHECK(let_go().empty());
  }
};

/// The daemon has a row that the other wants, and wants a table that the other has. Only the daemon looks for
/// deadlocks.
void deadlock(const Load& load) {
  PostgresOutsider other(load.database);
  other.run("SET deadlock_timeout = '1h'");
  other.run("BEGIN");
  other.run("LOCK TABLE run_journal IN SHARE MODE");
  while (load.as_superuser("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'run_journal'::regclass") ==
         "0") {
  }
  other.run("UPDATE hosts SET until_us = until_us WHERE id LIKE 'commit %'");
  other.run("ROLLBACK");
}

}  // namespace

TEST_CASE("all sessions of a daemon under load are ended again and again: no turn is lost, and none is let go") {
  Load load(1);
  for (int i = 0; i < kLosses; ++i) {
    REQUIRE(load.crowd->wait_for_turns(3, kTurnsMs));
    const std::string of_daemon =
        " FROM pg_stat_activity WHERE application_name = 'platos' AND datname = current_database()";
    // The writer's, and that of a reader, which connects when it is asked.
    REQUIRE(wait_until([&] { return std::stoi(load.as_superuser("SELECT count(*)" + of_daemon)) > 1; }));
    load.as_superuser("SELECT count(pg_terminate_backend(pid))" + of_daemon);
  }
  load.check();
}

TEST_CASE("transactions fail with serialization failures, in their middle and at their commit, and are tried again") {
  Load load(2);
  REQUIRE(load.crowd->wait_for_turns(5, kTurnsMs));
  load.as_superuser("UPDATE injection SET every = 41");
  REQUIRE(load.crowd->wait_for_turns(30, kTurnsMs));
  CHECK(std::stoi(load.as_superuser("SELECT last_value FROM tried")) > 100);
  // A storm: no try succeeds.
  load.as_superuser("UPDATE injection SET every = 1");
  const Json body = {{"message", "refused"}};
  const Answer refused = post(load.stage.daemon(), "/api/v1/agent/agents/" + load.agent + "/messages", body);
  CHECK(refused.status == 503);
  CHECK(refused.json()["code"] == "store_overloaded");
  load.as_superuser("UPDATE injection SET every = 0");
  REQUIRE(load.crowd->wait_for_turns(20, kTurnsMs));
  load.check();
}

TEST_CASE("a transaction that PostgreSQL ends to undo a deadlock is tried again") {
  Load load(3);
  REQUIRE(load.crowd->wait_for_turns(5, kTurnsMs));
  for (int i = 0; i < 3; ++i) {
    deadlock(load);
    REQUIRE(load.crowd->wait_for_turns(5, kTurnsMs));
  }
  CHECK(PostgresServer::shared().log().find("deadlock detected") != std::string::npos);
  load.check();
}

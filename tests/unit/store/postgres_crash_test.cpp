// A PostgreSQL that crashes while a commit is under way forgets its number, and may give it to another transaction.
#include <catch2/catch.hpp>
#include <string>
#include <thread>

#include "postgres_fixture.hpp"

namespace platos::store {
namespace {

struct CrashFixture : PostgresFixture {
  tests::TempDir between;
  CommitCutter cutter{between.path(), options.url.substr(options.url.find("host=") + 5)};

  CrashFixture() {
    options.url.replace(options.url.find("host="), std::string::npos, "host=" + between.path());
    options.host_id = "host_of_the_test";
    options.host_lease_us = 30'000'000;
    cutter.shuts_with_cut = true;
    make_table();
  }
  ~CrashFixture() { database.reset(); }

  /// Puts a row; its COMMIT is lost with the server. `meanwhile`: before this host finds the server again.
  template <typename Meanwhile>
  Result<void> put_through_a_crash(Meanwhile meanwhile) {
    end_connections();
    cutter.cuts = 0;
    cutter.cut = CommitCutter::Cut::Before;
    const auto put = database->write(loop, [](Session& session) -> Result<void> {
      session.send(model::SystemScopeForTest::make(), "INSERT INTO t VALUES (1)", {});
      return {};
    });
    while (cutter.cuts == 0) std::this_thread::yield();
    PostgresServer::shared().kill_hard();
    PostgresServer::shared().start();
    meanwhile();
    cutter.shut = false;
    return base::run_to_end(loop, await(put));
  }
};

}  // namespace

TEST_CASE("A commit that a crashed server has forgotten is done again", "[postgres]") {
  CrashFixture f;
  CHECK(f.put_through_a_crash([] {}));
  CHECK(*f.number("SELECT COUNT(*) FROM t") == 1);
  CHECK(f.database->writable());
}

TEST_CASE("A commit is not taken for done because another transaction got its number after a crash", "[postgres]") {
  CrashFixture f;
  // Whether the server forgets depends on what it wrote to its log by chance.
  for (int i = 0; i < 3; ++i) {
    const auto put = f.put_through_a_crash([&] {
      f.as_superuser("DO $$ BEGIN FOR i IN 1..200 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$");
    });
    CHECK(put);
    CHECK(*f.number("SELECT COUNT(*) FROM t") == 1);
    REQUIRE(f.run("DELETE FROM t"));
  }
}

}  // namespace platos::store

#include "store/migrations.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

#include "store_fixture.hpp"

namespace platos::store {
namespace {

const std::vector<Migration> kOne = {{1, "0001_a", "CREATE TABLE a (n BIGINT); INSERT INTO a VALUES (1);"}};
const std::vector<Migration> kTwo = {kOne[0], {2, "0002_b", "ALTER TABLE a ADD COLUMN m BIGINT;"}};

struct MigrationFixture {
  TempFolder folder;
  base::ManualClock clock;
  std::unique_ptr<Connection> connection = connect_writer(folder);
  Connection& session = *connection;
  std::string snapshot = folder.path() + "/snapshot.db";

  Result<void> migrate_to(const std::vector<Migration>& migrations) {
    return migrate(session, migrations, clock, snapshot);
  }
  std::int64_t number(const std::string& sql) {
    std::int64_t value = -1;
    session.query(Connection::everywhere(), sql, {}, [&](const Row& row) {
      value = row.integer(0);
      return false;
    });
    return value;
  }
};

}  // namespace

TEST_CASE("A fresh database is migrated once, without a snapshot, and a second time changes nothing") {
  MigrationFixture f;
  for (int round = 0; round < 2; ++round) {
    REQUIRE(f.migrate_to(f.session.migrations()));
    CHECK(f.number("SELECT COUNT(*) FROM schema_migrations") ==
          static_cast<std::int64_t>(f.session.migrations().size()));
    CHECK(f.number("SELECT COUNT(*) FROM runs") == 0);
  }
  CHECK(f.number("SELECT applied_us FROM schema_migrations") == f.clock.wall_us());
  CHECK_FALSE(std::filesystem::exists(f.snapshot));
}

TEST_CASE("The known migrations are numbered from one without a gap", "[sqlite]") {
  std::int64_t expected = 1;
  for (const auto& migration : sqlite_migrations()) CHECK(migration.version == expected++);
  CHECK(expected > 1);
}

TEST_CASE("Before a later script runs the data is copied", "[sqlite]") {
  MigrationFixture f;
  REQUIRE(f.migrate_to(kOne));
  REQUIRE(f.migrate_to(kTwo));
  CHECK(f.number("SELECT COUNT(*) FROM a WHERE m IS NULL") == 1);
  SqliteOptions options;
  options.path = f.snapshot;
  SqliteSession copy(options);
  std::int64_t version = 0;
  copy.query(Connection::everywhere(), "SELECT MAX(version) FROM schema_migrations", {}, [&](const Row& row) {
    version = row.integer(0);
    return false;
  });
  CHECK(version == 1);
}

TEST_CASE("A schema newer than this build is refused with both numbers") {
  MigrationFixture f;
  REQUIRE(f.migrate_to(kTwo));
  const auto refused = f.migrate_to(kOne);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::FailedPrecondition);
  CHECK(refused.error().code == "schema_too_new");
  CHECK(refused.error().message.find("version 2") != std::string::npos);
  CHECK(refused.error().message.find("up to 1") != std::string::npos);
}

TEST_CASE("A script that is not the one that was applied is refused by its name") {
  MigrationFixture f;
  REQUIRE(f.migrate_to(kOne));
  auto changed = kTwo;
  changed[0].script = "CREATE TABLE a (n BIGINT);";
  const auto refused = f.migrate_to(changed);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "schema_changed");
  CHECK(refused.error().message.find("0001_a") != std::string::npos);
  CHECK(f.number("SELECT MAX(version) FROM schema_migrations") == 1);
}

TEST_CASE("A script that fails leaves nothing of itself and all of those before it") {
  MigrationFixture f;
  auto broken = kOne;
  broken.push_back({2, "0002_bad", "CREATE TABLE half (n BIGINT); INSERT INTO nowhere VALUES (1);"});
  CHECK_THROWS_AS(f.migrate_to(broken), SqlError);
  CHECK(f.number("SELECT COUNT(*) FROM a") == 1);
  CHECK_THROWS_AS(f.number("SELECT COUNT(*) FROM half"), SqlError);
  CHECK(f.number("SELECT MAX(version) FROM schema_migrations") == 1);
  REQUIRE(f.migrate_to(kTwo));
}

}  // namespace platos::store

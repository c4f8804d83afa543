// What only PostgreSQL has: walls between tenants, connections that break, a server that goes away.
#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <thread>

#include "postgres_fixture.hpp"
#include "store/approvals.hpp"
#include "store/conversations.hpp"
#include "support/waiting.hpp"

namespace platos::store {

TEST_CASE("Row-level security shows a statement its own environment only, whatever it asks for", "[postgres]") {
  PostgresFixture f;
  REQUIRE(f.open());
  const model::Scope own{"org", "prj", "env_own"};
  const model::Scope other{"org", "prj", "env_other"};
  for (const auto& scope : {own, other}) {
    const auto added = f.write([scope](Session& session) -> Result<void> {
      model::Thread thread;
      thread.id = "thr_" + scope.environment_id;
      Conversations(session).insert_thread(scope, thread);
      return {};
    });
    REQUIRE(added);
  }
  const auto seen_by = [&](const auto& scope) {
    return *f.read([scope](Session& session) -> Result<std::string> {
      std::string ids;
      session.query(scope, "SELECT id FROM threads ORDER BY id", {}, [&](const Row& row) {
        ids += row.text(0) + " ";
        return true;
      });
      return ids;
    });
  };
  CHECK(seen_by(own) == "thr_env_own ");
  CHECK(seen_by(other) == "thr_env_other ");
  CHECK(seen_by(model::SystemScopeForTest::make()) == "thr_env_other thr_env_own ");
  const auto stolen = f.write([own](Session& session) -> Result<std::int64_t> {
    return session.execute(own, "UPDATE threads SET user_id = 'thief'");
  });
  CHECK(*stolen == 1);
  const auto planted = f.write([own](Session& session) -> Result<std::int64_t> {
    return session.execute(own, "UPDATE threads SET env_id = 'env_other'");
  });
  REQUIRE_FALSE(planted);
  CHECK(planted.error().message.find("row-level security") != std::string::npos);
}

TEST_CASE("Two hosts that decide on one approval do so one after the other", "[postgres]") {
  PostgresFixture here;
  REQUIRE(here.open());
  PostgresFixture there;
  there.options.url = here.options.url;
  REQUIRE(there.open());
  model::Approval approval;
  approval.id = "apr_1";
  approval.scope = {"org", "prj", "env_own"};
  REQUIRE(here.write([&](Session& session) -> Result<void> {
    Approvals(session).insert(approval);
    return {};
  }));
  // Counts one more person. The first who does so goes on only when the other waits for it.
  std::atomic<int> inside{0};
  const auto count = [&](Session& session) -> Result<void> {
    Approvals approvals(session);
    approvals.lock(approval.scope, approval.id);
    auto found = *approvals.find(approval.scope, approval.id);
    if (inside++ == 0) {
      tests::wait_until(
          [&] { return here.as_superuser("SELECT count(*) FROM pg_locks WHERE NOT granted") == "1" || inside > 1; });
    }
    ++found.approvals;
    (void)approvals.update(found);
    return {};
  };
  std::thread other([&] { (void)there.write(count); });
  const bool counted = here.write(count).has_value();
  other.join();
  REQUIRE(counted);
  CHECK(*here.read([&](Session& session) -> Result<std::int64_t> {
    return Approvals(session).find(approval.scope, approval.id)->approvals;
  }) == 2);
}

TEST_CASE("Every table with tenants' rows stands behind the wall", "[postgres]") {
  PostgresFixture f;
  REQUIRE(f.open());
  CHECK(f.as_superuser(
            "SELECT string_agg(c.relname, ' ') FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
            "WHERE c.relkind = 'r' AND a.attname = 'env_id' AND NOT (c.relrowsecurity AND c.relforcerowsecurity "
            "AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid))") == "");
}

TEST_CASE("A role that row-level security does not hold for is warned of", "[postgres]") {
  PostgresFixture f;
  f.options.url.replace(f.options.url.find("platos@"), 7, "postgres@");
  base::Logger logger(f.clock, base::LogLevel::Warn, base::LogFormat::Json, f.folder.path() + "/warned");
  REQUIRE(Database::open(f.options, f.clock, logger));
  std::ifstream log(f.folder.path() + "/warned");
  std::string line;
  std::getline(log, line);
  CHECK(line.find("BYPASSRLS") != std::string::npos);
}

TEST_CASE("Connections that the server ended are made anew, and nothing of the work is lost", "[postgres]") {
  PostgresFixture f;
  f.make_table();
  CHECK(*f.number("SELECT COUNT(*) FROM t") == 0);
  for (std::int64_t i = 1; i <= 3; ++i) {
    f.end_connections();
    CHECK(f.put(i));
    f.end_connections();
    CHECK(*f.number("SELECT COUNT(*) FROM t") == i);
  }
}

TEST_CASE("A commit whose answer never came is looked up: done is not done again, undone is", "[postgres]") {
  PostgresFixture f;
  const std::string server = f.options.url.substr(f.options.url.find("host=") + 5);
  tests::TempDir between;
  CommitCutter cutter(between.path(), server);
  f.options.url.replace(f.options.url.find("host="), std::string::npos, "host=" + between.path());
  f.make_table();
  for (const auto cut : {CommitCutter::Cut::After, CommitCutter::Cut::Before}) {
    // A fresh connection sends the text of COMMIT, which the cutter looks for.
    f.end_connections();
    cutter.cut = cut;
    CHECK(f.put(1));
    CHECK(cutter.cuts == 1);
    CHECK(*f.number("SELECT COUNT(*) FROM t") == 1);
    CHECK(f.database->writable());
    REQUIRE(f.run("DELETE FROM t"));
    cutter.cuts = 0;
  }
  f.database.reset();
}

TEST_CASE("While the server is gone all is refused with store_unreachable, and afterwards all is as before",
          "[postgres]") {
  PostgresFixture f;
  f.make_table();
  REQUIRE(f.put(1));
  REQUIRE(f.number("SELECT COUNT(*) FROM t"));
  PostgresServer::shared().kill_hard();
  const auto refused = f.put(2);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::Unavailable);
  CHECK(refused.error().code == "store_unreachable");
  CHECK(refused.error().retryable);
  CHECK_FALSE(f.database->writable());
  CHECK(f.database->refusal().code == "store_unreachable");
  CHECK(f.number("SELECT COUNT(*) FROM t").error().code == "store_unreachable");
  PostgresServer::shared().start();
  f.wait_until_writable();
  CHECK(*f.number("SELECT COUNT(*) FROM t") == 1);
  CHECK(f.put(2));
}

TEST_CASE("Transactions of two hosts that cannot both be are told apart by the database, and both end", "[postgres]") {
  PostgresFixture f;
  f.make_table();
  auto second = *Database::open(f.options, f.clock, f.logger);
  REQUIRE(f.put(1));
  REQUIRE(f.put(2));
  // Each locks one row and then wants the other's: a deadlock, of which one is tried again.
  std::atomic<int> locked{0};
  const auto swap = [&locked](std::int64_t first, std::int64_t then) {
    return [&locked, first, then](Session& session) -> Result<void> {
      const auto scope = model::SystemScopeForTest::make();
      session.execute(scope, "UPDATE t SET n = n WHERE n = $1", {first});
      ++locked;
      while (locked < 2) std::this_thread::yield();
      session.execute(scope, "UPDATE t SET n = n WHERE n = $1", {then});
      return {};
    };
  };
  const auto left = f.database->write(f.loop, swap(1, 2));
  const auto right = second->write(f.loop, swap(2, 1));
  CHECK(base::run_to_end(f.loop, f.await(left)));
  CHECK(base::run_to_end(f.loop, f.await(right)));
}

TEST_CASE("Hosts that start at the same time migrate once", "[postgres]") {
  PostgresFixture f;
  std::vector<std::thread> hosts;
  std::atomic<int> opened{0};
  for (int i = 0; i < 4; ++i) {
    hosts.emplace_back([&] { opened += Database::open(f.options, f.clock, f.logger).has_value() ? 1 : 0; });
  }
  for (auto& host : hosts) host.join();
  CHECK(opened == 4);
}

TEST_CASE("A schema that is not the newest is refused where the operator migrates", "[postgres]") {
  PostgresFixture f;
  f.options.migrate = false;
  const auto refused = f.open();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "schema_outdated");
  f.options.migrate = true;
  REQUIRE(f.open());
  f.options.migrate = false;
  CHECK(f.open());
}

TEST_CASE("A URL is checked, and its password is never repeated", "[postgres]") {
  const auto parameters = [](const std::string& url) {
    PostgresOptions options;
    options.url = url;
    return postgres_parameters(options);
  };
  CHECK(parameters("postgresql://me:secret%27s@db.example:6543/main?sslmode=verify-full").value() ==
        "client_encoding='UTF8' user='me' password='secret\\'s' dbname='main' host='db.example' port='6543' "
        "sslmode='verify-full' application_name='platos'");
  for (const std::string url :
       {"", "mysql://x", "postgresql://me:hunter2pass@h:notaport:/x?y", "postgresql://u:hunter2%20pass@h/d"}) {
    INFO(url);
    const auto refused = parameters(url);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "invalid_store_url");
    CHECK(refused.error().message.find("hunter2") == std::string::npos);
  }
}

}  // namespace platos::store

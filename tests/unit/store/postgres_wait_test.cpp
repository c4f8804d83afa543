// A PostgreSQL that does not answer: a silent server, a lock, and a process that wants to end.
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "postgres_fixture.hpp"
#include "support/waiting.hpp"

namespace platos::store {
namespace {

constexpr std::int64_t kTimeoutMs = 300;
constexpr std::int64_t kLongTimeoutMs = 60'000;

struct WaitFixture : PostgresFixture {
  explicit WaitFixture(std::int64_t timeout_ms = kTimeoutMs) {
    options.timeout_ms = kLongTimeoutMs;
    make_table();
    REQUIRE(put(1));
    database.reset();
    options.timeout_ms = timeout_ms;
    REQUIRE(tests::wait_until([this] { return open().has_value(); }));
    // Both doors are connected, however long a busy machine takes.
    REQUIRE(tests::wait_until([this] { return run("UPDATE t SET n = n").has_value(); }));
    REQUIRE(tests::wait_until([this] { return number("SELECT COUNT(*) FROM t").has_value(); }));
  }
};

/// Stands still while this lives.
struct Pause {
  Pause() { PostgresServer::shared().pause(); }
  ~Pause() { PostgresServer::shared().resume(); }
  Pause(const Pause&) = delete;
  Pause& operator=(const Pause&) = delete;
};

std::int64_t ms_of(const std::function<void()>& what) {
  const std::int64_t began = monotonic_ms();
  what();
  return monotonic_ms() - began;
}

}  // namespace

TEST_CASE("A silent server is found out by reads and by writes, and what it had heard is not done twice",
          "[postgres]") {
  WaitFixture f;
  {
    const Pause pause;
    CHECK(f.number("SELECT COUNT(*) FROM t").error().code == "store_unreachable");
    const auto refused = f.put(2);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "store_unreachable");
    CHECK_FALSE(f.database->writable());
    // It was only just not there: nobody waits for it once more.
    CHECK(f.number("SELECT COUNT(*) FROM t").error().code == "store_unreachable");
  }
  f.wait_until_writable();
  CHECK(*f.number("SELECT COUNT(*) FROM t") == 1);
  CHECK(f.put(2));
}

TEST_CASE("More than a socket holds does not keep a writer from finding out", "[postgres]") {
  WaitFixture f;
  REQUIRE(f.run("CREATE TABLE large (text TEXT)"));
  const Pause pause;
  const std::string text(8 * 1024 * 1024, 'x');
  const auto refused = f.write([&text](Session& session) -> Result<void> {
    session.send(model::SystemScopeForTest::make(), "INSERT INTO large VALUES ($1)", {std::string_view(text)});
    return {};
  });
  CHECK(refused.error().code == "store_unreachable");
}

TEST_CASE("While a commit is looked up, others are refused at once", "[postgres]") {
  WaitFixture f;
  const std::string server = f.options.url.substr(f.options.url.find("host=") + 5);
  tests::TempDir between;
  CommitCutter cutter(between.path(), server);
  f.database.reset();
  f.options.url.replace(f.options.url.find("host="), std::string::npos, "host=" + between.path());
  cutter.shuts_with_cut = true;
  cutter.cut = CommitCutter::Cut::None;
  REQUIRE(f.open());
  f.end_connections();
  cutter.cut = CommitCutter::Cut::After;
  const auto looked_up = f.database->write(f.loop, [](Session& session) -> Result<void> {
    session.send(model::SystemScopeForTest::make(), "INSERT INTO t VALUES (2)", {});
    return {};
  });
  while (f.database->writable()) std::this_thread::yield();
  for (int i = 0; i < 3; ++i) CHECK(f.put(3).error().code == "store_unreachable");
  CHECK_FALSE(looked_up.ready());
  cutter.shut = false;
  CHECK(base::run_to_end(f.loop, f.await(looked_up)));
  CHECK(*f.number("SELECT COUNT(*) FROM t") == 2);
  f.database.reset();
}

TEST_CASE("Behind a lock reads and writes wait, for a while", "[postgres]") {
  WaitFixture f;
  tests::PostgresOutsider outsider(f.name);
  outsider.run("BEGIN");
  outsider.run("LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
  CHECK(f.number("SELECT COUNT(*) FROM t").error().code == "store_overloaded");
  CHECK(f.put(2).error().code == "store_overloaded");
  CHECK(f.database->writable());
  // Those that wait behind them for longer do not reach the database at all.
  std::vector<base::Completion<Result<int>>> reads;
  const auto read = [](Session& session) -> Result<int> {
    session.query(model::SystemScopeForTest::make(), "SELECT n FROM t", {}, [](const Row&) { return false; });
    return 1;
  };
  for (int i = 0; i < 400; ++i) reads.push_back(f.database->read(f.loop, read));
  const auto all_ms = ms_of([&] {
    for (const auto& each : reads) CHECK(base::run_to_end(f.loop, f.await(each)).error().code == "store_overloaded");
  });
  CHECK(all_ms < 20'000);  // one after the other they would take 400 / 2 * kTimeoutMs
  outsider.run("COMMIT");
  CHECK(*f.number("SELECT COUNT(*) FROM t") == 1);
  CHECK(f.put(2));
}

TEST_CASE("Who wants to end does not wait for a silent server, nor for a lock", "[postgres]") {
  WaitFixture f(kLongTimeoutMs);
  const bool silent = GENERATE(true, false);
  tests::PostgresOutsider outsider(f.name);
  outsider.run("BEGIN");
  outsider.run("LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
  const auto put = f.database->write(f.loop, [](Session& session) -> Result<void> {
    session.send(model::SystemScopeForTest::make(), "INSERT INTO t VALUES (2)", {});
    return {};
  });
  while (f.as_superuser("SELECT count(*) FROM pg_locks WHERE NOT granted") == "0") std::this_thread::yield();
  std::optional<Pause> pause;
  if (silent) pause.emplace();
  f.database->hurry();
  CHECK(ms_of([&] { CHECK_FALSE(base::run_to_end(f.loop, f.await(put))); }) < 8'000);
  CHECK(ms_of([&] { f.database.reset(); }) < 5'000);
}

}  // namespace platos::store

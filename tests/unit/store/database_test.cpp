#include "store/database.hpp"

#include <catch2/catch.hpp>
#include <future>
#include <vector>

#include "store_fixture.hpp"

namespace platos::store {
namespace {

using Outcome = Result<std::int64_t>;

/// Holds the writer thread, so that what is written meanwhile is one group.
struct Block {
  std::promise<void> entered;
  std::promise<void> opened;
  std::shared_future<void> open = opened.get_future().share();
  base::Completion<Result<void>> start(DatabaseFixture& f) {
    auto done = f.database->write(f.loop, [this](Session&) -> Result<void> {
      entered.set_value();
      open.wait();
      return {};
    });
    entered.get_future().wait();
    return done;
  }
};

Outcome insert(Session& session, std::int64_t number) {
  session.execute(model::SystemScopeForTest::make(), "INSERT INTO t (n) VALUES ($1)", {number});
  return number;
}

struct TableFixture : DatabaseFixture {
  TableFixture() {
    REQUIRE(open());
    REQUIRE(run("CREATE TABLE t (" + serial_key() + ", n BIGINT UNIQUE)"));
  }
  base::Completion<Outcome> put(std::int64_t number) {
    return database->write(loop, [number](Session& session) { return insert(session, number); });
  }
};

}  // namespace

TEST_CASE("What waits is one commit, and an error of one closure leaves the others") {
  TableFixture f;
  Block block;
  const auto first = block.start(f);
  const auto commits = f.database->commits();
  std::vector<base::Completion<Outcome>> all = {f.put(1), f.put(2), f.put(2), f.put(3)};
  all.push_back(f.database->write(f.loop, [](Session& session) -> Outcome {
    insert(session, 100);
    return fail(ErrorKind::NotFound, "own_error", "undo me");
  }));
  all.push_back(f.put(4));
  block.opened.set_value();
  std::vector<std::string> codes;
  for (const auto& each : all) {
    const auto outcome = base::run_to_end(f.loop, f.await(each));
    codes.push_back(outcome ? std::to_string(*outcome) : outcome.error().code);
  }
  CHECK(codes == std::vector<std::string>{"1", "2", "conflict", "3", "own_error", "4"});
  CHECK(f.database->commits() == commits + 2);
  CHECK(*f.number("SELECT COUNT(*) FROM t") == 4);
  CHECK(*f.number("SELECT COUNT(*) FROM t WHERE n = 100") == 0);
}

TEST_CASE("What a closure affirms is true for it, also when another one of the group was told so too early") {
  TableFixture f;
  REQUIRE(base::run_to_end(f.loop, f.await(f.put(1))));
  const model::Scope scope{"org_a", "prj_a", "env_a"};
  const auto claim = [&](std::int64_t from, std::int64_t to) {
    return f.database->write(f.loop, [scope, from, to](Session& session) -> Outcome {
      if (!session.affirm(scope, "UPDATE t SET n = $1 WHERE n = $2", {to, from}, 1))
        return fail(ErrorKind::Aborted, "lost", "somebody was faster");
      session.send(scope, "INSERT INTO t (n) VALUES ($1)", {to + 1000});
      return to;
    });
  };
  const auto look = [&](std::int64_t number, std::int64_t rows) {
    return f.database->write(f.loop, [scope, number, rows](Session& session) -> Outcome {
      return session.affirm(scope, "SELECT 1 FROM t WHERE n = $1", {number}, rows) ? number : -number;
    });
  };
  Block block;
  const auto first = block.start(f);
  const std::vector<base::Completion<Outcome>> all = {claim(1, 2), look(2, 1),  claim(1, 3),   look(1, 0),
                                                      look(1, 1),  claim(2, 4), look(1002, 1), claim(9, 5)};
  block.opened.set_value();
  std::vector<std::string> said;
  for (const auto& each : all) {
    const auto outcome = base::run_to_end(f.loop, f.await(each));
    said.push_back(outcome ? std::to_string(*outcome) : outcome.error().code);
  }
  CHECK(said == std::vector<std::string>{"2", "2", "lost", "1", "-1", "4", "1002", "lost"});
  CHECK(*f.number("SELECT COUNT(*) FROM t WHERE n IN (4, 1002, 1004)") == 3);
  CHECK(*f.number("SELECT COUNT(*) FROM t") == 3);
}

TEST_CASE("A closure that gives up after a statement of it has failed unseen fails alone") {
  TableFixture f;
  REQUIRE(base::run_to_end(f.loop, f.await(f.put(1))));
  const model::Scope scope{"org_a", "prj_a", "env_a"};
  Block block;
  const auto first = block.start(f);
  const auto failing = f.database->write(f.loop, [scope](Session& session) -> Outcome {
    session.send(scope, "INSERT INTO t (n) VALUES ($1)", {std::int64_t{1}});  // there is one already
    return fail(ErrorKind::Aborted, "own_error", "and that is not why");
  });
  const auto after = f.put(2);
  block.opened.set_value();
  CHECK_FALSE(base::run_to_end(f.loop, f.await(failing)));
  CHECK(base::run_to_end(f.loop, f.await(after)));
  CHECK(*f.number("SELECT COUNT(*) FROM t") == 2);
}

TEST_CASE("Closures run in the order of write(), over more than one group") {
  TableFixture f;
  Block block;
  const auto first = block.start(f);
  std::vector<base::Completion<Outcome>> all;
  for (int i = 0; i < 1500; ++i) all.push_back(f.put(i));
  block.opened.set_value();
  for (const auto& each : all) REQUIRE(base::run_to_end(f.loop, f.await(each)));
  CHECK(*f.number("SELECT COUNT(*) FROM t a JOIN t b ON b.id = a.id + 1 WHERE b.n <> a.n + 1") == 0);
  CHECK(*f.number("SELECT COUNT(*) FROM t") == 1500);
}

TEST_CASE("A closure may fail after savepoints of its own, and nothing of it stays") {
  TableFixture f;
  const auto outcome = f.write([](Session& session) -> Outcome {
    session.execute(model::SystemScopeForTest::make(), "SAVEPOINT inner");
    insert(session, 1);
    session.execute(model::SystemScopeForTest::make(), "RELEASE inner");
    return fail(ErrorKind::Conflict, "no", "no");
  });
  CHECK_FALSE(outcome);
  CHECK(*f.number("SELECT COUNT(*) FROM t") == 0);
}

TEST_CASE("A COMMIT that fails fails everybody of the group, and nothing of it is visible") {
  TableFixture f;
  REQUIRE(
      f.run("CREATE TABLE child (" + serial_key() + ", t_id BIGINT REFERENCES t(id) DEFERRABLE INITIALLY DEFERRED)"));
  Block block;
  const auto first = block.start(f);
  const auto good = f.put(1);
  const auto bad = f.database->write(f.loop, [](Session& session) -> Outcome {
    session.execute(model::SystemScopeForTest::make(), "INSERT INTO child (t_id) VALUES (77)");
    return 0;
  });
  block.opened.set_value();
  // The group of the blocker is its own; these two share the next.
  CHECK(base::run_to_end(f.loop, f.await(first)));
  CHECK_FALSE(base::run_to_end(f.loop, f.await(good)));
  CHECK_FALSE(base::run_to_end(f.loop, f.await(bad)));
  CHECK(*f.number("SELECT COUNT(*) FROM t") == 0);
  CHECK(*f.number("SELECT COUNT(*) FROM child") == 0);
  CHECK(base::run_to_end(f.loop, f.await(f.put(2))));
}

TEST_CASE("A full queue refuses writes with store_overloaded and keeps what it took") {
  DatabaseFixture f;
  f.options.max_queued_writes = 3;
  REQUIRE(f.open());
  REQUIRE(f.run("CREATE TABLE t (n BIGINT)"));
  Block block;
  const auto first = block.start(f);
  std::vector<base::Completion<Outcome>> all;
  for (int i = 0; i < 5; ++i) {
    all.push_back(f.database->write(f.loop, [i](Session& session) { return insert(session, i); }));
  }
  block.opened.set_value();
  std::vector<std::string> codes;
  for (const auto& each : all) {
    const auto outcome = base::run_to_end(f.loop, f.await(each));
    codes.push_back(outcome ? "ok" : outcome.error().code);
    if (!outcome) CHECK(outcome.error().kind == ErrorKind::Unavailable);
  }
  CHECK(codes == std::vector<std::string>{"ok", "ok", "ok", "store_overloaded", "store_overloaded"});
  CHECK(*f.number("SELECT COUNT(*) FROM t") == 3);
}

TEST_CASE("A reader cannot write") {
  TableFixture f;
  const auto outcome = f.read([](Session& session) { return insert(session, 1); });
  CHECK_FALSE(outcome);
  CHECK(*f.number("SELECT COUNT(*) FROM t") == 0);
}

TEST_CASE("A reader sees only what was committed") {
  TableFixture f;
  std::promise<void> written;
  std::promise<void> opened;
  auto open = opened.get_future().share();
  const auto pending = f.database->write(f.loop, [&written, open](Session& session) -> Outcome {
    insert(session, 1);
    written.set_value();
    open.wait();
    return 1;
  });
  written.get_future().wait();
  CHECK(*f.number("SELECT COUNT(*) FROM t") == 0);
  opened.set_value();
  CHECK(base::run_to_end(f.loop, f.await(pending)));
  CHECK(*f.number("SELECT COUNT(*) FROM t") == 1);
}

TEST_CASE("A database that is closed keeps its data, and runs what was queued before it goes") {
  TableFixture f;
  for (int i = 0; i < 50; ++i) (void)f.put(i);
  f.database.reset();
  REQUIRE(f.open());
  CHECK(*f.number("SELECT COUNT(*) FROM t") == 50);
}

TEST_CASE("Wrong SQL is store_failed and names the statement") {
  TableFixture f;
  const auto outcome = f.run("INSERT INTO missing VALUES (1)");
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().kind == ErrorKind::Internal);
  CHECK(outcome.error().code == "store_failed");
  CHECK(outcome.error().message.find("INSERT INTO missing") != std::string::npos);
}

}  // namespace platos::store

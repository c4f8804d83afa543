// platosd on a PostgreSQL that is there and does not get on: locked tables, and a server that is gone within a commit.
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "support/postgres.hpp"
#include "support/stage.hpp"
#include "support/waiting.hpp"

namespace platos::tests {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr long kTimeoutMs = 2'000;
constexpr long kDrainMs = 300;
constexpr int kRequests = 12;

std::int64_t ms_since(SteadyClock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - start).count();
}

std::vector<std::string> arguments_for(const std::string& database, long timeout_ms) {
  return {"--set", "store.url=" + PostgresServer::shared().database(database),
          "--set", "store.timeout_ms=" + std::to_string(timeout_ms),
          "--set", "runs.drain_ms=" + std::to_string(kDrainMs)};
}

bool wait_for_waiting(const std::string& database, const std::string& locks, int least) {
  return wait_until([&] {
    return std::stoi(PostgresServer::shared().run(
               database, "SELECT count(*) FROM pg_locks WHERE NOT granted AND " + locks)) >= least;
  });
}

bool is_refused(const Answer& answer, const std::string& code) {
  return answer.status == 503 && answer.json()["code"] == code && answer.headers.count("retry-after") == 1;
}

/// Commits of turns wait for advisory lock 7.
constexpr const char* kWaitAtCommit = R"(
  CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_advisory_xact_lock_shared(7);
      RETURN NULL;
    END $$;
  CREATE CONSTRAINT TRIGGER wait_at_commit AFTER INSERT ON runs DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION wait_at_commit();
)";

/// More readers at once than there are sessions, each with its answer and what it took.
class Readers {
 public:
  explicit Readers(const Daemon& daemon) {
    for (int i = 0; i < kRequests; ++i) {
      threads_.emplace_back([this, &daemon, i] {
        const auto asked = SteadyClock::now();
        answers_[static_cast<std::size_t>(i)] = get(daemon, "/api/v1/agent/threads");
        std::int64_t slowest = slowest_ms_;
        const std::int64_t took = ms_since(asked);
        while (took > slowest && !slowest_ms_.compare_exchange_weak(slowest, took)) {
        }
        ++answered_;
      });
    }
  }
  ~Readers() { join(); }
  Readers(const Readers&) = delete;
  Readers& operator=(const Readers&) = delete;

  int answered() const { return answered_; }
  std::int64_t slowest_ms() const { return slowest_ms_; }
  const std::vector<Answer>& join() {
    for (auto& each : threads_) {
      if (each.joinable()) each.join();
    }
    return answers_;
  }

 private:
  std::vector<Answer> answers_{kRequests};
  std::atomic<int> answered_{0};
  std::atomic<std::int64_t> slowest_ms_{0};
  std::vector<std::thread> threads_;
};

}  // namespace

TEST_CASE("Every session that reads is busy: requests wait") {
  const Stage stage(arguments_for("waits", 10'000));
  PostgresOutsider outsider("waits");
  outsider.run("BEGIN; LOCK TABLE threads IN ACCESS EXCLUSIVE MODE");
  Readers readers(*stage.daemon);
  REQUIRE(wait_for_waiting("waits", "relation = 'threads'::regclass", 2));
  CHECK(readers.answered() == 0);
  outsider.run("COMMIT");
  for (const auto& answer : readers.join()) CHECK(answer.status == 200);
}

TEST_CASE("Every session that reads is busy for too long: refusals in time, and health is told all the while") {
  const Stage stage(arguments_for("busy", kTimeoutMs));
  const Daemon& daemon = *stage.daemon;
  const std::string agent = stage.agent("mock-echo-r0");
  REQUIRE(stage.say(agent).back().type() == "done");
  PostgresOutsider outsider("busy");
  outsider.run("BEGIN; LOCK TABLE threads IN ACCESS EXCLUSIVE MODE");
  Readers readers(daemon);
  REQUIRE(wait_for_waiting("busy", "relation = 'threads'::regclass", 2));
  std::int64_t slowest_health_ms = 0;
  int healthy = 0;
  for (; readers.answered() < kRequests; ++healthy) {
    const auto asked = SteadyClock::now();
    REQUIRE(get(daemon, "/api/health").status == 200);
    REQUIRE(get(daemon, "/api/health/ready").status == 200);
    slowest_health_ms = std::max(slowest_health_ms, ms_since(asked));
  }
  for (const auto& answer : readers.join()) CHECK(is_refused(answer, "store_overloaded"));
  CHECK(healthy > 10);
  CHECK(slowest_health_ms < 10'000);
  CHECK(readers.slowest_ms() < 2 * kTimeoutMs + 2'000);
  // What writes to the table is refused as well, and whole.
  const Json body = {{"message", "locked out"}};
  CHECK(is_refused(post(daemon, "/api/v1/agent/agents/" + agent + "/messages", body), "store_overloaded"));
  outsider.run("COMMIT");
  CHECK(get(daemon, "/api/v1/agent/threads").json()["total"] == 1);
  CHECK(stage.say(agent).back().type() == "done");
}

TEST_CASE("The server is gone within a commit: others are refused at once, and SIGTERM ends the daemon in time") {
  Stage stage(arguments_for("in_commit", 60'000));
  Daemon& daemon = *stage.daemon;
  const std::string agent = stage.agent("mock-echo-r0");
  PostgresServer::shared().run("in_commit", kWaitAtCommit);
  PostgresOutsider outsider("in_commit");
  outsider.run("SELECT pg_advisory_lock(7)");
  std::thread client([&] { (void)stage.say(agent, "whose commit is looked up"); });
  const bool in_commit = wait_for_waiting("in_commit", "locktype = 'advisory'", 1);
  PostgresServer::shared().kill_hard();
  const bool looked_up = daemon.wait_for_log("its outcome is looked up");
  Ask profile;
  profile.method = "PUT";
  profile.path = "/api/v1/agent/end-users/somebody";
  profile.body = R"({"name":"Some Body"})";
  for (int i = 0; i < 3; ++i) {
    const auto asked = SteadyClock::now();
    CHECK(is_refused(ask(daemon, profile), "store_unreachable"));
    CHECK(ms_since(asked) < 2'000);
  }
  CHECK(get(daemon, "/api/health/ready").json()["checks"]["store"] == "store_unreachable");
  const auto asked = SteadyClock::now();
  CHECK(daemon.stop() == 0);
  CHECK(ms_since(asked) < kDrainMs + 7'000);
  client.join();
  PostgresServer::shared().start();
  CHECK(in_commit);
  CHECK(looked_up);
  daemon.start_again();
  CHECK(stage.say(agent, "after").back().type() == "done");
}

}  // namespace platos::tests

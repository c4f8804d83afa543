#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <thread>

#include "memory_fixture.hpp"

using namespace platos::memory_sqlite_test;

namespace {

/// Upserts one record after the other and tells each through the pipe, until it is killed.
[[noreturn]] void write_until_killed(const std::string& folder, int acknowledgements) {
  Running running(folder);
  MemoryDriver memory(running.instance());
  for (std::uint32_t i = 0;; ++i) {
    const Given given = {"m" + std::to_string(i), "memory " + std::to_string(i), "{}", {1, static_cast<float>(i)}};
    if (memory.upsert({given}) != PLATOS_OK || write(acknowledgements, &i, sizeof i) != sizeof i) _exit(1);
  }
}

}  // namespace

TEST_CASE("what was acknowledged before the process was killed is there") {
  TempDir folder;
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    close(ends[0]);
    write_until_killed(folder.path(), ends[1]);
  }
  close(ends[1]);
  std::uint32_t last = 0;
  while (last < 40 && read(ends[0], &last, sizeof last) == sizeof last) {
  }
  REQUIRE(kill(child, SIGKILL) == 0);
  while (read(ends[0], &last, sizeof last) == sizeof last) {
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  close(ends[0]);
  REQUIRE(last >= 40);

  Running running(folder.path());
  MemoryDriver memory(running.instance());
  for (std::uint32_t i = 0; i <= last; ++i) {
    const auto items = memory.fetch({"m" + std::to_string(i)});
    REQUIRE(items.size() == 1);
    CHECK(items[0].vector == std::vector<float>{1, static_cast<float>(i)});
    const auto hits = memory.search({PLATOS_MEMORY_KEYWORD, std::to_string(i)});
    CHECK(ids_of(hits) == Ids{"m" + std::to_string(i)});
  }
  REQUIRE(memory.upsert({{"m0", "replaced", "{}", {0, 1}}}) == PLATOS_OK);
  CHECK(memory.search({PLATOS_MEMORY_KEYWORD, "memory 0"}).size() == 10);
}

TEST_CASE("records, words and vectors outlive the instance") {
  TempDir folder;
  {
    Running running(folder.path());
    MemoryDriver memory(running.instance());
    REQUIRE(memory.upsert({{"a", "green tea", R"({"k":1})", {1, 2}}, {"b", "x", "{}", {2, -1}}}) == PLATOS_OK);
  }
  Running running(folder.path());
  MemoryDriver memory(running.instance());
  CHECK(ids_of(memory.search({PLATOS_MEMORY_KEYWORD, "green"})) == Ids{"a"});
  CHECK(ids_of(memory.search({PLATOS_MEMORY_VECTOR, {}, {1, 2}})) == Ids{"a", "b"});
  CHECK(memory.upsert({{"c", "x", "{}", {1, 2, 3}}}) == PLATOS_INVALID_ARGUMENT);
}

TEST_CASE("a second instance in the same folder is told to wait for the first") {
  TempDir folder;
  auto first = std::make_unique<Running>(folder.path());
  MemoryDriver one(first->instance());
  REQUIRE(one.upsert({{"a", "x"}}) == PLATOS_OK);
  Running second(folder.path());
  MemoryDriver two(second.instance());
  two.list();
  CHECK(two.status == PLATOS_UNAVAILABLE);
  first.reset();
  CHECK(two.list().size() == 1);
}

TEST_CASE("a file of a newer schema is refused, and left as it is") {
  TempDir folder;
  run_sql(folder.path(), "CREATE TABLE future (x); PRAGMA user_version = 7;");
  const std::string before = bytes_in(folder.path());
  {
    Running running(folder.path());
    MemoryDriver memory(running.instance());
    CHECK(memory.upsert({{"a", "x"}}) == PLATOS_FAILED_PRECONDITION);
    CHECK_THAT(memory.error.message, Catch::Contains("schema version 7") && Catch::Contains("newer"));
    memory.list();
    CHECK(memory.status == PLATOS_FAILED_PRECONDITION);
  }
  CHECK(bytes_in(folder.path()) == before);
}

TEST_CASE("a file of something else is refused, and one of no database reported as damaged") {
  TempDir other;
  run_sql(other.path(), "CREATE TABLE accounts (x);");
  Running running(other.path());
  MemoryDriver memory(running.instance());
  CHECK(memory.upsert({{"a", "x"}}) == PLATOS_FAILED_PRECONDITION);

  TempDir damaged;
  std::ofstream(damaged.path() + "/memory.db") << std::string(10'000, 'x');
  Running broken(damaged.path());
  MemoryDriver lost(broken.instance());
  CHECK(lost.upsert({{"a", "x"}}) == PLATOS_DATA_LOSS);
  CHECK_THAT(lost.error.message, Catch::Contains("memory.db") && Catch::Contains("damaged"));
}

TEST_CASE("without room for the file a write is refused as a whole, and works again when there is room") {
  TempDir folder;
  Running running(folder.path());
  MemoryDriver memory(running.instance());
  REQUIRE(memory.upsert({{"before", "kept", "{}", {1, 0}}}) == PLATOS_OK);
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &limit) == 0);
  const rlimit full = {200 * 1024, limit.rlim_max};
  auto* const handler = signal(SIGXFSZ, SIG_IGN);
  REQUIRE(setrlimit(RLIMIT_FSIZE, &full) == 0);
  std::vector<Given> given;
  for (int i = 0; i < 40; ++i) given.push_back({std::to_string(i), std::string(60'000, 'w'), "{}", {0, 1}});
  const auto status = memory.upsert(given);
  const auto hits = memory.search({PLATOS_MEMORY_VECTOR, {}, {0, 1}});
  REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  signal(SIGXFSZ, handler);
  CHECK(status == PLATOS_RESOURCE_EXHAUSTED);
  CHECK_THAT(memory.error.message, Catch::Contains("no room"));
  CHECK(ids_of(hits) == Ids{"before"});
  CHECK(ids_of(memory.list()) == Ids{"before"});
  REQUIRE(memory.upsert(given) == PLATOS_OK);
  memory.list();
  CHECK(memory.total == 41);
}

TEST_CASE("a space takes as many records as configured, and replacing is not adding") {
  TempDir folder;
  Running running(folder.path(), R"({"max_records_per_space": 3})");
  MemoryDriver memory(running.instance());
  REQUIRE(memory.upsert({{"a", "x"}, {"b", "x"}}) == PLATOS_OK);
  CHECK(memory.upsert({{"c", "x"}, {"d", "x"}}) == PLATOS_RESOURCE_EXHAUSTED);
  CHECK_THAT(memory.error.message, Catch::Contains("3 records"));
  CHECK(ids_of(memory.list()) == Ids{"a", "b"});
  REQUIRE(memory.upsert({{"c", "x"}, {"a", "y"}, {"c", "z"}}) == PLATOS_OK);
  MemoryDriver other(running.instance(), "acme", "other");
  CHECK(other.upsert({{"d", "x"}}) == PLATOS_OK);
}

TEST_CASE("removed texts leave no trace in the files, and neither do replaced ones in time") {
  TempDir folder;
  Running running(folder.path());
  MemoryDriver memory(running.instance());
  const std::string secret = "xylophonequartz";
  std::vector<Given> given;
  for (int i = 0; i < 50; ++i) given.push_back({"m" + std::to_string(i), "plain words " + std::to_string(i)});
  given.push_back({"secret", "my " + secret + " is here", R"({"note":"xylophonequartz"})"});
  REQUIRE(memory.upsert(given) == PLATOS_OK);
  const std::string indexed = hash_of(running, memory, secret);
  const std::string id = "secret";
  REQUIRE(bytes_in(folder.path()).find(indexed) != std::string::npos);
  REQUIRE(bytes_in(folder.path()).find(id) != std::string::npos);
  REQUIRE(memory.remove({"secret"}) == 1);
  CHECK(bytes_in(folder.path()).find(indexed) == std::string::npos);
  CHECK(bytes_in(folder.path()).find(id) == std::string::npos);
  CHECK(memory.search({PLATOS_MEMORY_KEYWORD, "words", {}, 100}).size() == 50);
}

TEST_CASE("a cancelled call and one past its deadline do nothing") {
  TempDir folder;
  Running running(folder.path());
  MemoryDriver memory(running.instance());
  REQUIRE(memory.upsert({{"a", "word", "{}", {1, 0}}}) == PLATOS_OK);
  const auto check_all = [&](std::int32_t expected) {
    CHECK(memory.upsert({{"b", "word", "{}", {1, 0}}}) == expected);
    CHECK(memory.remove({"a"}) == 0);
    CHECK(memory.status == expected);
    for (const std::int32_t mode : {PLATOS_MEMORY_KEYWORD, PLATOS_MEMORY_VECTOR, PLATOS_MEMORY_HYBRID}) {
      CHECK(memory.search({mode, "word", {1, 0}}).empty());
      CHECK(memory.status == expected);
    }
  };
  memory.call.cancelled = true;
  check_all(PLATOS_CANCELLED);
  memory.call.cancelled = false;
  memory.call.deadline_ns = 1;
  check_all(PLATOS_DEADLINE);
  memory.call.deadline_ns = std::numeric_limits<std::int64_t>::max();
  CHECK(ids_of(memory.list()) == Ids{"a"});
}

TEST_CASE("a call that is cancelled while it writes changes nothing") {
  TempDir folder;
  Running running(folder.path());
  MemoryDriver memory(running.instance());
  std::vector<Given> given;
  for (int i = 0; i < 60'000; ++i) given.push_back({std::to_string(i), "some words to index " + std::to_string(i)});
  std::thread canceller([&] {
    // Once the log grows, the transaction is under way or the file was just made: either way it is long from done.
    const std::string log = folder.path() + "/memory.db-wal";
    while (!std::filesystem::exists(log)) std::this_thread::yield();
    memory.call.cancelled = true;
  });
  CHECK(memory.upsert(given) == PLATOS_CANCELLED);
  canceller.join();
  memory.call.cancelled = false;
  CHECK(memory.list().empty());
  CHECK(memory.upsert({{"a", "words"}}) == PLATOS_OK);
}

TEST_CASE("a configuration that is wrong, and a missing state folder, are told when the instance is made") {
  TempDir folder;
  for (const char* config : {"[]", R"({"cache_mb": -1})", R"({"cache_mb": 1.5})", R"({"max_records_per_space": 0})",
                             R"({"max_records_per_space": "3"})", R"({"unknown": 1})", "{"}) {
    CHECK_THROWS_WITH(Running(folder.path(), config), Catch::Contains("memory-sqlite"));
  }
  platos::sdk::testing::FakeHost bare;
  CHECK_THROWS_WITH(platos::sdk::testing::FakeInstance(bare, platos_plugin_v1, "sqlite"), Catch::Contains("files"));
  CHECK(std::filesystem::is_empty(folder.path()));
}

// A backend that was written from the description alone, whose account book says what really happened: killed in the
// middle of calls, as the daemon is, and whatever comes back, "once" never happens twice and "idempotent" has one key.
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <fstream>
#include <future>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "integration/api_stage.hpp"
#include "integration/watched_process.hpp"

namespace platos::tests {
namespace {

/// What the book says of one thing that was done.
struct Account {
  int calls = 0;
  int effects = 0;
  std::set<std::string> keys;
};

struct Shop : ApiStage {
  TempDir book;
  std::string secret = made("POST", "/api/v1/agent/entities", {{"entityId", "shop"}})["serviceSecret"];
  std::string agent_id = agent("mock-n2-r0-toolsay");

  Shop() : ApiStage({"--set", "auth.max_failures_per_minute=0", "--set", "runs.drain_ms=200"}) {}

  std::unique_ptr<WatchedProcess> process_of(const Json& more) const {
    Json options = {
        {"urlFile", daemon->data_dir() + "/url"}, {"secret", secret}, {"entity", "shop"}, {"folder", book.path()}};
    options.update(more);
    const Words command = {PLATOS_NODE, std::string(PLATOS_ORACLES) + "/entity_backend.js", options.dump()};
    return std::make_unique<WatchedProcess>(command, Variables{{"PATH", "/usr/bin:/bin"}}, false);
  }
  std::unique_ptr<WatchedProcess> backend(const std::string& instance = {}) const {
    auto process = process_of(instance.empty() ? Json::object() : Json{{"instance", instance}});
    const bool registered = process->read_until("registered 6");
    INFO(process->output());
    REQUIRE(registered);
    return process;
  }

  /// A backend that has said where it can be called by HTTP, and is connected no longer.
  std::unique_ptr<WatchedProcess> distant_backend() {
    auto process = process_of({{"listens", true}});
    REQUIRE(process->read_until("listening "));
    REQUIRE(process->read_until("registered 6"));
    const std::string& said = process->output();
    const auto port = said.find("listening ") + 10;
    // The operator lets it: not before its port is known.
    DaemonSettings settings;
    settings.data_dir = daemon->data_dir();
    settings.arguments = {"--set", "runs.drain_ms=200", "--set",
                          "entities.callback_hosts=127.0.0.1:" + said.substr(port, said.find('\n', port) - port)};
    CHECK(daemon->stop() == 0);
    daemon = std::make_unique<Daemon>(settings);
    REQUIRE(process->read_until("registered 6"));
    process->signal(SIGUSR2);
    REQUIRE(process->read_until("closed 10"));
    const auto link = said.rfind("link link_") + 5;
    REQUIRE(daemon->wait_for_log(said.substr(link, said.find('\n', link) - link)));
    return process;
  }

  void hold(const std::string& tool) const { book.write("hold", tool + "\n"); }
  void release() const { book.write("hold", ""); }

  Json message(const std::string& tool, const std::string& what) const {
    return {{"tool", "shop__book_" + tool}, {"arguments", {{"what", what}}}};
  }
  /// A turn that calls the tool; what its model was told.
  std::future<std::string> turn(const std::string& tool, const std::string& what) const {
    return std::async(std::launch::async, [this, text = message(tool, what).dump()] {
      return event_of(say(agent_id, text), "tool_result").dump();
    });
  }

  Account account(const std::string& what) const {
    Account account;
    std::ifstream file(book.path() + "/book");
    for (std::string line; std::getline(file, line);) {
      const Json entry = Json::parse(line);
      if (entry.value("what", "") != what) continue;
      ++account.calls;
      if (entry["effect"] == true) ++account.effects;
      account.keys.insert(entry["key"].get<std::string>());
    }
    return account;
  }

  /// The tool results of the only run that is not older than `before` runs.
  std::string told_in_last_run() const {
    const std::string run = runs()["runs"][0]["id"];
    REQUIRE(wait_for_status(run, "completed"));
    return event_of(events_of(fetch(kRuns + run + "/events").body), "tool_result").dump();
  }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

void check_no_complaints(const WatchedProcess& backend) {
  INFO(backend.output());
  CHECK_FALSE(has(backend.output(), "complaint"));
}

void kill_now(WatchedProcess& backend) {
  backend.signal(SIGKILL);
  CHECK(backend.wait() == 128 + SIGKILL);
}

}  // namespace

TEST_CASE("A backend written from the description serves turns, and verifies what it is sent") {
  const Shop shop;
  auto backend = shop.backend();
  CHECK(has(shop.turn("find", "an \"odd\" name, ü€😀\\n").get(), "found"));
  CHECK(has(shop.turn("reserve", "table").get(), "reserved"));
  CHECK(has(shop.turn("pay", "bill").get(), "paid"));
  CHECK(has(shop.turn("fail", "x").get(), "the book is closed"));
  CHECK(shop.account("table").keys.size() == 1);
  CHECK(shop.account("bill").effects == 1);
  backend->signal(SIGKILL);
  backend->wait();
  check_no_complaints(*backend);
}

TEST_CASE("A backend that is killed in the middle of a call: once is in doubt and never done again") {
  const Shop shop;
  auto backend = shop.backend();
  shop.hold("book.pay");
  auto told = shop.turn("pay", "bill");
  REQUIRE(backend->read_until("called book.pay"));
  kill_now(*backend);
  shop.release();
  backend = shop.backend();
  CHECK(has(told.get(), "outcome_unknown"));
  CHECK(shop.account("bill").calls == 1);
  CHECK(has(shop.turn("pay", "another").get(), "paid"));
  CHECK(shop.account("another").effects == 1);
}

TEST_CASE("A backend that is killed in the middle of a call: idempotent is done once, by one key") {
  const Shop shop;
  auto one = shop.backend("one");
  shop.hold("book.reserve");
  auto told = shop.turn("reserve", "table");
  REQUIRE(one->read_until("called book.reserve"));
  std::unique_ptr<WatchedProcess> other;
  SECTION("another instance is there") { other = shop.backend("two"); }
  kill_now(*one);
  shop.release();
  // It is waited for: this is how long a backend takes to be started again.
  if (!other) other = shop.backend("one");
  CHECK(has(told.get(), "reserved"));
  const Account account = shop.account("table");
  CHECK(account.calls == 2);
  CHECK(account.effects == 1);
  CHECK(account.keys.size() == 1);
}

TEST_CASE("A backend that is killed in the middle of a call: its reconcile tool says what became of it") {
  const Shop shop;
  auto backend = shop.backend();
  shop.hold("book.transfer");
  auto told = shop.turn("transfer", "ten");
  REQUIRE(backend->read_until("called book.transfer"));
  kill_now(*backend);
  shop.release();
  backend = shop.backend();
  const std::string result = told.get();
  INFO(result);
  CHECK(has(result, "seen"));
  CHECK(shop.account("ten").effects == 1);
}

TEST_CASE("A backend that is away is called by HTTP, and verifies what it is sent") {
  Shop shop;
  auto backend = shop.distant_backend();
  CHECK(has(shop.turn("find", "an \"odd\" name, ü€😀\\n").get(), "found"));
  CHECK(has(shop.turn("reserve", "table").get(), "reserved"));
  CHECK(has(shop.turn("fail", "x").get(), "HTTP 500: the book is closed"));
  CHECK(shop.account("table").keys.size() == 1);
  // Killed in the middle of a call, and there for nobody afterwards.
  shop.hold("book.pay");
  auto told = shop.turn("pay", "bill");
  REQUIRE(backend->read_until("called book.pay"));
  kill_now(*backend);
  CHECK(has(told.get(), "outcome_unknown"));
  CHECK(shop.account("bill").calls == 1);
  CHECK(has(shop.turn("find", "thing").get(), "cannot be reached"));
  check_no_complaints(*backend);
}

TEST_CASE("The daemon is killed in the middle of a call by HTTP") {
  Shop shop;
  auto backend = shop.distant_backend();
  const std::string tool = GENERATE("pay", "reserve");
  shop.hold("book." + tool);
  auto told = shop.turn(tool, "thing");
  REQUIRE(backend->read_until("called book." + tool));
  shop.daemon->kill_hard();
  (void)told.get();
  shop.release();
  shop.daemon->start_again();
  const std::string result = shop.told_in_last_run();
  INFO(result);
  const Account account = shop.account("thing");
  CHECK(has(result, tool == "pay" ? "outcome_unknown" : "reserved"));
  CHECK(account.effects == 1);
  CHECK(account.calls == (tool == "pay" ? 1 : 2));
  CHECK(account.keys.size() == 1);
  kill_now(*backend);
  check_no_complaints(*backend);
}

TEST_CASE("The daemon is killed in the middle of a call of an entity") {
  const Shop shop;
  auto backend = shop.backend();
  const std::string tool = GENERATE("pay", "reserve", "transfer", "find");
  INFO(tool);
  shop.hold("book." + tool);
  auto told = shop.turn(tool, "thing");
  REQUIRE(backend->read_until("called book." + tool));
  shop.daemon->kill_hard();
  (void)told.get();
  shop.release();
  shop.daemon->start_again();
  // It comes back by itself, and only then says that its tools were taken.
  REQUIRE(backend->read_until("registered 6"));
  const std::string result = shop.told_in_last_run();
  INFO(result);
  const Account account = shop.account("thing");
  if (tool == "pay") CHECK(has(result, "outcome_unknown"));
  if (tool == "reserve") CHECK(has(result, "reserved"));
  if (tool == "transfer") CHECK(has(result, "seen"));
  if (tool == "find") CHECK(has(result, "found"));
  CHECK(account.effects == (tool == "find" ? 0 : 1));
  CHECK(account.calls == (tool == "pay" || tool == "transfer" ? 1 : 2));
  CHECK(account.keys.size() == 1);
  kill_now(*backend);
  check_no_complaints(*backend);
}

}  // namespace platos::tests

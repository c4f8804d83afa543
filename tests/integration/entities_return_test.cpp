// Connected entities: backends that come, go, fight for their place and come back, as daemons do.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "integration/entity_stage.hpp"

namespace platos::tests {
namespace {

namespace fs = std::filesystem;

std::size_t entries_of(const Daemon& daemon, const std::string& folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& each :
       fs::directory_iterator("/proc/" + std::to_string(daemon.pid()) + "/" + folder)) {
    ++count;
  }
  return count;
}

void serve(Backend& backend, const Json& call, const std::string& with) {
  REQUIRE(call.is_object());
  backend.answer(call, with);
}

}  // namespace

TEST_CASE(
    "A storm of three hundred reconnects leaves one connection, which serves, and nothing that was opened for it") {
  const EntityStage stage;
  auto last = std::make_unique<Backend>(stage, stage.secret);
  last->enroll(Json::array({declared("find")}));
  // Whatever a turn opens is open now.
  auto first = stage.calls("crm__find");
  serve(*last, last->wait_for("tool_call"), "served");
  CHECK(has(first.get(), "served"));
  const std::size_t threads = entries_of(*stage.daemon, "task");
  const std::size_t files = entries_of(*stage.daemon, "fd");
  for (int i = 0; i < 300; ++i) {
    auto next = std::make_unique<Backend>(stage, stage.secret);
    REQUIRE(next->socket.status() == 101);
    next->say({{"type", "tool_register"}, {"tools", Json::array({declared("find")})}});
    if (i % 3 == 0) last->socket.cut();
    if (i % 50 == 0) CHECK(next->wait_for("tools_registered").is_object());
    last = std::move(next);
  }
  CHECK(last->wait_for("tools_registered").is_object());
  auto told = stage.calls("crm__find");
  serve(*last, last->wait_for("tool_call"), "served");
  CHECK(has(told.get(), "served"));
  CHECK(entries_of(*stage.daemon, "task") < threads + 8);  // pools start theirs when they are needed
  // Connections that were left are closed behind those that took their place, and not at once.
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (entries_of(*stage.daemon, "fd") > files + 4 && std::chrono::steady_clock::now() < until)
    std::this_thread::yield();
  CHECK(entries_of(*stage.daemon, "fd") <= files + 4);
}

TEST_CASE("Two connections fight for a place while a tool runs: once is never called twice, idempotent has one key") {
  const EntityStage stage;
  const Json tools = {declared("pay"), declared("put", "idempotent")};
  auto one = std::make_unique<Backend>(stage, stage.secret);
  one->enroll(tools);
  auto paid = stage.calls("crm__pay");
  const Json first = one->wait_for("tool_call");
  REQUIRE(first.is_object());
  std::size_t payments = 1;
  for (int i = 0; i < 20; ++i) {
    auto two = std::make_unique<Backend>(stage, stage.secret);
    two->enroll(tools);
    // The one that lost its place still tries.
    one->answer(first, "paid");
    one = std::move(two);
  }
  CHECK(has(paid.get(), "not known whether"));
  auto put = stage.calls("crm__put");
  const Json lost = one->wait_for("tool_call");
  CHECK(lost["tool_name"] == "put");
  payments += lost["tool_name"] == "pay" ? 1 : 0;
  auto two = std::make_unique<Backend>(stage, stage.secret);
  // Asked at once, whatever it will say of its tools.
  two->say({{"type", "tool_register"}, {"tools", tools}});
  const Json again = two->wait_for("tool_call");
  REQUIRE(again.is_object());
  CHECK(again["tool_name"] == "put");
  CHECK(again["idempotency_key"] == lost["idempotency_key"]);
  serve(*two, again, "stored");
  CHECK(has(put.get(), "stored"));
  CHECK(payments == 1);
}

TEST_CASE("A call that may be repeated keeps its key until it is known what became of it") {
  const EntityStage stage;
  Backend backend(stage, stage.secret);
  Json book = declared("book", "idempotent");
  book["timeout_ms"] = 300;
  backend.enroll(Json::array({book}));
  const std::string agent = stage.agent("mock-toolloop-r0", {{"maxSteps", 3}});
  auto turn = std::async(std::launch::async, [&] { return stage.say(agent, "book"); });
  std::vector<Json> calls;
  for (int i = 0; i < 4; ++i) {
    calls.push_back(backend.wait_for("tool_call"));
    REQUIRE(calls.back().is_object());
    // Twice no answer in time, which ends the first step; then one.
    if (i >= 2) serve(backend, calls.back(), "booked");
  }
  CHECK(calls[1]["idempotency_key"] == calls[0]["idempotency_key"]);
  CHECK(calls[2]["idempotency_key"] == calls[0]["idempotency_key"]);
  CHECK(calls[3]["idempotency_key"] != calls[0]["idempotency_key"]);
  turn.get();
  CHECK(stage.fetch("/api/v1/agent/monitoring/tool-calls/unknown").json()["calls"].empty());
}

TEST_CASE("Of equal calls of one execute_tools none is made after one whose outcome nobody knows") {
  const EntityStage stage;
  Backend backend(stage, stage.secret);
  Json pay = declared("pay");
  pay["timeout_ms"] = 300;
  backend.enroll({pay, declared("find", "read")});
  const std::string agent = stage.agent("mock-toolsay-r0", {{"toolsBlockConfig", {{"displayMode", "meta-tool"}}}});
  const auto part = [](const Json& arguments) { return Json{{"tool", "crm__pay"}, {"params", arguments}}; };
  const Json calls = {part({{"q", "a"}, {"r", 1}}), part({{"r", 1}, {"q", "a"}}), {{"tool", "crm__find"}}};
  auto turn = std::async(std::launch::async, [&] {
    return stage.say(agent, Json{{"tool", "execute_tools"}, {"arguments", {{"calls", calls}}}}.dump());
  });
  std::vector<std::string> called;
  for (int i = 0; i < 2; ++i) {
    const Json call = backend.wait_for("tool_call");
    called.push_back(call["tool_name"]);
    if (call["tool_name"] == "find") serve(backend, call, "found");
  }
  const auto events = turn.get();
  std::sort(called.begin(), called.end());
  CHECK(called == std::vector<std::string>{"find", "pay"});
  CHECK(std::count_if(events.begin(), events.end(), [](const Event& each) {
          return each.type() == "tool_result" && each.data.value("code", "") == "outcome_unknown";
        }) == 2);
}

TEST_CASE("After a restart of the daemon tools are still offered, and a call waits for their backend to come back") {
  const EntityStage stage;
  auto backend = std::make_unique<Backend>(stage, stage.secret);
  backend->enroll(Json::array({declared("find", "read")}));
  const bool killed = GENERATE(true, false);
  if (killed) {
    stage.daemon->kill_hard();
  } else {
    CHECK(stage.daemon->stop() == 0);
  }
  stage.daemon->start_again();
  CHECK(stage.fetch("/api/v1/agent/tools/crm__find").status == 200);
  auto told = stage.calls("crm__find");
  // It is asked before it has said which tools it has: it may say so at any time.
  Backend again(stage, stage.secret);
  serve(again, again.wait_for("tool_call"), "served");
  CHECK(has(told.get(), "served"));
}

TEST_CASE("A backend that says nothing is disconnected") {
  const EntityStage stage({"--set", "entities.silence_ms=500"});
  Backend backend(stage, stage.secret);
  REQUIRE(backend.socket.status() == 101);
  CHECK(backend.socket.wait_closed());
  CHECK(backend.socket.close_status() == 1008);
}

}  // namespace platos::tests

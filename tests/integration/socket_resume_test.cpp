// Sockets that are lost in the middle of a turn, and daemons that stop under them: every client gets the rest.
#include <catch2/catch.hpp>
#include <csignal>

#include "integration/socket_stage.hpp"

namespace platos::tests {
namespace {

using namespace std::chrono_literals;

constexpr const char* kTurnOfASecond = "mock-n50-r50";

/// The events of a turn up to its `count`-th token, after which the connection is lost.
std::vector<SocketEvent> cut_after_tokens(SocketClient& client, const Json& message, int count) {
  client.emit("message", message);
  std::vector<SocketEvent> seen;
  for (int tokens = 0; tokens < count;) {
    auto event = client.next_event();
    REQUIRE(event.has_value());
    if (event->name != "agent_event") continue;
    seen.push_back(std::move(*event));
    tokens += seen.back().is("token") ? 1 : 0;
  }
  client.cut();
  return seen;
}

std::int64_t last_seq(const std::vector<SocketEvent>& seen) { return seen.back().body()["_seq"]; }

std::vector<std::string> joined(const std::vector<SocketEvent>& first, const std::vector<SocketEvent>& rest) {
  auto lines = plain(first);
  for (auto& line : plain(rest)) lines.push_back(std::move(line));
  return lines;
}

/// What of the events holds when the boundary before the rest voids its part of them.
std::vector<std::string> joined_at_boundary(const std::vector<SocketEvent>& first, std::vector<SocketEvent> rest) {
  std::int64_t discard_from = INT64_MAX;
  if (rest.front().is("message_boundary")) {
    CHECK(rest.front().body()["reason"] == "resume");
    discard_from = rest.front().body()["discardFrom"];
    rest.erase(rest.begin());
  }
  std::vector<SocketEvent> kept;
  for (const auto& event : first) {
    if (event.body()["_seq"] < discard_from) kept.push_back(event);
  }
  return joined(kept, rest);
}

}  // namespace

TEST_CASE("resume_stream goes on behind lastSeq, to the byte") {
  const SocketStage stage;
  const std::string thread = stage.thread(kTurnOfASecond);
  const auto first = stage.socket();
  const auto seen = cut_after_tokens(*first, {{"message", "Hi"}, {"threadId", thread}}, 5);
  const std::string run = seen.front().body()["run_id"];
  const auto second = stage.socket();
  second->emit("resume_stream", {{"threadId", thread}, {"lastSeq", last_seq(seen)}});
  CHECK(joined(seen, second->until_done()) == stage.stored(run));
  // Once more when it is over, and behind its end.
  second->emit("resume_stream", {{"threadId", thread}, {"runId", run}, {"lastSeq", last_seq(seen)}});
  CHECK(joined(seen, second->until_done()) == stage.stored(run));
  const auto end = Json::parse(stage.stored(run).back())["_seq"];
  second->emit("resume_stream", {{"threadId", thread}, {"lastSeq", end}});
  CHECK(shape_of(second->until_done()) == "done");
  second->emit("resume_stream", {{"threadId", thread}, {"lastSeq", 1'000'000}});
  CHECK(second->until_done().front().body()["code"] == "invalid_cursor");
}

TEST_CASE("A client that does not say how far it came loses nothing, whatever was on its way to it") {
  const SocketStage stage;
  const std::string thread = stage.thread("mock-n200-r50");
  auto first = stage.socket();
  first->emit("message", {{"message", "Hi"}, {"threadId", thread}});
  std::vector<SocketEvent> seen;
  // The answer to the ping is on its way; ten tokens later it has come.
  for (int behind_ping = 0; behind_ping < 10;) {
    auto event = first->next_event();
    REQUIRE(event.has_value());
    if (event->name == "agent_event") seen.push_back(std::move(*event));
    behind_ping += first->pings() > 0 ? 1 : 0;
  }
  first->cut();
  REQUIRE(stage.wait_for_sessions(0));  // the daemon has noticed
  const auto second = stage.socket();
  second->emit("resume_stream", {{"threadId", thread}});
  const auto rest = second->until_done();
  REQUIRE(rest.front().is("message_boundary"));
  CHECK(rest.front().body()["discardFrom"] > 2);  // what the client confirmed is not told again
  CHECK(joined_at_boundary(seen, rest) == stage.stored(seen.front().body()["run_id"]));
  // What this socket was told to the end is not told again over it.
  second->emit("resume_stream", {{"threadId", thread}});
  CHECK(shape_of(second->until_done()) == "done");
}

TEST_CASE("What came after the last confirmation is told again even when the turn has ended") {
  const SocketStage stage;
  const std::string thread = stage.thread("mock-n20-r200");
  SocketOptions silent;
  silent.answers_pings = false;
  const auto first = stage.socket(silent);
  const auto seen = cut_after_tokens(*first, {{"message", "Hi"}, {"threadId", thread}}, 2);
  const std::string run = seen.front().body()["run_id"];
  REQUIRE(stage.wait_for_sessions(0));
  REQUIRE(stage.wait_for_status(run, "completed"));
  const auto second = stage.socket();
  second->emit("resume_stream", {{"threadId", thread}});
  const auto rest = second->until_done();
  REQUIRE(rest.front().is("message_boundary"));
  CHECK(rest.front().body()["discardFrom"] == 1);
  CHECK(joined_at_boundary(seen, rest) == stage.stored(run));
}

TEST_CASE("What was told to its end and confirmed is not told again; a turn that began since then is") {
  const SocketStage stage;
  const std::string thread = stage.thread("mock-n2-r0");
  const auto first = stage.socket();
  first->emit("message", {{"message", "Hi"}, {"threadId", thread}});
  first->until_done();
  REQUIRE(first->wait_for_ping());
  first->cut();
  REQUIRE(stage.wait_for_sessions(0));
  const auto second = stage.socket();
  second->emit("resume_stream", {{"threadId", thread}});
  CHECK(shape_of(second->until_done()) == "done");
  second->cut();
  REQUIRE(stage.wait_for_sessions(0));
  stage.turn(thread, "meanwhile");
  const auto third = stage.socket();
  third->emit("resume_stream", {{"threadId", thread}});
  const auto fresh = third->until_done();
  REQUIRE(fresh.front().is("message_boundary"));
  CHECK(fresh.front().body()["reason"] == "resume");
  CHECK(fresh.front().body()["discardFrom"] == 1);
  CHECK(fresh[1].is("meta"));
}

TEST_CASE("A turn that is queued, or a summary, is not taken for the turn that a client was in") {
  const SocketStage stage;
  const std::string thread = stage.thread("mock-n200-r50");
  const auto first = stage.socket();
  const auto seen = cut_after_tokens(*first, {{"message", "Hi"}, {"threadId", thread}}, 5);
  const auto second = stage.socket();
  second->emit("message", {{"message", "and then?"}, {"threadId", thread}, {"onBusy", "queue"}});
  REQUIRE(wait_until([&] { return stage.runs("?threadId=" + thread)["total"] == 2; }));
  second->emit("resume_stream", {{"threadId", thread}, {"lastSeq", last_seq(seen)}});
  CHECK(joined(seen, second->until_done()) == stage.stored(seen.front().body()["run_id"]));

  const std::string forgetful =
      stage.agent("mock-echo-r0", {{"historyMode", "compact"}, {"compactThreshold", 8}, {"contextLimit", 2}});
  const std::string long_thread = make_thread(*stage.daemon, forgetful);
  for (const char* message : {"one", "two", "three"}) stage.turn(long_thread, message);
  const Json turn = stage.turn(long_thread, "four");
  REQUIRE(wait_until([&] {
    const Json newest = stage.runs("?threadId=" + long_thread)["runs"][0];
    return newest["kind"] == "compaction" && newest["status"] == "completed";
  }));
  const auto third = stage.socket();
  third->emit("resume_stream", {{"threadId", long_thread}});
  auto events = third->until_done();
  REQUIRE(events.front().is("message_boundary"));
  events.erase(events.begin());
  CHECK(plain(events) == stage.stored(turn["runId"]));
}

TEST_CASE("Where nothing is known of a client, a boundary voids what it has and all is told again") {
  const SocketStage stage;
  const std::string thread = stage.thread(kTurnOfASecond);
  const auto turn = stage.turn(thread, "Hi");
  const auto client = stage.socket();
  client->emit("resume_stream", {{"threadId", thread}});
  auto events = client->until_done();
  REQUIRE(events.front().is("message_boundary"));
  events.erase(events.begin());
  CHECK(plain(events) == stage.stored(turn["runId"]));

  // Two sockets of one user that came to different places: which of them comes back is not known.
  const auto first = stage.socket();
  const auto second = stage.socket();
  second->emit("join_thread", {{"threadId", thread}});
  second->wait_for("joined_thread");
  const auto seen = cut_after_tokens(*first, {{"message", "Hi"}, {"threadId", thread}}, 3);
  REQUIRE(stage.wait_for_sessions(2));
  for (int tokens = 0; tokens < 30;) tokens += second->next_event()->is("token") ? 1 : 0;
  second->cut();
  REQUIRE(stage.wait_for_sessions(1));
  const auto third = stage.socket();
  third->emit("resume_stream", {{"threadId", thread}});
  const auto told = third->until_done();
  CHECK(told.front().is("message_boundary"));

  const std::string empty = stage.thread("mock-n1-r0");
  third->emit("resume_stream", {{"threadId", empty}});
  const auto nothing = third->until_done();
  CHECK(shape_of(nothing) == "error done");
  CHECK(nothing.front().body()["code"] == "nothing_to_resume");
}

TEST_CASE("Events of a turn that hangs on a message name it, also when its stream is resumed") {
  const SocketStage stage;
  const std::string thread = stage.thread("mock-n20-r0");
  stage.turn(thread, "Hi");
  const std::string parent = stage.messages_of(thread)["messages"][0]["id"];
  const auto client = stage.socket();
  client->emit("message", {{"message", "aside"}, {"threadId", thread}, {"replyToMessageId", parent}});
  const auto events = client->until_done();
  const std::string run = events.front().body()["run_id"];
  client->emit("resume_stream", {{"threadId", thread}, {"runId", run}, {"lastSeq", 1}});
  const auto again = client->until_done();
  CHECK(again.size() + 1 == events.size());
  for (const auto* told : {&events, &again}) {
    for (const auto& event : *told) CHECK(event.body()["replyToMessageId"] == parent);
  }
}

TEST_CASE("A lost socket does not stop its turn") {
  const SocketStage stage;
  const std::string thread = stage.thread(kTurnOfASecond);
  const auto client = stage.socket();
  const auto seen = cut_after_tokens(*client, {{"message", "Hi"}, {"threadId", thread}}, 1);
  CHECK(stage.wait_for_status(seen.front().body()["run_id"], "completed"));
  CHECK(stage.mock.aborted() == 0);
}

TEST_CASE("A daemon that stops tells sockets with a turn, closes the others, and the next one goes on") {
  SocketStage stage({"--set", "runs.drain_ms=700"});
  const std::string thread = stage.thread("mock-n60-r20");
  const auto idle = stage.socket();
  const auto busy = stage.socket();
  busy->emit("message", {{"message", "Hi"}, {"threadId", thread}});
  std::vector<SocketEvent> seen;
  while (seen.size() < 6) {
    auto event = busy->next_event();
    REQUIRE(event.has_value());
    if (event->name == "agent_event") seen.push_back(std::move(*event));
  }
  const std::string run = seen.front().body()["run_id"];
  ::kill(stage.daemon->pid(), SIGTERM);
  CHECK(idle->wait_closed(5'000));
  CHECK(idle->close_status() == 1000);
  bool told = false;
  while (const auto event = busy->next_event(10'000)) {
    CHECK(event->name != "disconnect");
    if (event->is("status") && event->body()["status"] == "draining") {
      told = true;
    } else {
      seen.push_back(*event);
    }
  }
  CHECK(told);
  CHECK(busy->is_closed());
  CHECK(stage.daemon->wait() == 0);
  stage.daemon->start_again();

  const auto again = stage.socket();
  again->emit("resume_stream", {{"threadId", thread}, {"runId", run}, {"lastSeq", last_seq(seen)}});
  const auto rest = again->until_done();
  REQUIRE(!rest.empty());
  CHECK(rest.back().is("done"));
  auto all = seen;
  all.insert(all.end(), rest.begin(), rest.end());
  const Json messages = stage.messages_of(thread);
  CHECK(messages["messages"].back()["content"] == text_of(all));
}

TEST_CASE("A turn that ends while the daemon stops reaches its socket, which is closed then") {
  const SocketStage stage;
  const std::string thread = stage.thread("mock-n30-r40");
  const auto client = stage.socket();
  client->emit("message", {{"message", "Hi"}, {"threadId", thread}});
  while (!client->next_event()->is("token")) {
  }
  ::kill(stage.daemon->pid(), SIGTERM);
  const auto events = client->until_done();
  CHECK(events.back().is("done"));
  CHECK(client->wait_closed(5'000));
  CHECK(client->close_status() == 1000);
  CHECK(stage.daemon->wait() == 0);
}

}  // namespace platos::tests

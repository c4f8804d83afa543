// The namespace /agent of a real daemon, spoken to packet by packet.
#include <catch2/catch.hpp>
#include <csignal>

#include "integration/socket_stage.hpp"
#include "support/websocket_frames.hpp"

namespace platos::tests {
namespace {

using namespace std::chrono_literals;

/// What a refused client gets behind the packet that lets it into the namespace.
void check_refusal(SocketClient& client, const std::string& code) {
  const auto opened = client.next();
  REQUIRE(opened.has_value());
  const auto entered = client.next();
  REQUIRE(entered.has_value());
  CHECK(entered->starts_with(R"(40/agent,{"sid":")"));
  const auto error = client.next_event();
  REQUIRE(error.has_value());
  CHECK(error->name == "error");
  CHECK(error->body()["code"] == code);
  CHECK(error->body()["message"].is_string());
  const auto told = client.until_done();
  CHECK(shape_of(told) == "error done");
  CHECK(told.front().body()["code"] == "unauthorized");
  const auto end = client.next_event();
  REQUIRE(end.has_value());
  CHECK(end->name == "disconnect");
}

}  // namespace

TEST_CASE("A client that waits for nothing and answers no ping gets its turn to the end", "[clock]") {
  const SocketStage stage({"--set", "sockets.ping_interval_ms=150", "--set", "sockets.ping_timeout_ms=150"});
  const std::string thread = stage.thread("mock-n40-r25");
  SocketOptions options;
  options.headers = {stage.operator_header()};
  options.answers_pings = false;
  SocketClient client(stage.daemon->url(), options);
  client.send_bytes(client_text("40/agent,") +
                    client_text(R"(42/agent,["message",{"message":"Hi","threadId":")" + thread + "\"}]"));
  const auto events = client.until_done();
  CHECK(shape_of(events) == "meta status token+ message_persisted done");
  CHECK(client.pings() >= 2);
  const std::string run = events.front().body()["run_id"];
  CHECK(plain(events) == stage.stored(run));
  for (const auto& event : events) CHECK(event.body()["threadId"] == thread);
  CHECK(client.wait_closed(5'000));
}

TEST_CASE("Who is not let in is told, gets a done, and leaves the namespace") {
  const SocketStage stage({"--set", "auth.max_failures_per_minute=0"});
  SocketClient nobody(stage.daemon->url());
  nobody.enter();
  check_refusal(nobody, "unauthenticated");
  SocketClient forger(stage.daemon->url());
  forger.enter({{"token", "a.b.c"}});
  forger.emit("message", {{"message", "Hi"}});
  check_refusal(forger, "invalid_session_token");
  // The scope alone is no credential.
  SocketClient truster(stage.daemon->url());
  truster.enter({{"organizationId", "org_default"},
                 {"projectId", "prj_default"},
                 {"environmentId", "env_default"},
                 {"userId", "alice"}});
  check_refusal(truster, "unauthenticated");
  SocketOptions with_key;
  with_key.headers = {stage.operator_header()};
  SocketClient elsewhere(stage.daemon->url(), with_key);
  elsewhere.enter({{"environmentId", "env_missing"}});
  const auto told = elsewhere.until_done();
  CHECK(shape_of(told) == "error done");
  CHECK(told.front().body()["code"] == "scope_not_found");
  CHECK(stage.mock.total() == 0);
}

TEST_CASE("Namespaces: one for all agents, one for each, and no others") {
  const SocketStage stage;
  const std::string agent = stage.agent("mock-n2-r0");
  SocketClient client(stage.daemon->url());
  for (const char* name : {"40", "40/,", "40/agents,", "40/agent/,", "40/admin,{}"}) {
    client.send(name);
    INFO(name);
    auto answer = client.next();
    while (answer && answer->starts_with("0")) answer = client.next();
    REQUIRE(answer.has_value());
    CHECK(answer->starts_with("44"));
    CHECK(answer->find("Invalid namespace") != std::string::npos);
  }
  client.send("40/agent,no json");
  CHECK(client.next()->starts_with("44/agent,"));
  client.send(R"(42/agent,["message",{}])");  // not entered
  CHECK(client.wait_closed());

  SocketOptions options;
  options.name_space = "/agent/" + agent;
  const auto one = stage.socket(options);
  one->emit("message", {{"message", "Hi"}});
  const auto events = one->until_done();
  CHECK(events.front().body()["agent_id"] == agent);
  options.name_space = "/agent/nobody";
  const auto missing = stage.socket(options);
  missing->emit("message", {{"message", "Hi"}});
  CHECK(missing->until_done().front().body()["code"] == "agent_not_found");
}

TEST_CASE("Events that are no events, unknown or malformed are refused, and the socket goes on") {
  const SocketStage stage;
  const auto client = stage.socket();
  const auto refused = [&](const std::string& packet) {
    client->send("42/agent," + packet);
    const auto told = client->until_done();
    REQUIRE(shape_of(told) == "error done");
    return told.front().body().value("code", "");
  };
  CHECK(refused(R"(["nothing_of_ours",{}])") == "unknown_event");
  CHECK(refused(R"(["message",[]])") == "invalid_field");
  CHECK(refused(R"(["message",{}])") == "invalid_field");
  CHECK(refused(R"(["message",{"message":1}])") == "invalid_field");
  CHECK(refused(R"(["stop",{}])") == "invalid_field");
  CHECK(refused(R"(["thread.rename",{"threadId":"thr_1"}])") == "invalid_field");
  CHECK(refused(R"(["resume_stream",{"threadId":"thr_1","lastSeq":-1}])") == "invalid_field");
  CHECK(refused(R"({"no":"array"})") == "invalid_field");
  CHECK(refused("no json") == "json_malformed");
  CHECK(refused(std::string(1'000, '[')) == "json_too_deep");
  client->emit("approval_response", {{"approvalId", "apr_1"}, {"approved", true}});
  CHECK(client->wait_for("approval_response_error")["approvalId"] == "apr_1");
  client->send(R"(42/agent,7["leave_thread",{"threadId":"thr_1"}])");
  CHECK(client->wait_for("left_thread")["threadId"] == "thr_1");
  CHECK(client->next() == R"(43/agent,7[{"ok":true}])");
  client->send(R"(42/agent,8["stop",{"threadId":"thr_1"}])");
  std::optional<std::string> ack;
  while ((ack = client->next()) && !ack->starts_with("43")) {
  }
  CHECK(ack == R"(43/agent,8[{"code":"thread_not_found","ok":false}])");
}

TEST_CASE("An approval that a turn asks for on a socket is given on the socket, once") {
  const SocketStage stage;
  const std::string thread = stage.thread("mock-toolsay-r0");
  const auto client = stage.socket();
  const std::string call = spelled_call("request_approval", {{"action", "Send the letter"}});
  client->emit("message", {{"threadId", thread}, {"message", call}});
  Json needed;
  while (needed.is_null()) {
    const auto event = client->next_event();
    REQUIRE(event);
    if (event->is("approval_needed")) needed = event->body();
  }
  CHECK(needed["action"] == "Send the letter");
  CHECK(needed["threadId"] == thread);
  const Json yes = {{"approvalId", needed["approvalId"]}, {"approved", true}, {"comment", "gladly"}};
  client->emit("approval_response", yes);
  Json ack;
  std::vector<std::string> types;
  while (types.empty() || types.back() != "done") {
    const auto event = client->next_event();
    REQUIRE(event);
    if (event->name == "approval_ack") ack = event->body();
    if (event->name == "agent_event") types.push_back(event->body()["type"]);
    if (event->is("tool_result")) CHECK(event->body()["result"]["comment"] == "gladly");
  }
  CHECK(ack["received"] == true);
  CHECK(ack["status"] == "approved");
  CHECK(std::find(types.begin(), types.end(), "approval_resolved") != types.end());
  client->emit("approval_response", yes);
  CHECK(client->wait_for("approval_response_error")["code"] == "approval_resolved");
}

TEST_CASE("Frames and packets that are too long, or binary, end the connection") {
  const SocketStage stage({"--set", "sockets.max_payload_bytes=2048"});
  const auto status_after = [&](const std::string& bytes) {
    const auto client = stage.socket();
    client->send_bytes(bytes);
    CHECK(client->wait_closed());
    return client->close_status();
  };
  CHECK(status_after(client_text(std::string(2'049, '4'))) == 1009);
  CHECK(status_after(client_frame(frame_kind::kBinary, "\1\2")) == 1003);
  CHECK(status_after(client_text("4\xC3\x28")) == 1007);
  CHECK(status_after(client_frame(frame_kind::kText, "3", {true, false, 0})) == 1002);
  CHECK(status_after(client_text("bAQID")) == 1000);
  CHECK(status_after(client_text(R"(451-/agent,["file",{"_placeholder":true,"num":0}])")) == 1000);
  CHECK(stage.wait_for_sessions(0));
}

TEST_CASE("More events than are worked on end the socket, with a done") {
  const SocketStage stage;
  const std::string thread = stage.thread("mock-n1-r0");
  const auto client = stage.socket();
  std::string flood;
  for (int i = 0; i < 500; ++i) flood += client_text(R"(42/agent,["join_thread",{"threadId":")" + thread + "\"}]");
  client->send_bytes(flood);
  const auto told = client->until_done();
  CHECK(shape_of(told) == "error done");
  CHECK(told.front().body()["code"] == "too_many_events");
  CHECK(client->next_event()->name == "disconnect");
}

TEST_CASE("stop ends the turn and the request to the vendor") {
  const SocketStage stage;
  const std::string thread = stage.thread("mock-never-r50");
  const auto client = stage.socket();
  client->emit("message", {{"message", "Hi"}, {"threadId", thread}});
  while (!client->next_event()->is("token")) {
  }
  const auto other = stage.socket();
  other->emit("stop", {{"threadId", thread}});
  const auto told = client->until_done();
  CHECK(told.back().body().value("stopped", false));
  CHECK(other->until_done().back().is("done"));
  CHECK(stage.mock.wait_until([](const MockStats& stats) { return stats.aborted == 1 && stats.active == 0; }, 5s));
  // Once more: there is nothing to stop, and a done all the same.
  client->emit("stop", {{"threadId", thread}});
  const auto again = client->until_done();
  CHECK(shape_of(again) == "done");
  CHECK(again.front().body()["stopped"] == true);
}

TEST_CASE("Everybody in the room of a thread sees its turns, whoever began them") {
  const SocketStage stage;
  const std::string thread = stage.thread("mock-n20-r100");
  const auto first = stage.socket();
  const auto second = stage.socket();
  const auto leaver = stage.socket();
  for (auto* each : {first.get(), second.get(), leaver.get()}) {
    each->emit("join_thread", {{"threadId", thread}});
    CHECK(each->wait_for("joined_thread")["threadId"] == thread);
  }
  leaver->emit("leave_thread", {{"threadId", thread}});
  CHECK(leaver->wait_for("left_thread")["threadId"] == thread);

  Ask turn;
  turn.path = kThreads + thread + "/stream";
  turn.body = R"({"message":"by SSE"})";
  const Answer sse = ask(*stage.daemon, turn);
  const std::string run = sse.headers.at("x-platos-run-id");
  const auto stored = stage.stored(run);
  CHECK(plain(first->until_done()) == stored);
  CHECK(plain(second->until_done()) == stored);

  first->emit("message", {{"message", "by a socket"}, {"threadId", thread}});
  const auto own = plain(first->until_done());
  CHECK(own.size() > 10);
  CHECK(plain(second->until_done()) == own);
  CHECK_FALSE(leaver->next_event(200));

  // Who comes in the middle hears it from the beginning.
  first->emit("message", {{"message", "again"}, {"threadId", thread}});
  while (!first->next_event()->is("token")) {
  }
  leaver->emit("join_thread", {{"threadId", thread}});
  const auto late = plain(leaver->until_done());
  CHECK(late == plain(second->until_done()));
}

TEST_CASE("A thread that is renamed is so for all who listen") {
  const SocketStage stage;
  const std::string thread = stage.thread("mock-n1-r0");
  const auto first = stage.socket();
  const auto second = stage.socket();
  second->emit("join_thread", {{"threadId", thread}});
  second->wait_for("joined_thread");
  first->emit("thread.rename", {{"threadId", thread}, {"title", "Two\nlines " + std::string(300, 'x')}});
  for (auto* each : {first.get(), second.get()}) {
    const Json event = each->wait_for("thread_event");
    CHECK(event["type"] == "thread.renamed");
    CHECK(event["threadId"] == thread);
    CHECK(event["title"] == "Two lines " + std::string(190, 'x'));
  }
  CHECK(stage.fetch(kThreads + thread).json()["title"] == "Two lines " + std::string(190, 'x'));
}

TEST_CASE("A message with the same key is the same turn, and one in a busy thread is refused with a done") {
  SocketStage stage;
  const std::string thread = stage.thread("mock-n5-r0-hang-tag1");
  const auto client = stage.socket();
  const Json message = {{"message", "Hi"}, {"threadId", thread}, {"idempotencyKey", "once"}};
  client->emit("message", message);
  CHECK(stage.mock.wait_until([](const MockStats& stats) { return stats.held == 1; }, 10s));
  const auto other = stage.socket();
  other->emit("message", {{"message", "me too"}, {"threadId", thread}});
  const auto refused = other->until_done();
  CHECK(shape_of(refused) == "error done");
  CHECK(refused.front().body()["code"] == "turn_in_progress");
  CHECK(refused.front().body()["threadId"] == thread);
  other->emit("message", message);
  stage.mock.release();
  CHECK(plain(other->until_done()) == plain(client->until_done()));
  CHECK(stage.mock.total() == 1);
  client->emit("message", {{"message", "other"}, {"threadId", thread}, {"idempotencyKey", "once"}});
  CHECK(client->until_done().front().body()["code"] == "idempotency_mismatch");
}

}  // namespace platos::tests

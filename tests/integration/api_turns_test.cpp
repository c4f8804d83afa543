// The REST API of a real platosd: which turns are taken, queued or refused, and how a refusal is said.
#include <catch2/catch.hpp>
#include <chrono>
#include <future>

#include "integration/api_stage.hpp"

using namespace platos::tests;
using namespace std::chrono_literals;

TEST_CASE("a busy thread refuses a second turn, queues up to 16 in order, and refuses the 17th") {
  ApiStage stage;
  const std::string agent = stage.agent("mock-hang-once");
  const std::string thread = make_thread(*stage.daemon, agent);
  const std::string path = kThreads + thread + "/messages";
  auto first = stage.held_turn(path);
  check_error(stage.call("POST", path, {{"message", "Hi"}}), 409, "turn_in_progress");
  const auto total = [&] { return stage.runs("?threadId=" + thread)["total"].get<int>(); };
  std::vector<std::future<Answer>> queued;
  for (int i = 1; i <= 16; ++i) {
    queued.push_back(std::async(std::launch::async, [&stage, path, i] {
      return stage.call("POST", path, {{"message", "queued " + std::to_string(i)}, {"onBusy", "queue"}});
    }));
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (total() != i + 1 && std::chrono::steady_clock::now() < until) {
    }
    REQUIRE(total() == i + 1);
  }
  check_error(stage.call("POST", path, {{"message", "Hi"}, {"onBusy", "queue"}}), 429, "thread_queue_full");
  check_error(stage.call("POST", path, {{"message", "Hi"}}), 409, "turn_in_progress");
  check_error(stage.call("POST", path, {{"message", "Hi"}, {"onBusy", "wait"}}), 400, "invalid_field");
  CHECK(stage.mock.total() == 1);
  stage.mock.release();
  CHECK(first.get().json()["status"] == "completed");
  for (auto& each : queued) CHECK(each.get().json()["status"] == "completed");
  const Json messages = stage.fetch(path + "?limit=100").json();
  REQUIRE(messages["total"] == 34);
  CHECK(messages["messages"][0]["content"] == "Hi");
  std::vector<std::string> asked;
  for (const auto& request : stage.mock.requests())
    asked.push_back(Json::parse(request.body)["messages"].back()["content"]);
  REQUIRE(asked.size() == 17);
  for (std::size_t i = 1; i < 17; ++i) CHECK(asked[i] == "queued " + std::to_string(i));
}

TEST_CASE("the next turn of a thread is taken as soon as its reader has seen done") {
  ApiStage stage;
  const std::string thread = make_thread(*stage.daemon, stage.agent("mock-r0"));
  for (int i = 0; i < 20; ++i) {
    const auto answer = stage.call("POST", kThreads + thread + "/stream", {{"message", "Hi"}});
    REQUIRE(answer.status == 200);
    REQUIRE(events_of(answer.body).back().type() == "done");
  }
}

TEST_CASE("archived threads, inactive agents and the agent of another thread refuse a turn") {
  ApiStage stage;
  const std::string agent = stage.agent("mock-r0");
  const std::string thread = make_thread(*stage.daemon, agent);
  const std::string path = kThreads + thread + "/messages";
  check_error(stage.call("POST", path, {{"message", "Hi"}, {"agentId", "hello"}}), 400, "invalid_field");
  CHECK(stage.call("POST", path, {{"message", "Hi"}, {"agentId", "test-agent"}}).status == 201);
  stage.call("POST", kThreads + thread + "/archive");
  check_error(stage.call("POST", path, {{"message", "Hi"}}), 409, "thread_archived");
  stage.call("POST", kThreads + thread + "/unarchive");
  stage.call("PATCH", kAgents + agent, {{"isActive", false}});
  check_error(stage.call("POST", path, {{"message", "Hi"}}), 409, "agent_inactive");
  check_error(stage.call("POST", kAgents + agent + "/messages", {{"message", "Hi"}}), 409, "agent_inactive");
  stage.call("PATCH", kAgents + agent, {{"isActive", true}});
  CHECK(stage.call("POST", path, {{"message", "Hi"}}).status == 201);
  CHECK(stage.run_count() == 2);
}

TEST_CASE("a stream route that refuses says so as events to those who want events, as JSON to others") {
  ApiStage stage;
  const std::string path = kAgents + "none/chat/stream";
  check_error(stage.call("POST", path, {{"message", "Hi"}}), 404, "agent_not_found");
  const auto refused = [&](const std::string& target, const Json& body, const std::string& code, long status) {
    Answer answer = stage.call("POST", target, body, {"Accept: text/event-stream"});
    CHECK(answer.status == status);
    CHECK(answer.headers["content-type"] == "text/event-stream");
    const auto events = events_of(answer.body);
    REQUIRE(shape_of(events) == "error done");
    CHECK(events[0].data["code"] == code);
    CHECK(answer.body.find("id:") == std::string::npos);
  };
  refused(path, {{"message", "Hi"}}, "agent_not_found", 404);
  refused(kAgents + "hello/chat/stream", Json::object(), "invalid_field", 400);
  refused(kThreads + "none/stream", {{"message", "Hi"}}, "thread_not_found", 404);
  CHECK(stage.run_count() == 0);
}

TEST_CASE("a stream route says as events that a key is missing, too") {
  ApiStage stage;
  const Answer answer = stage.call("POST", kAgents + "hello/chat/stream", {{"message", "Hi"}},
                                   {"Accept: text/event-stream", "Authorization:"});
  CHECK(answer.status == 401);
  CHECK(shape_of(events_of(answer.body)) == "error done");
}

TEST_CASE("a message is kept as it was sent, whatever is in it") {
  ApiStage stage;
  const std::string thread = make_thread(*stage.daemon, stage.agent("mock-r0"));
  const std::string path = kThreads + thread + "/messages";
  const std::vector<std::string> texts = {std::string("a\0b", 3), "\xf0\x9f\x98\x80 \xe2\x80\xa8 \r\n\r\ndata: x\n\n",
                                          "'; DROP TABLE runs; --", "\"\\/\b\f\x7f", std::string(524'288, 'm')};
  for (const auto& text : texts) REQUIRE(stage.call("POST", path, {{"message", text}}).status == 201);
  const Json messages = stage.fetch(path).json()["messages"];
  REQUIRE(messages.size() == 2 * texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) CHECK((messages[2 * i]["content"] == texts[i]));
  for (std::size_t i = 0; i < texts.size(); ++i)
    CHECK((Json::parse(stage.mock.requests()[i].body)["messages"].back()["content"] == texts[i]));
  check_error(stage.call("POST", path, {{"message", std::string(524'289, 'm')}}), 400, "invalid_field");
  check_error(stage.call("POST", path, {{"message", " \n\t "}}), 400, "invalid_field");
}

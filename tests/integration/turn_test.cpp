// A turn from the outside: streamed, not streamed, with tools, killed and resumed.
#include <catch2/catch.hpp>

#include "support/stage.hpp"

using namespace platos::tests;

namespace {

std::string run_of(const std::vector<Event>& events) { return events.front().data.at("run_id"); }

}  // namespace

TEST_CASE("the embedded agent answers from the documentation, with a tool call") {
  const Daemon daemon;
  const auto events = events_of(ask(daemon, streamed_turn("hello", {{"message", "What is Platos?"}})).body);
  CHECK(shape_of(events) == "meta status tool_call status tool_result status token+ message_persisted done");
  CHECK(events[2].data["name"] == "docs__search");
}

TEST_CASE("a streamed turn: meta first, every token, then persisted and done, numbered without gaps") {
  const Stage stage;
  const std::string agent = stage.agent("mock-n12-r0");
  const auto events = stage.say(agent);
  REQUIRE(shape_of(events) == "meta status token+ message_persisted done");
  for (std::size_t i = 0; i < events.size(); ++i) {
    CHECK(events[i].id == static_cast<std::int64_t>(i) + 1);
    CHECK(events[i].data["_seq"] == events[i].id);
    CHECK(events[i].data["_run"] == run_of(events));
  }
  const std::string thread = events.front().data["thread_id"];
  const Json messages = stage.messages_of(thread);
  REQUIRE(messages["total"] == 2);
  CHECK(messages["messages"][0]["role"] == "user");
  CHECK(messages["messages"][0]["status"] == "active");
  CHECK(messages["messages"][1]["content"] == text_of(events));
  CHECK(messages["messages"][1]["id"] == events[events.size() - 2].data["messageId"]);
  CHECK(stage.run_record(run_of(events))["status"] == "completed");
}

TEST_CASE("a turn that is not streamed answers with text and events") {
  const Stage stage;
  const std::string agent = stage.agent("mock-echo");
  const std::string thread = make_thread(*stage.daemon, agent);
  const Answer answer =
      post(*stage.daemon, "/api/v1/agent/threads/" + thread + "/messages", {{"message", "one two three"}});
  REQUIRE(answer.status == 201);
  CHECK(answer.json()["text"] == "one two three");
  CHECK(answer.json()["status"] == "completed");
  CHECK(answer.json()["events"].back()["type"] == "done");
}

TEST_CASE("a tool call goes to the skill and its result to the model") {
  const Stage stage;
  const std::string agent = make_agent(*stage.daemon, "mock:mock-tool", {"docs"});
  const auto events = stage.say(agent, "cancel a run");
  REQUIRE(shape_of(events) == "meta status tool_call status tool_result status token+ message_persisted done");
  const Json& call = events[2].data;
  const Json& result = events[4].data;
  CHECK(call["name"] == "docs__search");
  CHECK(call["params"]["query"] == "cancel a run");
  CHECK(call["callId"] == result["callId"]);
  CHECK(result["result"]["query"] == "cancel a run");
  REQUIRE(stage.mock.requests().size() == 2);
  CHECK(stage.request(1)["messages"].back()["role"] == "tool");
}

TEST_CASE("history: the next turn of a thread sees the turns before it") {
  const Stage stage;
  const std::string agent = stage.agent("mock-echo");
  const std::string thread = make_thread(*stage.daemon, agent);
  for (const char* text : {"first", "second"}) {
    REQUIRE(post(*stage.daemon, "/api/v1/agent/threads/" + thread + "/messages", {{"message", text}}).status == 201);
  }
  const Json request = stage.request(1);
  REQUIRE(request["messages"].size() == 3);
  CHECK(request["messages"][0]["content"] == "first");
  CHECK(request["messages"][1]["role"] == "assistant");
  CHECK(request["messages"][2]["content"] == "second");
}

TEST_CASE("history is the same whether the thread is remembered or read, and ends where the agent says") {
  const auto conversation = [](const std::string& remembered_bytes) {
    const Stage stage({"--set", "runs.recent_threads_bytes=" + remembered_bytes});
    const std::string agent = stage.agent("mock-echo", {{"contextLimit", 3}});
    const std::string thread = make_thread(*stage.daemon, agent);
    for (const char* text : {"first", "second", "third"}) CHECK(stage.turn(thread, text)["text"] == text);
    Json requests = Json::array();
    for (std::size_t i = 0; i < 3; ++i) requests.push_back(stage.request(i)["messages"]);
    return requests;
  };
  const Json read = conversation("0");
  CHECK(read[1].size() == 3);
  REQUIRE(read[2].size() == 4);
  CHECK(read[2][0]["content"] == "first");
  CHECK(read[2][0]["role"] == "assistant");
  CHECK(read[2][2]["content"] == "second");
  CHECK(conversation("1000000") == read);
}

TEST_CASE("a turn begins with the agent as it is, not as it was in the turn before") {
  const Stage stage;
  const std::string agent = stage.agent("mock-echo", {{"systemPrompt", "old"}});
  const std::string thread = make_thread(*stage.daemon, agent);
  stage.turn(thread, "first");
  stage.turn(thread, "second");
  Ask edit;
  edit.method = "PATCH";
  edit.path = "/api/v1/agent/agents/" + agent;
  edit.body = R"({"systemPrompt":"new"})";
  REQUIRE(ask(*stage.daemon, edit).status == 200);
  CHECK(stage.turn(thread, "third")["status"] == "completed");
  // The call that was begun in vain may have reached the provider before it was cancelled.
  const Json last = stage.request(stage.mock.requests().size() - 1);
  CHECK(last["messages"][0]["content"] == "new");
  CHECK(last["messages"].size() == 6);
  CHECK(stage.messages_of(thread)["total"] == 6);
}

TEST_CASE("a daemon killed in the middle of a turn completes it, and a resumed client gets every event once") {
  Stage stage;
  const std::string agent = stage.agent("mock-hang20-n40-once");
  std::vector<Event> seen;
  Ask question = streamed_turn(agent);
  question.on_event = [&](const Event& event) {
    seen.push_back(event);
    return seen.size() < 12;  // then the client is gone
  };
  ask(*stage.daemon, question);
  stage.daemon->kill_hard();
  stage.daemon->start_again();
  Ask resume;
  resume.path = "/api/v1/runs/" + run_of(seen) + "/events";
  resume.headers = {"Last-Event-ID: " + std::to_string(seen.back().id)};
  const auto rest = events_of(ask(*stage.daemon, resume).body);
  auto all = seen;
  all.insert(all.end(), rest.begin(), rest.end());
  for (std::size_t i = 1; i < all.size(); ++i) CHECK(all[i - 1].id < all[i].id);
  const auto final_events = transcript(all);
  CHECK(shape_of(final_events) == "meta status token+ message_persisted done");
  const std::string thread = seen.front().data["thread_id"];
  const Json messages = stage.messages_of(thread);
  REQUIRE(messages["total"] == 2);
  CHECK(messages["messages"][1]["content"] == text_of(final_events));
  CHECK(stage.run_record(run_of(seen))["attempt"] == 2);
}

// What agents remember, with the shipped memory store and embedder in a real daemon.
#include <catch2/catch.hpp>

#include "support/stage.hpp"

using namespace platos::tests;

namespace {

std::string last_user_text(const Json& request) { return request["messages"].back()["content"]; }

}  // namespace

TEST_CASE("what a model remembers comes back by itself in a later conversation") {
  const Stage stage;
  const std::string agent = stage.agent("mock-toolsay");
  const Json saved = call_tool(*stage.daemon, agent, "remember",
                               {{"content", "The user's dog is called Bella and loves the beach."}, {"kind", "fact"}});
  REQUIRE(saved["result"]["saved"] == true);
  stage.say(agent, "What was the name of my dog that loves the beach?");
  const std::string seen = last_user_text(stage.request(stage.mock.requests().size() - 1));
  CHECK(seen.find("<context>\nWhat you remember about this user:\n- (fact) The user's dog is called Bella") == 0);
  CHECK(seen.find("</context>\n\nWhat was the name of my dog") != std::string::npos);
  // The stored message is what the user wrote.
  const Json threads = get(*stage.daemon, "/api/v1/agent/threads").json();
  const std::string thread = threads["threads"][0]["id"];
  CHECK(stage.messages_of(thread)["messages"][0]["content"] == "What was the name of my dog that loves the beach?");
}

TEST_CASE("memories can be searched, listed and forgotten by tools") {
  const Stage stage;
  const std::string agent = stage.agent("mock-toolsay");
  const Json saved =
      call_tool(*stage.daemon, agent, "remember", {{"content", "Prefers tea to coffee."}, {"kind", "preference"}});
  const std::string id = saved["result"]["id"];
  // The same thing said twice is kept once.
  CHECK(call_tool(*stage.daemon, agent, "remember",
                  {{"content", "Prefers tea to coffee."}, {"kind", "preference"}})["result"]["id"] == id);
  const Json found = call_tool(*stage.daemon, agent, "recall", {{"query", "tea or coffee"}});
  REQUIRE(found["result"]["total"] == 1);
  CHECK(found["result"]["results"][0]["content"] == "Prefers tea to coffee.");
  CHECK(call_tool(*stage.daemon, agent, "list_memories", Json::object())["result"]["total"] == 1);
  CHECK(call_tool(*stage.daemon, agent, "forget", {{"memoryId", id}})["result"]["deleted"] == true);
  CHECK(call_tool(*stage.daemon, agent, "forget", {{"memoryId", id}})["result"]["deleted"] == false);
  CHECK(call_tool(*stage.daemon, agent, "list_memories", Json::object())["result"]["total"] == 0);
}

TEST_CASE("arguments that break a tool's schema go back to the model with all that is wrong") {
  const Stage stage;
  const std::string agent = stage.agent("mock-toolsay");
  const Json result = call_tool(*stage.daemon, agent, "remember", {{"kind", "opinion"}, {"extra", 1}});
  CHECK(result["isError"] == true);
  CHECK(result["code"] == "invalid_arguments");
  const std::string text = result["result"];
  for (const char* part : {"content", "kind", "extra"}) CHECK(text.find(part) != std::string::npos);
}

TEST_CASE("memories survive a crash, and a message that says what not to keep is refused by policy") {
  Stage stage;
  const std::string agent = stage.agent("mock-toolsay");
  CHECK(call_tool(*stage.daemon, agent, "remember", {{"content", "Works at night."}})["result"]["saved"] == true);
  stage.daemon->kill_hard();
  stage.daemon->start_again();
  CHECK(call_tool(*stage.daemon, agent, "list_memories", Json::object())["result"]["total"] == 1);
}

TEST_CASE("an agent whose policy switches memory off is not reminded") {
  const Stage stage;
  const std::string agent = stage.agent("mock-toolsay");
  call_tool(*stage.daemon, agent, "remember", {{"content", "The user's dog is called Bella and loves the beach."}});
  const std::string other = stage.agent("mock-echo", {{"extractionPolicy", {{"enabled", false}}}});
  stage.say(other, "What was the name of my dog that loves the beach?");
  CHECK(last_user_text(stage.request(stage.mock.requests().size() - 1)) ==
        "What was the name of my dog that loves the beach?");
}

TEST_CASE("without a store agents have no memory tools and turns go on") {
  const Stage stage({"--set", "memory.store="});
  const auto events = stage.say(stage.agent("mock"), "Hello");
  CHECK(shape_of(events) == "meta status token+ message_persisted done");
  const Json tools = stage.request(0)["tools"];
  REQUIRE(tools.size() == 1);
  CHECK(tools[0]["function"]["name"] == "request_approval");
}

// Search over what was said, against a real daemon.
#include <catch2/catch.hpp>

#include "integration/api_stage.hpp"

using namespace platos::tests;

namespace {

const std::string kSearch = "/api/v1/agent/threads/search?q=";

struct SearchStage : ApiStage {
  std::vector<std::string> alice = {"X-Platos-User-Id: alice"};
  std::string agent = ApiStage::agent("mock-echo-r0");

  Json search(const std::string& query, const std::vector<std::string>& who) const {
    const Answer answer = fetch(kSearch + query, who);
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    return answer.json();
  }
  Json search(const std::string& query) const { return search(query, alice); }
  /// Waits until so many are found.
  bool finds(const std::string& query, int wanted, const std::vector<std::string>& who) const {
    return wait_until([&] { return search(query, who)["total"] == wanted; });
  }
  bool finds(const std::string& query, int wanted) const { return finds(query, wanted, alice); }
  /// Of the agent, by alice: {threadId, ...}
  Json said(const std::string& message) const {
    return made("POST", kAgents + agent + "/messages", {{"message", message}}, alice);
  }
  Json messages(const std::string& thread) const { return fetch(kThreads + thread + "/messages", alice).json(); }
  /// The assistant's last message of the main line.
  std::string answer_in(const std::string& thread) const {
    std::string id;
    const Json list = messages(thread)["messages"];
    for (const auto& message : list) {
      if (message["role"] == "assistant" && message["status"] == "active") id = message["id"];
    }
    return id;
  }
};

}  // namespace

TEST_CASE("what was said in a turn is found soon after it, with its thread") {
  const SearchStage stage;
  const std::string thread = stage.said("Where is the Brandenburger Tor?")["threadId"];
  REQUIRE(stage.finds("brandenburger+tor", 2));
  const Json page = stage.search("TOR%20where&limit=1");
  CHECK(page["query"] == "TOR where");
  CHECK(page["total"] == 2);
  REQUIRE(page["results"].size() == 1);
  const Json& result = page["results"][0];
  CHECK(result["threadId"] == thread);
  CHECK(result["agentId"] == stage.agent);
  CHECK(result["snippet"] == "Where is the Brandenburger Tor?");
  CHECK(result["score"].get<double>() > 0);
  CHECK(result["createdAt"].get<std::string>().ends_with("Z"));
  CHECK((result["role"] == "user" || result["role"] == "assistant"));
  const Json messages = stage.messages(thread)["messages"];
  CHECK((result["messageId"] == messages[0]["id"] || result["messageId"] == messages[1]["id"]));
  REQUIRE(page["threads"].size() == 1);
  CHECK(page["threads"][0] == stage.fetch("/api/v1/agent/threads", stage.alice).json()["threads"][0]);
  CHECK(stage.search("brandenburg")["total"] == 0);
  CHECK(stage.search("tor+missing")["results"] == Json::array());
}

TEST_CASE("a daemon that dies after a turn indexes it when it is started again") {
  const SearchStage stage;
  for (int i = 1; i <= 3; ++i) {
    stage.said("platypus " + std::to_string(i));
    stage.daemon->kill_hard();
    stage.daemon->start_again();
    REQUIRE(stage.finds("platypus", 2 * i));
  }
  CHECK(stage.search("platypus+2")["total"] == 2);
}

TEST_CASE("edits, retries, replies and forks are found as they stand") {
  const SearchStage stage;
  const std::string thread = stage.said("marmot of old")["threadId"];
  REQUIRE(stage.finds("marmot", 2));
  const Json messages = stage.messages(thread)["messages"];
  const std::string base = kThreads + thread + "/messages/";
  const std::string question = messages[0]["id"];
  stage.made("POST", base + question + "/edit-and-rerun", {{"content", "marmot of today"}, {"rerun", true}},
             stage.alice);
  REQUIRE(stage.finds("marmot+today", 2));
  CHECK(stage.search("marmot")["total"] == 2);
  CHECK(stage.search("marmot+old")["total"] == 0);
  const std::string answer = stage.answer_in(thread);
  stage.made("POST", base + answer + "/retry", {{"rerun", true}}, stage.alice);
  REQUIRE(stage.finds("marmot", 2));
  const Json found = stage.search("marmot");
  for (const auto& result : found["results"]) CHECK(result["messageId"] != answer);
  const Json reply = {{"message", "a reply about marmots"}, {"replyToMessageId", stage.answer_in(thread)}};
  stage.made("POST", kThreads + thread + "/messages", reply, stage.alice);
  REQUIRE(stage.finds("marmots+reply", 2));
  const Json copy =
      stage.made("POST", kThreads + thread + "/fork", {{"upToMessageId", stage.answer_in(thread)}}, stage.alice);
  REQUIRE(stage.finds("marmot+today", 4));
  CHECK(stage.search("marmot")["threads"].size() == 2);
  CHECK(copy["id"] != thread);
}

TEST_CASE("archived threads are found on demand, agents are filtered, limits are clamped") {
  const SearchStage stage;
  const std::string thread = stage.said("gopher one")["threadId"];
  stage.said("gopher two");
  REQUIRE(stage.finds("gopher", 4));
  CHECK(stage.search("gopher&limit=0")["results"].size() == 1);
  CHECK(stage.search("gopher&limit=1000")["results"].size() == 4);
  CHECK(stage.search("gopher&agentId=" + stage.agent)["total"] == 4);
  CHECK(stage.search("gopher&agentId=agt_other")["total"] == 0);
  stage.made("POST", kThreads + thread + "/archive", Json(), stage.alice);
  CHECK(stage.search("gopher")["total"] == 2);
  CHECK(stage.search("gopher&archived=true")["total"] == 4);
  CHECK(stage.search("gopher&archived=only")["total"] == 2);
}

TEST_CASE("no other user, environment or organization finds it") {
  const SearchStage stage;
  stage.said("wombat");
  REQUIRE(stage.finds("wombat", 2));
  const Json organization = stage.made("POST", "/api/v1/organizations", {{"name", "Other"}});
  const Json project = stage.made(
      "POST", "/api/v1/organizations/" + organization["id"].get<std::string>() + "/projects", {{"name", "P"}});
  std::vector<std::vector<std::string>> others = {{"X-Platos-User-Id: bob"}};
  for (const std::string& parent : {project["id"].get<std::string>(), std::string("prj_default")}) {
    const Json environment =
        stage.made("POST", "/api/v1/projects/" + parent + "/environments", {{"name", "E"}, {"type", "DEVELOPMENT"}});
    others.push_back({"X-Platos-User-Id: alice", "X-Platos-Environment-Id: " + environment["id"].get<std::string>()});
  }
  for (const auto& who : others) CHECK(stage.search("wombat", who)["total"] == 0);
  const Json agent =
      stage.made("POST", "/api/v1/agent/agents", {{"name", "A"}, {"model", "mock:mock-echo-r0"}}, others[1]);
  stage.made("POST", kAgents + agent["id"].get<std::string>() + "/messages", {{"message", "wombat too"}}, others[1]);
  REQUIRE(stage.finds("wombat", 2, others[1]));
  CHECK(stage.search("wombat")["total"] == 2);
  CHECK(stage.search("wombat+too")["total"] == 0);
}

TEST_CASE("queries that are none, or mean harm, are refused or find nothing") {
  const SearchStage stage;
  stage.said("a numbat, by name");
  REQUIRE(stage.finds("numbat", 2));
  for (const std::string& empty : {std::string(), std::string("%20%0A"), std::string(513, 'x')})
    check_error(stage.fetch(kSearch + empty, stage.alice), 400, "invalid_field");
  check_error(stage.fetch("/api/v1/agent/threads/search", stage.alice), 400, "invalid_field");
  check_error(stage.fetch(kSearch + "numbat&limit=many", stage.alice), 400, "invalid_field");
  std::string words;
  for (int i = 0; i < 10'000 && words.size() < 7'000; ++i) words += "w+";
  check_error(stage.fetch(kSearch + words, stage.alice), 400, "invalid_field");
  for (const std::string text : {"%22", "*", "%22numbat", "()", "%00", "%F0%9F%8E%89", "%FF%FE", "%27%3B--", "..."}) {
    CAPTURE(text);
    const Json page = stage.search(text);
    CHECK(page["total"] == (text == "%22numbat" ? 2 : 0));
  }
  CHECK(stage.search("numbat%00name")["total"] == 2);
  CHECK(stage.search("NEAR(numbat)")["total"] == 0);
  CHECK(stage.search("%22numbat%22+name*")["total"] == 2);
  CHECK(stage.search("numbat%27)+OR+1%3D1+--")["total"] == 0);
  // The word stands before the variable: it is no id of a thread, in any method.
  check_error(stage.call("PATCH", "/api/v1/agent/threads/search", {{"title", "T"}}, stage.alice), 404,
              "thread_not_found");
}

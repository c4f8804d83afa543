// The REST API of a real platosd: what is not there, pages, threads.
#include <catch2/catch.hpp>

#include "integration/api_stage.hpp"

using namespace platos::tests;

TEST_CASE("what is not there is 404 with the code of its kind, and leaves nothing behind") {
  ApiStage stage;
  const std::string thread = make_thread(*stage.daemon, "hello");
  for (const std::string& id :
       std::vector<std::string>{"none", "agt_01", "%00", "%2e%2e", "a%2Fb", "%FF", "' OR 1=1 --"}) {
    std::string path;
    for (const char c : id) path += c == ' ' ? std::string("%20") : std::string(1, c);
    CAPTURE(path);
    check_error(stage.fetch(kAgents + path), 404, "agent_not_found");
    check_error(stage.call("PATCH", kAgents + path, {{"name", "x"}}), 404, "agent_not_found");
    check_error(stage.call("DELETE", kAgents + path), 404, "agent_not_found");
    check_error(stage.fetch(kAgents + path + "/versions"), 404, "agent_not_found");
    check_error(stage.call("POST", kAgents + path + "/messages", {{"message", "Hi"}}), 404, "agent_not_found");
    check_error(stage.fetch(kThreads + path), 404, "thread_not_found");
    check_error(stage.call("PATCH", kThreads + path, {{"title", "x"}}), 404, "thread_not_found");
    check_error(stage.call("DELETE", kThreads + path), 404, "thread_not_found");
    check_error(stage.fetch(kThreads + path + "/messages"), 404, "thread_not_found");
    check_error(stage.call("POST", kThreads + path + "/archive"), 404, "thread_not_found");
    check_error(stage.call("POST", kThreads + path + "/messages", {{"message", "Hi"}}), 404, "thread_not_found");
    check_error(stage.fetch(kRuns + path), 404, "run_not_found");
    check_error(stage.fetch(kRuns + path + "/events"), 404, "run_not_found");
    check_error(stage.call("POST", kRuns + path + "/cancel"), 404, "run_not_found");
    check_error(stage.fetch("/api/v1/plugins/" + path), 404, "plugin_not_found");
  }
  check_error(stage.call("POST", kThreads + thread + "/messages", {{"message", "Hi"}, {"agentId", "none"}}), 404,
              "agent_not_found");
  check_error(stage.call("POST", "/api/v1/agent/threads", {{"agentId", "none"}}), 404, "agent_not_found");
  CHECK(stage.fetch("/api/v1/agent/threads").json()["total"] == 1);
  CHECK(stage.run_count() == 0);
}

TEST_CASE("pages: limits are clamped, what is no number is refused, and a page beyond the end is empty") {
  ApiStage stage;
  for (int i = 0; i < 5; ++i) make_thread(*stage.daemon, "hello");
  const std::string list = "/api/v1/agent/threads";
  const auto rows = [&](const std::string& query) { return stage.fetch(list + query).json()["threads"].size(); };
  CHECK(rows("") == 5);
  CHECK(rows("?limit=2") == 2);
  CHECK(rows("?limit=0") == 1);
  CHECK(rows("?limit=-5") == 1);
  CHECK(rows("?limit=99999999999") == 5);
  CHECK(rows("?offset=4") == 1);
  CHECK(rows("?offset=-1") == 5);
  CHECK(rows("?offset=9223372036854775807") == 0);
  CHECK(rows("?limit=&offset=") == 5);
  CHECK(stage.fetch(list + "?limit=2").json()["total"] == 5);
  for (const char* path : {"/api/v1/agent/threads?limit=", "/api/v1/agent/agents?limit=", "/api/v1/runs?offset=",
                           "/api/v1/agent/agents/hello/versions?take="}) {
    for (const char* number : {"NaN", "1.5", "1e3", "0x10", "--1", "-", "%31%00", "1+", "99999999999999999999999"}) {
      CAPTURE(path, number);
      check_error(stage.fetch(path + std::string(number)), 400, "invalid_field");
    }
  }
}

TEST_CASE("threads: titles, archive filters, and the agent as a filter") {
  ApiStage stage;
  const std::string agent = stage.agent("mock-r0");
  const Json made = stage.call("POST", "/api/v1/agent/threads", {{"agentId", agent}, {"title", " A\nb \r\n"}}).json();
  const std::string thread = made["id"];
  CHECK(made["title"] == "A b");
  CHECK(made["status"] == "active");
  CHECK(made["turnCount"] == 0);
  CHECK(made["archivedAt"].is_null());
  CHECK(stage.call("POST", "/api/v1/agent/threads", {{"title", nullptr}}).json()["title"].is_null());
  const Json cut = stage.call("PATCH", kThreads + thread, {{"title", std::string(199, 'a') + "\xc3\xa4"}}).json();
  CHECK(cut["title"] == std::string(199, 'a'));
  check_error(stage.call("PATCH", kThreads + thread, {{"title", 1}}), 400, "invalid_field");
  check_error(stage.call("POST", "/api/v1/agent/threads", {{"agentId", 1}}), 400, "invalid_field");
  const auto total = [&](const std::string& query) {
    return stage.fetch("/api/v1/agent/threads" + query).json()["total"].get<int>();
  };
  CHECK(total("?agentId=" + agent) == 1);
  CHECK(total("?agentId=none") == 0);
  const Json archived = stage.call("DELETE", kThreads + thread).json();
  CHECK(archived["status"] == "archived");
  CHECK(archived["archivedAt"].is_string());
  CHECK(total("") == 1);
  CHECK(total("?archived=true") == 2);
  CHECK(total("?archived=only") == 1);
  CHECK(stage.fetch(kThreads + thread).json()["status"] == "archived");
  CHECK(stage.call("POST", kThreads + thread + "/unarchive").json()["archivedAt"].is_null());
  CHECK(total("") == 2);
}

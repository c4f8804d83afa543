// Tools over REST and in turns: who may use which, what the model is shown, test calls, the audit, settling.
#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>

#include "integration/people.hpp"

namespace platos::tests {
namespace {

const std::string kTools = "/api/v1/agent/tools";
const std::string kAudit = "/api/v1/agent/monitoring/tool-audit";

struct ToolStage : People {
  using People::People;

  std::string agent_with_docs(const std::string& model, Json more = Json::object()) const {
    more["skills"] = {"docs"};
    return agent(model, more);
  }
  Json tool(const std::string& name) const { return fetch(kTools + "/" + name).json(); }
  /// Names of the tools in a request that the model got.
  std::vector<std::string> shown(std::size_t request_number) const {
    std::vector<std::string> names;
    const Json body = request(request_number);
    for (const auto& each : body.value("tools", Json::array())) names.push_back(each["function"]["name"]);
    return names;
  }
  bool shows(std::size_t request_number, const std::string& name) const {
    const auto names = shown(request_number);
    return std::find(names.begin(), names.end(), name) != names.end();
  }
  std::string docs_tool() const {
    const Json list = fetch(kTools).json();
    for (const auto& each : list["tools"]) {
      if (each["source"] == "docs") return each["toolId"];
    }
    return {};
  }
};

}  // namespace

TEST_CASE("tools are listed, counted, found and shown with who may use them") {
  const ToolStage stage;
  const std::string agent = stage.agent_with_docs("mock-echo");
  const std::string bare = stage.agent("mock-echo", {{"metaTools", {{"forget", false}}}});
  const Json list = stage.fetch(kTools).json();
  CHECK(list["total"] == list["tools"].size());
  CHECK(list["rows"] == list["tools"]);
  CHECK(list["results"] == list["tools"]);
  const std::string name = stage.docs_tool();
  REQUIRE(!name.empty());
  const Json tool = stage.tool(name);
  CHECK(tool["permission"] == "auto_allow");
  CHECK(tool["because"] == "default");
  CHECK(tool["paramSchema"]["type"] == "object");
  CHECK(stage.fetch(kTools + "?category=none").json()["total"] == 0);
  CHECK(stage.fetch(kTools + "?entity=docs").json()["tools"][0]["toolId"] == name);
  const Json found = stage.fetch(kTools + "/search?q=documentation&limit=3").json();
  CHECK(found["tools"][0]["toolId"] == name);
  CHECK(found["tools"][0]["score"] > 0);
  CHECK(stage.fetch(kTools + "/search?q=documentation&agentId=" + bare).json()["tools"].empty());
  check_error(stage.fetch(kTools + "/search"), 400, "invalid_field");
  check_error(stage.fetch(kTools + "/search?q=a&limit=x"), 400, "invalid_field");
  const Json stats = stage.fetch(kTools + "/stats").json();
  CHECK(stats["total"] == list["total"]);
  CHECK(stats["byEntity"]["docs"] >= 1);
  const Json matrix = stage.fetch(kTools + "/matrix").json();
  int count = 0;
  for (const auto& row : matrix["rows"]) {
    CHECK(row["health"]["totalCalls"] == 0);
    if (row["toolId"] == name) {
      ++count;
      CHECK(row["agents"][agent] == "auto_allow");
      CHECK_FALSE(row["agents"].contains(bare));
    }
    if (row["toolId"] == "forget") CHECK_FALSE(row["agents"].contains(bare));
  }
  REQUIRE(count == 1);
  check_error(stage.fetch(kTools + "/none"), 404, "tool_not_found");
  check_error(stage.fetch(kTools + "?agentId=none"), 404, "agent_not_found");
}

TEST_CASE("a tool that is disabled or blocked is not shown to models, and calls of it are refused") {
  const ToolStage stage;
  const std::string agent = stage.agent_with_docs("mock-tool");
  const std::string name = stage.docs_tool();
  stage.say(agent);
  CHECK(stage.shows(0, name));
  const std::string own_name = stage.tool(name)["toolName"];
  CHECK(stage.made("PATCH", kTools + "/docs/" + own_name + "/enabled", {{"enabled", false}})["enabled"] == false);
  const std::size_t before = stage.mock.requests().size();
  stage.say(agent);
  CHECK_FALSE(stage.shows(before, name));
  check_error(stage.call("POST", kTools + "/" + name + "/test", {{"params", {{"query", "x"}}}}), 403, "tool_blocked");
  stage.made("PATCH", kTools + "/" + name, {{"enabled", true}, {"permission", "block"}});
  const std::size_t blocked = stage.mock.requests().size();
  stage.say(agent);
  CHECK_FALSE(stage.shows(blocked, name));
  // Taking back what was set leaves nothing of it; rules then hold.
  CHECK(stage.made("PATCH", kTools + "/" + name, {{"permission", nullptr}})["permission"] == "auto_allow");
  stage.made("PUT", kTools + "/rules", {{"rules", {{{"pattern", "docs__*"}, {"permission", "block"}}}}});
  CHECK(stage.tool(name)["because"] == "rule docs__*");
  const std::size_t ruled = stage.mock.requests().size();
  stage.say(agent);
  CHECK_FALSE(stage.shows(ruled, name));
  stage.made("PUT", kTools + "/rules", {{"rules", Json::array()}});
  const std::size_t free = stage.mock.requests().size();
  stage.say(agent);
  CHECK(stage.shows(free, name));
  // An agent narrows for itself alone.
  const std::string narrow =
      stage.agent_with_docs("mock-tool", {{"toolsBlockConfig", {{"enabledTools", Json::array()}}}});
  const std::size_t narrowed = stage.mock.requests().size();
  stage.say(narrow);
  CHECK_FALSE(stage.shows(narrowed, name));
  CHECK(stage.daemon->log().find("AddressSanitizer") == std::string::npos);
}

TEST_CASE("settings that cannot be are refused and named, and who may not change tools does not") {
  ToolStage stage;
  stage.agent_with_docs("mock-echo");
  const std::string name = stage.docs_tool();
  const std::string path = kTools + "/" + name;
  for (const char* bad : {R"({})", R"({"permission":"maybe"})", R"({"permission":5})", R"({"effect":"twice"})",
                          R"({"timeoutMs":-1})", R"({"timeoutMs":600001})", R"({"enabled":"no"})"}) {
    INFO(bad);
    check_error(stage.call("PATCH", path, Json::parse(bad)), 400, "invalid_field");
  }
  check_error(stage.call("PATCH", kTools + "/none", {{"enabled", false}}), 404, "tool_not_found");
  check_error(stage.call("PATCH", kTools + "/docs/none/enabled", {{"enabled", false}}), 404, "tool_not_found");
  for (const char* bad : {R"({})", R"({"rules":5})", R"({"rules":[{"pattern":"a"}]})"}) {
    check_error(stage.call("PUT", kTools + "/rules", Json::parse(bad)), 400, "invalid_field");
    check_error(stage.call("POST", kTools + "/rules/dry-run", Json::parse(bad)), 400, "invalid_field");
  }
  const auto member = stage.member("member");
  CHECK(stage.call("PATCH", path, {{"enabled", false}}, member).status == 403);
  CHECK(stage.call("PUT", kTools + "/rules", {{"rules", Json::array()}}, member).status == 403);
  CHECK(stage.call("POST", path + "/test", Json::object(), stage.member("viewer")).status == 403);
  CHECK(stage.call("POST", path + "/test", Json::object(), stage.end_user("eve")).status == 403);
  for (const auto& config : {Json{{"displayMode", "loud"}}, Json{{"enabledTools", 5}}, Json("text")}) {
    CHECK(stage
              .call("POST", kAgents.substr(0, kAgents.size() - 1),
                    {{"name", "x"}, {"model", "mock:m"}, {"toolsBlockConfig", config}})
              .status == 400);
  }
  check_error(stage.call("POST", kAgents.substr(0, kAgents.size() - 1),
                         {{"name", "x"}, {"model", "mock:m"}, {"contextMapping", {{"promptVars", 1}}}}),
              400, "invalid_field");
}

TEST_CASE("a test call that names a source is of that source's tool") {
  const ToolStage stage;
  stage.agent_with_docs("mock-echo");
  const std::string name = stage.docs_tool();
  for (const std::string& asked : {name, stage.tool(name)["toolName"].get<std::string>()}) {
    const std::string path = kTools + "/" + asked + "/test";
    const Json of_docs = {{"params", {{"query", "x"}}}, {"sourceEntityId", "docs"}};
    CHECK(stage.made("POST", path, of_docs)["tool"] == name);
    const Json of_others = {{"params", {{"query", "x"}}}, {"sourceEntityId", "csv"}};
    check_error(stage.call("POST", path, of_others), 404, "tool_not_found");
  }
}

TEST_CASE("a test call is made, audited and made again, with the checks of any other") {
  ToolStage stage;
  stage.agent_with_docs("mock-echo");
  const std::string name = stage.docs_tool();
  const std::string path = kTools + "/" + name + "/test";
  const Json call = stage.made("POST", path, {{"params", {{"query", "install"}}}});
  INFO(call.dump());
  CHECK(call["status"] == "success");
  CHECK(call["source"] == "wire_test");
  CHECK(call["args"]["query"] == "install");
  CHECK_FALSE(call["result"].is_null());
  const std::string id = call["auditId"];
  const Json kept = stage.fetch(kAudit + "/" + id).json();
  CHECK(kept["result"] == call["result"]);
  CHECK(kept["args"] == call["args"]);
  const Json page = stage.fetch(kAudit + "?toolName=" + name + "&status=success").json();
  CHECK(page["total"] == 1);
  CHECK(page["rows"][0]["args"].is_null());
  const Json replay = stage.made("POST", kAudit + "/" + id + "/replay", Json::object());
  CHECK(replay["original"]["id"] == id);
  CHECK(replay["replay"]["replayOf"] == id);
  CHECK(replay["replay"]["source"] == "replay");
  CHECK(replay["replay"]["result"] == call["result"]);
  const Json by_name = stage.made("POST", kTools + "/execute", {{"tool", name}, {"args", {{"query", "x"}}}});
  CHECK(by_name["tool"] == name);
  check_error(stage.call("POST", path, {{"params", {{"query", 5}}}}), 400, "invalid_arguments");
  check_error(stage.call("POST", path, {{"params", "text"}}), 400, "invalid_field");
  check_error(stage.call("POST", kTools + "/none/test", Json::object()), 404, "tool_not_found");
  check_error(stage.call("POST", kTools + "/execute", Json::object()), 400, "invalid_field");
  check_error(stage.fetch(kAudit + "/none"), 404, "tool_call_not_found");
  check_error(stage.call("POST", kAudit + "/none/replay", Json::object()), 404, "tool_call_not_found");
  // Approval is an administrator's to give.
  stage.made("PATCH", kTools + "/" + name, {{"permission", "require_approval"}});
  check_error(stage.call("POST", path, {{"params", {{"query", "x"}}}}), 403, "approval_required");
  const Json asked = {{"params", {{"query", "x"}}}, {"confirm", true}};
  check_error(stage.call("POST", path, asked, stage.member("member")), 403, "approval_required");
  CHECK(stage.made("POST", path, asked)["status"] == "success");
  const Json health = stage.fetch(kTools + "/matrix").json();
  int count = 0;
  for (const auto& row : health["rows"]) {
    if (row["toolId"] != name) continue;
    ++count;
    CHECK(row["health"]["totalCalls"] == 4);
  }
  REQUIRE(count == 1);
  CHECK(stage.fetch("/api/v1/organizations/org_default/audit").body.find("tool.call") != std::string::npos);
  // Another environment sees none of it.
  const std::string other = stage.made("POST", "/api/v1/projects/prj_default/environments", {{"name", "Second"}})["id"];
  CHECK(stage.fetch(kAudit, People::in(other)).json()["total"] == 0);
  check_error(stage.fetch(kAudit + "/" + id, People::in(other)), 404, "tool_call_not_found");
  // Twenty a minute.
  long status = 200;
  for (int i = 0; i < 25 && status == 200; ++i) status = stage.call("POST", path, asked).status;
  CHECK(status == 429);
}

TEST_CASE("an end user sees what may be used, and not what rules say of the rest") {
  ToolStage stage;
  const std::string agent = stage.agent_with_docs("mock-echo");
  const auto eve = stage.end_user("eve");
  CHECK(stage.fetch(kTools + "?entity=docs", eve).json()["total"] == 1);
  CHECK(stage.fetch(kTools + "?entity=docs", eve).json()["tools"][0]["because"] == "");
  stage.made("PUT", kTools + "/rules", {{"rules", {{{"pattern", "docs__*"}, {"permission", "block"}}}}});
  CHECK(stage.fetch(kTools + "?entity=docs", eve).json()["total"] == 0);
  CHECK(stage.fetch(kTools + "/search?q=documentation", eve).json()["total"] == 0);
  CHECK(stage.fetch(kTools + "?entity=docs").json()["total"] == 1);
  for (const char* path : {"/stats", "/matrix", "/rules", "/docs__search"})
    CHECK(stage.fetch(kTools + path, eve).status == 403);
  CHECK(stage.fetch(kAudit, eve).status == 403);
}

TEST_CASE("a dry run says what rules would have done to past calls, and changes nothing") {
  const ToolStage stage;
  stage.agent_with_docs("mock-echo");
  const std::string name = stage.docs_tool();
  for (int i = 0; i < 3; ++i) stage.made("POST", kTools + "/" + name + "/test", {{"params", {{"query", "x"}}}});
  const Json rules = {{"rules", {{{"pattern", "docs__*"}, {"permission", "require_approval"}}}}};
  const Json run = stage.made("POST", kTools + "/rules/dry-run", rules);
  CHECK(run["considered"] == 3);
  REQUIRE(run["changes"].size() == 1);
  CHECK(run["changes"][0]["toolId"] == name);
  CHECK(run["changes"][0]["calls"] == 3);
  CHECK(run["changes"][0]["now"] == "auto_allow");
  CHECK(run["changes"][0]["proposed"] == "require_approval");
  CHECK(run["changes"][0]["callIds"].size() == 3);
  CHECK(stage.tool(name)["permission"] == "auto_allow");
  CHECK(stage.fetch(kTools + "/rules").json()["rules"].empty());
  stage.made("PUT", kTools + "/rules", rules);
  CHECK(stage.made("POST", kTools + "/rules/dry-run", rules)["changes"].empty());
}

TEST_CASE("a turn has the tools that its caller allows, and a call of another is refused") {
  const ToolStage stage;
  const std::string agent = stage.agent("mock-toolsay-unknowntool-r0", {{"skills", {"docs", "csv"}}});
  const std::string call = R"({"tool":"docs__search","arguments":{"query":"install"}})";
  const auto turn = [&](const Json& allowed) {
    return stage.stream(agent, {{"message", call}, {"allowedTools", allowed}});
  };
  auto events = turn(Json::array({"csv__*", "no-such-tool"}));
  CHECK(event_of(events, "tool_result")["isError"] == true);
  CHECK(event_of(events, "tool_result")["code"] == "tool_not_allowed");
  CHECK(events.back().type() == "done");
  CHECK(event_of(events, "message_persisted").is_object());
  for (const auto& name : stage.shown(0)) CHECK(name.substr(0, 5) == "csv__");
  CHECK_FALSE(stage.shown(0).empty());
  CHECK(stage.shown(1) == stage.shown(0));
  const Json audited = stage.fetch(kAudit).json()["rows"][0];
  CHECK(audited["status"] == "denied");
  CHECK(audited["errorCode"] == "tool_not_allowed");
  events = turn(Json::array({"docs__search"}));
  CHECK_FALSE(event_of(events, "tool_result").contains("isError"));
  CHECK(stage.shown(2) == std::vector<std::string>{"docs__search"});
  // None is none, and null is what the agent has.
  turn(Json::array());
  CHECK_FALSE(stage.request(4).contains("tools"));
  turn(nullptr);
  CHECK(stage.shows(6, "docs__search"));
  CHECK(stage.shows(6, "recall"));
  for (const auto& bad : {Json("docs__*"), Json::array({5}), Json::array({""}), Json::array({std::string(257, 'x')}),
                          Json(std::vector<std::string>(201, "x"))}) {
    check_error(stage.call("POST", kAgents + agent + "/messages", {{"message", call}, {"allowedTools", bad}}), 400,
                "invalid_field");
  }
  // Narrowed otherwise, it is another request.
  const People::Headers key = {"Idempotency-Key: one"};
  const std::string path = kAgents + agent + "/messages";
  CHECK(stage.call("POST", path, {{"message", "Hi"}, {"allowedTools", Json::array({"a"})}}, key).status == 201);
  check_error(stage.call("POST", path, {{"message", "Hi"}, {"allowedTools", Json::array({"b"})}}, key), 422,
              "idempotency_mismatch");
}

TEST_CASE("a turn that waits and is taken over keeps what its caller allowed") {
  const ToolStage stage;
  const std::string agent = stage.agent(
      "mock-toolsay-r0", {{"skills", {"docs", "csv"}},
                          {"toolsBlockConfig", {{"perToolPerms", {{"docs__*", {{"requiresApproval", true}}}}}}}});
  const std::string call = R"({"tool":"docs__search","arguments":{"query":"install"}})";
  const Answer waiting = stage.call("POST", kAgents + agent + "/messages",
                                    {{"message", call}, {"allowedTools", Json::array({"docs/search"})}});
  REQUIRE(waiting.status == 202);
  REQUIRE(stage.shown(0) == std::vector<std::string>{"docs__search"});
  stage.daemon->kill_hard();
  stage.daemon->start_again();
  const Json approval = stage.fetch("/api/v1/agent/monitoring/approvals?status=pending").json()["approvals"][0];
  stage.made("POST", "/api/v1/agent/approvals/" + approval["id"].get<std::string>() + "/resolve", {{"approved", true}});
  CHECK(stage.wait_for_status(waiting.json()["runId"], "completed"));
  CHECK(stage.shown(stage.mock.requests().size() - 1) == std::vector<std::string>{"docs__search"});
}

TEST_CASE("each display mode shows the model what it says, and find_tools finds the rest") {
  const ToolStage stage;
  const std::string hidden = stage.agent_with_docs(
      "mock-tool", {{"toolsBlockConfig", {{"displayMode", "summary"}}}, {"systemPrompt", "Be brief."}});
  const std::string name = [&] { return stage.docs_tool(); }();
  stage.say(hidden);
  CHECK_FALSE(stage.shows(0, name));
  CHECK(stage.shows(0, "find_tools"));
  CHECK(stage.shows(0, "execute_tools"));
  const std::string prompt = stage.request(0)["messages"][0]["content"];
  CHECK(prompt.find("Be brief.\n\n## Available tool categories") == 0);
  CHECK(prompt.find("(1 tool)") != std::string::npos);
  const std::string pinned = stage.agent_with_docs(
      "mock-echo", {{"toolsBlockConfig", {{"displayMode", "hybrid"}, {"pinnedTools", {"docs__*"}}}}});
  const std::size_t at = stage.mock.requests().size();
  stage.say(pinned);
  CHECK(stage.shows(at, name));
  CHECK(stage.shows(at, "find_tools"));
  // The model searches.
  const std::string finder =
      stage.agent_with_docs("mock-toolsay", {{"toolsBlockConfig", {{"displayMode", "meta-tool"}}}});
  const auto events = stage.say(finder, R"({"tool":"find_tools","arguments":{"query":"documentation"}})");
  const Json result = event_of(events, "tool_result");
  INFO(result.dump());
  CHECK(result.dump().find(name) != std::string::npos);
}

TEST_CASE("a model that invents a tool, or writes no JSON, is told so, and the turn goes on") {
  const ToolStage stage;
  const auto invented = stage.say(stage.agent_with_docs("mock-unknowntool"));
  CHECK(event_of(invented, "tool_result").dump().find("There is no tool") != std::string::npos);
  CHECK(shape_of(invented).find("done") != std::string::npos);
  const auto garbled = stage.say(stage.agent_with_docs("mock-tool-badargs"));
  CHECK(shape_of(garbled).find("done") != std::string::npos);
}

TEST_CASE("a backend says what the session is, an end user does not, and the prompt names it") {
  ToolStage stage;
  const std::string agent =
      stage.agent("mock-echo", {{"systemPrompt", "For {{session.name}} of {{tenant.id}}, {{user.id}}: {{x}}"}});
  const Json context = {{"name", "Ann"}, {"tenant", {{"id", "t9"}}}};
  const Json turn =
      stage.made("POST", kAgents + agent + "/messages", {{"message", "Hi"}, {"context", context}}, People::as("u7"));
  CHECK(turn["status"] == "completed");
  CHECK(stage.request(0)["messages"][0]["content"] == "For Ann of t9, u7: {{x}}");
  check_error(stage.call("POST", kAgents + agent + "/messages", {{"message", "Hi"}, {"context", context}},
                         stage.end_user("eve")),
              403, "forbidden");
  for (const auto& bad : {Json("text"), Json::array(), Json{{"__platos", 1}}, Json{{"a", std::string(40'000, 'x')}}}) {
    check_error(stage.call("POST", kAgents + agent + "/messages", {{"message", "Hi"}, {"sessionContext", bad}}), 400,
                "invalid_field");
  }
  const std::string narrow = stage.agent(
      "mock-echo", {{"systemPrompt", "{{name}} {{tenant.id}}"}, {"contextMapping", {{"promptVars", {"tenant"}}}}});
  const std::size_t at = stage.mock.requests().size();
  stage.made("POST", kAgents + narrow + "/messages", {{"message", "Hi"}, {"context", context}});
  CHECK(stage.request(at)["messages"][0]["content"] == "{{name}} t9");
}

#ifdef PLATOS_FAILPOINTS
TEST_CASE("somebody settles a call whose outcome a crash left unknown, once, and it is on record") {
  ToolStage stage;
  const std::string agent = stage.agent_with_docs("mock-tool");
  const std::string name = stage.docs_tool();
  CHECK(stage.made("PATCH", kTools + "/" + name, {{"effect", "once"}})["effect"] == "once");
  stage.daemon->stop();
  stage.daemon.reset();
  DaemonSettings settings;
  settings.data_dir = stage.data.path();
  settings.environment = {{"PLATOS_FAILPOINT", "tool.before_invoke"}};
  stage.daemon = std::make_unique<Daemon>(settings);
  stage.call("POST", kAgents + agent + "/messages", {{"message", "Hi"}});
  CHECK(stage.daemon->wait() == 128 + SIGKILL);
  stage.daemon.reset();
  settings.environment.clear();
  stage.daemon = std::make_unique<Daemon>(settings);
  const std::string run = stage.runs()["runs"][0]["id"];
  REQUIRE(stage.wait_for_status(run, "completed"));
  const std::string unknown = "/api/v1/agent/monitoring/tool-calls/unknown";
  const Json waiting = stage.fetch(unknown).json()["calls"];
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0]["runId"] == run);
  CHECK(waiting[0]["status"] == "unknown");
  const std::string path = kRuns + run + "/tool-calls/" + waiting[0]["callId"].get<std::string>() + "/settle";
  check_error(stage.call("POST", path, Json::object()), 400, "invalid_field");
  check_error(stage.call("POST", path, {{"outcome", "maybe"}}), 400, "invalid_field");
  CHECK(stage.call("POST", path, {{"outcome", "failed"}}, stage.member("member")).status == 403);
  const Json settled = stage.made("POST", path, {{"outcome", "succeeded"}, {"result", {{"id", 7}}}});
  CHECK(settled["status"] == "succeeded");
  CHECK_FALSE(settled["settledBy"].is_null());
  check_error(stage.call("POST", path, {{"outcome", "failed"}}), 409, "outcome_known");
  check_error(stage.call("POST", kRuns + run + "/tool-calls/none/settle", {{"outcome", "failed"}}), 404,
              "tool_call_not_found");
  CHECK(stage.fetch(unknown).json()["calls"].empty());
  CHECK(stage.fetch("/api/v1/organizations/org_default/audit").body.find("tool_call.settle") != std::string::npos);
  check_error(stage.fetch(kRuns + run + "/tool-calls/none/result"), 404, "tool_result_not_found");
  check_error(stage.fetch(kRuns + "none/tool-calls/none/result"), 404, "run_not_found");
}
#endif

}  // namespace platos::tests

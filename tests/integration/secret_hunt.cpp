#include "integration/secret_hunt.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "integration/entity_stage.hpp"

namespace platos::tests {
namespace {

namespace fs = std::filesystem;

std::string file_text(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::map<std::string, std::string> with_traces(std::map<std::string, std::string> manifests) {
  manifests["instances/trace-file.json"] =
      R"({"instance":1,"name":"trace-file","plugin":"dev.platos.observer-file","component":"file"})";
  return manifests;
}

std::string skill_source(const std::string& description, const std::string& text) {
  return "---\nname: hunted\ndescription: " + description + "\n---\n\n" + text + "\n";
}

}  // namespace

Grumbler::Grumbler()
    : grumbler([](const WebVisit& visit) {
        const auto key = visit.head.find("Authorization:");
        const std::string told = "no " + visit.head.substr(std::min(key, visit.head.size()), 100) + visit.body;
        return WebServer::page(Json({{"error", {{"message", told}}}}).dump(), "application/json", 400);
      }) {}

std::map<std::string, std::string> Grumbler::manifests() const {
  const Json instance = {{"instance", 1},
                         {"name", "grumbler"},
                         {"plugin", "dev.platos.provider-openai"},
                         {"component", "openai"},
                         {"config", {{"base_url", grumbler.url() + "/v1"}}},
                         {"secrets", {{"api_key", "env:GRUMBLER_KEY"}}}};
  const Json grant = {
      {"grant", 1}, {"instance", "grumbler"}, {"http", {"{{config.base_url}}/*"}}, {"secrets", {"api_key"}}};
  return {{"instances/grumbler.json", instance.dump()}, {"grants/grumbler.json", grant.dump()}};
}

Hunt::Hunt() : ApiStage({}, with_traces(manifests())) {}

std::string Hunt::plant() {
  planted.push_back("canary" + std::to_string(++number) + "zqxj");
  return planted.back();
}

void Hunt::keep(const std::string& secret) {
  REQUIRE(secret.size() > 16);
  planted.push_back(secret);
}

void Hunt::refuse(const std::string& method, const std::string& path, const Json& body,
                  const std::vector<std::string>& headers) {
  const Answer answer = call(method, path, body, headers);
  INFO(path << " " << answer.body);
  CHECK((answer.status >= 400 || answer.json().contains("error")));
  std::string own = path + body.dump();
  for (const auto& header : headers) own += header;
  for (const auto& found : found_in(answer.body)) {
    if (own.find(found) == std::string::npos) CHECK(found == "nothing");
  }
}

std::vector<std::string> Hunt::found_in(const std::string& text) const {
  std::vector<std::string> found;
  for (const auto& each : planted) {
    if (text.find(each) != std::string::npos) found.push_back(each);
  }
  return found;
}

std::vector<std::string> Hunt::search(const fs::path& folder) const {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    for (const auto& each : found_in(file_text(entry.path())))
      found.push_back(entry.path().filename().string() + ": " + each);
  }
  return found;
}

/// What a connected backend gives: addresses, words on the health of its tools, and the token of a user on its way.
void hunt_with_backend(Hunt& hunt, const std::string& agent) {
  const std::string secret = hunt.made("POST", "/api/v1/agent/entities", {{"entityId", "planter"}})["serviceSecret"];
  hunt.keep(secret);
  SocketOptions options;
  options.path = "/ws/sdk?env=production";
  options.headers = {"Authorization: Bearer " + secret};
  SocketClient backend(hunt.daemon->url(), options);
  const auto say = [&](const Json& frame, const std::string& until) {
    backend.send(frame.dump());
    for (auto heard = backend.next(); heard; heard = backend.next()) {
      if (heard->find(until) != std::string::npos) return;
    }
    FAIL("no " << until);
  };
  const std::string message = Json({{"tool", "planter__slow"}, {"arguments", Json::object()}}).dump();
  const Json tool = {{"name", "slow"}, {"description", hunt.plant()}, {"timeout_ms", 1}};
  say({{"type", "tool_register"}, {"tools", {tool}}, {"callback_url", "https://example.com/" + hunt.plant()}},
      "tools_registered");
  hunt.made("POST", kAgents + agent + "/messages", {{"message", message}}, {"X-Platos-User-Token: " + hunt.plant()});
  const Json health = {{"slow", {{"status", "down"}, {"last_error", hunt.plant()}}}};
  say({{"type", "heartbeat"}, {"tools_health", health}}, "tool_health_alert");
}

void hunt_in_settled_calls(Hunt& hunt) {
  const Json entity = hunt.made("POST", kEntities, {{"entityId", "settler"}});
  const std::string secret = entity["serviceSecret"];
  hunt.keep(secret);
  Backend backend(hunt, secret);
  backend.enroll(Json::array({declared("pay")}));
  const std::string agent = hunt.agent("mock-toolsay-r0");
  const std::string message = spelled_call("settler__pay", {{"q", hunt.plant()}});
  const auto turn = std::async(std::launch::async, [&hunt, path = kAgents + agent + "/messages", message] {
    hunt.call("POST", path, {{"message", message}});
  });
  CHECK(backend.wait_for("tool_call").is_object());
  hunt.daemon->kill_hard();
  turn.wait();
  hunt.daemon->start_again();
  const auto unknown = [&] { return hunt.fetch("/api/v1/agent/monitoring/tool-calls/unknown").json()["calls"]; };
  REQUIRE(wait_until([&] { return unknown().size() == 1; }));
  const Json call = unknown()[0];
  const std::string run = call["runId"];
  REQUIRE(hunt.wait_for_status(run, "completed"));
  hunt.made("POST", kRuns + run + "/tool-calls/" + call["callId"].get<std::string>() + "/settle",
            {{"outcome", "succeeded"}, {"result", {{"receipt", hunt.plant()}}}});
  // Turns that have tools of two entities must choose.
  hunt.made("DELETE", kEntities + "/" + entity["id"].get<std::string>(), Json());
}

void hunt_in_approvals(Hunt& hunt) {
  const std::string agent = make_agent(*hunt.daemon, "mock:mock-toolsay-r0", {"csv"});
  const std::string tool = "csv__csv_list_sheets";
  hunt.made("PATCH", "/api/v1/agent/tools/" + tool, {{"permission", "require_approval"}});
  const auto asked = [&](const std::string& call) {
    const Json turn = hunt.made("POST", kAgents + agent + "/messages", {{"message", call}});
    return "/api/v1/agent/approvals/" + turn["events"].back()["approvalId"].get<std::string>() + "/resolve";
  };
  const std::string look = asked(spelled_call(tool, {{"source", hunt.plant()}}));
  hunt.refuse("POST", look, {{"approved", true}, {"editedArgs", {{hunt.plant(), hunt.plant()}}}});
  hunt.refuse("POST", look, {{"approved", true}, {"editedArgs", hunt.plant()}});
  hunt.made("POST", look,
            {{"approved", true}, {"comment", hunt.plant()}, {"editedArgs", {{"source", hunt.plant() + ",b\n1,2\n"}}}});
  const std::string question =
      asked(spelled_call("request_approval", {{"action", hunt.plant()}, {"details", hunt.plant()}}));
  hunt.made("POST", question, {{"approved", false}, {"reason", hunt.plant()}});
}

void hunt_in_tools(Hunt& hunt) {
  const std::string tools = "/api/v1/agent/tools";
  const std::string name = "docs__search";
  const Json trial = hunt.made("POST", tools + "/" + name + "/test", {{"params", {{"query", hunt.plant()}}}});
  const std::string audited = "/api/v1/agent/monitoring/tool-audit/" + trial["id"].get<std::string>();
  hunt.made("POST", audited + "/replay", Json::object());
  hunt.made("POST", tools + "/execute", {{"tool", name}, {"args", {{"query", hunt.plant()}}}});
  hunt.refuse("POST", tools + "/" + name + "/test", {{"params", {{"query", {hunt.plant()}}}}});
  hunt.refuse("POST", tools + "/execute", {{"tool", name}, {"args", {{hunt.plant(), 1}}}});
  const Json rule = {{"id", "r"}, {"decision", "deny"}, {"tools", {"docs__*"}}, {"reason", hunt.plant()}};
  hunt.made("POST", "/api/v1/agent/governors/dry-run", {{"config", {{"rules", {rule}}}}});
  hunt.refuse("POST", "/api/v1/agent/governors/dry-run", {{"config", {{"default", hunt.plant()}}}});
}

void hunt_in_conversations(Hunt& hunt) {
  const std::string agent = hunt.agent("mock-echo-r0");
  const std::string thread = make_thread(*hunt.daemon, agent);
  const Json context = {{"context", {{"order", hunt.plant()}}}, {"message", hunt.plant()}};
  const std::string answer = hunt.made("POST", kThreads + thread + "/messages", context)["messageId"];
  hunt.made("POST", kThreads + thread + "/messages", {{"message", hunt.plant()}, {"replyToMessageId", answer}});
  hunt.made("POST", kThreads + thread + "/messages/" + answer + "/retry", Json::object());
  CHECK(hunt.fetch(kAgents + agent + "/chat/stream?message=" + hunt.plant()).status == 200);
  hunt.made("POST", "/api/v1/agent/models/compare",
            {{"prompt", hunt.plant()}, {"system", hunt.plant()}, {"models", {"mock:mock-echo-r0", "mock:mock-r0"}}});
  hunt.refuse("POST", kAgents + hunt.agent("mock-s400") + "/messages", {{"message", hunt.plant()}});
  const std::string key = hunt.plant();
  hunt.made("POST", "/api/v1/projects/prj_default/envvars/env_default",
            {{"name", "GRUMBLER_KEY"}, {"value", key}, {"isSecret", true}});
  const std::string grumbling = make_agent(*hunt.daemon, "grumbler:any");
  const Json body = {{"message", hunt.plant()}, {"allowedTools", Json::array()}};
  hunt.refuse("POST", kAgents + grumbling + "/messages", body, {"X-Platos-User-Id: carl"});
  CHECK(hunt.grumbler.visits().back().head.find(key) != std::string::npos);
  hunt.refuse("POST", kThreads + thread + "/messages", {{"message", {hunt.plant()}}});
  hunt.refuse("POST", kThreads + thread + "/messages", {{hunt.plant(), 1}});
}

void hunt_in_administration(Hunt& hunt) {
  const std::string variables = "/api/v1/projects/prj_default/envvars/env_default";
  hunt.made("POST", variables + "/import", {{"variables", {{"IMPORTED", hunt.plant()}}}});
  hunt.made("PUT", variables + "/IMPORTED", {{"value", hunt.plant()}, {"isSecret", true}});
  hunt.refuse("PUT", variables + "/IMPORTED", {{"value", {hunt.plant()}}});
  const std::string skills = "/api/v1/agent/skills";
  hunt.made("POST", skills, {{"source", skill_source(hunt.plant(), hunt.plant())}});
  hunt.refuse("POST", skills, {{"source", "---\nname: [" + hunt.plant()}});
  hunt.refuse("POST", skills + "/import", {{"url", "https://127.0.0.1/skill.zip?token=" + hunt.plant()}});
  const std::string agent = hunt.agent("mock-toolsay");
  hunt.made("POST", skills + "/agent/" + agent + "/hunted", Json());
  hunt.made("POST", kAgents + agent + "/messages", {{"message", spelled_call("load_skill", {{"name", "hunted"}})}});
  hunt.refuse("GET", "/api/v1/whoami", Json(), {"Authorization: Bearer " + hunt.plant()});
  hunt.refuse("GET", "/api/v1/whoami", Json(), {"X-Platos-Session-Token: " + hunt.plant()});
}

void hunt_on_sockets(Hunt& hunt) {
  SocketOptions options;
  options.headers = {"Authorization: Bearer " + hunt.daemon->key()};
  SocketClient client(hunt.daemon->url(), options);
  client.enter();
  const std::string thread = make_thread(*hunt.daemon, hunt.agent("mock-toolsay-r0"));
  client.emit("message", {{"threadId", thread}, {"message", hunt.plant()}});
  CHECK(client.until_done().back().is("done"));
  client.emit("thread.rename", {{"threadId", thread}, {"title", hunt.plant()}});
  CHECK(client.wait_for("thread_event")["type"] == "thread.renamed");
  client.emit("message", {{"threadId", thread}, {"message", spelled_call("request_approval", {{"action", "Go"}})}});
  Json needed;
  while (auto event = client.next_event()) {
    if (event->is("approval_needed")) needed = event->body();
    if (!needed.is_null()) break;
  }
  client.emit("approval_response",
              {{"approvalId", needed.at("approvalId")}, {"approved", true}, {"comment", hunt.plant()}});
  CHECK(client.until_done().back().is("done"));
}

}  // namespace platos::tests

// REST of connected entities: how they stand, what they offer, test calls and what those are made with.
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <set>
#include <sstream>

#include "integration/entity_stage.hpp"
#include "support/socket_client.hpp"
#include "support/waiting.hpp"

namespace platos::tests {
namespace {

const std::string kCrm = kEntities + "/crm";

struct EntityApiStage : EntityStage {
  using EntityStage::EntityStage;

  /// A test call, while the backend answers it.
  std::future<Answer> tested(const Json& body) const {
    return std::async(std::launch::async, [this, body] { return call("POST", kCrm + "/wire-test", body); });
  }
  Json audit_of(const std::string& call_id) const {
    return fetch("/api/v1/agent/monitoring/tool-audit/" + call_id).json();
  }
};

void refuse(Backend& backend, const Json& call, const std::string& error) {
  backend.say({{"type", "tool_error"}, {"call_id", call["call_id"]}, {"error", error}});
}

/// What is there once `is_so`, at most 20 s later.
template <typename IsSo>
Json awaited(const ApiStage& stage, const std::string& path, IsSo is_so) {
  Json json;
  (void)wait_until([&] {
    json = stage.fetch(path).json();
    return is_so(json);
  });
  return json;
}

std::string all_files_of(const std::string& folder) {
  std::stringstream text;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
  }
  return text.str();
}

/// Whether a page of this origin may read an answer, may ask for more than that, and may open a socket.
struct PageRights {
  bool read = false;
  bool preflight = false;
  bool socket = false;
  bool operator==(const PageRights&) const = default;
};

PageRights rights_of(const ApiStage& stage, const std::string& origin) {
  const auto allows = [&](Answer answer) {
    const auto found = answer.headers.find("access-control-allow-origin");
    return found != answer.headers.end() && found->second == origin;
  };
  SocketOptions options;
  options.headers = {"Origin: " + origin};
  return {allows(stage.fetch(kCrm, {"Origin: " + origin})),
          allows(stage.call("OPTIONS", kCrm, {}, {"Origin: " + origin, "Access-Control-Request-Method: PATCH"})),
          SocketClient(stage.daemon->url(), options).status() == 101};
}

}  // namespace

TEST_CASE("Pages that an entity's owner lists may call, from the moment on that they are listed") {
  const EntityApiStage stage;
  const std::string page = "https://shop.example";
  const PageRights none;
  const PageRights all{true, true, true};
  CHECK(rights_of(stage, page) == none);
  stage.made("PATCH", kCrm, {{"allowedOrigins", {"https://other.example:8443", page}}});
  CHECK(rights_of(stage, page) == all);
  CHECK(rights_of(stage, "https://other.example:8443") == all);
  CHECK(rights_of(stage, "https://other.example") == none);
  CHECK(rights_of(stage, "https://shop.example.evil.example") == none);
  CHECK(rights_of(stage, "null") == none);
  stage.made("PATCH", kCrm, {{"allowedOrigins", Json::array()}});
  CHECK(rights_of(stage, page) == none);
  stage.made("PATCH", kCrm, {{"allowedOrigins", {page}}});
  REQUIRE(stage.call("DELETE", kCrm).status < 300);
  CHECK(rights_of(stage, page) == none);
}

TEST_CASE("An entity is shown with its connections, tools and times while it is connected, and after") {
  const EntityApiStage stage;
  const Json before = stage.fetch(kCrm).json();
  CHECK(before["liveConnected"] == false);
  CHECK(before["connectionStatus"] == "disconnected");
  CHECK(before["lastConnectedAt"].is_null());
  CHECK(before["toolCount"] == 0);
  CHECK(before["instances"].empty());
  {
    Backend one(stage, stage.secret, "/ws/sdk?instance=one");
    Backend two(stage, stage.secret, "/ws/sdk?instance=two");
    one.enroll({declared("find.customer", "read"), declared("pay")});
    REQUIRE(two.wait_for("welcome").is_object());
    const Json now = stage.fetch(kCrm).json();
    CHECK(now["liveConnected"] == true);
    CHECK(now["connectionStatus"] == "connected");
    CHECK(now["toolCount"] == 2);
    CHECK(now["connectedInOtherEnv"] == false);
    CHECK(now["lastConnectedAt"].is_string());
    REQUIRE(now["instances"].size() == 2);
    std::set<std::string> names;
    for (const auto& each : now["instances"]) names.insert(each["instance"].get<std::string>());
    CHECK(names == std::set<std::string>{"one", "two"});
    CHECK(now.dump().find(stage.secret) == std::string::npos);
    const Json list = stage.fetch(kEntities).json();
    REQUIRE(list["total"] == 1);
    CHECK(list["entities"][0]["liveConnected"] == true);
    CHECK(list["entities"][0]["toolCount"] == 2);

    const Json tools = stage.fetch(kCrm + "/tools").json();
    REQUIRE(tools["total"] == 2);
    CHECK(tools["tools"][0]["toolName"] == "find.customer");
    CHECK(tools["tools"][0]["toolId"] == "crm__find_customer");
    CHECK(tools["tools"][0]["effect"] == "read");
    CHECK(tools["tools"][0]["category"] == "find");
    CHECK(tools["tools"][0]["needsUser"] == false);
    CHECK(tools["tools"][0]["healthStatus"] == "unknown");
    CHECK(stage.fetch(kCrm + "/health").json()["status"] == "healthy");
    const Json matrix = stage.fetch("/api/v1/agent/tools/matrix").json();
    for (const auto& row : matrix["rows"]) {
      const bool is_own = row["entityId"] == "crm";
      CHECK(row["entityPk"] == (is_own ? now["id"] : Json()));
      CHECK(row["callbackUrl"].is_null());
    }
  }
  const Json after = awaited(stage, kCrm, [](const Json& json) { return json["liveConnected"] == false; });
  CHECK(after["liveConnected"] == false);
  CHECK(after["toolCount"] == 2);
  CHECK(after["lastConnectedAt"].is_string());
  CHECK(after["instances"].empty());
  CHECK(stage.fetch(kCrm + "/health").json()["status"] == "offline");
}

TEST_CASE("A connection in another environment is told of, and does not count here") {
  const EntityApiStage stage;
  const std::string other =
      stage.made("POST", "/api/v1/projects/prj_default/environments", {{"name", "Test"}, {"type", "STAGING"}})["id"];
  Backend backend(stage, stage.secret, "/ws/sdk?env=staging");
  backend.enroll(Json::array({declared("pay")}));
  const Json here = stage.fetch(kCrm).json();
  CHECK(here["liveConnected"] == false);
  CHECK(here["connectedInOtherEnv"] == true);
  CHECK(here["toolCount"] == 0);
  const Json there = stage.fetch(kCrm, {"X-Platos-Environment-Id: " + other}).json();
  CHECK(there["liveConnected"] == true);
  CHECK(there["connectedInOtherEnv"] == false);
  CHECK(there["toolCount"] == 1);
}

TEST_CASE("What backends say of their tools' health is shown, and what to look at first") {
  const EntityApiStage stage;
  Backend backend(stage, stage.secret);
  Json acting = declared("act");
  acting["auth"] = "user";
  backend.enroll({acting, declared("find", "read"), declared("pay")});
  backend.say(
      {{"type", "heartbeat"},
       {"tools_health",
        {{"find", {{"status", "healthy"}, {"avg_latency_ms", 12.5}, {"error_count_1h", 0}}},
         {"pay", {{"status", "degraded"}, {"avg_latency_ms", 900}, {"error_count_1h", 7}, {"last_error", "slow"}}}}}});
  const auto is = [](const char* status) { return [status](const Json& json) { return json["status"] == status; }; };
  const Json health = awaited(stage, kCrm + "/health", is("degraded"));
  const Json tools = stage.fetch(kCrm + "/tools").json()["tools"];
  REQUIRE(tools.size() == 3);
  CHECK(tools[0]["needsUser"] == true);
  CHECK(tools[0]["healthStatus"] == "unknown");
  CHECK(tools[0]["avgLatencyMs"].is_null());
  CHECK(tools[1]["healthStatus"] == "healthy");
  CHECK(tools[1]["avgLatencyMs"] == 12.5);
  CHECK(tools[2]["healthStatus"] == "degraded");
  CHECK(tools[2]["errorCount"] == 7);
  CHECK(tools[2]["lastError"] == "slow");
  CHECK(health["status"] == "degraded");
  CHECK(health["toolsByStatus"] == Json({{"healthy", 1}, {"degraded", 1}, {"down", 0}, {"unknown", 1}}));
  REQUIRE(health["problems"].size() == 1);
  CHECK(health["problems"][0]["toolName"] == "pay");
  CHECK(health["problems"][0]["lastError"] == "slow");
  Json down = Json::object();
  for (const char* name : {"act", "find", "pay"}) down[name] = {{"status", "down"}};
  backend.say({{"type", "heartbeat"}, {"tools_health", down}});
  CHECK(awaited(stage, kCrm + "/health", is("down"))["status"] == "down");
}

TEST_CASE("A wire test calls the tool once, as the test user, and is audited") {
  const EntityApiStage stage;
  Backend backend(stage, stage.secret);
  backend.enroll({declared("ping"), declared("pay")});
  stage.made(
      "PUT", kCrm + "/test-credentials",
      {{"userId", "tester-7"}, {"userToken", "token-of-the-tester"}, {"headers", {{"X-Shop", "shop-secret-1"}}}});
  auto asked = stage.tested({{"params", {{"q", "Ann"}}}});
  const Json call = backend.wait_for("tool_call");
  REQUIRE(call["tool_name"] == "ping");
  CHECK(call["params"]["q"] == "Ann");
  CHECK(call["params"]["__platos"]["userId"] == "tester-7");
  CHECK(call["params"]["__platos"]["userToken"] == "token-of-the-tester");
  CHECK(call["params"]["_context"] == Json({{"source", "wire_test"}, {"headers", {{"X-Shop", "shop-secret-1"}}}}));
  backend.answer(call, {{"pong", true}});
  const Answer answer = asked.get();
  REQUIRE(answer.status == 200);
  const Json result = answer.json();
  CHECK(result["status"] == "success");
  CHECK(result["result"] == Json({{"pong", true}}));
  CHECK(result["error"].is_null());
  CHECK(result["latencyMs"] > 0);
  CHECK(result["effect"] == "once");
  CHECK(result["response"] == Json({{"result", {{"pong", true}}}}));
  CHECK(result["request"]["params"] == Json({{"name", "ping"}, {"arguments", {{"q", "Ann"}}}}));
  CHECK(result["request"]["userId"] == "tester-7");
  CHECK(result["request"]["userToken"] == "********");
  CHECK(result["request"]["headers"] == Json({{"X-Shop", "********"}}));
  CHECK(result["request"]["idempotencyKey"] == call["idempotency_key"]);
  const Json row = stage.audit_of(result["callId"]);
  CHECK(row["source"] == "wire_test");
  CHECK(row["toolName"] == "ping");
  CHECK(row["status"] == "success");
  // Once means once: nothing else was sent before the next call.
  auto next = stage.tested({{"toolName", "pay"}});
  const Json second = backend.wait_for("tool_call");
  CHECK(second["tool_name"] == "pay");
  backend.answer(second, "paid");
  CHECK(next.get().json()["result"] == "paid");
  const Json log = stage.fetch("/api/v1/organizations/org_default/audit").json();
  CHECK(log["rows"][0]["action"] == "tool.call");
}

TEST_CASE("A wire test of a tool that fails, is too slow, is lost, or is not there says which") {
  const EntityApiStage stage;
  CHECK(stage.call("POST", kCrm + "/wire-test", Json::object())
            .json()["message"]
            .get<std::string>()
            .find("has none here") != std::string::npos);
  {
    Backend backend(stage, stage.secret);
    Json slow_tool = declared("slow");
    slow_tool["timeout_ms"] = 1500;
    backend.enroll({declared("fail"), slow_tool, declared("lose")});
    auto failing = stage.tested({{"toolName", "fail"}});
    refuse(backend, backend.wait_for("tool_call"), "no such order");
    const Json failed = failing.get().json();
    CHECK(failed["status"] == "failed");
    CHECK(failed["errorCode"] == "tool_failed");
    CHECK(failed["error"] == "no such order");
    CHECK(failed["result"].is_null());
    CHECK(failed["response"] == Json({{"error", "no such order"}}));
    CHECK(stage.audit_of(failed["callId"])["status"] == "failed");

    const Json slow = stage.call("POST", kCrm + "/wire-test", {{"toolName", "slow"}}).json();
    CHECK(slow["status"] == "timeout");
    CHECK(slow["errorCode"] == "entity_timeout");
    CHECK(slow["latencyMs"] >= 1500);
    CHECK(slow["response"].is_null());
    REQUIRE(backend.wait_for("tool_call").is_object());

    auto losing = stage.tested({{"toolName", "lose"}});
    REQUIRE(backend.wait_for("tool_call").is_object());
    backend.socket.cut();
    CHECK(losing.get().json()["errorCode"] == "entity_connection_lost");
  }
  const Answer unknown = stage.call("POST", kCrm + "/wire-test", {{"toolName", "dance"}});
  CHECK(unknown.status == 404);
  CHECK(unknown.json()["code"] == "tool_not_found");
  CHECK(unknown.json()["message"].get<std::string>().find("it offers: fail, lose, slow") != std::string::npos);
  const Json offline = stage.call("POST", kCrm + "/wire-test", {{"toolName", "slow"}}).json();
  CHECK(offline["status"] == "failed");
  CHECK(offline["errorCode"] == "entity_offline");
  CHECK(offline["response"].is_null());
}

TEST_CASE("A wire test keeps the rules: arguments, blocks, approvals, reserved names, and twenty a minute") {
  const EntityApiStage stage;
  Backend backend(stage, stage.secret);
  backend.enroll({declared("pay"), declared("ping")});
  const auto refused = [&stage](const Json& body) {
    const Answer answer = stage.call("POST", kCrm + "/wire-test", body);
    return std::to_string(answer.status) + " " + answer.json()["code"].get<std::string>();
  };
  CHECK(refused({{"params", {{"q", 7}}}}) == "400 invalid_arguments");
  CHECK(refused({{"params", 7}}) == "400 invalid_field");
  CHECK(refused({{"toolName", 7}}) == "400 invalid_field");
  CHECK(refused({{"params", {{"_context", {{"tenant", "other"}}}}}}) == "400 invalid_arguments");
  CHECK(refused({{"params", {{"__platos", {{"userId", "other"}}}}}}) == "400 invalid_arguments");
  stage.made("PATCH", "/api/v1/agent/tools/crm__pay", {{"enabled", false}});
  CHECK(refused({{"toolName", "pay"}}) == "403 tool_blocked");
  stage.made("PATCH", "/api/v1/agent/tools/crm__ping", {{"permission", "require_approval"}});
  CHECK(refused(Json::object()) == "403 approval_required");
  auto confirmed = stage.tested({{"confirm", true}});
  backend.answer(backend.wait_for("tool_call"), 1);
  CHECK(confirmed.get().json()["status"] == "success");
  std::string last;
  for (int i = 0; i < 20 && last != "429 rate_limit"; ++i) last = refused({{"params", {{"q", 7}}}});
  CHECK(last == "429 rate_limit");
}

TEST_CASE("Agents are linked by ids that exist, and a wire test of a linked entity is made as one of them") {
  const EntityApiStage stage;
  const std::string agent = stage.agent("mock-toolsay", {{"slug", "helper"}});
  for (const Json& bad : {Json("helper"), Json("agt_none"), Json(7)}) {
    const Answer answer = stage.call("PATCH", kCrm, {{"linkedAgentIds", Json::array({bad})}});
    CHECK(answer.status == 400);
    CHECK(answer.json()["message"].get<std::string>().find("linkedAgentIds") != std::string::npos);
  }
  CHECK(stage.made("PATCH", kCrm, {{"linkedAgentIds", {agent}}})["linkedAgentIds"] == Json::array({agent}));
  Backend backend(stage, stage.secret);
  backend.enroll(Json::array({declared("ping")}));
  auto asked = stage.tested(Json::object());
  const Json call = backend.wait_for("tool_call");
  CHECK(call["params"]["__platos"]["agentId"] == agent);
  backend.answer(call, 1);
  CHECK(asked.get().json()["request"]["agentId"] == agent);
  // A link to one that is gone may stay, and goes when it is taken out.
  CHECK(stage.call("DELETE", kAgents + agent).status == 200);
  CHECK(stage.made("PATCH", kCrm, {{"linkedAgentIds", {agent}}, {"displayName", "X"}})["displayName"] == "X");
  CHECK(stage.made("PATCH", kCrm, {{"linkedAgentIds", Json::array()}})["linkedAgentIds"].empty());
}

TEST_CASE("Test credentials are masked in every answer, sealed on disk, and taken out of what tools answer") {
  const EntityApiStage stage;
  const std::string token = "tester-token-5f1d\"quoted\"";
  const std::string header = "header-secret-8a72";
  const std::string number = "8812345678";
  CHECK(stage.fetch(kCrm + "/test-credentials").status == 204);
  const Json given = {
      {"userId", "tester-7"}, {"userToken", token}, {"headers", {{"Authorization", header}, {"X-Pin", number}}}};
  std::string seen;
  const auto keep = [&seen](const Answer& answer) {
    seen += answer.body;
    return answer;
  };
  const Json masked = {{"userId", "tester-7"},
                       {"userToken", "********"},
                       {"headers", {{"Authorization", "********"}, {"X-Pin", "********"}}}};
  CHECK(keep(stage.call("PUT", kCrm + "/test-credentials", given)).json() == masked);
  CHECK(keep(stage.fetch(kCrm + "/test-credentials")).json() == masked);
  CHECK(keep(stage.fetch(kCrm)).json()["hasTestCredentials"] == true);
  CHECK(keep(stage.fetch(kEntities)).json()["entities"][0]["hasTestCredentials"] == true);

  Backend backend(stage, stage.secret);
  backend.enroll({declared("echo"), declared("fail")});
  auto asked = stage.tested({{"toolName", "echo"}});
  const Json call = backend.wait_for("tool_call");
  CHECK(call["params"]["__platos"]["userToken"] == token);
  backend.answer(call, {{"token", token}, {"within", {"a " + header + " b"}}, {header, 1}, {"pin", 8812345678}});
  const Json echoed = keep(asked.get()).json();
  CHECK(echoed["status"] == "success");
  CHECK(echoed["result"]["token"] == "[redacted]");
  CHECK(echoed["result"]["within"][0] == "a [redacted] b");
  CHECK(echoed["result"]["pin"] == "[redacted]");
  auto failing = stage.tested({{"toolName", "fail"}});
  refuse(backend, backend.wait_for("tool_call"), "bad token " + token);
  const Json failed = keep(failing.get()).json();
  CHECK(failed["error"] == "bad token [redacted]");
  for (const auto& each : {echoed, failed})
    keep(stage.fetch("/api/v1/agent/monitoring/tool-audit/" + each["callId"].get<std::string>()));
  keep(stage.fetch("/api/v1/organizations/org_default/audit"));
  seen += stage.daemon->log();
  if (stage.daemon->stop() != 0) FAIL("the daemon did not stop well");
  seen += all_files_of(stage.data.path());
  for (const auto& secret : {std::string("tester-token-5f1d"), header, number})
    CHECK(seen.find(secret) == std::string::npos);
}

TEST_CASE("Test credentials are set and removed by PATCH, too, and bad ones are refused without a word of them") {
  const EntityApiStage stage;
  const auto has = [&stage] { return stage.fetch(kCrm).json()["hasTestCredentials"].get<bool>(); };
  CHECK(stage.made("PATCH", kCrm, {{"testCredentials", {{"userId", "u"}}}})["hasTestCredentials"] == true);
  CHECK(stage.made("PATCH", kCrm, {{"displayName", "Other"}})["hasTestCredentials"] == true);
  CHECK(stage.made("PATCH", kCrm, {{"testCredentials", Json()}})["hasTestCredentials"] == false);
  stage.made("PUT", kCrm + "/test-credentials", {{"userToken", "token"}});
  CHECK(has());
  CHECK(stage.call("DELETE", kCrm + "/test-credentials").json()["deleted"] == true);
  CHECK_FALSE(has());
  CHECK(stage.made("POST", kEntities,
                   {{"entityId", "born"}, {"testCredentials", {{"userId", "u"}}}})["hasTestCredentials"] == true);
  Json many = Json::object();
  for (int i = 0; i < 33; ++i) many["X-" + std::to_string(i)] = "v";
  const std::string secret = "secret-value";
  for (const Json& bad :
       {Json::object(), Json({{"user", secret}}), Json({{"userId", 7}}), Json({{"userToken", secret + "\n"}}),
        Json({{"userToken", secret + std::string(4096, 'x')}}), Json({{"userId", std::string(201, 'x')}}),
        Json({{"headers", many}}), Json({{"headers", {{"a b", secret}}}}), Json({{"headers", {{"", secret}}}}),
        Json({{"headers", {{"X-A", secret + "\r\nX-B: 1"}}}}), Json({{"headers", {{"X-A", 7}}}}),
        Json({{"headers", {{"X-A", secret}, {"x-a", secret}}}}), Json({{"headers", secret}})}) {
    const Answer answer = stage.call("PUT", kCrm + "/test-credentials", bad);
    INFO(answer.body);
    CHECK(answer.status == 400);
    CHECK(answer.json()["code"] == "invalid_field");
    CHECK(answer.body.find(secret) == std::string::npos);
    CHECK(stage.call("PATCH", kCrm, {{"testCredentials", bad}}).status == 400);
  }
  CHECK_FALSE(has());
  const Json log = stage.fetch("/api/v1/organizations/org_default/audit").json();
  CHECK(log["rows"].dump().find(R"("testCredentials":"removed")") != std::string::npos);
}

TEST_CASE("Whether an entity may be called so is told with what it could be called instead, thirty times a minute") {
  const EntityApiStage stage;
  const auto check = [&stage](const std::string& id) {
    return stage.fetch(kEntities + "/check-availability?entityId=" + id);
  };
  CHECK(check("shop").json() ==
        Json({{"entityId", "shop"}, {"available", true}, {"error", Json()}, {"suggestions", Json::array()}}));
  CHECK(check("ab").json()["available"] == true);
  CHECK(check("a").json()["available"] == true);
  const Json taken = check("crm").json();
  CHECK(taken["available"] == false);
  CHECK(taken["error"].is_null());
  CHECK(taken["suggestions"] == Json({"crm-2", "crm-3", "crm-new"}));
  stage.made("POST", kEntities, {{"entityId", "crm-2"}});
  CHECK(check("crm").json()["suggestions"] == Json({"crm-3", "crm-new", "crm-4"}));
  CHECK(check("").json()["error"] == "missing_entity_id");
  CHECK(stage.fetch(kEntities + "/check-availability").json()["error"] == "missing_entity_id");
  int asked = 7;
  for (const std::string& bad :
       std::vector<std::string>{"-crm", "crm-", "Crm", "c_r", "c%20r", "%C3%A4", "..", std::string(65, 'a')}) {
    const Json answer = check(bad).json();
    ++asked;
    INFO(answer.dump());
    CHECK(answer["available"] == false);
    CHECK(answer["error"] == "invalid_format");
    for (const auto& each : answer["suggestions"])
      CHECK(stage.call("POST", kEntities, {{"entityId", each}}).status == 201);
    CHECK(stage.call("POST", kEntities, {{"entityId", answer["entityId"]}}).status == 400);
  }
  for (; asked < 30; ++asked) CHECK(check("free").status == 200);
  const Answer refused = check("free");
  CHECK(refused.status == 429);
  CHECK(refused.json()["code"] == "rate_limit");
  CHECK(std::stoi(refused.headers.at("retry-after")) > 0);
}

TEST_CASE("A regenerated secret closes every connection of the entity with 4001, in each environment") {
  const EntityApiStage stage;
  stage.made("POST", "/api/v1/projects/prj_default/environments", {{"name", "Test"}, {"type", "STAGING"}});
  Backend here(stage, stage.secret);
  Backend other(stage, stage.secret, "/ws/sdk?instance=two");
  Backend there(stage, stage.secret, "/ws/sdk?env=staging");
  for (auto* each : {&here, &other, &there}) REQUIRE(each->wait_for("welcome").is_object());
  const Json made = stage.made("POST", kCrm + "/regenerate-secret", Json::object());
  CHECK(made["sessionsClosed"] == 3);
  CHECK(made["entityId"] == "crm");
  const std::string fresh = made["serviceSecret"];
  CHECK(fresh != stage.secret);
  for (auto* each : {&here, &other, &there}) {
    CHECK(each->socket.wait_closed());
    CHECK(each->socket.close_status() == 4001);
  }
  CHECK(Backend(stage, stage.secret).socket.status() == 401);
  CHECK(Backend(stage, fresh).socket.status() == 101);
}

}  // namespace platos::tests

// The REST API of a real platosd: agents, their defaults, their versions, their end.
#include <catch2/catch.hpp>

#include "integration/api_stage.hpp"

using namespace platos::tests;

TEST_CASE("an agent can be made inactive") {
  ApiStage stage;
  const Answer made =
      stage.call("POST", "/api/v1/agent/agents", {{"name", "Off"}, {"model", "mock:mock"}, {"isActive", false}});
  CHECK(made.json()["isActive"] == false);
  CHECK(stage.fetch(kAgents + "off").json()["isActive"] == false);
}

TEST_CASE("an agent has defaults, and each wrong field is named") {
  ApiStage stage;
  const Answer made = stage.call("POST", "/api/v1/agent/agents", {{"name", "Support  Bot!"}, {"model", "mock:mock"}});
  REQUIRE(made.status == 201);
  const Json agent = made.json();
  CHECK(agent["slug"] == "support-bot");
  CHECK(agent["systemPrompt"].is_null());
  CHECK(agent["skills"] == Json::array());
  CHECK(agent["maxSteps"] == 20);
  CHECK(agent["contextLimit"] == 20);
  CHECK(agent["isActive"] == true);
  CHECK(agent["versionNumber"] == 1);
  CHECK(agent["organizationId"] == "org_default");
  CHECK(agent["id"].get<std::string>().starts_with("agt_"));
  CHECK(stage.call("POST", "/api/v1/agent/agents", {{"name", "support bot"}, {"model", "m"}}).json()["slug"] ==
        "support-bot-2");
  CHECK(stage.call("POST", "/api/v1/agent/agents", {{"name", "\xc3\xa4\xf0\x9f\x98\x80"}, {"model", "m"}})
            .json()["slug"] == "agent");
  check_error(stage.call("POST", "/api/v1/agent/agents", {{"name", "x"}, {"model", "m"}, {"slug", "support-bot"}}), 409,
              "slug_taken");
  const std::vector<std::pair<std::string, std::vector<Json>>> wrong = {
      {"name", {nullptr, "", "  ", 1, true, Json::array(), std::string(201, 'n')}},
      {"model", {nullptr, "", 1, ":m", "m:", std::string(201, 'm')}},
      {"slug", {"", "Upper", "a--b", "-a", "a-", "a b", "\xc3\xa4", 1, std::string(65, 's')}},
      {"systemPrompt", {1, Json::array(), Json::object(), std::string(262'145, 'p')}},
      {"skills", {"docs", 1, {{"a", 1}}, Json::array({1}), Json(std::vector<std::string>(65, "s"))}},
      {"maxSteps", {0, 101, -1, 1.5, "1", 1e300, 18446744073709551615ULL}},
      {"contextLimit", {-1, 1001, 0.5, "1"}},
      {"isActive", {0, "true", Json::array()}},
      {"versionNote", {1, Json::array()}},
  };
  const auto before = stage.fetch("/api/v1/agent/agents").json()["total"];
  for (const auto& [field, values] : wrong) {
    for (const auto& value : values) {
      Json body = {{"name", "Wrong"}, {"model", "mock:mock"}};
      body[field] = value;
      CAPTURE(field, value.dump().substr(0, 60));
      const Answer answer = stage.call("POST", "/api/v1/agent/agents", body);
      check_error(answer, 400, "invalid_field");
      REQUIRE(answer.json()["validationErrors"].size() == 1);
      CHECK(answer.json()["validationErrors"][0].get<std::string>().starts_with(field + ": expected "));
      CHECK(answer.json()["message"] == answer.json()["validationErrors"][0]);
      if (!value.is_null())
        check_error(stage.call("PATCH", kAgents + "support-bot", {{field, value}}), 400, "invalid_field");
    }
  }
  CHECK(stage.fetch("/api/v1/agent/agents").json()["total"] == before);
  CHECK(stage.fetch(kAgents + "support-bot").json()["versionNumber"] == 1);
}

TEST_CASE("a change of behaviour makes a version, other changes make none") {
  ApiStage stage;
  const std::string agent = stage.agent("mock", {{"systemPrompt", "Be kind."}});
  const auto version = [&](const Json& patch) {
    const Answer answer = stage.call("PATCH", kAgents + agent, patch);
    CHECK(answer.status == 200);
    return answer.json()["versionNumber"].get<int>();
  };
  CHECK(version(Json::object()) == 1);
  CHECK(version({{"model", "mock:mock"}, {"maxSteps", 20}, {"skills", Json::array()}, {"systemPrompt", "Be kind."}}) ==
        1);
  CHECK(version({{"name", "Renamed"}, {"isActive", false}}) == 1);
  CHECK(version({{"model", nullptr}, {"maxSteps", nullptr}, {"skills", nullptr}, {"name", nullptr}}) == 1);
  CHECK(version({{"maxSteps", 5}, {"versionNote", "five"}}) == 2);
  CHECK(version({{"systemPrompt", nullptr}}) == 3);
  CHECK(stage.fetch(kAgents + agent).json()["systemPrompt"].is_null());
  CHECK(stage.fetch(kAgents + agent).json()["slug"] == "test-agent");
  check_error(stage.call("PATCH", kAgents + agent, {{"slug", "other"}}), 400, "invalid_field");
  for (int i = 6; i <= 9; ++i) version({{"maxSteps", i}});
  const std::string path = kAgents + agent + "/versions";
  std::vector<int> numbers;
  std::string cursor;
  for (int page = 0; page < 10; ++page) {
    const Json found = stage.fetch(path + "?take=3" + (cursor.empty() ? "" : "&cursor=" + cursor)).json();
    CHECK(found["pageSize"] == 3);
    for (const auto& each : found["versions"]) {
      numbers.push_back(each["versionNumber"]);
      CHECK(each["isCurrent"] == (each["versionNumber"] == 7));
    }
    if (found["nextCursor"].is_null()) break;
    cursor = found["nextCursor"];
  }
  CHECK(numbers == std::vector<int>{7, 6, 5, 4, 3, 2, 1});
  const Json all = stage.fetch(path).json();
  CHECK(all["versions"][5]["note"] == "five");
  CHECK(all["versions"][5]["snapshot"]["systemPrompt"] == "Be kind.");
  CHECK(all["versions"][6]["note"] == "Initial version");
  check_error(stage.fetch(path + "?cursor=none"), 400, "invalid_cursor");
  const std::string foreign = stage.fetch(kAgents + "hello").json()["currentVersionId"];
  check_error(stage.fetch(path + "?cursor=" + foreign), 400, "invalid_cursor");
}

TEST_CASE("a version is read by its id, and made to hold again as a new one") {
  const ApiStage stage;
  const std::string agent = stage.agent("mock-echo-r0", {{"systemPrompt", "Be kind."}});
  const std::string first = stage.fetch(kAgents + agent).json()["currentVersionId"];
  stage.made("PATCH", kAgents + agent, {{"systemPrompt", "Be brief."}, {"maxSteps", 5}});
  const std::string path = kAgents + agent + "/versions/";
  const Json old = stage.fetch(path + first).json();
  CHECK(old["snapshot"]["systemPrompt"] == "Be kind.");
  CHECK(old["isCurrent"] == false);
  const Json back = stage.made("POST", path + first + "/rollback", Json())["agent"];
  CHECK(back["systemPrompt"] == "Be kind.");
  const std::string current = back["currentVersionId"];
  const Json now = stage.fetch(path + current).json();
  CHECK(now["versionNumber"] == 3);
  CHECK(now["note"] == "Rollback to v1");
  CHECK(now["isCurrent"] == true);
  CHECK(now["snapshot"] == old["snapshot"]);
  // Asked twice, it is done once.
  CHECK(stage.made("POST", path + first + "/rollback", Json())["agent"]["currentVersionId"] == current);
  const std::string foreign = stage.fetch(kAgents + "hello").json()["currentVersionId"];
  check_error(stage.fetch(path + foreign), 404, "version_not_found");
  check_error(stage.call("POST", path + foreign + "/rollback"), 404, "version_not_found");
}

TEST_CASE("a deleted agent is gone and its conversations stay; its slug is free again; default is the oldest agent") {
  ApiStage stage;
  CHECK(stage.fetch(kAgents + "default").json()["slug"] == "hello");
  const std::string agent = stage.agent("mock-r0");
  const std::string thread = make_thread(*stage.daemon, agent);
  REQUIRE(stage.call("POST", kThreads + thread + "/messages", {{"message", "Hi"}}).status == 201);
  CHECK(stage.fetch(kAgents + agent).json()["_count"]["threads"] == 1);
  CHECK(stage.call("DELETE", kAgents + agent).json() == Json({{"deleted", true}}));
  check_error(stage.call("DELETE", kAgents + agent), 404, "agent_not_found");
  check_error(stage.fetch(kAgents + agent), 404, "agent_not_found");
  CHECK(stage.fetch(kThreads + thread).json()["agentId"] == agent);
  CHECK(stage.fetch(kThreads + thread + "/messages").json()["total"] == 2);
  check_error(stage.call("POST", kThreads + thread + "/messages", {{"message", "Hi"}}), 404, "agent_not_found");
  const std::string heir = stage.agent("mock-r0");
  CHECK(heir != agent);
  CHECK(stage.fetch(kAgents + "test-agent").json()["id"] == heir);
  CHECK(stage.call("POST", "/api/v1/agent/threads").json()["agentId"] == stage.fetch(kAgents + "hello").json()["id"]);
  stage.call("DELETE", kAgents + "hello");
  CHECK(stage.fetch(kAgents + "default").json()["id"] == heir);
  stage.call("DELETE", kAgents + heir);
  check_error(stage.fetch(kAgents + "default"), 404, "agent_not_found");
  check_error(stage.call("POST", "/api/v1/agent/threads"), 404, "agent_not_found");
  CHECK(stage.fetch("/api/v1/agent/agents").json() == Json({{"agents", Json::array()}, {"total", 0}}));
}

TEST_CASE("what clients look for in a refusal stands in its error, beside its code") {
  const ApiStage stage;
  const std::string bound = stage.agent("mock-n1-r0");
  const std::string other = stage.fetch(kAgents + "hello").json()["id"];
  const Json shop = stage.made("POST", "/api/v1/agent/entities", {{"entityId", "shop"}});
  const Json asked = {{"organizationId", "org_default"},
                      {"projectId", "prj_default"},
                      {"environmentId", "env_default"},
                      {"userId", "ann"},
                      {"agentId", bound},
                      {"claims", {{"permissions", {"read"}}}}};
  const std::string secret = shop["serviceSecret"];
  const Answer minted =
      stage.call("POST", "/api/v1/entities/shop/session-tokens", asked, {"Authorization: Bearer " + secret});
  REQUIRE(minted.status == 201);
  const std::string token = "X-Platos-Session-Token: " + minted.json()["token"].get<std::string>();
  const auto read = [&](const std::string& agent, std::vector<std::string> headers) {
    return stage.call("GET", kAgents + agent, Json(), headers);
  };
  CHECK(read(bound, {token}).status == 200);
  const Answer elsewhere = read(other, {token});
  check_error(elsewhere, 403, "AGENT_SCOPE_MISMATCH");
  CHECK(elsewhere.json()["error"] == "AGENT_SCOPE_MISMATCH");
  const std::string key = stage.made("POST", "/api/v1/agent/access-key/generate", Json::object())["key"];
  const auto refused = [&](std::vector<std::string> headers) {
    headers.push_back(token);
    const Answer answer = read(bound, headers);
    if (answer.status == 200) return false;
    check_error(answer, 401, "invalid_access_key");
    CHECK(answer.json()["error"] == "INVALID_ACCESS_KEY");
    return true;
  };
  const std::string shown = "X-Platos-Api-Key: " + key;
  CHECK(refused({}));
  CHECK_FALSE(refused({shown}));
  stage.made("POST", "/api/v1/agent/access-key/origins", {{"origins", {"https://shop.example"}}});
  CHECK(refused({shown, "Referer: https://evil.example/page?from=https://shop.example"}));
  CHECK(refused({shown, "Referer: https://shop.example.evil.example/"}));
  CHECK(refused({shown, "Origin: https://evil.example", "Referer: https://shop.example/cart"}));
  CHECK_FALSE(refused({shown, "Referer: https://shop.example/cart"}));
  CHECK_FALSE(refused({shown, "Origin: https://shop.example"}));
  CHECK_FALSE(refused({shown}));
}

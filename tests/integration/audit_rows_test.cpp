// Which changes the audit of an organization tells of.
#include <algorithm>
#include <catch2/catch.hpp>

#include "integration/provider_stage.hpp"

using namespace platos::tests;

TEST_CASE("what people change is audited, without what is secret") {
  const ProviderStage stage;
  const std::string organization = "/api/v1/organizations/org_default/";
  const std::string agent = stage.agent_on("own:mock-n1-r0");
  stage.made("PATCH", kAgents + agent, {{"systemPrompt", "planted prompt"}});
  const std::string first = stage.fetch(kAgents + agent + "/versions").json()["versions"].back()["id"];
  stage.made("POST", kAgents + agent + "/versions/" + first + "/rollback", Json::object());
  stage.call("DELETE", kAgents + agent);
  const std::string key =
      stage.add_key({{"provider", "own"}, {"label", "first"}, {"envVarName", "OWN_KEY_2"}, {"value", "planted key"}});
  stage.made("PATCH", kProviders + "/keys/" + key, {{"label", "second"}});
  stage.call("DELETE", kProviders + "/keys/" + key);
  stage.set_variable("HIDDEN", "planted value");
  stage.call("DELETE", kVariables + "env_default/HIDDEN");
  const std::string member =
      stage.made("POST", organization + "members", {{"name", "Bob"}, {"role", "viewer"}})["userId"];
  stage.call("DELETE", organization + "members/" + member);
  stage.call("PUT", "/api/v1/agent/end-users/ann", {{"name", "planted name"}});
  const Json shop = stage.made("POST", "/api/v1/agent/entities", {{"entityId", "shop"}});
  stage.made("PATCH", "/api/v1/agent/entities/shop", {{"displayName", "Shop"}});
  const Json asked = {{"organizationId", "org_default"},
                      {"projectId", "prj_default"},
                      {"environmentId", "env_default"},
                      {"userId", "ann"},
                      {"userToken", "planted token"}};
  const std::string secret = shop["serviceSecret"];
  const Answer minted =
      stage.call("POST", "/api/v1/entities/shop/session-tokens", asked, {"Authorization: Bearer " + secret});
  REQUIRE(minted.status == 201);
  const Json log = stage.fetch(organization + "audit?limit=200").json();
  std::vector<std::string> actions;
  for (const auto& row : log["rows"]) actions.push_back(row["action"]);
  std::reverse(actions.begin(), actions.end());
  CHECK(actions == std::vector<std::string>{"agent.create", "agent.update", "agent.update", "agent.delete",
                                            "provider_key.create", "provider_key.update", "provider_key.remove",
                                            "variable.set", "variable.delete", "member.add", "member.remove",
                                            "end_user.set", "entity.create", "entity.update", "session_token.mint"});
  const Json mint = log["rows"][0];
  CHECK(mint["actor"] == "entity:shop");
  CHECK(mint["subject"] == shop["id"]);
  CHECK(mint["detail"]["userId"] == "ann");
  CHECK(mint["address"] == "127.0.0.1");
  CHECK_FALSE(mint["requestId"].get<std::string>().empty());
  const std::string token = minted.json()["token"];
  for (const auto& hidden : {std::string("planted"), secret, token}) {
    CHECK(log.dump().find(hidden) == std::string::npos);
  }
}

// Whose key a model call is made with, where it may go, and who hears of it.
#include <algorithm>
#include <catch2/catch.hpp>

#include "integration/provider_stage.hpp"

using namespace platos::tests;

namespace {

Json state_of(const ProviderStage& stage, const std::string& provider = "own") {
  return stage.made("GET", kProviders + "/" + provider, Json());
}

Json key_named(const ProviderStage& stage, const std::string& label) {
  const Json list = stage.fetch(kProviders + "/keys").json();
  for (const auto& key : list["keys"]) {
    if (key["label"] == label) return key;
  }
  return Json();
}

}  // namespace

TEST_CASE("a variable is secret until somebody says otherwise, also when many are imported") {
  const ProviderStage stage;
  const std::string own = kVariables + "env_default/";
  REQUIRE(stage.set_variable("HIDDEN", "one").status == 200);
  const auto imported = [&](const Json& body) { return stage.call("POST", own + "import", body).json(); };
  const Json both = {{"HIDDEN", "two"}, {"PLAIN", "p"}};
  CHECK(imported({{"variables", both}}) == Json({{"success", true}, {"set", 1}, {"kept", 1}}));
  CHECK(imported({{"variables", both}, {"override", true}}) == Json({{"success", true}, {"set", 2}, {"kept", 0}}));
  CHECK(imported({{"variables", both}, {"override", "yes"}})["code"] == "invalid_field");
  CHECK(stage.fetch(own + "HIDDEN").json()["value"].is_null());
  CHECK(stage.fetch(own + "PLAIN").json()["value"] == "p");
  // What becomes readable is a value that was given for it.
  CHECK(stage.call("PUT", own + "HIDDEN", {{"isSecret", false}}).json()["code"] == "invalid_field");
  CHECK(stage.fetch(own + "HIDDEN").json()["value"].is_null());
  REQUIRE(stage.call("PUT", own + "HIDDEN", {{"value", "shown"}, {"isSecret", false}}).status == 200);
  CHECK(stage.fetch(own + "HIDDEN").json()["value"] == "shown");
}

TEST_CASE("the pinned key goes before the default one, that before the variable, and that before the operator's") {
  const ProviderStage stage;
  const std::string agent = stage.agent_on("own:mock-n1-r0");
  const auto asked_with = [&] {
    const Json turn = stage.turn_of(agent);
    INFO(turn.dump());
    REQUIRE(turn["status"] == "completed");
    return stage.key_seen();
  };
  CHECK(asked_with() == "Bearer sk-operator");
  REQUIRE(stage.set_variable("OWN_KEY", "sk-variable").status == 200);
  CHECK(asked_with() == "Bearer sk-variable");
  const std::string by_default =
      stage.add_key({{"provider", "own"}, {"label", "first"}, {"envVarName", "OWN_KEY_2"}, {"value", "sk-default"}});
  CHECK(key_named(stage, "first")["isDefault"] == true);
  CHECK(asked_with() == "Bearer sk-default");
  const std::string pinned =
      stage.add_key({{"provider", "own"}, {"label", "second"}, {"envVarName", "OWN_KEY_3"}, {"value", "sk-pinned"}});
  CHECK(key_named(stage, "second")["isDefault"] == false);
  CHECK(asked_with() == "Bearer sk-default");
  stage.made("PATCH", kAgents + agent, {{"providerKeyId", pinned}});
  CHECK(asked_with() == "Bearer sk-pinned");
  // A turn on a model of another provider does not take the key along.
  const Json elsewhere = stage.made("POST", kAgents + agent + "/messages", {{"message", "Hi"}},
                                    {R"(X-Platos-Config: {"model": "mock:mock-n2-r0"})"});
  CHECK(elsewhere["status"] == "completed");
  // Rotated, they hold at once.
  REQUIRE(stage.call("PUT", kVariables + "env_default/OWN_KEY_3", {{"value", "sk-rotated"}}).status == 200);
  const Json rotated = stage.fetch(kVariables + "env_default/OWN_KEY_3").json();
  CHECK(rotated["isSecret"] == true);
  CHECK(rotated["value"].is_null());
  CHECK(asked_with() == "Bearer sk-rotated");
  stage.made("PATCH", kAgents + agent, {{"providerKeyId", nullptr}});
  stage.made("PATCH", kProviders + "/keys/" + pinned, {{"isDefault", true}});
  CHECK(asked_with() == "Bearer sk-rotated");
  CHECK(key_named(stage, "first")["isDefault"] == false);
  // What is not the default is not made less by saying so, and takes nothing from the one that is.
  stage.made("PATCH", kProviders + "/keys/" + by_default, {{"isDefault", false}});
  CHECK(key_named(stage, "second")["isDefault"] == true);
  CHECK(stage.made("DELETE", kProviders + "/keys/" + pinned, Json())["deleted"] == true);
  CHECK(asked_with() == "Bearer sk-variable");
  REQUIRE(stage.call("DELETE", kVariables + "env_default/OWN_KEY").status == 200);
  CHECK(asked_with() == "Bearer sk-operator");
}

TEST_CASE("each environment calls with its own key") {
  const ProviderStage stage;
  const std::string other = stage.made("POST", "/api/v1/projects/prj_default/environments", {{"name", "Second"}})["id"];
  const auto there = People::in(other);
  const std::string here_agent = stage.agent_on("own:mock-n1-r0");
  const std::string there_agent = stage.agent_on("own:mock-n1-r0", Json::object(), there);
  REQUIRE(stage.set_variable("OWN_KEY", "sk-here").status == 200);
  REQUIRE(stage.set_variable("OWN_KEY", "sk-there", other).status == 200);
  for (int i = 0; i < 2; ++i) {
    stage.turn_of(here_agent);
    CHECK(stage.key_seen() == "Bearer sk-here");
    stage.turn_of(there_agent, there);
    CHECK(stage.key_seen() == "Bearer sk-there");
  }
  const std::string key = stage.add_key({{"provider", "own"}, {"label", "k"}, {"envVarName", "OWN_KEY"}});
  CHECK(stage.fetch(kProviders + "/keys", there).json()["keys"].empty());
  check_error(stage.call("DELETE", kProviders + "/keys/" + key, Json(), there), 404, "provider_key_not_found");
  // Nor can its agents be bound to the other's.
  const std::string bound = stage.agent_on("own:mock-n1-r0", {{"providerKeyId", key}}, there);
  CHECK(ProviderStage::code_of(stage.turn_of(bound, there)) == "provider_key_missing");
}

TEST_CASE("an address that an environment sets is no way into the network, and no operator's key goes there") {
  const ProviderStage stage;
  const std::string agent = stage.agent_on("openai:mock-n1-r0");
  const std::string port = std::to_string(stage.mock.port());
  // Without a key of its own there is none to send.
  REQUIRE(stage.set_variable("OPENAI_BASE_URL", stage.mock.base_url()).status == 200);
  CHECK(state_of(stage, "openai")["envReady"] == false);
  CHECK(ProviderStage::code_of(stage.turn_of(agent)) == "secret_unbound");
  REQUIRE(stage.set_variable("OPENAI_API_KEY", "sk-variable").status == 200);
  CHECK(state_of(stage, "openai")["envReady"] == true);
  for (const std::string& url :
       {stage.mock.base_url(), "http://localhost:" + port + "/v1", "http://[::1]:" + port + "/v1",
        "http://[::ffff:127.0.0.1]:" + port + "/v1", "http://0.0.0.0:" + port + "/v1", "http://2130706433:" + port,
        std::string("http://169.254.169.254/latest"), std::string("http://10.0.0.1/v1")}) {
    INFO(url);
    REQUIRE(stage.set_variable("OPENAI_BASE_URL", url).status == 200);
    const Json turn = stage.turn_of(agent);
    const std::string code = ProviderStage::code_of(turn);
    CHECK((code == "address_refused" || code == "invalid_url"));
    CHECK(turn.dump().find("sk-") == std::string::npos);
  }
  for (const std::string& url :
       {std::string("no url"), std::string("file:///etc/passwd"), "*" + stage.mock.base_url()}) {
    INFO(url);
    REQUIRE(stage.set_variable("OPENAI_BASE_URL", url).status == 200);
    CHECK(stage.turn_of(agent)["status"] == "failed");
  }
  CHECK(stage.mock.requests().empty());
  REQUIRE(stage.call("DELETE", kVariables + "env_default/OPENAI_BASE_URL").status == 200);
  CHECK(stage.turn_of(agent)["status"] == "completed");
}

TEST_CASE("a provider that is switched off answers nobody, until it is switched on") {
  const ProviderStage stage;
  const std::string agent = stage.agent_on("own:mock-n1-r0");
  CHECK(state_of(stage)["enabled"] == true);
  CHECK(stage.made("PATCH", kProviders + "/own", {{"enabled", false}})["enabled"] == false);
  CHECK(ProviderStage::code_of(stage.turn_of(agent)) == "provider_disabled");
  const auto offered = [&] {
    const Json list = stage.fetch(kProviders + "/models").json();
    return std::any_of(list.begin(), list.end(), [](const Json& each) { return each["provider"] == "own"; });
  };
  CHECK_FALSE(offered());
  CHECK(stage.made("PATCH", kProviders + "/own", {{"enabled", true}})["enabled"] == true);
  CHECK(stage.turn_of(agent)["status"] == "completed");
  CHECK(offered());
  CHECK(stage.made("POST", kProviders + "/own/link", Json())["linked"] == true);
  CHECK(stage.made("DELETE", kProviders + "/own/link", Json())["linked"] == false);
  check_error(stage.call("PATCH", kProviders + "/own", Json::object()), 400, "invalid_field");
  check_error(stage.call("PATCH", kProviders + "/none", {{"enabled", true}}), 404, "provider_not_found");
  check_error(stage.fetch(kProviders + "/none"), 404, "provider_not_found");
}

TEST_CASE("a key that agents are bound to stays, and the refusal names one") {
  const ProviderStage stage;
  const std::string key = stage.add_key({{"provider", "own"}, {"label", "k"}, {"envVarName", "K"}, {"value", "sk-k"}});
  const std::string path = kProviders + "/keys/" + key;
  const std::string bound = stage.agent_on("own:mock-n1-r0", {{"slug", "bound-one"}, {"providerKeyId", key}});
  const Json route = {{"label", "r"}, {"model", "own:mock-n1-r0"}, {"providerKeyId", key}};
  const std::string routed =
      stage.agent_on("mock:mock-n1-r0", {{"slug", "bound-two"}, {"modelRoutes", Json::array({route})}});
  const Answer refused = stage.call("DELETE", path);
  check_error(refused, 409, "provider_key_pinned");
  CHECK(refused.json()["message"].get<std::string>().find("bound-") != std::string::npos);
  stage.made("PATCH", kAgents + bound, {{"providerKeyId", nullptr}});
  CHECK(stage.call("DELETE", path).json()["message"].get<std::string>().find("bound-two") != std::string::npos);
  stage.made("PATCH", kAgents + routed, {{"modelRoutes", Json::array()}});
  CHECK(stage.made("DELETE", path, Json())["deleted"] == true);
  check_error(stage.call("DELETE", path), 404, "provider_key_not_found");
  // The variable is not the key's.
  CHECK(stage.fetch(kVariables + "env_default/K").status == 200);
}

TEST_CASE("a variable that is missing is named, in the error of the turn and by whoever is asked before") {
  const ProviderStage stage("");
  const std::string agent = stage.agent_on("own:mock-n1-r0");
  const Json bare = stage.turn_of(agent);
  CHECK(ProviderStage::code_of(bare) == "secret_unbound");
  CHECK(bare["error"]["message"].get<std::string>().find("OWN_KEY") != std::string::npos);
  CHECK(state_of(stage)["requiredEnv"] == Json::array({{{"name", "OWN_KEY"}, {"set", false}}}));
  REQUIRE(stage.set_variable("OWN_KEY", "sk-variable").status == 200);
  CHECK(stage.turn_of(agent)["status"] == "completed");
  stage.add_key({{"provider", "own"}, {"label", "empty"}, {"envVarName", "NOT_THERE"}});
  CHECK(key_named(stage, "empty")["envVarSet"] == false);
  const Json missing = stage.turn_of(agent);
  CHECK(ProviderStage::code_of(missing) == "secret_unbound");
  CHECK(missing["error"]["message"].get<std::string>().find("NOT_THERE") != std::string::npos);
  CHECK(state_of(stage)["envReady"] == false);
  REQUIRE(stage.set_variable("NOT_THERE", "sk-late").status == 200);
  CHECK(stage.turn_of(agent)["status"] == "completed");
  CHECK(stage.key_seen() == "Bearer sk-late");
  CHECK(state_of(stage)["envReady"] == true);
  CHECK(stage.mock.requests().size() == 2);
}

TEST_CASE("keys that cannot be are refused") {
  const ProviderStage stage;
  const Json good = {{"provider", "own"}, {"label", "k"}, {"envVarName", "K"}, {"value", "sk-k"}};
  const auto with = [&](const char* member, const Json& value) {
    Json body = good;
    body[member] = value;
    return stage.call("POST", kProviders + "/keys", body);
  };
  check_error(with("provider", "none"), 404, "provider_not_found");
  check_error(with("label", " "), 400, "invalid_field");
  check_error(with("label", std::string(101, 'l')), 400, "invalid_field");
  CHECK(with("envVarName", "1 BAD").status == 400);
  check_error(with("value", "two\nlines"), 400, "invalid_field");
  check_error(with("isDefault", "yes"), 400, "invalid_field");
  stage.add_key(good);
  check_error(stage.call("POST", kProviders + "/keys", good), 409, "provider_key_exists");
  check_error(stage.call("PATCH", kProviders + "/keys/none", {{"label", "x"}}), 404, "provider_key_not_found");
  check_error(
      stage.call("PATCH", kProviders + "/keys/" + key_named(stage, "k")["id"].get<std::string>(), {{"label", ""}}), 400,
      "invalid_field");
}

TEST_CASE("no key is ever shown: not in answers, not in errors, not in the log") {
  const ProviderStage stage("canary-operator-key", {"mock-n1-r0", "mock-s401"});
  const std::vector<std::string> planted = {"canary-operator-key", "canary-variable-key", "canary-default-key"};
  std::string told;
  const auto hear = [&](const Answer& answer) { told += answer.body + "\n"; };
  const std::string agent = stage.agent_on("own:mock-s401");
  hear(stage.call("POST", kAgents + agent + "/messages", {{"message", "Hi"}}));
  hear(stage.set_variable("OWN_KEY", planted[1]));
  hear(stage.call("POST", kAgents + agent + "/messages", {{"message", "Hi"}}));
  hear(stage.call("POST", kProviders + "/keys",
                  {{"provider", "own"}, {"label", "k"}, {"envVarName", "K"}, {"value", planted[2]}}));
  hear(stage.call("POST", kAgents + agent + "/messages", {{"message", "Hi"}}));
  REQUIRE(stage.set_variable("OPENAI_BASE_URL", stage.mock.base_url()).status == 200);
  REQUIRE(stage.set_variable("OPENAI_API_KEY", planted[1]).status == 200);
  const std::string elsewhere = stage.agent_on("openai:mock-n1-r0");
  hear(stage.call("POST", kAgents + elsewhere + "/messages", {{"message", "Hi"}}));
  for (const char* path : {"", "/own", "/models", "/checklist", "/keys"}) hear(stage.fetch(kProviders + path));
  for (const char* path : {"/api/v1/plugins", "/api/v1/organizations/org_default/audit", "/metrics", "/api/v1/runs"})
    hear(stage.fetch(path));
  // Each was used, but where the address was refused.
  CHECK(stage.mock.requests().size() == 3);
  CHECK(stage.key_seen() == "Bearer " + planted[2]);
  told += stage.daemon->log();
  for (const auto& each : planted) {
    INFO(each);
    CHECK(told.find(each) == std::string::npos);
  }
  CHECK(told.find("provider_key.create") != std::string::npos);
}

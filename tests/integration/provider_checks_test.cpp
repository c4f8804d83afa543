// Which agents could run, and whether their providers answer.
#include <catch2/catch.hpp>

#include "integration/provider_stage.hpp"

using namespace platos::tests;

namespace {

/// Instances that are well, refuse the key, are ill, and have no key.
struct Ward : ProviderStage {
  Ward() {
    write_keyed_instance("locked", "LOCKED_KEY", {"mock-s401"});
    write_keyed_instance("ill", "ILL_KEY", {"mock-s500"});
    write_keyed_instance("bare", "BARE_KEY", {"mock-n1-r0"});
    write_keyed_instance("silent", "SILENT_KEY", {});
    restart({{"OWN_KEY", "sk-own"}, {"LOCKED_KEY", "sk-x"}, {"ILL_KEY", "sk-y"}, {"SILENT_KEY", "sk-z"}});
  }
  Json health(const std::string& provider) const {
    return made("GET", kProviders + "/" + provider + "/health", Json());
  }
};

Json agent_called(const Json& list, const std::string& slug) {
  for (const auto& agent : list["agents"]) {
    if (agent["slug"] == slug) return agent;
  }
  return Json();
}

}  // namespace

TEST_CASE("a provider is asked once in a while, and says how it is") {
  const Ward ward;
  const Json well = ward.health("own");
  CHECK(well["status"] == "healthy");
  CHECK(well["model"] == "own:mock-n1-r0");
  CHECK(well["error"].is_null());
  CHECK(well["latencyMs"].get<int>() >= 0);
  const Json locked = ward.health("locked");
  CHECK(locked["status"] == "invalid_key");
  CHECK(locked["code"] == "provider_unauthenticated");
  const Json ill = ward.health("ill");
  CHECK(ill["status"] == "error");
  CHECK(ill["code"] == "provider_unavailable");
  const Json bare = ward.health("bare");
  CHECK(bare["status"] == "not_configured");
  CHECK(bare["requiredEnv"] == Json::array({{{"name", "BARE_KEY"}, {"set", false}}}));
  CHECK(ward.health("silent")["code"] == "no_model");
  check_error(ward.fetch(kProviders + "/none/health"), 404, "provider_not_found");
  // What was said is remembered, well or ill.
  CHECK(ward.mock.requests().size() == 3);
  for (const char* provider : {"own", "locked", "ill"}) ward.health(provider);
  const Json all = ward.made("GET", kProviders + "/health", Json());
  CHECK(ward.mock.requests().size() == 3);
  CHECK(all["providers"].size() >= 5);
  const Json request = Json::parse(ward.mock.requests().front().body);
  CHECK(request["messages"].size() == 1);
}

TEST_CASE("whoever changes a key need not wait to hear whether it is good") {
  const Ward ward;
  CHECK(ward.health("own")["status"] == "healthy");
  REQUIRE(ward.set_variable("OWN_KEY", "sk-new").status == 200);
  CHECK(ward.health("own")["status"] == "healthy");
  CHECK(ward.mock.requests().size() == 2);
  CHECK(ward.key_seen() == "Bearer sk-new");
  ward.made("PATCH", kProviders + "/own", {{"enabled", false}});
  CHECK(ward.health("own")["status"] == "not_configured");
  ward.made("PATCH", kProviders + "/own", {{"enabled", true}});
  CHECK(ward.health("own")["status"] == "healthy");
}

TEST_CASE("the checklist says which agents cannot run, and what to do about it") {
  const Ward ward;
  const std::string key = ward.add_key({{"provider", "own"}, {"label", "k"}, {"envVarName", "PINNED"}, {"value", "s"}});
  const std::string empty = ward.add_key({{"provider", "ill"}, {"label", "e"}, {"envVarName", "UNSET"}});
  const auto agent = [&](const std::string& slug, const std::string& model, Json more = Json::object()) {
    more["slug"] = slug;
    ward.agent_on(model, more);
  };
  agent("fine", "own:mock-n1-r0");
  agent("lost", "nowhere:model");
  agent("keyless", "bare:mock-n1-r0");
  agent("pinned", "own:mock-n1-r0", {{"providerKeyId", key}});
  agent("elsewhere", "locked:mock-s401", {{"providerKeyId", key}});
  agent("unset", "ill:mock-s500", {{"providerKeyId", empty}});
  const Json route = {{"label", "r"}, {"model", "bare:mock-n1-r0"}, {"isDefault", true}};
  agent("routed", "own:mock-n1-r0", {{"modelRoutes", Json::array({route})}});
  const auto obstacle = [&](const std::string& slug) {
    const Json found = agent_called(ward.fetch(kProviders + "/checklist").json(), slug);
    REQUIRE(found.is_object());
    CHECK(found["canRun"] == found["code"].is_null());
    return found["code"].is_null() ? std::string()
                                   : found["code"].get<std::string>() + " " + found["reason"].get<std::string>();
  };
  CHECK(obstacle("fine").empty());
  CHECK(obstacle("pinned").empty());
  CHECK(obstacle("lost").find("unknown_instance") == 0);
  CHECK(obstacle("keyless") == "secret_unbound provider \"bare\" has no key here: set BARE_KEY");
  CHECK(obstacle("routed").find("secret_unbound") == 0);
  CHECK(obstacle("elsewhere").find("provider_key_missing") == 0);
  CHECK(obstacle("unset") == "secret_unbound provider \"ill\" has no key here: set UNSET");
  ward.made("PATCH", kProviders + "/own", {{"enabled", false}});
  CHECK(obstacle("fine").find("provider_disabled") == 0);
  // A list of providers is no list of secrets, and nobody was asked.
  CHECK(ward.fetch(kProviders + "/checklist").json()["providers"].size() >= 5);
  CHECK(ward.mock.requests().empty());
}

TEST_CASE("the catalogue names models with their prices where they are known, and whether they can be used") {
  const Ward ward;
  const Json list = ward.made("GET", "/api/v1/agent/models", Json());
  CHECK(list["total"] == list["models"].size());
  const auto find = [&](const std::string& id) {
    for (const auto& each : list["models"]) {
      if (each["id"] == id) return each;
    }
    return Json();
  };
  CHECK(find("own:mock-n1-r0")["available"] == true);
  CHECK(find("bare:mock-n1-r0")["available"] == false);
  CHECK(find("bare:mock-n1-r0")["provider"] == "bare");
}

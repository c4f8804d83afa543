#include "tenancy/environments.hpp"

#include "tenancy/entity_access.hpp"
#include "tenancy_stage.hpp"

namespace platos::tenancy {
namespace {

struct EnvironmentStage : TenancyStage {
  model::Principal own = admin();
  mutable Environments environments{*database, ids};

  void set(const std::string& name, const std::string& value, std::optional<bool> secret = {}) const {
    REQUIRE(run(environments.set_variables(loop, own, own.scope, {{name, value, secret}})));
  }
  VariablesSet import(std::vector<model::VariableChange> all, ExistingVariables existing) const {
    const auto done = run(environments.set_variables(loop, own, own.scope, std::move(all), existing));
    REQUIRE(done);
    return *done;
  }
  model::EnvironmentVariable variable(const std::string& name) const {
    const auto found = run(environments.variable(loop, own.scope, name));
    REQUIRE(found);
    return *found;
  }
  std::string add(const std::string& slug, const std::string& type) const {
    const auto made = run(administration->create_environment(loop, own, own.scope.project_id, {"Another", slug, type}));
    REQUIRE(made);
    return made->id;
  }
  /// The id of the environment that the word names, or the code of the error.
  std::string named(const std::string& word) const {
    const auto scope = run(environments.find_scope(loop, own, own.scope.project_id, word));
    return scope ? scope->environment_id : scope.error().code;
  }
  /// As "action subject detail", the newest first.
  std::vector<std::string> told(std::int64_t limit) const {
    const auto log = run(administration->audit(loop, own, own.scope.organization_id, limit, 0));
    REQUIRE(log);
    std::vector<std::string> rows;
    for (const auto& each : log->entries) rows.push_back(each.action + " " + each.subject + " " + each.detail_json);
    return rows;
  }
};

}  // namespace

TEST_CASE("A secret variable stays secret when its value is replaced, until somebody says that it is none") {
  const EnvironmentStage stage;
  stage.set("KEY", "one", true);
  stage.set("KEY", "two");
  CHECK(stage.variable("KEY").secret);
  CHECK(stage.variable("KEY").value == "two");
  CHECK(stage.told(1) == std::vector<std::string>{R"(variable.set KEY {"secret":true})"});
  stage.set("KEY", "three", false);
  CHECK_FALSE(stage.variable("KEY").secret);
  stage.set("PLAIN", "p");
  CHECK_FALSE(stage.variable("PLAIN").secret);
  CHECK(stage.told(1) == std::vector<std::string>{R"(variable.set PLAIN {"secret":false})"});
  REQUIRE(stage.run(stage.environments.remove_variable(stage.loop, stage.own, stage.own.scope, "PLAIN")));
  CHECK(stage.told(1) == std::vector<std::string>{"variable.delete PLAIN {}"});
}

TEST_CASE("An import keeps what is secret, and replaces values when it shall") {
  const EnvironmentStage stage;
  stage.set("KEY", "one", true);
  const auto kept = stage.import({{"KEY", "two"}, {"NEW", "n"}}, ExistingVariables::Keep);
  CHECK(kept.set == 1);
  CHECK(kept.kept == 1);
  CHECK(stage.variable("KEY").value == "one");
  CHECK(stage.variable("NEW").value == "n");
  const auto replaced = stage.import({{"KEY", "two"}, {"NEW", "m"}}, ExistingVariables::Replace);
  CHECK(replaced.set == 2);
  CHECK(replaced.kept == 0);
  CHECK(stage.variable("KEY").value == "two");
  CHECK(stage.variable("KEY").secret);
}

TEST_CASE("An environment is named by its id, else by its slug, else by a type that no other one has") {
  const EnvironmentStage stage;
  const std::string first = stage.add("eu", "STAGING");
  CHECK(stage.named("env_default") == "env_default");
  CHECK(stage.named("staging") == first);
  CHECK(stage.named("preview") == "environment_not_found");
  const std::string second = stage.add("us", "STAGING");
  CHECK(stage.named("staging") == "environment_ambiguous");
  CHECK(stage.named("us") == second);
  const auto refused =
      stage.run(stage.environments.find_scope(stage.loop, stage.own, stage.own.scope.project_id, "staging"));
  CHECK(refused.error().message.find("eu, us") != std::string::npos);
  const std::string last = stage.add("staging", "PREVIEW");
  CHECK(stage.named("staging") == last);
}

TEST_CASE("A backend that names an environment by its slug is in no older one of that type") {
  const EnvironmentStage stage;
  const auto entity = stage.run(stage.keys->create_entity(stage.loop, stage.own, "shop", {}));
  REQUIRE(entity);
  EntityAccess access(*stage.database, *stage.authenticator);
  const auto entered = [&](const std::string& word) {
    const auto guest = stage.run(access.enter(stage.loop, {entity->secret, "shop", word, {}}));
    return guest ? guest->scope.environment_id : guest.error().code;
  };
  const std::string first = stage.add("eu", "DEVELOPMENT");
  const std::string second = stage.add("us", "DEVELOPMENT");
  for (const char* word : {"", "dev", "development", "eu"}) CHECK(entered(word) == first);
  CHECK(entered("us") == second);
  const std::string last = stage.add("dev", "PREVIEW");
  CHECK(entered("dev") == last);
  CHECK(entered("") == first);
  CHECK(entered("nowhere") == "environment_not_found");
}

}  // namespace platos::tenancy

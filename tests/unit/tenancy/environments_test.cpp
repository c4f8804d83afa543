#include "tenancy/environments.hpp"

#include "store/audit.hpp"
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

}  // namespace platos::tenancy

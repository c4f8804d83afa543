#include "tenancy/administration.hpp"

#include "model/agent.hpp"
#include "model/run.hpp"
#include "store/agents.hpp"
#include "store/runs.hpp"
#include "tenancy_stage.hpp"

namespace platos::tenancy {
namespace {

struct RemovalStage : TenancyStage {
  model::Principal other = other_tenant("Other");

  template <typename Work>
  void write(Work work) const {
    REQUIRE(run(await(database->write(loop, [work](store::Session& session) -> Result<void> {
      work(session);
      return {};
    }))));
  }
  void add_agent() const {
    write([scope = other.scope](store::Session& session) {
      model::Agent agent;
      agent.id = "agt_1";
      agent.slug = "helper";
      model::AgentVersion version;
      version.id = agent.version_id = "ver_1";
      version.agent_id = agent.id;
      version.number = 1;
      store::Agents(session).insert(scope, agent, version);
    });
  }
  void delete_agent() const {
    write([scope = other.scope](store::Session& session) { store::Agents(session).soft_delete(scope, "agt_1", 1); });
  }
  /// Queued, of no agent.
  void add_run() const {
    write([scope = other.scope](store::Session& session) {
      model::RunRecord queued;
      queued.id = "run_1";
      queued.scope = scope;
      queued.user_id = "usr";
      queued.kind = "compare";
      queued.state = model::RunState::Queued;
      queued.input_json = "{}";
      store::Runs(session).insert(queued);
    });
  }
  void end_run() const {
    write([scope = other.scope](store::Session& session) {
      session.execute(scope, "UPDATE runs SET state = 'completed', finished_us = 1 WHERE env_id = $1",
                      {scope.environment_id});
    });
  }
  /// The code of the refusal; empty: it is gone.
  std::string removed() const {
    const auto done = run(administration->remove_environment(loop, other, other.scope.environment_id));
    return done ? "" : done.error().code;
  }
};

}  // namespace

TEST_CASE(
    "An environment goes when its agents are deleted and its runs have ended, and its project and organization too") {
  const RemovalStage stage;
  stage.add_agent();
  CHECK(stage.removed() == "not_empty");
  stage.delete_agent();
  stage.add_run();
  CHECK(stage.removed() == "runs_under_way");
  stage.end_run();
  CHECK(stage.removed().empty());
  CHECK(stage.removed() == "environment_not_found");
  auto& administration = *stage.administration;
  CHECK(stage.run(administration.remove_project(stage.loop, stage.other, stage.other.scope.project_id)));
  CHECK(stage.run(administration.remove_organization(stage.loop, stage.admin(), stage.other.scope.organization_id)));
}

TEST_CASE("More rows than go at once go, too") {
  const RemovalStage stage;
  stage.write([scope = stage.other.scope](store::Session& session) {
    for (int i = 0; i < 4'100; ++i) {
      session.send(scope, "INSERT INTO timers (id, env_id, run_id, kind, due_us) VALUES ($1, $2, 'r', 'k', 1)",
                   {std::to_string(i), scope.environment_id});
    }
  });
  CHECK(stage.removed().empty());
  const auto left = stage.read([scope = stage.other.scope](store::Session& session) -> Result<bool> {
    bool found = false;
    session.query(scope, "SELECT 1 FROM timers WHERE env_id = $1 LIMIT 1", {scope.environment_id},
                  [&](const store::Row&) { return found = true; });
    return found;
  });
  CHECK_FALSE(*left);
}

}  // namespace platos::tenancy

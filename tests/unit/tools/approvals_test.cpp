// A word about an approval that nobody has ended though its time is over.
#include "governance/approvals.hpp"

#include <catch2/catch.hpp>

#include "engine/stage.hpp"

using namespace platos;

namespace {

Task<Result<void>> insert(tests::Stage& stage, model::Approval approval) {
  const auto write = stage.database->write(stage.loop, [approval](store::Session& session) -> Result<void> {
    store::Approvals(session).insert(approval);
    return {};
  });
  co_return co_await write;
}

}  // namespace

TEST_CASE("a word that comes after the deadline and before anybody has noticed it is refused") {
  const tests::TempDir folder;
  tests::Stage stage(folder, [](engine::Run&) -> Task<void> { co_return; });
  stage.start();
  governance::Approvals approvals(*stage.engine, *stage.database, stage.ids);
  model::Approval approval;
  approval.id = "apr_1";
  approval.scope = tests::kScope;
  approval.source = "tool_call";
  approval.run_id = "run_1";
  approval.created_us = stage.clock.wall_us() - 2;
  approval.deadline_us = approval.created_us + 1;
  REQUIRE(stage.run(insert(stage, approval)));
  model::Principal who{tests::kScope, "usr_1", model::kAllRights};
  const bool approved = GENERATE(false, true);
  governance::ApprovalDecision decision;
  decision.approved = approved;
  const auto decided = stage.run(approvals.decide(stage.loop, who, approval.id, decision));
  REQUIRE_FALSE(decided);
  CHECK(decided.error().kind == ErrorKind::Conflict);
  CHECK(decided.error().code == "approval_expired");
}

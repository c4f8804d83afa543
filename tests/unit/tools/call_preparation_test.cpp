// What is done about a call that a process which is gone had begun.
#include "tools/call_preparation.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "engine/stage.hpp"
#include "governance/fake_governor.hpp"
#include "model/json_schema.hpp"

using namespace platos;
using namespace platos::tools;
using model::Effect;

namespace {

struct Preparing {
  tests::TempDir folder;
  tests::Stage stage{folder, [](engine::Run&) -> Task<void> { co_return; }};
  engine::RunContext context{*stage.database, stage.logger, stage.ids, "host_test"};
  base::TaskSet tasks{stage.loop, [](std::string_view, std::exception_ptr) {}};
  telemetry::Metrics metrics;
  telemetry::Tracer tracer{stage.clock};
  governance::Chain chain{{}, stage.clock, stage.logger, metrics, tracer};
  CallPreparation preparation{chain, {}};
  UnknownOutcomes unknown;
  CallMemory memory;
  std::string run_id;

  static std::shared_ptr<model::Tool> tool(Effect effect) {
    auto made = std::make_shared<model::Tool>();
    made->model_name = made->name = "pay";
    made->instance = "shop";
    made->effect = effect;
    made->input_schema_json = R"({"type":"object","required":["new"]})";
    made->input_schema = std::make_shared<const model::JsonSchema>(
        *model::JsonSchema::compile(*model::parse_bounded(made->input_schema_json, "the schema")));
    made->requires_approval = true;
    return made;
  }

  /// A call that was begun so, with the tool as it is today; null: it is gone.
  PreparedCall prepare(std::shared_ptr<const model::Tool> today, BegunCall begun) {
    std::vector<model::SharedTool> tools;
    if (today) tools.push_back(std::move(today));
    set = std::make_unique<ToolSet>(std::move(tools));
    auto run =
        std::make_shared<engine::Run>(context, stage.loop, tasks, stage.new_run(), 1, std::vector<model::JournalRow>{});
    run_id = run->id();
    PendingCall pending;
    pending.call = {"call_1", "", "pay", R"({"old":1})"};
    pending.begun = std::move(begun);
    return preparation.prepare(*run, {*set, memory, {}}, pending, unknown);
  }
  std::unique_ptr<ToolSet> set;

  std::shared_ptr<engine::Run> run() {
    return std::make_shared<engine::Run>(context, stage.loop, tasks, stage.new_run(), 1,
                                         std::vector<model::JournalRow>{});
  }
};

/// A call that people have approved as it was asked, and what governors say now.
struct Approved : Preparing {
  governance::Governors directory;
  model::Approval approval;

  std::optional<model::ToolOutcome> decide(ports::Verdict now) {
    directory.add("now", static_cast<std::uint32_t>(ports::Point::BeforeTool), governance::always(std::move(now)));
    governance::Chain governors{{}, stage.clock, stage.logger, metrics, tracer};
    governors.load(directory);
    const CallPreparation deciding{governors, {}};
    set = std::make_unique<ToolSet>(std::vector<model::SharedTool>{tool(Effect::Once)});
    PreparedCall prepared;
    prepared.call = {"call_1", "", "pay", R"({"new":1})"};
    prepared.tool = set->find("pay");
    prepared.question.emplace();
    approval.state = model::ApprovalState::Approved;
    approval.arguments_json = prepared.call.arguments_json;
    approval.request_hash = model::approval_hash("pay", approval.arguments_json);
    deciding.decide(*run(), {*set, memory, {}}, prepared, approval);
    return prepared.refusal;
  }
};

}  // namespace

TEST_CASE_METHOD(Preparing, "a call that was begun as `once` is not made again, whatever its tool is today") {
  const auto today = GENERATE(as<std::shared_ptr<model::Tool>>(), nullptr, Preparing::tool(Effect::Read),
                              Preparing::tool(Effect::Idempotent), Preparing::tool(Effect::Once));
  const auto prepared = prepare(today, {Effect::Once});
  REQUIRE(prepared.refusal);
  CHECK(prepared.refusal->code == "outcome_unknown");
  CHECK_FALSE(prepared.question);
  CHECK(unknown.at(prepared.key) == run_id + ":call_1");
}

TEST_CASE_METHOD(Preparing, "a tool that knows what became of it is asked with the arguments that ran") {
  auto today = Preparing::tool(Effect::Once);
  today->reconcile_tool = "pay_status";
  const auto prepared = prepare(today, {Effect::Once, R"({"old":2})"});
  CHECK_FALSE(prepared.refusal);
  CHECK(prepared.in_doubt);
  CHECK(prepared.call.arguments_json == R"({"old":2})");
}

TEST_CASE_METHOD(Preparing, "a call that may be repeated is made as it was begun, and nobody is asked again") {
  const auto prepared =
      prepare(Preparing::tool(Effect::Idempotent), {Effect::Idempotent, R"({"old":2})", "run_0:call_0"});
  CHECK_FALSE(prepared.refusal);
  CHECK_FALSE(prepared.question);
  CHECK_FALSE(prepared.in_doubt);
  CHECK(prepared.call.arguments_json == R"({"old":2})");
  CHECK(prepared.idempotency_key == "run_0:call_0");
}

TEST_CASE_METHOD(Preparing, "a call that may be repeated, and cannot be, may have had its effect") {
  const bool once_today = GENERATE(false, true);
  const auto prepared = prepare(once_today ? Preparing::tool(Effect::Once) : nullptr, {Effect::Idempotent});
  REQUIRE(prepared.refusal);
  CHECK(prepared.refusal->code == "outcome_unknown");
}

TEST_CASE_METHOD(Preparing, "a call that only reads is looked at like a new one") {
  const auto prepared = prepare(Preparing::tool(Effect::Read), {Effect::Read});
  REQUIRE(prepared.refusal);
  CHECK(prepared.refusal->code == "invalid_arguments");
}

TEST_CASE_METHOD(Preparing,
                 "the same call after one whose outcome nobody knows: once never, idempotent under its key") {
  const bool once = GENERATE(false, true);
  auto tool = Preparing::tool(once ? Effect::Once : Effect::Idempotent);
  tool->input_schema = nullptr;
  unknown[call_key({"", "", "pay", R"({ "old" : 1 })"})] = "run_0:call_0";
  set = std::make_unique<ToolSet>(std::vector<model::SharedTool>{tool});
  auto run =
      std::make_shared<engine::Run>(context, stage.loop, tasks, stage.new_run(), 1, std::vector<model::JournalRow>{});
  PendingCall pending;
  pending.call = {"call_1", "", "pay", R"({"old":1})"};
  const auto prepared = preparation.prepare(*run, {*set, memory, {}}, pending, unknown);
  CHECK(prepared.refusal.has_value() == once);
  if (!once) CHECK(prepared.idempotency_key == "run_0:call_0");
}

TEST_CASE_METHOD(Approved, "a rule that denies by now holds against an approval") {
  const auto refusal = decide(governance::verdict_of(ports::Decision::Deny, "closed"));
  REQUIRE(refusal);
  CHECK(refusal->code == "safety_blocked");
  CHECK(refusal->result_json.find("closed") != std::string::npos);
}

TEST_CASE_METHOD(Approved, "a rule that asks by now is satisfied by what people who may have said") {
  auto asks = governance::verdict_of(ports::Decision::RequireApproval, "two");
  asks.approval_json = R"({"needed":2})";
  const auto given = GENERATE(as<std::int64_t>(), 1, 2);
  approval.policy.needed = given;
  const auto refusal = decide(asks);
  CHECK(refusal.has_value() == (given == 1));
  if (refusal) CHECK(refusal->code == "approval_void");
}

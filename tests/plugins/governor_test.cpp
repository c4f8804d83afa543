// Governors that break the contract: what they cannot judge is denied, and written down.
#include <catch2/catch.hpp>
#include <map>

#include "plugins/stage/governor_stage.hpp"

using namespace platos::tests;

namespace {

/// What the ledger says of one governor in one run; null when it says nothing.
Json row_of(const GovernorStage& stage, const std::string& run, const std::string& governor) {
  for (const auto& row : safety_events(stage.daemon())) {
    if (row["runId"] == run && row["meta"]["governor"] == governor) return row;
  }
  return nullptr;
}

/// The refusal of a message: an error and the end, nothing for the model, nothing in the thread, one row of the ledger.
void check_refused(const GovernorStage& stage, const std::string& governor, const std::string& rule,
                   const std::string& reason) {
  const std::size_t asked = stage.mock.requests().size();
  const auto events = stage.say("Tell-Nobody");
  REQUIRE(shape_of(events) == "meta error done");
  CHECK(event_of(events, "error")["code"] == "safety_blocked");
  CHECK(says(event_of(events, "error")["message"], rule));
  CHECK_FALSE(says(event_of(events, "error")["message"], "Tell-Nobody"));
  CHECK(stage.mock.requests().size() == asked);
  const std::string thread = events.front().data["thread_id"];
  const Answer messages = get(stage.daemon(), "/api/v1/agent/threads/" + thread + "/messages");
  CHECK(messages.status == 200);
  CHECK(messages.body.find("Tell-Nobody") == std::string::npos);
  const Json row = row_of(stage, events.front().data["run_id"], governor);
  REQUIRE(row.is_object());
  CHECK(row["action"] == "block");
  CHECK(row["meta"]["rule_id"] == rule);
  CHECK(says(row["meta"]["reason"], reason));
  CHECK_FALSE(says(row.dump(), "Tell-Nobody"));
}

/// The same failure where the operator said that it allows: the turn passes, and the ledger tells of the failure.
void check_passes(const GovernorStage& stage, const std::string& reason) {
  const auto events = stage.say("Tell-Everybody");
  REQUIRE(shape_of(events) == kTurnWithAnswer);
  CHECK(says(stage.mock.requests().back().body, "Tell-Everybody"));
  const Json rows = safety_events(stage.daemon());
  REQUIRE_FALSE(rows.empty());
  CHECK(rows[0]["runId"] == events.front().data["run_id"]);
  CHECK(rows[0]["meta"]["rule_id"] == kGovernorFailed);
  CHECK(says(rows[0]["meta"]["reason"], reason));
}

struct Failure {
  std::string mode;
  std::string reason;
  bool switched_off = false;
};

const std::vector<Failure> kFailures = {
    {"begin_throws", "an exception crossed the C boundary", true},
    {"begin_fails", "the rules are lost"},
    {"begin_without_check", "begin() succeeded without a check", true},
    {"feed_throws", "an exception crossed the C boundary", true},
    {"feed_fails", "the rules are lost"},
    {"feed_fails_silently", "status 4711"},
    {"replacement_half_character", "not UTF-8", true},
    {"replacement_nowhere", "10 bytes at no address", true},
    {"replacement_huge", "18446744073709551615 bytes", true},
    {"rule_too_long", "65 bytes", true},
    {"reason_huge", "1099511627776 bytes", true},
    {"findings_huge", "18446744073709551615 bytes", true},
    {"findings_not_json", "not a JSON array", true},
    {"findings_object", "not a JSON array", true},
};

void check_state(const GovernorStage& stage, const std::string& name, const Failure& failure) {
  const Json row = stage.row(name);
  CHECK(row["state"] == (failure.switched_off ? "failed" : "ready"));
  if (failure.switched_off) CHECK(says(row["error"], failure.reason));
}

}  // namespace

TEST_CASE("a governor that fails denies the message and is named") {
  const auto each = GENERATE(from_range(kFailures));
  CAPTURE(each.mode);
  GovernorStage stage;
  stage.govern("guard", each.mode, kMessagePoint);
  stage.begin();
  check_refused(stage, "guard", kGovernorFailed, each.reason);
  check_state(stage, "guard", each);
  CHECK(safety_events(stage.daemon())[0]["meta"]["plugin"] == rogue_id("rogue-governor") + " 1.0.0");
  CHECK(metric(stage.daemon(), "platos_governor_failures_total", {"governor=\"guard\""}) == 1);
}

TEST_CASE("a governor whose failures the operator lets pass stops nothing, and each failure is written down") {
  GovernorStage stage;
  std::string allowed = "governance.on_error_allow=";
  for (const auto& each : kFailures) {
    stage.govern(each.mode, each.mode, kMessagePoint);
    allowed += each.mode + ",";
  }
  stage.begin({allowed});
  const auto events = stage.say("Tell-Everybody");
  REQUIRE(shape_of(events) == kTurnWithAnswer);
  CHECK(says(stage.mock.requests().back().body, "Tell-Everybody"));
  std::map<std::string, Json> rows;
  for (const auto& row : safety_events(stage.daemon())) rows[row["meta"]["governor"]] = row;
  for (const auto& each : kFailures) {
    CAPTURE(each.mode);
    REQUIRE(rows.contains(each.mode));
    CHECK(rows[each.mode]["meta"]["rule_id"] == kGovernorFailed);
    CHECK(rows[each.mode]["action"] == "warn");
    CHECK(says(rows[each.mode]["meta"]["reason"], each.reason));
    check_state(stage, each.mode, each);
  }
  CHECK(shape_of(stage.say("Tell-Everybody")) == kTurnWithAnswer);
  CHECK(stage.daemon().stop() == 0);
}

TEST_CASE("a governor that cannot start denies everything, unless the operator lets its failures pass") {
  const std::string mode = GENERATE(as<std::string>(), "create_throws", "points_throw");
  CAPTURE(mode);
  GovernorStage stage;
  // It would have wanted memories alone: that is not known of one that does not start.
  stage.govern("guard", mode, kMemoryPoint);
  stage.begin();
  CHECK(stage.row("guard")["state"] == "failed");
  check_refused(stage, "guard", kGovernorFailed, "an exception crossed the C boundary");
  stage.begin({"governance.on_error_allow=guard"});
  CHECK(text_of(stage.say("Tell-Everybody")).empty() == false);
}

TEST_CASE("a governor that stands in the order and is not there denies everything") {
  GovernorStage stage;
  stage.begin({"governance.order=nobody"});
  check_refused(stage, "nobody", kGovernorFailed, "governance.order");
  stage.begin({"governance.order=nobody", "governance.on_error_allow=nobody"});
  CHECK_FALSE(text_of(stage.say("Tell-Everybody")).empty());
}

TEST_CASE("a decision that the host does not know is a denial, whatever the operator says of failures") {
  const std::string mode = GENERATE(as<std::string>(), "unknown_decision", "no_decision");
  CAPTURE(mode);
  GovernorStage stage;
  stage.govern("guard", mode, kMessagePoint);
  stage.begin({"governance.on_error_allow=guard"});
  check_refused(stage, "guard", "rogue.rule", "The rule says so.");
  CHECK(stage.row("guard")["state"] == "ready");
}

TEST_CASE("a governor over its budget denies, and after three times in a row it is not asked for a while") {
  GovernorStage stage;
  stage.govern("guard", "slow", kMessagePoint);
  stage.start(settings_with({}));
  for (int i = 0; i < 3; ++i) check_refused(stage, "guard", kGovernorFailed, "the budget is 50 ms");
  check_refused(stage, "guard", kGovernorFailed, "three times in a row");
  CHECK(stage.row("guard")["state"] == "ready");
  stage.start(settings_with({"governance.on_error_allow=guard"}));
  for (int i = 0; i < 3; ++i) check_passes(stage, "the budget is 50 ms");
  check_passes(stage, "three times in a row");
}

TEST_CASE("each verdict stands for its own check, however a governor changes its mind") {
  GovernorStage stage;
  stage.govern("guard", "flips", kMessagePoint);
  stage.begin();
  CHECK(shape_of(stage.say("Tell-Nobody")) == kTurnWithAnswer);
  check_refused(stage, "guard", "rogue.rule", "The rule says so.");
  CHECK(shape_of(stage.say("Tell-Nobody")) == kTurnWithAnswer);
  check_refused(stage, "guard", "rogue.rule", "The rule says so.");
}

TEST_CASE("the most severe of several verdicts wins, in whatever order they are given") {
  const std::string order = GENERATE(as<std::string>(), "denies,redacts,allows", "allows,redacts,denies");
  CAPTURE(order);
  GovernorStage stage;
  stage.govern("allows", "allows", kMessagePoint);
  stage.govern("redacts", "redacts", kMessagePoint, "Something-Else");
  stage.govern("denies", "denies", kMessagePoint);
  stage.begin({"governance.order=" + order});
  CHECK(stage.row("denies")["state"] == "ready");
  check_refused(stage, "denies", "rogue.rule", "The rule says so.");
}

TEST_CASE("a redaction is all that the model and the thread hold of a message") {
  GovernorStage stage;
  stage.govern("a-redacts", "redacts", kMessagePoint, "Something-Else");
  stage.govern("b-allows", "allows", kMessagePoint);
  stage.begin();
  const auto events = stage.say("Tell-Nobody");
  REQUIRE(shape_of(events) == kTurnWithAnswer);
  CHECK(says(stage.mock.requests().back().body, "Something-Else"));
  CHECK_FALSE(model_saw(stage.mock, "Tell-Nobody"));
  const std::string thread = events.front().data["thread_id"];
  const std::string messages = get(stage.daemon(), "/api/v1/agent/threads/" + thread + "/messages").body;
  CHECK(messages.find("Something-Else") != std::string::npos);
  CHECK(messages.find("Tell-Nobody") == std::string::npos);
}

TEST_CASE("a governor that asks for approval where nobody can give it ends the turn with a code that says so") {
  GovernorStage stage;
  stage.govern("guard", "asks", kMessagePoint);
  stage.begin();
  const auto events = stage.say("Tell-Nobody");
  REQUIRE(shape_of(events) == "meta error done");
  CHECK(event_of(events, "error")["code"] == "approval_required");
  CHECK(stage.mock.requests().empty());
}

TEST_CASE("a governor that throws when a check ends is switched off; the verdict that it gave stands") {
  GovernorStage stage;
  stage.govern("guard", "end_throws", kMessagePoint);
  stage.begin();
  CHECK(shape_of(stage.say("Tell-Everybody")) == kTurnWithAnswer);
  CHECK(stage.row("guard")["state"] == "failed");
  check_refused(stage, "guard", kGovernorFailed, "an exception crossed the C boundary");
}

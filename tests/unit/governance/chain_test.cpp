#include "governance/chain.hpp"

#include <catch2/catch.hpp>

#include "fake_governor.hpp"

namespace platos::governance {

using ports::Decision;
using ports::Point;

TEST_CASE_METHOD(GovernanceFixture, "a chain without governors wants nothing and lets everything pass") {
  const auto governors = chain();
  CHECK_FALSE(governors->wants(Point::BeforeModel));
  CHECK(governors->check(subject, Point::BeforeModel, "hello").decision == Decision::Allow);
  CHECK(governors->stream(subject) == nullptr);
}

TEST_CASE_METHOD(GovernanceFixture, "a later governor sees what the earlier left, in the configured order") {
  const auto second = directory.add("a-second", kMessage, always(verdict_of(Decision::Allow, "")));
  const auto first = directory.add("z-first", kMessage, always(verdict_of(Decision::Redact, "r1", "redacted")));
  options.order = {"z-first"};
  const auto judged = chain()->check(subject, Point::BeforeModel, "secret");
  CHECK(first->seen == std::vector<std::string>{"secret"});
  CHECK(second->seen == std::vector<std::string>{"redacted"});
  CHECK(judged.text == "redacted");
  CHECK(judged.redacted);
  CHECK(judged.decision == Decision::Redact);
}

TEST_CASE_METHOD(GovernanceFixture, "the most severe decision wins, and a denial ends the chain") {
  directory.add("a", kMessage, always(verdict_of(Decision::Redact, "ra", "x")));
  directory.add("b", kMessage, always(verdict_of(Decision::Deny, "rb")));
  const auto last = directory.add("c", kMessage, always(verdict_of(Decision::Allow, "")));
  const auto judged = chain()->check(subject, Point::BeforeModel, "text");
  CHECK(judged.decision == Decision::Deny);
  CHECK(judged.rule_id == "rb");
  CHECK(last->seen.empty());
  CHECK(refusal(judged.decision, judged.rule_id, judged.findings).code == "safety_blocked");
}

TEST_CASE_METHOD(GovernanceFixture, "who may approve is kept of every governor that requires it") {
  auto first = verdict_of(Decision::RequireApproval, "ra");
  first.approval_json = R"({"needed":2})";
  auto second = verdict_of(Decision::RequireApproval, "rb");
  second.approval_json = R"({"roles":["admin"]})";
  directory.add("a", kMessage, always(first));
  directory.add("b", kMessage, always(second));
  const auto judged = chain()->check(subject, Point::BeforeModel, "text");
  CHECK(judged.decision == Decision::RequireApproval);
  CHECK(judged.rule_id == "ra");
  CHECK(judged.approvals_json == std::vector<std::string>{first.approval_json, second.approval_json});
}

TEST_CASE_METHOD(GovernanceFixture, "an error denies, unless the operator wrote otherwise") {
  const auto broken = [](std::string_view, bool) -> Result<ports::Verdict> {
    return fail(ErrorKind::Internal, "plugin_breach", "it threw");
  };
  directory.add("broken", kMessage, broken);
  const auto denied = chain()->check(subject, Point::BeforeModel, "text");
  CHECK(denied.decision == Decision::Deny);
  CHECK(denied.rule_id == "governor_failed");
  CHECK(denied.reason.find("it threw") != std::string::npos);
  options.on_error_allow = {"broken"};
  const auto allowed = chain()->check(subject, Point::BeforeModel, "text");
  CHECK(allowed.decision == Decision::Allow);
  CHECK(allowed.text == "text");
  // That nobody looked is on record all the same.
  REQUIRE(allowed.findings.size() == 1);
  CHECK(allowed.findings[0].rule_id == "governor_failed");
  CHECK(metrics.counter("platos_governor_failures_total", "", {{"governor", "broken"}}).value() == 2);
}

TEST_CASE_METHOD(GovernanceFixture, "a governor that is configured and cannot be used denies at every point") {
  directory.configured.push_back({"gone", nullptr, "plugin quarantined"});
  const auto governors = chain();
  for (const auto point : {Point::SessionStart, Point::BeforeModel, Point::BeforeTool, Point::Egress}) {
    CHECK(governors->wants(point));
    CHECK(governors->check(subject, point, "text").decision == Decision::Deny);
  }
}

TEST_CASE_METHOD(GovernanceFixture, "a name in the order that no instance has denies") {
  options.order = {"pii"};
  const auto judged = chain()->check(subject, Point::BeforeModel, "text");
  CHECK(judged.decision == Decision::Deny);
  CHECK(judged.reason.find("governance.order") != std::string::npos);
}

TEST_CASE_METHOD(GovernanceFixture, "more time than the budget denies, and three times in a row closes the governor") {
  int asked = 0;
  directory.add("slow", kMessage, [&](std::string_view, bool) -> Result<ports::Verdict> {
    ++asked;
    clock.advance_ms(51);
    return verdict_of(Decision::Allow, "");
  });
  const auto governors = chain();
  for (int i = 0; i < 3; ++i) {
    const auto judged = governors->check(subject, Point::BeforeModel, "text");
    CHECK(judged.decision == Decision::Deny);
    CHECK(judged.reason.find("51 ms") != std::string::npos);
  }
  CHECK(governors->check(subject, Point::BeforeModel, "text").decision == Decision::Deny);
  CHECK(asked == 3);
  clock.advance_ms(10'001);
  CHECK(governors->check(subject, Point::BeforeModel, "text").decision == Decision::Deny);
  CHECK(asked == 4);
}

TEST_CASE_METHOD(GovernanceFixture, "findings become flags for clients and rows with ids that repeat") {
  auto verdict = verdict_of(Decision::Allow, "");
  verdict.findings_json =
      R"([{"type":"pii","severity":"high","detail":"card","matched_text":"4111***","pii_type":"credit_card","action":"warn"}])";
  directory.add("pii", kMessage, always(verdict));
  subject.context.run_id = "run_1";
  const auto judged = chain()->check(subject, Point::BeforeModel, "text");
  CHECK(flags_json(judged.findings) ==
        R"([{"detail":"card","matchedText":"4111***","piiType":"credit_card","severity":"high","type":"pii"}])");
  const auto once = ledger_rows(subject, judged.findings, "message", 1);
  const auto again = ledger_rows(subject, judged.findings, "message", 2);
  const auto other = ledger_rows(subject, judged.findings, "step-2", 2);
  REQUIRE(once.size() == 1);
  CHECK(once[0].id == again[0].id);
  CHECK(once[0].id != other[0].id);
  CHECK(once[0].detector == "pii");
  CHECK(once[0].meta_json.find("com.example.fake 1.0.0") != std::string::npos);
}

TEST_CASE_METHOD(GovernanceFixture, "a refusal for personal data has the code that clients know") {
  auto verdict = verdict_of(Decision::Deny, "pii.ssn");
  verdict.findings_json = R"([{"type":"pii","severity":"high","detail":"ssn","action":"block"}])";
  directory.add("pii", kMessage, always(verdict));
  const auto judged = chain()->check(subject, Point::BeforeModel, "text");
  CHECK(refusal(judged.decision, judged.rule_id, judged.findings).code == "PII_BLOCKED");
}

}  // namespace platos::governance

// Calls of the past, put before rules: with the time and the texts that they had, and within limits.
#include "governance/history.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "store/tool_audit.hpp"
#include "unit/governance/fake_governor.hpp"
#include "unit/store/store_fixture.hpp"

namespace platos::governance {
namespace {

using ports::Decision;
using ports::Point;
using store::ToolAuditRow;

constexpr std::uint32_t kCall = static_cast<std::uint32_t>(Point::BeforeTool);
constexpr std::uint32_t kResult = static_cast<std::uint32_t>(Point::AfterTool);

/// What a check was asked, and when it believed to be.
struct Asked {
  Point point;
  std::string tool;
  std::string text;
  std::int64_t at_us = 0;
};

/// Decides by the configuration's word: "deny" denies all, "early" denies before the third second, "result" denies
/// results.
struct WordGovernor final : ports::Governor {
  struct WordCheck final : ports::Check {
    WordCheck(WordGovernor& governor, Point point, std::string_view subject)
        : owner(governor), asked{point, nlohmann::json::parse(subject)["tool"], {}, governor.clock->wall_us()} {}
    Result<ports::Verdict> feed(std::string_view text, bool) override {
      asked.text = text;
      owner.asked.push_back(asked);
      const bool hit = owner.word == "deny" ||
                       (owner.word == "early" && asked.point == Point::BeforeTool && asked.at_us < 3'000'000) ||
                       (owner.word == "result" && asked.point == Point::AfterTool);
      if (owner.word == "broken") return fail(ErrorKind::Internal, "governor_broken", "it is broken");
      ports::Verdict verdict;
      verdict.release_bytes = text.size();
      if (!hit) return verdict;
      verdict.decision = owner.word == "result" ? Decision::Redact : Decision::Deny;
      verdict.rule_id = "word";
      verdict.reason = "Because.";
      verdict.replacement = "{}";
      return verdict;
    }
    WordGovernor& owner;
    Asked asked;
  };
  WordGovernor(std::string config, std::shared_ptr<const base::Clock> reads, std::vector<Asked>& heard)
      : word(std::move(config)), clock(std::move(reads)), asked(heard) {}
  const std::string& instance() const override { return name; }
  const std::string& plugin() const override { return name; }
  std::uint32_t points() const override { return kCall | kResult; }
  Result<std::unique_ptr<ports::Check>> begin(ports::CallContext, Point point, std::string_view subject) override {
    return std::unique_ptr<ports::Check>(std::make_unique<WordCheck>(*this, point, subject));
  }
  std::string name = "word";
  std::string word;
  std::shared_ptr<const base::Clock> clock;
  std::vector<Asked>& asked;
};

struct Words final : ports::GovernorTrials {
  std::vector<Asked> asked;
  Result<std::shared_ptr<ports::Governor>> make_governor(const std::string& plugin, const std::string& config,
                                                         std::shared_ptr<const base::Clock> clock) override {
    CHECK(plugin == History::kPlugin);
    if (config == "bad") return fail(ErrorKind::InvalidArgument, "governor_config_invalid", "rules: expected a list");
    return std::shared_ptr<ports::Governor>(std::make_shared<WordGovernor>(config, std::move(clock), asked));
  }
};

struct HistoryFixture : store::DatabaseFixture {
  model::Scope own = {"org_a", "prj_a", "env_a"};
  model::Scope other = {"org_b", "prj_b", "env_b"};
  Words words;
  int added = 0;

  HistoryFixture() {
    REQUIRE(open());
    const auto system = model::SystemScopeForTest::make();
    const auto tenants = write([&](store::Session& session) -> Result<void> {
      for (const std::string name : {"a", "b"}) {
        session.execute(system, "INSERT INTO organizations VALUES ('org_" + name + "', '" + name + "', 'n', 1)");
        session.execute(system, "INSERT INTO projects VALUES ('prj_" + name + "', 'org_" + name + "', 'a', 'n', 1)");
        session.execute(system, "INSERT INTO environments VALUES ('env_" + name + "', 'org_" + name + "', 'prj_" +
                                    name + "', 'a', 'PRODUCTION', 'n', 1)");
      }
      return {};
    });
    REQUIRE(tenants);
  }
  ToolAuditRow call(std::int64_t second, const std::string& code = {}) {
    ToolAuditRow row;
    row.id = "call_" + std::to_string(++added);
    row.agent_id = "agt_1";
    row.user_id = "ann";
    row.instance = "docs";
    row.tool = "search";
    row.model_name = "docs__search";
    row.effect = "read";
    row.error_code = code;
    row.status = store::audit_status(code);
    row.arguments_json = R"({"q":")" + row.id + "\"}";
    row.result_json = R"({"found":")" + row.id + "\"}";
    row.created_us = second * 1'000'000;
    return row;
  }
  void add(const ToolAuditRow& row) { add(own, row); }
  void add(const model::Scope& scope, const ToolAuditRow& row) {
    REQUIRE(write([scope, row](store::Session& session) -> Result<void> {
      store::ToolAudit(session).add(scope, row);
      return {};
    }));
  }
  HistoryQuestion question(const std::string& config) {
    HistoryQuestion asked;
    asked.config_json = config;
    return asked;
  }
  Result<HistoryReport> judge(const HistoryQuestion& asked, std::int64_t time_limit_us = 60'000'000) {
    History history(words, *database, time_limit_us);
    return base::run_to_end(loop, history.judge(loop, own, asked));
  }
  std::string ids(const HistoryReport& report) {
    std::string text;
    for (const auto& each : report.examples) text += (text.empty() ? "" : " ") + each.id;
    return text;
  }
};

}  // namespace

TEST_CASE("Each call is judged with the time and the texts that it had, and nothing is written") {
  HistoryFixture f;
  for (const std::int64_t second : {2, 4, 1}) f.add(f.call(second));
  f.add(f.other, f.call(1));
  const auto before = *f.number("SELECT COUNT(*) FROM tool_audit");
  const auto report = f.judge(f.question("early"));
  REQUIRE(report);
  CHECK(report->considered == 3);
  CHECK(report->verdicts.at(Decision::Deny) == 2);
  CHECK(report->verdicts.at(Decision::Allow) == 1);
  CHECK(report->would_stop == 2);
  CHECK(report->cut.empty());
  CHECK(report->oldest_us == 1'000'000);
  CHECK(report->rules.at({"word", Decision::Deny, Point::BeforeTool}) == 2);
  CHECK(f.ids(*report) == "call_1 call_3");
  CHECK(report->examples[0].verdict.reason == "Because.");
  CHECK(report->examples[0].user_id == "ann");
  CHECK(report->examples[0].status == "success");
  // A call that would be denied has no result to look at.
  REQUIRE(f.words.asked.size() == 4);
  CHECK(f.words.asked[0].at_us == 4'000'000);
  CHECK(f.words.asked[0].text == R"({"q":"call_2"})");
  CHECK(f.words.asked[1].point == Point::AfterTool);
  CHECK(f.words.asked[1].text == R"({"found":"call_2"})");
  CHECK(f.words.asked[1].tool == "docs__search");
  CHECK(f.words.asked[2].at_us == 2'000'000);
  CHECK(f.words.asked[3].at_us == 1'000'000);
  CHECK(*f.number("SELECT COUNT(*) FROM tool_audit") == before);
}

TEST_CASE("What governors did not see, and what was not kept whole, is counted apart") {
  HistoryFixture f;
  f.add(f.call(5, "invalid_arguments"));
  f.add(f.call(6, "unknown_tool"));
  auto by_tool = f.call(4, "invalid_arguments");
  by_tool.latency_us = 5;
  f.add(by_tool);
  f.add(f.call(7, "safety_blocked"));
  f.add(f.call(8, "tool_failed"));
  auto tried = f.call(9);
  tried.source = "wire_test";
  f.add(tried);
  auto long_one = f.call(10);
  long_one.arguments_json = R"({"q":")" + std::string(store::kMaxAuditedBytes, 'x') + "\"}";
  f.add(long_one);
  const auto report = f.judge(f.question("result"));
  REQUIRE(report);
  CHECK(report->considered == 6);
  CHECK(report->not_asked == 2);
  CHECK(report->unjudged == 0);
  // Of the long one the result is judged; the one that was blocked has none.
  CHECK(report->verdicts.at(Decision::Redact) == 3);
  CHECK(report->verdicts.at(Decision::Allow) == 1);
  CHECK(report->would_stop == 0);
  CHECK(f.judge(f.question("nothing"))->unjudged == 1);
  const auto denied = f.judge(f.question("deny"));
  CHECK(denied->would_stop == 2);
  CHECK(denied->verdicts.at(Decision::Deny) == 4);
}

TEST_CASE("A dry run looks at so many calls, of the time and the agent that it is told, and says what it left out") {
  HistoryFixture f;
  for (int i = 1; i <= 250; ++i) f.add(f.call(i));
  auto question = f.question("deny");
  question.limit = 250;
  auto report = f.judge(question);
  CHECK(report->considered == 250);
  CHECK(report->cut.empty());
  CHECK(report->examples.size() == 20);
  CHECK(f.words.asked.size() == 250);
  question.limit = 249;
  question.examples = 1;
  report = f.judge(question);
  CHECK(report->considered == 249);
  CHECK(report->cut == "limit");
  CHECK(report->oldest_us == 2'000'000);
  CHECK(f.ids(*report) == "call_250");
  question.since_us = 10'000'000;
  question.until_us = 13'000'000;
  report = f.judge(question);
  CHECK(report->considered == 3);
  CHECK(f.ids(*report) == "call_12");
  question.agent_id = "agt_2";
  CHECK(f.judge(question)->considered == 0);
  // No time at all.
  report = f.judge(f.question("deny"), 0);
  CHECK(report->considered == 0);
  CHECK(report->cut == "time");
}

TEST_CASE("Rules that are none, rules that break, and too many questions at once are told") {
  HistoryFixture f;
  f.add(f.call(1));
  const auto refused = f.judge(f.question("bad"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "governor_config_invalid");
  CHECK(refused.error().kind == ErrorKind::InvalidArgument);
  const auto broken = f.judge(f.question("broken"));
  CHECK(broken->rules.at({"governor_failed", Decision::Deny, Point::BeforeTool}) == 1);
  History history(f.words, *f.database);
  const auto three = [](base::Loop& loop, History& asked, model::Scope scope,
                        HistoryQuestion question) -> Task<std::vector<Result<HistoryReport>>> {
    base::TaskSet tasks(loop, [](std::string_view, std::exception_ptr) { FAIL("an exception left a task"); });
    std::vector<Task<Result<HistoryReport>>> all;
    for (int i = 0; i < 3; ++i) all.push_back(asked.judge(loop, scope, question));
    auto ended = co_await base::when_all(loop, tasks, std::move(all));
    co_return ended;
  };
  const auto ended = base::run_to_end(f.loop, three(f.loop, history, f.own, f.question("deny")));
  REQUIRE(ended.size() == 3);
  CHECK(ended[0]);
  CHECK(ended[1]);
  REQUIRE_FALSE(ended[2]);
  CHECK(ended[2].error().code == "overloaded");
  // Places are given back.
  CHECK(base::run_to_end(f.loop, history.judge(f.loop, f.own, f.question("deny"))));
}

}  // namespace platos::governance

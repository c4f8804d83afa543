// Audit, whole results, settings, and calls that somebody settles.
#include "store/tool_audit.hpp"

#include <catch2/catch.hpp>

#include "store/tool_calls.hpp"
#include "store/tool_results.hpp"
#include "store/tool_settings.hpp"
#include "store_fixture.hpp"

namespace platos::store {
namespace {

ToolAuditRow call_of(const std::string& id, const std::string& tool, const std::string& code, std::int64_t latency_us,
                     std::int64_t at) {
  ToolAuditRow row;
  row.id = id;
  row.run_id = "run_1";
  row.thread_id = "thr_1";
  row.agent_id = "agt_1";
  row.user_id = "ann";
  row.instance = "docs";
  row.tool = tool;
  row.model_name = "docs__" + tool;
  row.effect = "read";
  row.error_code = code;
  row.status = audit_status(code);
  row.latency_us = latency_us;
  row.arguments_json = R"({"q":"secret"})";
  row.result_json = "\"found\"";
  row.created_us = at;
  return row;
}

}  // namespace

TEST_CASE("Audited calls are listed newest first, by whatever is asked, and belong to their environment") {
  SessionFixture f;
  ToolAudit audit(f.session);
  audit.add(f.own, call_of("c1", "search", "", 1000, 10));
  audit.add(f.own, call_of("c2", "search", "tool_timeout", 9000, 20));
  audit.add(f.own, call_of("c3", "read", "", 5, 30));
  audit.add(f.other, call_of("c4", "read", "", 5, 40));
  // A step that is done again.
  audit.add(f.own, call_of("c1", "search", "tool_failed", 7, 99));
  const auto ids = [&](const ToolAuditFilter& filter) {
    std::string text;
    for (const auto& row : audit.list(f.own, filter, true)) text += row.id + " ";
    CHECK(audit.count(f.own, filter) >= static_cast<std::int64_t>(text.size() / 3));
    return text;
  };
  ToolAuditFilter filter;
  CHECK(ids(filter) == "c3 c2 c1 ");
  filter.limit = 1;
  filter.offset = 1;
  CHECK(ids(filter) == "c2 ");
  CHECK(audit.count(f.own, filter) == 3);
  const auto only = [&](std::string ToolAuditFilter::*member, const std::string& value) {
    ToolAuditFilter narrowed;
    narrowed.*member = value;
    return ids(narrowed);
  };
  CHECK(only(&ToolAuditFilter::tool, "search") == "c2 c1 ");
  CHECK(only(&ToolAuditFilter::tool, "docs__read") == "c3 ");
  CHECK(only(&ToolAuditFilter::status, "timeout") == "c2 ");
  CHECK(only(&ToolAuditFilter::agent_id, "agt_2").empty());
  CHECK(only(&ToolAuditFilter::thread_id, "thr_1") == "c3 c2 c1 ");
  CHECK(only(&ToolAuditFilter::instance, "mail").empty());
  CHECK(only(&ToolAuditFilter::run_id, "run_1") == "c3 c2 c1 ");
  filter = {};
  filter.since_us = 15;
  CHECK(ids(filter) == "c3 c2 ");
  CHECK(audit.find(f.own, "c1")->arguments_json == R"({"q":"secret"})");
  CHECK(audit.find(f.own, "c1")->status == "success");
  CHECK_FALSE(audit.find(f.own, "c4"));
  CHECK(audit.list(f.own, {}, false)[0].arguments_json.empty());
}

TEST_CASE("Health is the mean and the 95th percentile of what was measured") {
  SessionFixture f;
  ToolAudit audit(f.session);
  for (int i = 1; i <= 100; ++i) audit.add(f.own, call_of("c" + std::to_string(i), "search", "", i * 1000, i));
  audit.add(f.own, call_of("late1", "search", "tool_failed", 1000, 200));
  audit.add(f.own, call_of("late2", "search", "outcome_unknown", 1000, 201));
  const auto health = audit.health(f.own, 0, 1000);
  REQUIRE(health.size() == 1);
  CHECK(health[0].first == "docs__search");
  CHECK(health[0].second.calls == 102);
  CHECK(health[0].second.failures == 2);
  CHECK(health[0].second.fail_count == 2);
  CHECK(health[0].second.p95_us == 95'000);
  CHECK(health[0].second.mean_us == (5050 + 2) * 1000 / 102);
  CHECK(health[0].second.last_status == "unknown");
  CHECK(health[0].second.last_called_us == 201);
  CHECK(audit.health(f.own, 202, 1000).empty());
}

TEST_CASE("Long texts are cut in the audit, and kept whole beside it") {
  SessionFixture f;
  auto row = call_of("c1", "search", "", 1, 1);
  row.arguments_json = std::string(kMaxAuditedBytes - 1, 'a') + "ü";
  ToolAudit(f.session).add(f.own, row);
  CHECK(ToolAudit(f.session).find(f.own, "c1")->arguments_json.size() == kMaxAuditedBytes - 1);
  ToolResults results(f.session);
  const std::string whole(600'000, 'w');
  results.put(f.own, "run_1", "c1", whole, 5);
  results.put(f.own, "run_1", "c1", whole + "!", 6);
  const auto kept = results.get(f.own, "run_1", "c1");
  REQUIRE(kept);
  CHECK(kept->text == whole + "!");
  CHECK(kept->bytes == 600'001);
  CHECK(kept->created_us == 6);
  CHECK_FALSE(results.get(f.other, "run_1", "c1"));
  CHECK_FALSE(results.get(f.own, "run_2", "c1"));
}

TEST_CASE("Settings and rules are what was written last, of one environment") {
  SessionFixture f;
  ToolSettings settings(f.session);
  settings.put(f.own, {"docs__search", false, model::Permission::Block, model::Effect::Read, 5, "ann", 7});
  settings.put(f.own, {"docs__search", true, model::Permission::Unspecified, model::Effect::Unspecified, 0, "bob", 8});
  settings.put(f.own, {"docs__read", true, model::Permission::RequireApproval, model::Effect::Once, 9, "bob", 8});
  settings.put_rules(f.own, {{"a*", model::Permission::Block}, {"b", model::Permission::AutoAllow}});
  settings.put_rules(f.own, {{"b", model::Permission::RequireApproval}, {"a", model::Permission::Block}});
  const auto all = settings.all(f.own);
  CHECK(all.settings.size() == 2);
  CHECK(all.settings.at("docs__search").enabled);
  CHECK(all.settings.at("docs__search").effect == model::Effect::Unspecified);
  CHECK(all.settings.at("docs__read").effect == model::Effect::Once);
  CHECK(all.settings.at("docs__read").timeout_ms == 9);
  REQUIRE(all.rules.size() == 2);
  CHECK(all.rules[0] == model::ToolRule{"b", model::Permission::RequireApproval});
  CHECK(settings.count(f.own) == 2);
  CHECK(settings.all(f.other).settings.empty());
  CHECK(settings.all(f.other).rules.empty());
  CHECK(settings.remove(f.own, "docs__read"));
  CHECK_FALSE(settings.remove(f.own, "docs__read"));
  CHECK_FALSE(settings.find(f.own, "docs__read"));
}

TEST_CASE("Only a call whose outcome is unknown can be settled, and once") {
  SessionFixture f;
  ToolCalls calls(f.session);
  LedgerRow row;
  row.run_id = "run_1";
  row.call_id = "c1";
  row.instance = "mail";
  row.tool = "send";
  row.started_us = 5;
  calls.start(f.own, row);
  CHECK(calls.unknown(f.own, "", 10).empty());
  calls.settle(f.own, "run_1", "c1", "unknown", 6);
  REQUIRE(calls.unknown(f.own, "", 10).size() == 1);
  CHECK(calls.unknown(f.own, "run_2", 10).empty());
  CHECK(calls.unknown(f.other, "", 10).empty());
  row.state = "succeeded";
  row.settled_us = 9;
  row.settled_by = "ann";
  CHECK_FALSE(calls.settle_unknown(f.other, row, "1"));
  CHECK(calls.settle_unknown(f.own, row, "1"));
  CHECK_FALSE(calls.settle_unknown(f.own, row, "2"));
  const auto settled = calls.find(f.own, "run_1", "c1");
  REQUIRE(settled);
  CHECK(settled->state == "succeeded");
  CHECK(settled->settled_by == "ann");
  CHECK(settled->settled_us == 9);
  CHECK_FALSE(calls.find(f.own, "run_1", "c2"));
}

}  // namespace platos::store

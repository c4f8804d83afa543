// What model calls cost, and which keys they were made with.
#include <catch2/catch.hpp>

#include "store/provider_keys.hpp"
#include "store/skill_usage.hpp"
#include "store/usage_records.hpp"
#include "store_fixture.hpp"

namespace platos::store {
namespace {

constexpr std::int64_t kDay = 86'400'000'000;

struct CostFixture : SessionFixture {
  UsageRecords records{session};

  void add(const std::string& run, const std::string& model, const std::string& agent, const std::string& user,
           std::int64_t cost, std::int64_t at) {
    UsageRow row;
    row.run_id = run;
    row.purpose = "turn";
    row.model = model;
    row.agent_id = agent;
    row.user_id = user;
    row.usage.input_tokens = 10;
    row.usage.output_tokens = 3;
    row.usage.cost_micro_usd = cost;
    row.created_us = at;
    records.insert(own, row);
  }
  CostFixture() {
    add("run_1", "a:x", "agt_1", "ann", 3'000'000'000, kDay);
    add("run_1", "b:y", "agt_1", "ann", 500, kDay);
    add("run_2", "b:y", "agt_2", "bob", 4'000'000'000, 2 * kDay - 1);
    add("run_3", "b:y", "agt_2", "bob", -1, 2 * kDay);
  }
  /// "<key> <runs> <tokens in>/<out> <cost> <unknown>|" each.
  std::string sums(UsageRecords::By by, std::int64_t from = 0, std::int64_t to = 10 * kDay, std::int64_t limit = 10) {
    std::string text;
    for (const auto& sum : records.sums(own, by, from, to, limit)) {
      text += sum.key + " " + std::to_string(sum.runs) + " " + std::to_string(sum.input_tokens) + "/" +
              std::to_string(sum.output_tokens) + " " + std::to_string(sum.cost_micro_usd) + " " +
              std::to_string(sum.unknown_costs) + "|";
    }
    return text;
  }
};

model::ProviderKey key_of(const std::string& id, const std::string& variable, bool is_default) {
  return {id, "openai", "Label", variable, is_default, "usr", 5, 0};
}

}  // namespace

TEST_CASE("Costs add up by agent, model, user and day, beyond what 32 bits hold, the dearest first") {
  CostFixture f;
  using By = UsageRecords::By;
  CHECK(f.sums(By::Agent) == "agt_2 2 20/6 4000000000 1|agt_1 1 20/6 3000000500 0|");
  CHECK(f.sums(By::Model) == "b:y 3 30/9 4000000500 1|a:x 1 10/3 3000000000 0|");
  CHECK(f.sums(By::User) == "bob 2 20/6 4000000000 1|ann 1 20/6 3000000500 0|");
  CHECK(f.sums(By::Day) == "1970-01-02 2 30/9 7000000500 0|1970-01-03 1 10/3 0 1|");
}

TEST_CASE("A period holds its beginning and not its end, a limit the first rows, an environment its own") {
  CostFixture f;
  using By = UsageRecords::By;
  CHECK(f.sums(By::Day, kDay, 2 * kDay) == "1970-01-02 2 30/9 7000000500 0|");
  CHECK(f.sums(By::Day, 2 * kDay, 3 * kDay) == "1970-01-03 1 10/3 0 1|");
  CHECK(f.sums(By::Agent, 0, 10 * kDay, 1) == "agt_2 2 20/6 4000000000 1|");
  CHECK(f.records.sums(f.other, By::Agent, 0, 10 * kDay, 10).empty());
}

TEST_CASE("What a run used with a model for a purpose is written once") {
  CostFixture f;
  f.add("run_1", "a:x", "agt_1", "ann", 3'000'000'000, kDay);
  CHECK(f.sums(UsageRecords::By::Agent, kDay, kDay + 1) == "agt_1 1 20/6 3000000500 0|");
}

TEST_CASE("Calls of skills add up by skill, tool, agent, provider and day, once each, within their environment") {
  SessionFixture f;
  SkillUsage usage(f.session);
  const auto add = [&](const std::string& id, const std::string& skill, const std::string& agent, std::int64_t cost,
                       std::int64_t at) {
    SkillUsageRow row;
    row.id = id;
    row.agent_id = agent;
    row.skill = skill;
    row.tool = "go";
    row.failed = cost == 0;
    row.usage = {"vendor of " + skill, 2, 3, cost};
    row.latency_us = 1000;
    row.created_us = at;
    usage.add(f.own, row);
  };
  add("c1", "web", "agt_1", 3'000'000'000, kDay);
  add("c2", "web", "agt_2", 0, kDay + 1);
  add("c3", "rag", "agt_1", 500, 2 * kDay);
  add("c3", "rag", "agt_1", 9'000'000'000, 2 * kDay);
  const auto sums = [&](SkillUsage::By by, std::int64_t from = 0, std::int64_t to = 10 * kDay) {
    std::string text;
    for (const auto& sum : usage.sums(f.own, by, from, to, 10)) {
      text += sum.key + " " + std::to_string(sum.calls) + " " + std::to_string(sum.failures) + " " +
              std::to_string(sum.input_units) + "/" + std::to_string(sum.output_units) + " " +
              std::to_string(sum.cost_micro_usd) + " " + std::to_string(sum.latency_us) + "|";
    }
    return text;
  };
  using By = SkillUsage::By;
  CHECK(sums(By::Skill) == "web 2 1 4/6 3000000000 2000|rag 1 0 2/3 500 1000|");
  CHECK(sums(By::Tool) == "web/go 2 1 4/6 3000000000 2000|rag/go 1 0 2/3 500 1000|");
  CHECK(sums(By::Agent) == "agt_1 2 0 4/6 3000000500 2000|agt_2 1 1 2/3 0 1000|");
  CHECK(sums(By::Provider, kDay, 2 * kDay) == "vendor of web 2 1 4/6 3000000000 2000|");
  CHECK(sums(By::Day) == "1970-01-02 2 1 4/6 3000000000 2000|1970-01-03 1 0 2/3 500 1000|");
  CHECK(usage.sums(f.own, By::Skill, 0, 10 * kDay, 1).size() == 1);
  CHECK(usage.sums(f.other, By::Skill, 0, 10 * kDay, 10).empty());
}

TEST_CASE("Keys of providers are kept by environment, with one default each") {
  SessionFixture f;
  ProviderKeys keys(f.session);
  keys.insert(f.own, key_of("pky_1", "KEY_1", true));
  keys.insert(f.own, key_of("pky_2", "KEY_2", false));
  CHECK(keys.find_default(f.own, "openai")->id == "pky_1");
  CHECK_FALSE(keys.find_default(f.own, "groq"));
  CHECK_FALSE(keys.find_default(f.other, "openai"));
  CHECK_FALSE(keys.find(f.other, "pky_1"));
  CHECK(keys.list(f.own).size() == 2);
  keys.clear_default(f.own, "openai");
  CHECK_FALSE(keys.find_default(f.own, "openai"));
  auto second = *keys.find(f.own, "pky_2");
  second.label = "Renamed";
  second.is_default = true;
  keys.update(f.other, second);
  CHECK(keys.find(f.own, "pky_2")->label == "Label");
  keys.update(f.own, second);
  keys.note_use(f.own, "pky_2", 77);
  const auto found = keys.find_default(f.own, "openai");
  REQUIRE(found);
  CHECK(found->label == "Renamed");
  CHECK(found->variable == "KEY_2");
  CHECK(found->created_by == "usr");
  CHECK(found->last_used_us == 77);
  CHECK_FALSE(keys.remove(f.other, "pky_2"));
  CHECK(keys.remove(f.own, "pky_2"));
  CHECK_FALSE(keys.remove(f.own, "pky_2"));
}

TEST_CASE("Whether a provider is switched on is said or not said") {
  SessionFixture f;
  ProviderKeys keys(f.session);
  CHECK_FALSE(keys.setting(f.own, "openai"));
  keys.put_setting(f.own, {"openai", std::nullopt, 9});
  CHECK_FALSE(keys.setting(f.own, "openai")->enabled);
  CHECK(keys.setting(f.own, "openai")->linked_us == 9);
  keys.put_setting(f.own, {"openai", false, 0});
  CHECK(keys.setting(f.own, "openai")->enabled == false);
  CHECK(keys.setting(f.own, "openai")->linked_us == 0);
  CHECK_FALSE(keys.setting(f.other, "openai"));
  CHECK(keys.settings(f.own).size() == 1);
}

}  // namespace platos::store

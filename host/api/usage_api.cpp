// What runs did and cost: as the published client asks for it, and as the published server answered.
#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "api/handlers.hpp"
#include "api/paging.hpp"
#include "api/wire.hpp"
#include "base/text.hpp"
#include "store/runs.hpp"
#include "store/skill_usage.hpp"
#include "store/usage_records.hpp"

namespace platos::api {
namespace {

using namespace model;  // the rights
using ingress::Response;
using model::Json;
using By = store::UsageRecords::By;
using SkillBy = store::SkillUsage::By;

constexpr std::int64_t kDayUs = 86'400'000'000;
constexpr std::int64_t kMaxRows = 500;

/// From the beginning of a day.
struct Period {
  std::int64_t from_us = 0;
  std::int64_t to_us = 0;
};

std::int64_t today(const Call& call) { return call.loop().clock().wall_us() / kDayUs * kDayUs; }

/// One day: the query's, or today.
Result<Period> one_day(const Call& call, std::string_view name) {
  const std::string text = call.query_value(name);
  const auto day = text.empty() ? std::optional(today(call)) : base::parse_date(text);
  if (!day) return fail(invalid_field(name, "a day such as \"2026-11-23\"", "\"" + base::printable(text) + "\""));
  return Period{*day, *day + kDayUs};
}

/// Some days, today among them.
Result<Period> last_days(const Call& call, std::string_view name, std::int64_t usual) {
  const auto days = query_number(call, name, usual, 1, 365);
  if (!days) return fail(days.error());
  return Period{today(call) - (*days - 1) * kDayUs, today(call) + kDayUs};
}

Json sum_to_wire(const store::UsageSum& sum, const char* key) {
  return {{key, sum.key},
          {"costCents", Json::parse(model::cents(sum.cost_micro_usd))},
          {"costKnown", sum.unknown_costs == 0},
          {"runs", sum.runs},
          {"inputTokens", sum.input_tokens},
          {"outputTokens", sum.output_tokens}};
}

constexpr std::int64_t kMaxSkillDays = 92;

/// From a day to a day, both inside; usually the last seven.
Result<Period> from_day_to_day(const Call& call) {
  auto last = one_day(call, "to");
  if (!last) return last;
  const bool begins = !call.query_value("from").empty();
  const auto first = begins ? one_day(call, "from") : Result<Period>(Period{last->from_us - 6 * kDayUs, 0});
  if (!first) return first;
  const std::int64_t days = (last->to_us - first->from_us) / kDayUs;
  if (days < 1 || days > kMaxSkillDays)
    return fail(invalid_field("from", "1 to 92 days up to \"to\"", std::to_string(days) + " days"));
  return Period{first->from_us, last->to_us};
}

struct SkillCosts {
  std::vector<store::SkillUsageSum> by_skill;
  std::vector<store::SkillUsageSum> by_tool;
  std::vector<store::SkillUsageSum> by_agent;
  std::vector<store::SkillUsageSum> by_provider;
  std::vector<store::SkillUsageSum> by_day;
};

std::string day_to_wire(std::int64_t us) {
  constexpr std::size_t kDateBytes = 10;
  return base::format_iso8601(us).substr(0, kDateBytes);
}

Json list_of(const std::vector<store::SkillUsageSum>& sums, const char* key) {
  Json rows = Json::array();
  for (const auto& sum : sums) {
    rows.push_back({{key, sum.key},
                    {"calls", sum.calls},
                    {"failures", sum.failures},
                    {"inputUnits", sum.input_units},
                    {"outputUnits", sum.output_units},
                    {"costCents", Json::parse(model::cents(sum.cost_micro_usd))},
                    {"latencyMs", sum.latency_us / 1000}});
  }
  return rows;
}

Json costs_to_wire(const SkillCosts& costs, std::int64_t now_us) {
  std::int64_t calls = 0;
  std::int64_t micro_usd = 0;
  for (const auto& day : costs.by_day) {
    calls += day.calls;
    micro_usd += day.cost_micro_usd;
  }
  return {{"totalCalls", calls},
          {"totalCostCents", Json::parse(model::cents(micro_usd))},
          {"bySkill", list_of(costs.by_skill, "skill")},
          {"byTool", list_of(costs.by_tool, "tool")},
          {"byAgent", list_of(costs.by_agent, "agentId")},
          {"byProvider", list_of(costs.by_provider, "provider")},
          {"fetchedAt", time_to_wire(now_us)}};
}

Json run_row(const model::RunRecord& run) {
  Json row = to_wire(run);
  const auto output = model::parse_bounded(run.output_json, "a run's output");
  const auto usage = model::usage_from_json(output && output->is_object() ? output->value("usage", Json()) : Json());
  row["durationMs"] = run.finished_us == 0 ? Json() : Json((run.finished_us - run.created_us) / 1000);
  row["costCents"] = usage.cost_micro_usd < 0 ? Json() : Json::parse(model::cents(usage.cost_micro_usd));
  return row;
}

struct UsageHandlers {
  Services services;
  ApiOptions options;

  Task<Response> sums(Call call, Result<Period> period, By by, const char* list, const char* key) const {
    if (!period) co_return error_response(period.error(), call.request.request_id);
    const auto limit = query_number(call, "limit", by == By::Day ? kMaxRows : 50, 1, kMaxRows);
    if (!limit) co_return error_response(limit.error(), call.request.request_id);
    const auto read = services.database.read(
        call.loop(),
        [scope = call.who.scope, period = *period, by,
         limit = *limit](store::Session& session) -> Result<std::vector<store::UsageSum>> {
          return store::UsageRecords(session).sums(scope, by, period.from_us, period.to_us, limit);
        });
    const auto found = co_await read;
    if (!found) co_return error_response(found.error(), call.request.request_id);
    Json rows = Json::array();
    for (const auto& sum : *found) rows.push_back(sum_to_wire(sum, key));
    Json body;
    body[list] = std::move(rows);
    body["fetchedAt"] = time_to_wire(call.loop().clock().wall_us());
    co_return json_response(200, body);
  }

  Task<Response> by_agent(Call call) const {
    auto day = one_day(call, "day");
    return sums(std::move(call), std::move(day), By::Agent, "rollup", "agentId");
  }
  Task<Response> by_scope(Call call) const {
    auto days = last_days(call, "daysBack", 30);
    return sums(std::move(call), std::move(days), By::Day, "rollup", "day");
  }
  Task<Response> cost_by_agent(Call call) const {
    auto days = last_days(call, "days", 7);
    return sums(std::move(call), std::move(days), By::Agent, "rows", "agentId");
  }
  Task<Response> cost_by_model(Call call) const {
    auto days = last_days(call, "days", 7);
    return sums(std::move(call), std::move(days), By::Model, "rows", "model");
  }
  Task<Response> cost_by_user(Call call) const {
    auto days = last_days(call, "days", 7);
    return sums(std::move(call), std::move(days), By::User, "rows", "userId");
  }
  Task<Response> cost_of_day(Call call) const {
    auto day = one_day(call, "date");
    return sums(std::move(call), std::move(day), By::Day, "rows", "day");
  }

  Task<Result<SkillCosts>> skill_costs(const Call& call, Period period) const {
    const auto read = services.database.read(
        call.loop(), [scope = call.who.scope, period](store::Session& session) -> Result<SkillCosts> {
          store::SkillUsage usage(session);
          const auto sums = [&](SkillBy by) { return usage.sums(scope, by, period.from_us, period.to_us, kMaxRows); };
          return SkillCosts{sums(SkillBy::Skill), sums(SkillBy::Tool), sums(SkillBy::Agent), sums(SkillBy::Provider),
                            sums(SkillBy::Day)};
        });
    co_return co_await read;
  }

  Task<Response> skills_of_day(Call call) const {
    const auto day = one_day(call, "date");
    if (!day) co_return error_response(day.error(), call.request.request_id);
    const auto costs = co_await skill_costs(call, *day);
    co_return answer_with(call, 200, costs, [&](const SkillCosts& each) {
      Json body = costs_to_wire(each, call.loop().clock().wall_us());
      body["date"] = day_to_wire(day->from_us);
      return body;
    });
  }

  Task<Response> skills_of_days(Call call) const {
    const auto period = from_day_to_day(call);
    if (!period) co_return error_response(period.error(), call.request.request_id);
    const auto costs = co_await skill_costs(call, *period);
    co_return answer_with(call, 200, costs, [&](const SkillCosts& each) {
      Json body = costs_to_wire(each, call.loop().clock().wall_us());
      body["from"] = day_to_wire(period->from_us);
      body["to"] = day_to_wire(period->to_us - kDayUs);
      body["perDay"] = list_of(each.by_day, "date");
      return body;
    });
  }

  // Who may look at the environment sees the runs of all its users.
  Task<Response> runs(Call call) const {
    const auto limit = query_number(call, "limit", 50, 1, 200);
    const auto offset = query_number(call, "offset", 0, 0, INT64_MAX);
    if (!limit) co_return error_response(limit.error(), call.request.request_id);
    if (!offset) co_return error_response(offset.error(), call.request.request_id);
    store::RunFilter filter;
    filter.user_id = call.who.user_id;
    filter.all_users = call.who.may(kRead) && call.who.agent_id.empty();
    filter.agent_id = call.who.agent_id.empty() ? call.query_value("agentId") : call.who.agent_id;
    filter.thread_id = call.query_value("threadId");
    filter.state = call.query_value("status");
    filter.limit = *limit;
    filter.offset = *offset;
    const auto read = services.database.read(call.loop(), [scope = call.who.scope, filter](store::Session& session) {
      return Result<std::vector<model::RunRecord>>(store::Runs(session).list(scope, filter));
    });
    co_return answer_list(call, "runs", co_await read, run_row);
  }
};

}  // namespace

std::vector<Route> usage_routes(const Services& services, const ApiOptions& options) {
  const auto handlers = std::make_shared<const UsageHandlers>(UsageHandlers{services, options});
  const auto to = [handlers](Task<Response> (UsageHandlers::*member)(Call) const) -> RouteHandler {
    return [handlers, member](Call call) { return (handlers.get()->*member)(std::move(call)); };
  };
  return {
      {"GET", "/api/v1/agent/monitoring/runs", kChat | kRead, to(&UsageHandlers::runs), "Runs with what they cost"},
      {"GET", "/api/v1/agent/monitoring/cost/by-agent", kRead, to(&UsageHandlers::by_agent),
       "Cost of one day by agent"},
      {"GET", "/api/v1/agent/monitoring/cost/by-scope", kRead, to(&UsageHandlers::by_scope),
       "Cost of the environment by day"},
      {"GET", "/api/v1/agent/monitoring/cost", kRead, to(&UsageHandlers::cost_of_day), "Cost of one day"},
      {"GET", "/api/v1/agent/monitoring/cost/skills/daily", kRead, to(&UsageHandlers::skills_of_day),
       "What skills' tools cost on one day"},
      {"GET", "/api/v1/agent/monitoring/cost/skills/range", kRead, to(&UsageHandlers::skills_of_days),
       "What skills' tools cost on some days"},
      {"GET", "/api/v1/agent/monitoring/cost-by-agent", kRead, to(&UsageHandlers::cost_by_agent),
       "Cost of some days by agent, the dearest first"},
      {"GET", "/api/v1/agent/monitoring/cost-by-model", kRead, to(&UsageHandlers::cost_by_model),
       "Cost of some days by model, the dearest first"},
      {"GET", "/api/v1/agent/monitoring/cost-by-user", kRead, to(&UsageHandlers::cost_by_user),
       "Cost of some days by user, the dearest first"},
  };
}

}  // namespace platos::api

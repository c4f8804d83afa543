// What runs did and cost; ratings.
#include "api/openapi/operation.hpp"

namespace platos::api::openapi {
namespace {

Json sum_by(std::string_view key) {
  return object({{key, text()},
                 {"costCents", number()},
                 {"costKnown", described(boolean(), "false: some of it has no price, and is not in the sum")},
                 {"runs", integer_from(0)},
                 {"inputTokens", integer_from(0)},
                 {"outputTokens", integer_from(0)}});
}

Json day() { return pattern("^\\d{4}-\\d{2}-\\d{2}$", "A day in UTC"); }

Operation sums(std::string_view route, std::string_view id, std::string_view list, std::string_view key) {
  return operation(route, id)
      .query("limit", integer_in(1, 500), "At most so many rows. Values out of range are clamped")
      .gives(200, "Sums of usage records", object({{list, list_of(sum_by(key))}, {"fetchedAt", time()}}));
}

Json skill_sums(std::string_view key) {
  return list_of(object({{key, text()},
                         {"calls", integer_from(0)},
                         {"failures", integer_from(0)},
                         {"inputUnits", described(integer_from(0), "As the skill counts")},
                         {"outputUnits", integer_from(0)},
                         {"costCents", number()},
                         {"latencyMs", described(integer_from(0), "Of all calls together")}}));
}

Json skill_costs(std::initializer_list<Member> more) {
  Json schema = object({{"totalCalls", integer_from(0)},
                        {"totalCostCents", number()},
                        {"bySkill", skill_sums("skill")},
                        {"byTool", described(skill_sums("tool"), "skill/tool")},
                        {"byAgent", skill_sums("agentId")},
                        {"byProvider", skill_sums("provider")},
                        {"fetchedAt", time()}});
  for (const auto& member : more) {
    schema["properties"][std::string(member.name)] = member.schema;
    schema["required"].push_back(member.name);
  }
  return schema;
}

Json some_days(std::int64_t usual) { return with_default(integer_in(1, 365), usual); }

Json rating() {
  return object({{"messageId", text()},
                 {"userId", text()},
                 {"rating", described(integer(), "1 or -1")},
                 {"comment", or_null(text())},
                 {"createdAt", time()},
                 {"updatedAt", time()}});
}

}  // namespace

Resource usage_resource() {
  return {
      "Usage",
      "Runs and what they cost.",
      {},
      {operation("GET /api/v1/agent/monitoring/runs", "listMonitoredRuns")
           .pages(50, 200)
           .query("agentId", text(), "Only runs of this agent")
           .query("threadId", text(), "Only runs of this thread")
           .query("status", text(), "Only runs in this state")
           .gives(200, "A page of runs, newest first",
                  listing("runs", {{"allOf", Json::array({ref("Run"), object({{"durationMs", or_null(integer_from(0))},
                                                                              {"costCents", or_null(number())}})})}})),
       sums("GET /api/v1/agent/monitoring/cost/by-agent", "getCostByAgentOfDay", "rollup", "agentId")
           .query("day", day(), "Today, unless it is given"),
       sums("GET /api/v1/agent/monitoring/cost/by-scope", "getCostByDay", "rollup", "day")
           .query("daysBack", some_days(30), "So many days, today among them"),
       sums("GET /api/v1/agent/monitoring/cost", "getCostOfDay", "rows", "day")
           .query("date", day(), "Today, unless it is given"),
       operation("GET /api/v1/agent/monitoring/cost/skills/daily", "getSkillCostOfDay")
           .query("date", day(), "Today, unless it is given")
           .gives(200, "Calls of skills' tools", skill_costs({{"date", day()}})),
       operation("GET /api/v1/agent/monitoring/cost/skills/range", "getSkillCost")
           .query("from", day(), "Six days before the last, unless it is given")
           .query("to", day(), "Inside; today, unless it is given. At most 92 days")
           .gives(200, "Calls of skills' tools",
                  skill_costs({{"from", day()}, {"to", day()}, {"perDay", skill_sums("date")}})),
       sums("GET /api/v1/agent/monitoring/cost-by-agent", "getCostByAgent", "rows", "agentId")
           .query("days", some_days(7), "So many days, today among them"),
       sums("GET /api/v1/agent/monitoring/cost-by-model", "getCostByModel", "rows", "model")
           .query("days", some_days(7), "So many days, today among them"),
       sums("GET /api/v1/agent/monitoring/cost-by-user", "getCostByUser", "rows", "userId")
           .query("days", some_days(7), "So many days, today among them")}};
}

Resource ratings_resource() {
  return {"Ratings",
          "What users think of messages.",
          {{"Rating", rating()}},
          {operation("POST /api/v1/agent/messages/{id}/rating", "rateMessage")
               .takes(object({{"rating", {{"type", "integer"}, {"enum", Json::array({1, -1})}}}},
                             {{"comment", or_null(text_up_to(4000))}}))
               .gives(201, "The rating", object({{"rating", ref("Rating")}})),
           operation("GET /api/v1/agent/messages/{id}/rating", "getRating")
               .gives(200, "The user's own rating, and how many there are",
                      object({{"userRating", or_null(ref("Rating"))},
                              {"aggregate", object({{"ups", integer_from(0)}, {"downs", integer_from(0)}})}})),
           operation("DELETE /api/v1/agent/messages/{id}/rating", "unrateMessage")
               .gives(200, "Whether there was one", object({{"removed", boolean()}}))}};
}

}  // namespace platos::api::openapi

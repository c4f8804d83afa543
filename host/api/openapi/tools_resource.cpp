// Tools of an environment, and calls of them.
#include "api/openapi/operation.hpp"

namespace platos::api::openapi {
namespace {

Json permission() { return words({"auto_allow", "require_approval", "block"}); }
Json effect() { return words({"read", "idempotent", "once"}); }

Json tool_row() {
  return object({{"toolId", described(text(), "Its name in requests to models; what routes take")},
                 {"toolName", described(text(), "As its source calls it")},
                 {"name", text()},
                 {"description", text()},
                 {"category", text()},
                 {"source", described(text(), "A plugin's instance, entity:<id>, package:<slug> or platos.<what>")},
                 {"entityId", text()},
                 {"paramSchema", or_null(any_object())},
                 {"effect", effect()},
                 {"timeoutMs", described(integer_from(0), "0: the server's")},
                 {"meta", described(boolean(), "One that the server itself has")},
                 {"enabled", boolean()},
                 {"permission", permission()},
                 {"because", described(text(), "What decided the permission")}},
                {{"score", number()},
                 {"params", list_of(text())},
                 {"health", ref("ToolHealth")},
                 {"entityPk", described(or_null(text()), "Of an entity's tool: the entity's id")},
                 {"callbackUrl", or_null(text())},
                 {"agents", described(map_of(permission()), "By agent id; one that is missing does not have it")}});
}

Json tool_health() {
  return object({{"lastStatus", or_null(text())},
                 {"failCount", described(integer_from(0), "Failures since the last success")},
                 {"totalCalls", integer_from(0)},
                 {"totalFailures", integer_from(0)},
                 {"avgLatencyMs", number()},
                 {"p95LatencyMs", number()},
                 {"lastCalledAt", or_null(time())}});
}

Json tool_mapping() {
  const Json param = object(
      {{"name", text()}, {"source", words({"constant", "mapping", "auto_match", "model"})}, {"required", boolean()}});
  return object({{"toolName", text()},
                 {"sourceEntity", text()},
                 {"enabled", described(boolean(), "The agent may use it")},
                 {"health", ref("ToolHealth")},
                 {"params", list_of(param)},
                 {"mapped", described(integer_from(0), "Arguments that the model does not fill in")},
                 {"total", integer_from(0)},
                 {"warnings", list_of(text())}});
}

Json tool_category() {
  return object({{"id", text()},
                 {"count", integer_from(0)},
                 {"defaultDescription", text()},
                 {"userDescription", or_null(text())}});
}

Json rule_list() {
  return {{"type", "array"},
          {"maxItems", 500},
          {"items", object({{"pattern", described(text_up_to(256), "A tool's name, or source/name; * is any text")},
                            {"permission", permission()}})}};
}

Json tool_list(std::initializer_list<Member> more = {}) {
  return object({{"tools", list_of(ref("Tool"))},
                 {"results", list_of(ref("Tool"))},
                 {"rows", list_of(ref("Tool"))},
                 {"total", integer_from(0)}},
                more);
}

Json audit_row() {
  return object(
      {{"id", text()},
       {"callId", text()},
       {"runId", or_null(text())},
       {"threadId", or_null(text())},
       {"agentId", or_null(text())},
       {"userId", or_null(text())},
       {"source", described(text(), "agent_turn, skill_invocation, replay or wire_test")},
       {"entityId", text()},
       {"toolId", text()},
       {"toolName", text()},
       {"effect", text()},
       {"status", words({"success", "failed", "timeout", "denied", "unknown"})},
       {"errorCode", or_null(text())},
       {"latencyMs", number()},
       {"traceId", or_null(text())},
       {"replayOf", or_null(text())},
       {"args", described(any_value(), "Null in lists")},
       {"result", any_value()},
       {"error", any_value()},
       {"createdAt", or_null(time())}},
      {{"tool", described(text(), "Of test calls, as the next: other names of toolId, id, latencyMs, result")},
       {"auditId", text()},
       {"durationMs", number()},
       {"body", any_value()}});
}

Json ledger_row() {
  return object({{"runId", text()},
                 {"callId", text()},
                 {"source", text()},
                 {"toolName", text()},
                 {"effect", effect()},
                 {"idempotencyKey", text()},
                 {"status", words({"started", "succeeded", "failed", "unknown"})},
                 {"startedAt", or_null(time())},
                 {"settledAt", or_null(time())},
                 {"settledBy", or_null(text())}});
}

Json dry_run() {
  return object({{"considered", described(integer_from(0), "Calls of the audit")},
                 {"unknownTools", described(integer_from(0), "Calls of tools that are not there any more")},
                 {"changes", list_of(object({{"toolId", text()},
                                             {"calls", integer_from(1)},
                                             {"now", permission()},
                                             {"proposed", permission()},
                                             {"callIds", list_of(text())}}))}});
}

Json verdict() { return words({"allow", "redact", "require_approval", "deny"}); }
Json part() { return described(words({"call", "result"}), "What the rule is about"); }

Json past_call() {
  return object({{"callId", text()},
                 {"runId", or_null(text())},
                 {"toolId", text()},
                 {"agentId", or_null(text())},
                 {"userId", or_null(text())},
                 {"status", described(text(), "How it went then")},
                 {"errorCode", or_null(text())},
                 {"createdAt", time()},
                 {"verdict", verdict()},
                 {"on", part()},
                 {"rule", described(text(), "Id of the rule, or default")},
                 {"reason", text()}});
}

Json governed_history() {
  return object(
      {{"considered", described(integer_from(0), "Calls that were looked at, newest first")},
       {"notAsked", described(integer_from(0), "Calls that were refused for their form: governors do not see them")},
       {"unjudged", described(integer_from(0), "Calls whose arguments or results were too long to be kept whole")},
       {"verdicts", map_of(integer_from(0))},
       {"wouldStop", described(integer_from(0), "Calls that were made, and would be denied or wait for people")},
       {"rules",
        list_of(object({{"rule", text()}, {"verdict", verdict()}, {"on", part()}, {"calls", integer_from(1)}}))},
       {"examples", list_of(past_call())},
       {"cut", described(or_null(words({"limit", "time"})), "Why older calls were not looked at; null: all were")},
       {"since", or_null(time())},
       {"until", time()},
       {"oldest", described(or_null(time()), "The oldest call that was looked at")}});
}

Json trial_members() {
  return object({}, {{"params", described(or_null(any_object()), "The arguments; also under arguments or args")},
                     {"arguments", or_null(any_object())},
                     {"args", or_null(any_object())},
                     {"agentId", described(or_null(text()), "Whose rules hold, too")},
                     {"context", described(or_null(any_object()), "What the session is said to be")},
                     {"confirm", described(or_null(boolean()), "An administrator's approval, where the tool needs it")},
                     {"purpose", or_null(text())}});
}

Json test_members() {
  Json schema = trial_members();
  schema["properties"]["sourceEntityId"] = described(or_null(text()), "The source whose tool is meant");
  return schema;
}

Json with_tool(Json schema) {
  schema["properties"]["tool"] = described(some_text(), "Its name");
  schema["required"] = {"tool"};
  return schema;
}

}  // namespace

Resource tools_resource() {
  return {"Tools",
          "What agents may use: of skills, connected entities, and the server itself.",
          {{"Tool", tool_row()},
           {"ToolHealth", tool_health()},
           {"ToolMapping", tool_mapping()},
           {"ToolCategory", tool_category()}},
          {operation("GET /api/v1/agent/tools", "listTools")
               .query("category", text(), "Only of this category")
               .query("entity", text(), "Only of this source")
               .query("agentId", text(), "As this agent may use them")
               .gives(200, "The tools, under each name that clients have for the list", tool_list()),
           operation("GET /api/v1/agent/tools/search", "searchTools")
               .must_query("q", text_up_to(2000), "Words")
               .query("limit", with_default(integer_in(1, 50), 15), "At most so many")
               .query("entity", text(), "Only of this source")
               .query("agentId", text(), "Only what this agent may use")
               .gives(200, "What may be used, best first", tool_list({{"query", text()}})),
           operation("GET /api/v1/agent/agents/{id}/tool-mappings", "listToolMappings")
               .tells("As it is when the session's context has every key that the agent's contextMapping names.")
               .gives(200, "The agent's tools, and where each argument comes from",
                      object({{"agentId", text()},
                              {"tools", list_of(ref("ToolMapping"))},
                              {"declaredKeys", list_of(text())},
                              {"total", integer_from(0)},
                              {"fetchedAt", time()}})),
           operation("GET /api/v1/agent/agents/{id}/categories", "listToolCategories")
               .gives(200, "Categories of the agent's tools, those with most tools first",
                      object({{"agentId", text()},
                              {"categories", list_of(ref("ToolCategory"))},
                              {"enabledCategories", or_null(list_of(text()))},
                              {"fetchedAt", time()}})),
           operation("GET /api/v1/agent/tools/stats", "getToolStats")
               .query("agentId", text(), "Of this agent")
               .gives(200, "How many there are, and how their calls went in the last 30 days",
                      object({{"total", integer_from(0)},
                              {"enabled", integer_from(0)},
                              {"byCategory", map_of(integer_from(0))},
                              {"byEntity", map_of(integer_from(0))},
                              {"byPermission", map_of(integer_from(0))},
                              {"calls", integer_from(0)},
                              {"failures", integer_from(0)}})),
           operation("GET /api/v1/agent/tools/matrix", "getToolMatrix")
               .gives(200, "Each tool with its health and the permission of each agent, the newest 50 of them",
                      tool_list({{"agents",
                                  list_of(object({{"id", text()}, {"slug", text()}, {"problem", or_null(text())}}))}})),
           operation("GET /api/v1/agent/tools/rules", "getToolRules")
               .gives(200, "The rules, in their order", object({{"rules", rule_list()}})),
           operation("PUT /api/v1/agent/tools/rules", "setToolRules")
               .tells("The strictest of all that fit holds, unless the tool has a setting of its own.")
               .takes(object({{"rules", rule_list()}}))
               .gives(200, "The rules that hold now", object({{"rules", rule_list()}})),
           operation("POST /api/v1/agent/tools/rules/dry-run", "tryToolRules")
               .takes(object({{"rules", rule_list()}}, {{"sinceDays", with_default(or_null(integer_in(1, 365)), 30)},
                                                        {"limit", with_default(or_null(integer_in(1, 20'000)), 5000)}}))
               .gives(200, "What they would have done to past calls", dry_run()),
           operation("POST /api/v1/agent/governors/dry-run", "tryGovernorRules")
               .tells("The plugin itself judges, with the time of each call; nothing is called and nothing changes. "
                      "Rules that allow "
                      "a call leave no trace but the count.")
               .takes(object({{"config", described(any_object(), "Of governor-rules; 64 KiB, more for the operator")}},
                             {{"agentId", described(or_null(text()), "Only calls of this agent")},
                              {"since", described(or_null(text()), "A time, or a day; usually 30 days ago")},
                              {"sinceDays", or_null(integer_in(1, 365))},
                              {"until", described(or_null(text()), "A time, or a day; not inside")},
                              {"limit", with_default(or_null(integer_in(1, 10'000)), 10'000)},
                              {"examples", with_default(or_null(integer_in(0, 200)), 20)}}))
               .gives(200, "What they would have done to past calls", governed_history()),
           operation("GET /api/v1/agent/tools/{id}", "getTool").gives(200, "The tool", ref("Tool")),
           operation("PATCH /api/v1/agent/tools/{id}", "setTool")
               .takes(object({}, {{"enabled", or_null(boolean())},
                                  {"permission", or_null(permission())},
                                  {"effect", or_null(effect())},
                                  {"timeoutMs", or_null(integer_in(0, 600'000))}}))
               .gives(200, "The tool as it is now", ref("Tool")),
           operation("PATCH /api/v1/agent/tools/{entityId}/{toolName}/enabled", "setToolEnabled")
               .takes(object({{"enabled", boolean()}}))
               .gives(200, "The tool as it is now", ref("Tool"))}};
}

Resource tool_calls_resource() {
  return {
      "Tool calls",
      "Calls of tools: as a test, in the audit, and those whose outcome nobody knows.",
      {{"ToolCallAudit", audit_row()}, {"LedgerCall", ledger_row()}},
      {operation("POST /api/v1/agent/tools/execute", "executeTool")
           .tells(
               "The tool is really called, with whatever effect it has; at most 20 a minute. Governors judge the call "
               "and its result like those of a turn; one that people would have to approve is refused.")
           .takes(with_tool(trial_members()))
           .gives(200, "The call; status and errorCode say how it went", ref("ToolCallAudit"))
           .fails({409}),
       operation("POST /api/v1/agent/tools/{id}/test", "testTool")
           .tells(
               "The tool is really called, with whatever effect it has; at most 20 a minute. Governors judge the call "
               "and its result like those of a turn; one that people would have to approve is refused.")
           .takes(test_members())
           .gives(200, "The call; status and errorCode say how it went", ref("ToolCallAudit"))
           .fails({409}),
       operation("GET /api/v1/agent/monitoring/tool-audit", "listToolCalls")
           .pages(50, 200)
           .query("sinceDays", with_default(integer_in(1, 365), 30), "Not older than so many days")
           .query("threadId", text(), "Only in this thread")
           .query("agentId", text(), "Only of this agent")
           .query("toolName", text(), "Only of this tool")
           .query("status", text(), "Only those that went so")
           .query("entityId", text(), "Only of this source")
           .query("runId", text(), "Only of this run")
           .gives(200, "A page of calls",
                  object({{"rows", list_of(ref("ToolCallAudit"))},
                          {"total", integer_from(0)},
                          {"limit", integer_in(1, 200)},
                          {"offset", integer_from(0)},
                          {"fetchedAt", time()}})),
       operation("GET /api/v1/agent/monitoring/tool-audit/{callId}", "getToolCall")
           .gives(200, "The call", ref("ToolCallAudit")),
       operation("POST /api/v1/agent/monitoring/tool-audit/{callId}/replay", "replayToolCall")
           .tells("The call is really made again, with whatever effect it has; at most 10 a minute.")
           .takes(object({}, {{"confirm", or_null(boolean())}}))
           .gives(
               200, "Both calls",
               object({{"original", ref("ToolCallAudit")}, {"replay", ref("ToolCallAudit")}, {"replayedAt", time()}}))
           .fails({409}),
       operation("GET /api/v1/agent/monitoring/tool-calls/unknown", "listUnknownToolCalls")
           .query("limit", with_default(integer_in(1, 500), 100), "At most so many")
           .query("runId", text(), "Only of this run")
           .gives(200, "Calls that wait for somebody who knows", listing("calls", ref("LedgerCall"))),
       operation("GET /api/v1/runs/{id}/tool-calls/{call}/result", "getWholeToolResult")
           .gives(200, "All of it",
                  object({{"runId", text()},
                          {"callId", text()},
                          {"bytes", integer_from(0)},
                          {"text", text()},
                          {"createdAt", time()}})),
       operation("POST /api/v1/runs/{id}/tool-calls/{call}/settle", "settleToolCall")
           .takes(object({{"outcome", words({"succeeded", "failed"})}}, {{"result", any_value()}}))
           .gives(200, "The call as it stands in the ledger now", ref("LedgerCall"))
           .fails({409})}};
}

}  // namespace platos::api::openapi

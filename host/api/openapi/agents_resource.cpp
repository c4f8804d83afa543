// Agents and their versions.
#include "api/openapi/operation.hpp"

namespace platos::api::openapi {
namespace {

/// Of `promptBlocks`.
Json prompt_block() {
  return object({}, {{"type", described(text(), "\"identity\" has no heading; \"retrieval\" is left out")},
                     {"name", text()},
                     {"content", text()},
                     {"enabled", with_default(boolean(), true)},
                     {"order", with_default(integer(), 0)}});
}

Json dynamic_block() {
  return object({{"key", some_text()}, {"name", text()}, {"defaultContent", text()}, {"order", integer()}});
}

Json new_dynamic_block() {
  return object(
      {{"key", some_text()}},
      {{"name", or_null(text())}, {"defaultContent", or_null(text())}, {"order", with_default(or_null(integer()), 0)}});
}

Json model_route() {
  return object(
      {{"label", some_text()}, {"model", some_text()}, {"providerKeyId", or_null(text())}, {"isDefault", boolean()}});
}

Json model_name() {
  Json schema = pattern("^[^:](.*[^:])?$", "Instance and model, such as \"openai:gpt-4o\"");
  schema["maxLength"] = 200;
  return schema;
}

/// What a version keeps.
Json agent_config() {
  return object({{"model", described(text(), "Instance and model, such as \"openai:gpt-4o\"")},
                 {"systemPrompt", or_null(text())},
                 {"skills", list_of(text())},
                 {"installedSkills", described(list_of(text()), "Attached by their own routes")},
                 {"maxSteps", integer_in(1, 100)},
                 {"contextLimit", integer_in(0, 1000)},
                 {"historyMode", words({"rolling", "compact"})},
                 {"compactThreshold", integer_in(5, 1000)},
                 {"promptBlocks", or_null(list_of(ref("PromptBlock")))},
                 {"dynamicBlocks", or_null(list_of(ref("DynamicBlock")))},
                 {"metaTools", map_of(boolean())},
                 {"outputSchema", or_null(any_object())},
                 {"extractionPolicy", or_null(any_object())},
                 {"toolsBlockConfig", or_null(any_object())},
                 {"contextMapping", or_null(any_object())},
                 {"thinkingBudgetTokens", described(integer_in(0, 1'000'000), "0: no thinking is asked for")},
                 {"maxOutputTokens", described(integer_in(0, 10'000'000), "Of one model call; 0: the provider's")},
                 {"maxTurnTokens", described(integer_in(0, 1'000'000'000), "Of all steps of a turn; 0: no limit")},
                 {"providerKeyId", or_null(text())},
                 {"modelRoutes", or_null(list_of(ref("ModelRoute")))},
                 {"agentRetryConfig", or_null(ref("RetryConfig"))},
                 {"temperature", or_null({{"type", "number"}, {"minimum", 0}, {"maximum", 2}})}});
}

/// Its members come beside those of AgentConfig.
Json agent_head() {
  return object({{"id", text()},
                 {"slug", text()},
                 {"name", text()},
                 {"organizationId", text()},
                 {"projectId", text()},
                 {"environmentId", text()},
                 {"isActive", boolean()},
                 {"currentVersionId", text()},
                 {"versionNumber", integer_from(1)},
                 {"createdAt", time()},
                 {"updatedAt", time()},
                 {"_count", object({{"threads", integer_from(0)}})}});
}

Json new_config() {
  return object(
      {}, {{"systemPrompt", described(or_null(text_up_to(262'144)), "null clears it")},
           {"skills", or_null({{"type", "array"}, {"items", text()}, {"maxItems", 64}})},
           {"maxSteps", with_default(or_null(integer_in(1, 100)), 20)},
           {"contextLimit", with_default(or_null(integer_in(0, 1000)), 20)},
           {"historyMode", with_default(or_null(words({"rolling", "compact"})), "rolling")},
           {"compactThreshold", with_default(or_null(integer_in(5, 1000)), 40)},
           {"promptBlocks", or_null(list_of(ref("PromptBlock")))},
           {"dynamicBlocks", or_null({{"type", "array"}, {"items", ref("NewDynamicBlock")}, {"maxItems", 64}})},
           {"metaTools", described(or_null(map_of(boolean())), "false switches a meta-tool off")},
           {"outputSchema", described(or_null(any_object()), "A JSON Schema that every answer must fit")},
           {"extractionPolicy", or_null(any_object())},
           {"toolsBlockConfig", described(or_null(any_object()), "Which tools, which of them are shown, and how")},
           {"contextMapping", described(or_null(any_object()), "Where arguments of tools come from")},
           {"thinkingBudgetTokens", with_default(or_null(integer_in(0, 1'000'000)), 0)},
           {"maxOutputTokens", with_default(or_null(integer_in(0, 10'000'000)), 0)},
           {"maxTurnTokens", with_default(or_null(integer_in(0, 1'000'000'000)), 0)},
           {"temperature", or_null({{"type", "number"}, {"minimum", 0}, {"maximum", 2}})},
           {"isActive", or_null(boolean())},
           {"versionNote", or_null(text())}});
}

Json retry_rule() {
  return object({{"trigger", words({"rate-limit", "temporary-error", "auth-error", "network-error"})},
                 {"action", words({"fail", "retry", "fallback"})}},
                {{"retryCount", or_null(integer_in(0, 10))},
                 {"backoffMs", with_default(or_null(integer_in(0, 30'000)), 500)},
                 {"backoffMultiplier", with_default(or_null({{"type", "number"}, {"minimum", 1}, {"maximum", 10}}), 2)},
                 {"waitForRetryAfter", with_default(or_null(boolean()), true)},
                 {"fallbackToRouteLabel", described(or_null(text()), "Of a model route; `fallback` needs it")}});
}

Json both(Json first, Json second) { return {{"allOf", Json::array({std::move(first), std::move(second)})}}; }

std::vector<Schema> agent_schemas() {
  return {{"PromptBlock", prompt_block()},
          {"DynamicBlock", dynamic_block()},
          {"NewDynamicBlock", new_dynamic_block()},
          {"ModelRoute", model_route()},
          {"RetryRule", retry_rule()},
          {"RetryConfig", object({{"rules", {{"type", "array"}, {"items", ref("RetryRule")}, {"maxItems", 16}}}})},
          {"AgentConfig", described(agent_config(), "What an agent does; each version has its own")},
          {"Agent", both(ref("AgentConfig"), agent_head())},
          {"AgentSettings", described(new_config(), "A change of any of these makes a version")},
          {"NewAgent", both(ref("AgentSettings"),
                            object({{"name", text_up_to(200)}, {"model", model_name()}},
                                   {{"slug", or_null(described(text_up_to(64),
                                                               "a-z, 0-9 and single hyphens; else made of the "
                                                               "name"))}}))},
          {"AgentChange", both(ref("AgentSettings"),
                               object({}, {{"name", or_null(text_up_to(200))}, {"model", or_null(model_name())}}))},
          {"AgentVersion", object({{"id", text()},
                                   {"agentId", text()},
                                   {"versionNumber", integer_from(1)},
                                   {"createdBy", text()},
                                   {"note", or_null(text())},
                                   {"snapshot", ref("AgentConfig")},
                                   {"isCurrent", boolean()},
                                   {"isCanary", boolean()},
                                   {"createdAt", time()}})}};
}

}  // namespace

Resource agents_resource() {
  return {
      "Agents",
      "What answers: a model, a prompt, skills. A change of behaviour makes a version.",
      agent_schemas(),
      {operation("POST /api/v1/agent/agents", "createAgent")
           .takes(ref("NewAgent"))
           .gives(201, "The agent", ref("Agent"))
           .fails({409}),
       operation("GET /api/v1/agent/agents", "listAgents")
           .pages(100, 500)
           .gives(200, "A page of agents", listing("agents", ref("Agent"))),
       operation("GET /api/v1/agent/agents/{id}", "getAgent").gives(200, "The agent", ref("Agent")),
       operation("PATCH /api/v1/agent/agents/{id}", "updateAgent")
           .takes(ref("AgentChange"))
           .gives(200, "The agent as it is now", ref("Agent"))
           .fails({409}),
       operation("DELETE /api/v1/agent/agents/{id}", "deleteAgent")
           .gives(200, "Whether it was deleted", object({{"deleted", boolean()}})),
       operation("GET /api/v1/agent/agents/{id}/versions", "listAgentVersions")
           .query("cursor", text(), "`nextCursor` of the page before")
           .query("take", with_default(integer_in(1, 200), 50), "At most so many rows. Values out of range are clamped")
           .gives(200, "A page of versions",
                  object({{"versions", list_of(ref("AgentVersion"))},
                          {"nextCursor", or_null(text())},
                          {"pageSize", integer_in(1, 200)}})),
       operation("GET /api/v1/agent/agents/{id}/versions/{version}", "getAgentVersion")
           .gives(200, "The version", ref("AgentVersion")),
       operation("POST /api/v1/agent/agents/{id}/versions/{version}/rollback", "rollBackAgent")
           .tells("An agent that is as the version was stays as it is.")
           .gives(201, "The agent", object({{"agent", ref("Agent")}}))}};
}

}  // namespace platos::api::openapi

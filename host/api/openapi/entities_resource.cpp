// Customers' backends: the registry, their tools and test calls, and the minting of session tokens.
#include "api/openapi/operation.hpp"

namespace platos::api::openapi {
namespace {

constexpr std::string_view kNewSlug = "^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$";

Json any_slug() { return pattern("^[A-Za-z0-9_-]{1,64}$", "1 to 64 of A-Z, a-z, 0-9, '_' and '-'"); }

Json and_also(std::string_view row, Json more) { return {{"allOf", Json::array({ref(row), std::move(more)})}}; }

Json entity_row() {
  return object({{"id", text()},
                 {"organizationId", text()},
                 {"projectId", text()},
                 {"entityId", text()},
                 {"displayName", text()},
                 {"allowedOrigins", list_of(text())},
                 {"linkedAgentIds", described(list_of(text()), "Agents that may use its tools; empty: all")},
                 {"hasTestCredentials", boolean()},
                 {"formerSecretUntil", or_null(time())},
                 {"createdAt", time()},
                 {"updatedAt", time()}});
}

Json instances() {
  return list_of(object({{"id", text()},
                         {"instance", described(or_null(text()), "What the backend calls itself")},
                         {"connectedAt", time()},
                         {"tools", integer_from(0)},
                         {"pendingCalls", integer_from(0)}}));
}

Json entity_state() {
  return and_also("Entity",
                  object({{"liveConnected", described(boolean(), "In this environment, with the server that answers")},
                          {"connectionStatus", words({"connected", "disconnected"})},
                          {"instances", described(instances(), "Its connections")},
                          {"toolCount", integer_from(0)},
                          {"lastConnectedAt", or_null(time())},
                          {"callbackUrl", described(or_null(text()), "Where it is called when it is not connected")}}));
}

Json health_status() { return words({"healthy", "degraded", "down", "unknown"}); }

Json entity_tool() {
  return and_also("Tool",
                  object({{"needsUser", described(boolean(), "It acts for a user, and is not called for nobody")},
                          {"healthStatus", described(health_status(), "What the backends say, as the next three")},
                          {"avgLatencyMs", or_null(number())},
                          {"errorCount", described(or_null(integer_from(0)), "In the last hour")},
                          {"lastError", or_null(text())}}));
}

Json entity_health() {
  return object({{"entityId", text()},
                 {"status", described(words({"healthy", "degraded", "down", "offline"}),
                                      "offline: it can be called in no way; down: all of its tools are")},
                 {"liveConnected", boolean()},
                 {"instances", instances()},
                 {"pendingCalls", integer_from(0)},
                 {"lastConnectedAt", or_null(time())},
                 {"toolCount", integer_from(0)},
                 {"toolsByStatus", map_of(integer_from(0))},
                 {"calls", object({{"total", described(integer_from(0), "In 30 days")},
                                   {"failures", integer_from(0)},
                                   {"lastCalledAt", or_null(time())}})},
                 {"problems", list_of(object({{"toolName", text()},
                                              {"healthStatus", words({"degraded", "down"})},
                                              {"lastError", or_null(text())}}))}});
}

Json new_test_credentials() {
  return object(
      {}, {{"userId", described(or_null(text_up_to(200)), "Whom test calls are made for")},
           {"userToken", described(or_null(text_up_to(4096)), "Goes along with them")},
           {"headers", described(or_null(map_of(text_up_to(4096))), "At most 32; they go along in _context.headers")}});
}

Json masked_credentials() {
  return object({{"userId", or_null(text())},
                 {"userToken", described(or_null(text()), "Masked, as the values of headers")},
                 {"headers", map_of(text())}});
}

Json patch_members(std::initializer_list<Member> required) {
  return object(required, {{"displayName", or_null(text_up_to(200))},
                           {"allowedOrigins", or_null(origins())},
                           {"linkedAgentIds", or_null(list_of(text()))},
                           {"testCredentials", described(or_null(new_test_credentials()), "null: none any more")}});
}

Json wire_test_request() {
  return object({}, {{"toolName", with_default(or_null(text()), "ping")},
                     {"params", described(or_null(any_object()), "The arguments; also under arguments or args")},
                     {"arguments", or_null(any_object())},
                     {"args", or_null(any_object())},
                     {"agentId", described(or_null(text()), "Whose rules hold, too")},
                     {"context", described(or_null(any_object()), "What the session is said to be")},
                     {"confirm", described(or_null(boolean()), "Approves the call, where the tool needs it")}});
}

Json wire_test_result() {
  return object({{"status", words({"success", "failed", "timeout"})},
                 {"latencyMs", number()},
                 {"callId", described(text(), "Of the audit")},
                 {"toolName", text()},
                 {"effect", text()},
                 {"result", any_value()},
                 {"error", or_null(text())},
                 {"errorCode", or_null(text())},
                 {"request", described(object({{"method", text()},
                                               {"params", object({{"name", text()}, {"arguments", any_object()}})},
                                               {"environmentId", text()},
                                               {"agentId", or_null(text())},
                                               {"userId", or_null(text())},
                                               {"userToken", or_null(text())},
                                               {"headers", map_of(text())},
                                               {"idempotencyKey", text()}}),
                                       "What was sent; secrets are masked")},
                 {"response", described(or_null(object({}, {{"result", any_value()}, {"error", text()}})),
                                        "What the entity said; null: nothing")}});
}

Json mint_request() {
  return object({{"organizationId", some_text()},
                 {"projectId", some_text()},
                 {"environmentId", some_text()},
                 {"userId", some_text()}},
                {{"userToken", described(or_null(text()), "The customer's own token, passed on to its tools")},
                 {"agentId", described(or_null(text()), "Binds the token to this agent")},
                 {"ttlSeconds", described(with_default(or_null(integer()), 3600), "Clamped to 60 ... 604800")},
                 {"claims", described(or_null(any_object()), "Further claims; they replace none of the token's own")}});
}

std::vector<Operation> registry_operations() {
  return {operation("GET /api/v1/agent/entities", "listEntities")
              .gives(200, "All entities", listing("entities", ref("EntityState"))),
          operation("POST /api/v1/agent/entities", "createEntity")
              .takes(patch_members({{"entityId", pattern(kNewSlug, "1 to 64 of a-z, 0-9 and '-'")}}))
              .gives(201, "The entity and its secret", ref("EntityWithSecret"))
              .fails({409}),
          operation("GET /api/v1/agent/entities/check-availability", "checkEntityName")
              .query("entityId", text(), "The id that one would choose")
              .gives(200, "Whether an entity may be called so",
                     object({{"entityId", text()},
                             {"available", boolean()},
                             {"error", or_null(words({"missing_entity_id", "invalid_format"}))},
                             {"suggestions", described(list_of(text()), "Up to three that are available")}})),
          operation("GET /api/v1/agent/entities/{id}", "getEntity")
              .gives(200, "The entity", and_also("EntityState", object({{"connectedInOtherEnv", boolean()}}))),
          operation("PATCH /api/v1/agent/entities/{id}", "updateEntity")
              .takes(patch_members({}))
              .gives(200, "The entity as it is now", ref("Entity")),
          operation("DELETE /api/v1/agent/entities/{id}", "deleteEntity").gives(200, "It is deleted", ref("Deleted"))};
}

std::vector<Operation> secret_operations() {
  return {operation("POST /api/v1/agent/entities/{id}/rotate-secret", "rotateEntitySecret")
              .takes(object({}, {{"graceSeconds", described(with_default(or_null(integer_in(0, 2'592'000)), 0),
                                                            "How long the old secret stays good")}}))
              .gives(200, "The entity and its new secret", ref("EntityWithSecret")),
          operation("POST /api/v1/agent/entities/{id}/regenerate-secret", "regenerateEntitySecret")
              .gives(200, "The entity, its new secret, and how many connections are closed with 4001",
                     and_also("EntityWithSecret", object({{"sessionsClosed", integer_from(0)}}))),
          operation("GET /api/v1/agent/entities/{id}/test-credentials", "getEntityTestCredentials")
              .gives(200, "What test calls are made with", ref("TestCredentials"))
              .gives_nothing(204, "There are none"),
          operation("PUT /api/v1/agent/entities/{id}/test-credentials", "setEntityTestCredentials")
              .tells("They take the place of the former ones.")
              .takes(new_test_credentials())
              .gives(200, "What test calls are made with from now on", ref("TestCredentials")),
          operation("DELETE /api/v1/agent/entities/{id}/test-credentials", "deleteEntityTestCredentials")
              .gives(200, "There are none any more", ref("Deleted")),
          operation("POST /api/v1/entities/{id}/session-tokens", "mintSessionToken")
              .path("id", any_slug(), "The entity's own id, `entityId`")
              .needs_secret("entitySecret")
              .takes(ref("NewSessionToken"))
              .gives(201, "A session token",
                     object({{"token", text()}, {"expiresAt", described(integer(), "Seconds since 1970")}}))};
}

std::vector<Operation> entity_mcp_operations() {
  return {operation("GET /api/v1/agent/entities/{id}/mcp/config", "getEntityMcpConfig")
              .gives(200, "None is offered, until its subsystem comes",
                     object({{"exists", boolean()},
                             {"enabled", boolean()},
                             {"identityMode", text()},
                             {"identityProviders", list_of(any_object())},
                             {"branding", any_object()},
                             {"toolAllowlist", list_of(text())},
                             {"consentCopy", text()},
                             {"redirectUriAllowlist", list_of(text())},
                             {"rateLimitPerMinute", integer_in(1, 10'000)},
                             {"bearerTokenCount", integer_from(0)}})),
          operation("PATCH /api/v1/agent/entities/{id}/mcp/config", "updateEntityMcpConfig")
              .takes(any_object())
              .gives(200, "Not before its subsystem comes", any_object())
              .fails({501})};
}

std::vector<Operation> entity_tool_operations() {
  return {operation("GET /api/v1/agent/entities/{id}/tools", "listEntityTools")
              .gives(200, "What it offers in this environment", listing("tools", ref("EntityTool"))),
          operation("GET /api/v1/agent/entities/{id}/health", "getEntityHealth")
              .gives(200, "How it does in this environment", ref("EntityHealth")),
          operation("POST /api/v1/agent/entities/{id}/wire-test", "testEntityWire")
              .tells("The tool is really called, once, with whatever effect it has, and the call is audited; at most "
                     "20 a minute.")
              .takes(wire_test_request())
              .gives(200, "The call; status says how it went", ref("WireTest"))};
}

}  // namespace

Resource entities_resource() {
  std::vector<Operation> operations = registry_operations();
  for (auto& each : secret_operations()) operations.push_back(std::move(each));
  for (auto& each : entity_tool_operations()) operations.push_back(std::move(each));
  for (auto& each : entity_mcp_operations()) operations.push_back(std::move(each));
  return {"Entities",
          "Customers' backends: they offer tools, and their secrets sign session tokens of their users.",
          {{"Entity", entity_row()},
           {"EntityState", entity_state()},
           {"EntityWithSecret", revealed("Entity", "serviceSecret")},
           {"EntityTool", entity_tool()},
           {"EntityHealth", entity_health()},
           {"TestCredentials", masked_credentials()},
           {"WireTest", wire_test_result()},
           {"NewSessionToken", mint_request()}},
          std::move(operations)};
}

}  // namespace platos::api::openapi

// What callers show to get in: tokens, access keys, entities' secrets; and the key that seals texts.
#include "api/openapi/operation.hpp"

namespace platos::api::openapi {
namespace {

/// A row with its secret, which is shown this once.
Json revealed(std::string_view row, std::string_view secret) {
  return {{"allOf", Json::array({ref(row), object({{secret, described(text(), "Shown this once")}})})}};
}

Json personal_token() {
  return object({{"id", text()},
                 {"organizationId", text()},
                 {"userId", text()},
                 {"name", text()},
                 {"prefix", text()},
                 {"role", ref("Role")},
                 {"createdAt", time()},
                 {"expiresAt", or_null(time())},
                 {"lastUsedAt", or_null(time())},
                 {"revokedAt", or_null(time())}});
}

Json new_token() {
  return object({{"name", {{"type", "string"}, {"minLength", 1}, {"maxLength", 200}}}},
                {{"userId", described(or_null(text()), "Else the caller")},
                 {"role", with_default(or_null(words({"owner", "admin", "member", "viewer"})), "member")},
                 {"ttlSeconds", described(with_default(or_null(integer_in(0, 316'224'000)), 0), "0: for ever")}});
}

Json origins() {
  return {{"type", "array"}, {"items", pattern("^https?://[A-Za-z0-9_.:\\[\\]-]+$", "An origin")}, {"maxItems", 100}};
}

Json entity_slug() { return pattern("^[A-Za-z0-9_-]{1,64}$", "1 to 64 of A-Z, a-z, 0-9, '_' and '-'"); }

Json entity_row() {
  return object({{"id", text()},
                 {"organizationId", text()},
                 {"projectId", text()},
                 {"entityId", text()},
                 {"displayName", text()},
                 {"allowedOrigins", list_of(text())},
                 {"linkedAgentIds", list_of(text())},
                 {"formerSecretUntil", or_null(time())},
                 {"createdAt", time()},
                 {"updatedAt", time()}});
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

std::vector<Operation> entity_operations() {
  return {operation("GET /api/v1/agent/entities", "listEntities")
              .gives(200, "All entities", listing("entities", ref("Entity"))),
          operation("POST /api/v1/agent/entities", "createEntity")
              .takes(object({{"entityId", entity_slug()}}, {{"displayName", or_null(text_up_to(200))},
                                                            {"allowedOrigins", or_null(origins())},
                                                            {"linkedAgentIds", or_null(list_of(text()))}}))
              .gives(201, "The entity and its secret", ref("EntityWithSecret"))
              .fails({409}),
          operation("GET /api/v1/agent/entities/{id}", "getEntity").gives(200, "The entity", ref("Entity")),
          operation("PATCH /api/v1/agent/entities/{id}", "updateEntity")
              .takes(object({}, {{"displayName", or_null(text_up_to(200))},
                                 {"allowedOrigins", or_null(origins())},
                                 {"linkedAgentIds", or_null(list_of(text()))}}))
              .gives(200, "The entity as it is now", ref("Entity")),
          operation("DELETE /api/v1/agent/entities/{id}", "deleteEntity").gives(200, "It is deleted", ref("Deleted")),
          operation("POST /api/v1/agent/entities/{id}/rotate-secret", "rotateEntitySecret")
              .takes(object({}, {{"graceSeconds", described(with_default(or_null(integer_in(0, 2'592'000)), 0),
                                                            "How long the old secret stays good")}}))
              .gives(200, "The entity and its new secret", ref("EntityWithSecret")),
          operation("POST /api/v1/entities/{id}/session-tokens", "mintSessionToken")
              .path("id", entity_slug(), "The entity's own id, `entityId`")
              .needs_secret("entitySecret")
              .takes(ref("NewSessionToken"))
              .gives(201, "A session token",
                     object({{"token", text()}, {"expiresAt", described(integer(), "Seconds since 1970")}}))};
}

std::vector<Operation> credential_operations() {
  return {
      operation("GET /api/v1/whoami", "whoAmI")
          .gives(200, "Who these credentials are",
                 object({{"organizationId", text()},
                         {"projectId", text()},
                         {"environmentId", text()},
                         {"userId", text()},
                         {"agentId", described(or_null(text()), "The only agent that these credentials reach")},
                         {"actor", text()}})),
      operation("GET /api/v1/tokens", "listTokens").gives(200, "All tokens", listing("tokens", ref("PersonalToken"))),
      operation("POST /api/v1/tokens", "createToken")
          .takes(ref("NewPersonalToken"))
          .gives(201, "The token", revealed("PersonalToken", "token")),
      operation("DELETE /api/v1/tokens/{id}", "revokeToken")
          .gives(200, "It is revoked", object({{"revoked", {{"type", "boolean"}, {"const", true}}}})),
      operation("GET /api/v1/agent/access-key", "getAccessKey").gives(200, "The key, without it", ref("AccessKey")),
      operation("DELETE /api/v1/agent/access-key", "deleteAccessKey").gives(200, "It is revoked", ref("Deleted")),
      operation("POST /api/v1/agent/access-key/generate", "generateAccessKey")
          .gives(201, "The key", revealed("AccessKey", "key")),
      operation("POST /api/v1/agent/access-key/origins", "setAccessKeyOrigins")
          .takes(object({}, {{"origins", or_null(origins())}}))
          .gives(200, "The key as it is now", ref("AccessKey")),
      operation("POST /api/v1/secrets/rotate-master", "rotateMasterKey")
          .gives(200, "The new master key", object({{"dataKeys", integer_from(0)}, {"masterKeyId", text()}}))
          .fails({409}),
      operation("GET /api/v1/agent/secrets/status", "getSecretsStatus")
          .gives(200, "How texts are sealed",
                 object({{"encryptionConfigured", boolean()},
                         {"warning", or_null(text())},
                         {"masterKeyId", text()},
                         {"messageCrypto", object({{"available", boolean()}, {"activeVersion", integer()}})}}))};
}

}  // namespace

Resource credentials_resource() {
  return {"Credentials",
          "Personal access tokens, the access key of an environment, and the master key.",
          {{"PersonalToken", personal_token()},
           {"NewPersonalToken", new_token()},
           {"AccessKey", object({{"environmentId", text()},
                                 {"prefix", text()},
                                 {"origins", list_of(text())},
                                 {"createdAt", time()},
                                 {"lastUsedAt", or_null(time())}})}},
          credential_operations()};
}

Resource entities_resource() {
  return {"Entities",
          "Customers' backends: each has a secret that signs session tokens of its users.",
          {{"Entity", entity_row()},
           {"EntityWithSecret", revealed("Entity", "serviceSecret")},
           {"NewSessionToken", mint_request()}},
          entity_operations()};
}

}  // namespace platos::api::openapi

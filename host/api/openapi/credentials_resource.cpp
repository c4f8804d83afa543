// What callers show to get in: tokens and access keys; and the key that seals texts.
#include "api/openapi/operation.hpp"

namespace platos::api::openapi {
namespace {

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

}  // namespace platos::api::openapi

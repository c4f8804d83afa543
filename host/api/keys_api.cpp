// Personal access tokens, access keys, minting of session tokens, the master key.
#include "api/api.hpp"
#include "api/handlers.hpp"
#include "api/wire.hpp"
#include "base/text.hpp"

namespace platos::api {
namespace {

using namespace model;  // the rights
using ingress::Response;

Result<tenancy::NewToken> read_token(const Json& body) {
  const auto name = required_text(body, "name");
  const auto user = optional_text(body, "userId");
  const auto role = optional_text(body, "role");
  const auto ttl = optional_integer(body, "ttlSeconds", 0, INT64_MAX);
  if (!name) return fail(name.error());
  if (!user) return fail(user.error());
  if (!role) return fail(role.error());
  if (!ttl) return fail(ttl.error());
  return tenancy::NewToken{*name, user->value_or(""), role->value_or("member"), ttl->value_or(0)};
}

Result<tenancy::MintRequest> read_mint(const Json& body) {
  tenancy::MintRequest request;
  struct Field {
    const char* name;
    std::string* target;
    bool required;
  };
  const Field fields[] = {{"organizationId", &request.scope.organization_id, true},
                          {"projectId", &request.scope.project_id, true},
                          {"environmentId", &request.scope.environment_id, true},
                          {"userId", &request.user_id, true},
                          {"userToken", &request.user_token, false},
                          {"agentId", &request.agent_id, false}};
  for (const auto& field : fields) {
    const auto text = optional_text(body, field.name);
    if (!text) return fail(text.error());
    if (field.required && text->value_or("").empty()) return fail(invalid_field(field.name, "a text", "nothing"));
    *field.target = text->value_or("");
  }
  const auto ttl = optional_integer(body, "ttlSeconds", INT64_MIN, INT64_MAX);
  if (!ttl) return fail(ttl.error());
  request.ttl_s = ttl->value_or(request.ttl_s);
  if (const auto claims = body.find("claims"); claims != body.end() && !claims->is_null()) {
    if (!claims->is_object()) return fail(invalid_field("claims", "an object", kind_of(*claims)));
    request.claims = *claims;
  }
  return request;
}

struct KeyHandlers {
  Services services;
  ApiOptions options;

  Response bad(const Call& call, const Error& error) const { return error_response(error, call.request.request_id); }
  Result<Json> body(const Call& call) const { return read_body(call.request, options.max_body_bytes); }

  Task<Response> tokens(Call call) const {
    const auto found = co_await services.keys.tokens(call.loop(), call.who);
    co_return answer_list(call, "tokens", found, [](const PersonalToken& token) { return to_wire(token); });
  }
  Task<Response> create_token(Call call) const {
    const auto json = body(call);
    const auto wanted = json ? read_token(*json) : fail(json.error());
    if (!wanted) co_return bad(call, wanted.error());
    const auto made = co_await services.keys.create_token(call.loop(), call.who, *wanted);
    co_return answer_with(call, 201, made, [](const auto& value) { return revealed(value, "token"); });
  }
  Task<Response> revoke_token(Call call) const {
    const auto done = co_await services.keys.revoke_token(call.loop(), call.who, call.path_value("id"));
    if (!done) co_return bad(call, done.error());
    co_return json_response(200, {{"revoked", true}});
  }

  Task<Response> access_key(Call call) const {
    const auto key = co_await services.keys.access_key(call.loop(), call.who);
    co_return answer_with(call, 200, key, [](const AccessKey& value) { return to_wire(value); });
  }
  Task<Response> generate_access_key(Call call) const {
    const auto made = co_await services.keys.generate_access_key(call.loop(), call.who);
    co_return answer_with(call, 201, made, [](const auto& value) { return revealed(value, "key"); });
  }
  Task<Response> set_origins(Call call) const {
    const auto json = body(call);
    const auto origins = json ? optional_texts(*json, "origins") : fail(json.error());
    if (!origins) co_return bad(call, origins.error());
    const auto done =
        co_await services.keys.set_origins(call.loop(), call.who, origins->value_or(std::vector<std::string>()));
    if (!done) co_return bad(call, done.error());
    co_return co_await access_key(std::move(call));
  }
  Task<Response> remove_access_key(Call call) const {
    co_return answer_deleted(call, co_await services.keys.remove_access_key(call.loop(), call.who));
  }

  Task<Response> mint(Call call) const {
    constexpr std::string_view kBearer = "bearer ";
    const std::string_view header = call.request.header("authorization");
    const auto json = body(call);
    auto request = json ? read_mint(*json) : fail(json.error());
    if (!request) co_return bad(call, request.error());
    request->entity_id = call.path_value("id");
    request->address = call.request.peer;
    request->request_id = call.request.request_id;
    if (header.size() > kBearer.size() && base::equals_ignoring_case(header.substr(0, kBearer.size()), kBearer)) {
      request->secret = base::trim(header.substr(kBearer.size()));
    }
    const auto minted = co_await services.keys.mint(call.loop(), std::move(*request));
    co_return answer_with(call, 201, minted, [](const tenancy::MintedToken& token) {
      return Json{{"token", token.token}, {"expiresAt", token.expires_s}};
    });
  }

  Task<Response> rotate_master(Call call) const {
    const auto wrapped = co_await services.master_key.rotate(call.loop(), call.who);
    co_return answer_with(call, 200, wrapped, [&](std::int64_t count) {
      return Json{{"dataKeys", count}, {"masterKeyId", services.master_key.keys().master_id()}};
    });
  }
  Task<Response> secrets_status(Call) const {
    co_return json_response(200, {{"encryptionConfigured", true},
                                  {"warning", Json()},
                                  {"masterKeyId", services.master_key.keys().master_id()},
                                  {"messageCrypto", {{"available", true}, {"activeVersion", 2}}}});
  }

  Task<Response> whoami(Call call) const {
    co_return json_response(200, {{"organizationId", call.who.scope.organization_id},
                                  {"projectId", call.who.scope.project_id},
                                  {"environmentId", call.who.scope.environment_id},
                                  {"userId", call.who.user_id},
                                  {"agentId", call.who.agent_id.empty() ? Json() : Json(call.who.agent_id)},
                                  {"actor", call.who.actor}});
  }
};

}  // namespace

std::vector<Route> keys_routes(const Services& services, const ApiOptions& options) {
  using H = KeyHandlers;
  const auto handlers = std::make_shared<const H>(H{services, options});
  const auto to = [handlers](Task<Response> (H::*member)(Call) const) -> RouteHandler {
    return [handlers, member](Call call) { return (handlers.get()->*member)(std::move(call)); };
  };
  constexpr const char* kTokens = "/api/v1/tokens";
  constexpr const char* kKey = "/api/v1/agent/access-key";
  return {
      {"GET", "/api/v1/whoami", kChat | kRead, to(&H::whoami), "Who these credentials are"},
      {"GET", kTokens, kAdmin, to(&H::tokens), "List personal access tokens"},
      {"POST", kTokens, kAdmin, to(&H::create_token), "Create a personal access token; it is shown once"},
      {"DELETE", "/api/v1/tokens/{id}", kAdmin, to(&H::revoke_token), "Revoke a token"},
      {"GET", kKey, kAdmin, to(&H::access_key), "Get the environment's access key, without the key"},
      {"DELETE", kKey, kAdmin, to(&H::remove_access_key), "Revoke the access key"},
      {"POST", "/api/v1/agent/access-key/generate", kAdmin, to(&H::generate_access_key),
       "Make or replace the access key; it is shown once"},
      {"POST", "/api/v1/agent/access-key/origins", kAdmin, to(&H::set_origins), "Origins that may send the key"},
      {"POST", "/api/v1/secrets/rotate-master", kOperator, to(&H::rotate_master), "Replace the master key"},
      {"GET", "/api/v1/agent/secrets/status", kRead, to(&H::secrets_status), "Whether texts are sealed"},
      {"POST", "/api/v1/entities/{id}/session-tokens", kPublic, to(&H::mint),
       "Mint a session token, with the entity's secret as bearer"},
  };
}

}  // namespace platos::api

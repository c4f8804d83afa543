#include "tenancy/keys.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "store/credentials.hpp"
#include "store/organizations.hpp"
#include "tenancy/audit.hpp"
#include "tenancy/errors.hpp"
#include "tenancy/names.hpp"
#include "tenancy/roles.hpp"
#include "tenancy/tenant.hpp"
#include "tenancy/token_format.hpp"

namespace platos::tenancy {
namespace {

using model::invalid_field;
using model::Json;
using model::Principal;
using store::Session;

constexpr std::int64_t kMinTtlS = 60;
constexpr std::int64_t kMaxTtlS = 604'800;
constexpr std::int64_t kMaxPersonalTtlS = 10LL * 366 * 86'400;

Result<void> check_new_token(const NewToken& wanted) {
  if (auto good = check_name(wanted.name); !good) return good;
  if (!is_role(wanted.role)) return fail(invalid_field("role", "owner, admin, member or viewer", wanted.role));
  if (wanted.ttl_s < 0 || wanted.ttl_s > kMaxPersonalTtlS) {
    return fail(invalid_field("ttlSeconds", "0 to " + std::to_string(kMaxPersonalTtlS), std::to_string(wanted.ttl_s)));
  }
  return {};
}

/// A token may not do more than who makes it.
bool may_grant(const Principal& who, std::string_view role) { return (rights_of_role(role) & ~who.rights) == 0; }

Result<model::Entity> check_mint(Session& session, const MintRequest& request, std::int64_t now_s) {
  auto entity = store::Credentials(session).find_entity(Tenant::across(), request.scope.organization_id,
                                                        request.scope.project_id, request.entity_id);
  if (!entity || entity->entity_id != request.entity_id) return fail(not_found("entity", request.entity_id));
  const auto is_given = [given = base::sha256_hex(request.secret)](const std::string& secret) {
    return base::equals_in_constant_time(given, base::sha256_hex(secret));
  };
  const bool former = entity->former_until_us / 1'000'000 > now_s && is_given(entity->former_secret);
  if (!is_given(entity->secret) && !former) {
    return fail(ErrorKind::Unauthenticated, "invalid_entity_secret",
                "send the entity's secret as \"Authorization: Bearer SECRET\"");
  }
  const auto environment =
      store::Organizations(session).find_environment(Tenant::across(), request.scope.environment_id);
  if (!environment || environment->project_id != request.scope.project_id) {
    return fail(not_found("environment", request.scope.environment_id));
  }
  return std::move(*entity);
}

/// Who mints: the entity, whose secret was shown.
Principal minting(const MintRequest& request) {
  Principal who;
  who.scope = request.scope;
  who.actor = "entity:" + request.entity_id;
  who.address = request.address;
  who.request_id = request.request_id;
  return who;
}

}  // namespace

Task<Result<Revealed<model::PersonalToken>>> Keys::create_token(base::Loop& loop, Principal who, NewToken wanted) {
  if (auto good = check_new_token(wanted); !good) co_return fail(good.error());
  if (!may_grant(who, wanted.role)) {
    co_return fail(ErrorKind::PermissionDenied, "role_too_high", "nobody gives a role that is above the own");
  }
  const std::int64_t now_us = loop.clock().wall_us();
  const std::string secret = make_personal_token();
  model::PersonalToken token;
  token.id = ids_.make("pat");
  token.organization_id = who.scope.organization_id;
  token.user_id = wanted.user_id.empty() ? who.user_id : wanted.user_id;
  token.name = wanted.name;
  token.prefix = shown_prefix(secret);
  token.hash = base::sha256_hex(secret);
  token.role = wanted.role;
  token.created_us = now_us;
  token.expires_us = wanted.ttl_s == 0 ? 0 : now_us + wanted.ttl_s * 1'000'000;
  const auto write = database_.write(loop, [this, who, token](Session& session) -> Result<void> {
    store::Organizations organizations(session);
    const auto memberships = organizations.memberships_of(Tenant::across(), token.user_id);
    const bool member = std::any_of(memberships.begin(), memberships.end(),
                                    [&](const auto& each) { return each.organization_id == token.organization_id; });
    if (!member) return fail(not_found("member", token.user_id));
    store::Credentials(session).insert(Tenant::across(), token);
    write_audit(session, ids_, who, "token.create", token.id,
                {{"name", token.name}, {"role", token.role}, {"user", token.user_id}}, token.created_us);
    return {};
  });
  if (auto written = co_await write; !written) co_return fail(written.error());
  co_return Revealed<model::PersonalToken>{token, secret};
}

Task<Result<std::vector<model::PersonalToken>>> Keys::tokens(base::Loop& loop, Principal who) {
  const auto read = database_.read(loop, [who](Session& session) -> Result<std::vector<model::PersonalToken>> {
    return store::Credentials(session).tokens(Tenant::across(), who.scope.organization_id);
  });
  co_return co_await read;
}

Task<Result<void>> Keys::revoke_token(base::Loop& loop, Principal who, std::string id) {
  const std::int64_t now_us = loop.clock().wall_us();
  const auto write = database_.write(loop, [this, who, id, now_us](Session& session) -> Result<void> {
    if (!store::Credentials(session).revoke_token(Tenant::across(), who.scope.organization_id, id, now_us)) {
      return fail(not_found("token", id));
    }
    write_audit(session, ids_, who, "token.revoke", id, Json::object(), now_us);
    return {};
  });
  const auto written = co_await write;
  authenticator_.forget();
  co_return written;
}

Task<Result<Revealed<model::AccessKey>>> Keys::generate_access_key(base::Loop& loop, Principal who) {
  const std::string secret = make_access_key();
  model::AccessKey key;
  key.environment_id = who.scope.environment_id;
  key.hash = base::sha256_hex(secret);
  key.prefix = shown_prefix(secret);
  key.created_us = loop.clock().wall_us();
  const auto write = database_.write(loop, [this, who, key](Session& session) -> Result<model::AccessKey> {
    store::Credentials stored(session);
    stored.set_access_key(who.scope, key);
    write_audit(session, ids_, who, "access_key.generate", key.environment_id, {{"prefix", key.prefix}},
                key.created_us);
    return *stored.access_key(who.scope);
  });
  auto written = co_await write;
  authenticator_.forget();
  if (!written) co_return fail(written.error());
  co_return Revealed<model::AccessKey>{std::move(*written), secret};
}

Task<Result<model::AccessKey>> Keys::access_key(base::Loop& loop, Principal who) {
  const auto read = database_.read(loop, [who](Session& session) -> Result<model::AccessKey> {
    auto key = store::Credentials(session).access_key(who.scope);
    if (!key) return fail(not_found("access_key", who.scope.environment_id));
    return std::move(*key);
  });
  co_return co_await read;
}

Task<Result<void>> Keys::set_origins(base::Loop& loop, Principal who, std::vector<std::string> origins) {
  if (auto good = check_origins(origins); !good) co_return fail(good.error());
  const std::int64_t now_us = loop.clock().wall_us();
  const auto write = database_.write(loop, [this, who, origins, now_us](Session& session) -> Result<void> {
    if (!store::Credentials(session).set_origins(who.scope, origins)) {
      return fail(not_found("access_key", who.scope.environment_id));
    }
    write_audit(session, ids_, who, "access_key.origins", who.scope.environment_id, {{"origins", origins}}, now_us);
    return {};
  });
  const auto written = co_await write;
  authenticator_.forget();
  co_return written;
}

Task<Result<void>> Keys::remove_access_key(base::Loop& loop, Principal who) {
  const std::int64_t now_us = loop.clock().wall_us();
  const auto write = database_.write(loop, [this, who, now_us](Session& session) -> Result<void> {
    if (!store::Credentials(session).remove_access_key(who.scope)) {
      return fail(not_found("access_key", who.scope.environment_id));
    }
    write_audit(session, ids_, who, "access_key.revoke", who.scope.environment_id, Json::object(), now_us);
    return {};
  });
  const auto written = co_await write;
  authenticator_.forget();
  co_return written;
}

Task<Result<MintedToken>> Keys::mint(base::Loop& loop, MintRequest request) {
  if (auto good = check_entity_id(request.entity_id); !good) co_return fail(good.error());
  const std::int64_t now_us = loop.clock().wall_us();
  const std::int64_t now_s = now_us / 1'000'000;
  if (auto allowed = authenticator_.failures().check(request.address, now_us); !allowed)
    co_return fail(allowed.error());
  const auto read =
      database_.read(loop, [request, now_s](Session& session) { return check_mint(session, request, now_s); });
  const auto entity = co_await read;
  const bool wrong = !entity && entity.error().kind == ErrorKind::Unauthenticated;
  if (wrong) authenticator_.failures().note(request.address, now_us);
  if (!entity) co_return fail(entity.error());
  const std::int64_t expires_s = now_s + std::clamp(request.ttl_s, kMinTtlS, kMaxTtlS);
  Json detail = {{"userId", request.user_id}, {"expiresAt", expires_s}};
  if (!request.agent_id.empty()) detail["agentId"] = request.agent_id;
  const auto write = database_.write(
      loop, [this, who = minting(request), id = entity->id, detail, now_us](Session& session) -> Result<void> {
        write_audit(session, ids_, who, "session_token.mint", id, detail, now_us);
        return {};
      });
  if (const auto told = co_await write; !told) co_return fail(told.error());
  model::OrderedJson claims = {{"organizationId", request.scope.organization_id},
                               {"projectId", request.scope.project_id},
                               {"environmentId", request.scope.environment_id},
                               {"userId", request.user_id},
                               {"entityId", request.entity_id}};
  if (!request.user_token.empty()) claims["userToken"] = request.user_token;
  if (!request.agent_id.empty()) claims["agentId"] = request.agent_id;
  // What the caller adds never replaces what the token is about.
  for (const auto& [name, value] : request.claims.items()) {
    if (!claims.contains(name) && name != "iss" && name != "iat" && name != "exp") claims[name] = value;
  }
  co_return MintedToken{make_session_token(claims, request.secret, now_s, expires_s), expires_s};
}

}  // namespace platos::tenancy

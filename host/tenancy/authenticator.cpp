#include "tenancy/authenticator.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/json.hpp"
#include "store/agents.hpp"
#include "store/credentials.hpp"
#include "store/end_users.hpp"
#include "store/organizations.hpp"
#include "tenancy/bootstrap.hpp"
#include "tenancy/roles.hpp"
#include "tenancy/tenant.hpp"
#include "tenancy/token_format.hpp"

namespace platos::tenancy {
namespace {

constexpr std::string_view kBearer = "bearer ";
constexpr std::size_t kMaxKnown = 10'000;
constexpr std::int64_t kMinuteUs = 60'000'000;
constexpr std::size_t kMaxUserIdBytes = 200;

std::string bearer_of(std::string_view header) {
  if (header.size() <= kBearer.size() || !base::equals_ignoring_case(header.substr(0, kBearer.size()), kBearer)) {
    return {};
  }
  return std::string(base::trim(header.substr(kBearer.size())));
}

tl::unexpected<Error> refused(const char* code, const std::string& message) {
  return fail(ErrorKind::Unauthenticated, code, message);
}

tl::unexpected<Error> no_such_scope() {
  return fail(ErrorKind::NotFound, "scope_not_found",
              "there is no such organization, project and environment for this credential");
}

bool may_come_from(const model::AccessKey& key, const std::string& origin) {
  return origin.empty() || key.origins.empty() ||
         std::find(key.origins.begin(), key.origins.end(), origin) != key.origins.end();
}

bool names_other(const std::string& header, const std::string& own) { return !header.empty() && header != own; }

/// The headers say nothing against it.
bool fits(const Credentials& credentials, const model::Scope& scope) {
  return !names_other(credentials.organization_id, scope.organization_id) &&
         !names_other(credentials.project_id, scope.project_id) &&
         !names_other(credentials.environment_id, scope.environment_id);
}

model::Scope scope_of(const model::Environment& environment) {
  return {environment.organization_id, environment.project_id, environment.id};
}

Result<void> check_user_id(const std::string& id) {
  const bool good = id.size() <= kMaxUserIdBytes && base::is_valid_utf8(id) && id.find('\0') == std::string::npos;
  if (good) return {};
  return fail(ErrorKind::InvalidArgument, "invalid_field",
              "X-Platos-User-Id: expected at most " + std::to_string(kMaxUserIdBytes) + " bytes of UTF-8");
}

std::string fingerprint_of(const Credentials& credentials) {
  std::string all;
  for (const auto* part : {&credentials.authorization, &credentials.session_token, &credentials.api_key,
                           &credentials.organization_id, &credentials.project_id, &credentials.environment_id,
                           &credentials.user_id, &credentials.user_token, &credentials.origin}) {
    all += std::to_string(part->size()) + ":" + *part;
  }
  auto hash = base::sha256_hex(all);
  base::wipe(all);
  return hash;
}

// Of all that a token may say about a user, what prompts may name.
std::string profile_of(const SessionClaims& claims) {
  const auto meta = model::parse_bounded(claims.profile_json, "userMeta");
  if (!meta || !meta->is_object()) return {};
  model::Json profile = model::Json::object();
  for (const char* member : {"name", "email"}) {
    const auto said = model::optional_text(*meta, member);
    if (said && *said) profile[member] = **said;
  }
  return profile.empty() ? std::string() : model::dump(profile);
}

}  // namespace

Authenticator::Authenticator(store::Database& database, AuthOptions options)
    : database_(database),
      session_secret_(options.session_secret),
      admin_key_hash_(base::sha256_hex(options.admin_key)),
      remember_us_(options.remember_us),
      failures_(options.max_failures_per_minute),
      pages_(database, options.remember_us) {}

void Authenticator::forget() {
  pages_.forget();
  const std::lock_guard lock(mutex_);
  ++generation_;
  known_.clear();
}

bool Authenticator::find_known(const std::string& fingerprint, std::int64_t now_us, model::Principal& principal) {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(fingerprint);
  if (found == known_.end() || found->second.until_us <= now_us) return false;
  principal = found->second.principal;
  return true;
}

void Authenticator::remember(const std::string& fingerprint, const Known& known, std::uint64_t generation) {
  const std::lock_guard lock(mutex_);
  if (generation != generation_) return;  // it was looked up before something changed
  if (known_.size() >= kMaxKnown) known_.clear();
  known_[fingerprint] = known;
}

// Nobody waits for it, and nothing depends on it.
void Authenticator::note_use(base::Loop& loop, const Known& known, std::int64_t now_us) {
  if (known.used_hash.empty()) return;
  (void)database_.write(loop, [hash = known.used_hash, now_us](store::Session& session) -> Result<void> {
    store::Credentials(session).note_use(Tenant::across(), hash, now_us);
    return {};
  });
}

Task<Result<model::Principal>> Authenticator::authenticate(base::Loop& loop, Credentials credentials) {
  const std::int64_t now_us = loop.clock().wall_us();
  const std::string fingerprint = fingerprint_of(credentials);
  model::Principal principal;
  if (find_known(fingerprint, now_us, principal)) {
    principal.address = credentials.address;
    co_return principal;
  }
  if (auto allowed = failures_.check(credentials.address, now_us); !allowed) co_return fail(allowed.error());
  std::uint64_t generation = 0;
  {
    const std::lock_guard lock(mutex_);
    generation = generation_;
  }
  const std::string address = credentials.address;
  const bool shown =
      !credentials.authorization.empty() || !credentials.session_token.empty() || !credentials.api_key.empty();
  const auto read = database_.read(loop, [this, credentials = std::move(credentials), now_us](store::Session& session) {
    return look_up(session, credentials, now_us);
  });
  auto found = co_await read;
  if (!found) {
    if (shown && found.error().kind == ErrorKind::Unauthenticated) failures_.note(address, now_us);
    co_return fail(found.error());
  }
  remember(fingerprint, *found, generation);
  note_use(loop, *found, now_us);
  principal = std::move(found->principal);
  principal.address = address;
  co_return principal;
}

Result<Authenticator::Known> Authenticator::look_up(store::Session& session, const Credentials& credentials,
                                                    std::int64_t now_us) const {
  if (auto good = check_user_id(credentials.user_id); !good) return fail(good.error());
  if (!credentials.session_token.empty()) {
    return from_session(session, credentials, credentials.session_token, now_us);
  }
  const std::string bearer = bearer_of(credentials.authorization);
  if (bearer.empty() && !credentials.api_key.empty()) {
    return from_access_key(session, credentials, credentials.api_key, now_us);
  }
  if (bearer.empty()) {
    return refused(
        "unauthenticated",
        credentials.authorization.empty()
            ? "send a session token as X-Platos-Session-Token, or a key as \"Authorization: Bearer KEY\"; the "
              "server's own key is in admin.key of its data directory"
            : "expected \"Authorization: Bearer KEY\"");
  }
  if (is_admin_key(bearer)) return from_admin_key(session, credentials, now_us);
  if (bearer.starts_with(kAccessKeyPrefix)) return from_access_key(session, credentials, bearer, now_us);
  if (bearer.starts_with(kPersonalPrefix)) return from_personal_token(session, credentials, bearer, now_us);
  if (std::count(bearer.begin(), bearer.end(), '.') == 2) return from_session(session, credentials, bearer, now_us);
  return refused("unauthenticated", "the key is not valid here");
}

bool Authenticator::is_admin_key(std::string_view key) const {
  // Hashes have one length, so not even the key's length shows in the time.
  return base::equals_in_constant_time(base::sha256_hex(key), admin_key_hash_);
}

Result<Authenticator::Known> Authenticator::from_admin_key(store::Session& session, const Credentials& credentials,
                                                           std::int64_t now_us) const {
  const auto& own = Bootstrap::administrator();
  Known known{own, now_us + remember_us_};
  known.principal.rights = model::kAllRights;
  known.principal.actor = "admin_key";
  known.principal.user_token = credentials.user_token;
  if (!credentials.user_id.empty()) known.principal.user_id = credentials.user_id;
  if (!credentials.environment_id.empty()) {
    const auto environment =
        store::Organizations(session).find_environment(Tenant::across(), credentials.environment_id);
    if (!environment) return no_such_scope();
    known.principal.scope = scope_of(*environment);
  }
  if (!fits(credentials, known.principal.scope)) return no_such_scope();
  return known;
}

Result<Authenticator::Known> Authenticator::from_access_key(store::Session& session, const Credentials& credentials,
                                                            std::string_view key, std::int64_t now_us) const {
  store::Credentials stored(session);
  const std::string hash = base::sha256_hex(key);
  const auto found = stored.find_access_key(Tenant::across(), hash);
  if (!found) return refused("invalid_access_key", "the access key is not valid");
  if (!may_come_from(*found, credentials.origin)) {
    return refused("invalid_access_key", "the access key may not be used from this origin");
  }
  const auto environment = store::Organizations(session).find_environment(Tenant::across(), found->environment_id);
  if (!environment || !fits(credentials, scope_of(*environment))) return no_such_scope();
  Known known{{}, now_us + remember_us_};
  known.principal.scope = scope_of(*environment);
  known.principal.user_id = credentials.user_id.empty() ? "api" : credentials.user_id;
  known.principal.rights = model::kChat | model::kRead | model::kWrite;
  known.principal.actor = "access_key:" + found->environment_id;
  if (now_us - found->last_used_us > kMinuteUs) known.used_hash = hash;
  known.principal.user_token = credentials.user_token;
  return known;
}

Result<Authenticator::Known> Authenticator::from_personal_token(store::Session& session, const Credentials& credentials,
                                                                std::string_view token, std::int64_t now_us) const {
  if (!is_personal_token(token)) return refused("unauthenticated", "the token is mistyped: its checksum is wrong");
  const auto found = store::Credentials(session).find_token(Tenant::across(), base::sha256_hex(token));
  if (!found) return refused("unauthenticated", "the token is not valid here");
  if (found->revoked_us != 0) return refused("token_revoked", "the token was revoked");
  if (found->expires_us != 0 && found->expires_us <= now_us) return refused("token_expired", "the token has expired");
  store::Organizations organizations(session);
  model::Rights rights = 0;
  for (const auto& membership : organizations.memberships_of(Tenant::across(), found->user_id)) {
    if (membership.organization_id == found->organization_id) rights = rights_of_role(membership.role);
  }
  if (credentials.environment_id.empty()) {
    return fail(ErrorKind::InvalidArgument, "scope_required",
                "a personal token works in every environment of its organization: name one in X-Platos-Environment-Id");
  }
  const auto environment = organizations.find_environment(Tenant::across(), credentials.environment_id);
  if (!environment || environment->organization_id != found->organization_id ||
      !fits(credentials, scope_of(*environment)) || names_other(credentials.user_id, found->user_id)) {
    return no_such_scope();
  }
  const std::int64_t until_us = now_us + remember_us_;
  Known known{{}, found->expires_us == 0 ? until_us : std::min(until_us, found->expires_us)};
  known.principal.scope = scope_of(*environment);
  known.principal.user_id = found->user_id;
  known.principal.rights = rights & rights_of_role(found->role);
  known.principal.actor = "token:" + found->id;
  known.principal.is_proven = true;
  known.principal.expires_us = found->expires_us;
  if (now_us - found->last_used_us > kMinuteUs) known.used_hash = found->hash;
  known.principal.user_token = credentials.user_token;
  return known;
}

Result<Authenticator::Known> Authenticator::from_session(store::Session& session, const Credentials& credentials,
                                                         std::string_view token, std::int64_t now_us) const {
  const auto read = read_session_token(token);
  if (!read) return fail(read.error());
  const SessionClaims& claims = read->claims;
  // One answer for an entity that is unknown and a signature that is wrong: nobody learns which ids there are.
  const auto not_signed = refused("invalid_session_token", "the session token is not valid: its signature is wrong");
  store::Credentials stored(session);
  if (claims.issuer == kPlatformIssuer) {
    if (!is_signed_by(*read, session_secret_.view())) return not_signed;
  } else {
    const auto entity =
        stored.find_entity(Tenant::across(), claims.organization_id, claims.project_id, claims.entity_id);
    const bool current = is_signed_by(*read, entity ? entity->secret : std::string(kMinSecretBytes, 'x'));
    const bool former = entity && entity->former_until_us > now_us && is_signed_by(*read, entity->former_secret);
    if (!entity || (!current && !former)) return not_signed;
  }
  if (claims.expires_s <= now_us / 1'000'000) {
    return refused("invalid_session_token", "the session token has expired");
  }
  const auto environment = store::Organizations(session).find_environment(Tenant::across(), claims.environment_id);
  const model::Scope scope{claims.organization_id, claims.project_id, claims.environment_id};
  if (!environment || scope_of(*environment) != scope || !fits(credentials, scope)) return no_such_scope();
  if (auto good = check_user_id(claims.user_id); !good) return fail(good.error());
  if (const auto key = stored.access_key(scope)) {
    if (!base::equals_in_constant_time(base::sha256_hex(credentials.api_key), key->hash)) {
      return refused("invalid_access_key", "this environment wants its access key in X-Platos-Api-Key");
    }
    if (!may_come_from(*key, credentials.origin)) {
      return refused("invalid_access_key", "the access key may not be used from this origin");
    }
  }
  Known known{{}, std::min(now_us + remember_us_, claims.expires_s * 1'000'000)};
  known.principal.scope = scope;
  known.principal.user_id = claims.user_id;
  known.principal.expires_us = claims.expires_s * 1'000'000;
  known.principal.rights = claims.guest ? model::kChat : rights_of_session(claims.permissions);
  known.principal.agent_id = claims.agent_id;
  if (!claims.agent_id.empty()) {
    if (const auto agent = store::Agents(session).find_head(scope, claims.agent_id))
      known.principal.agent_id = agent->id;
  }
  known.principal.actor = "session:" + (claims.entity_id.empty() ? claims.issuer : claims.entity_id);
  known.principal.is_proven = true;
  known.principal.profile_json = profile_of(claims);
  known.principal.user_token = claims.user_token.empty() ? credentials.user_token : claims.user_token;
  return known;
}

}  // namespace platos::tenancy

#include "tenancy/entity_access.hpp"

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "store/organizations.hpp"
#include "tenancy/errors.hpp"
#include "tenancy/tenant.hpp"

namespace platos::tenancy {
namespace {

using store::Session;

constexpr std::size_t kMaxSecretBytes = 512;

tl::unexpected<Error> no_such_secret() {
  return fail(ErrorKind::Unauthenticated, "invalid_entity_secret",
              "expected the secret of an entity as \"Authorization: Bearer SECRET\"");
}

Result<EntityGuest> find_guest(Session& session, const EntityKnock& knock, const std::string& hash,
                               std::int64_t now_us) {
  for (auto& entity : store::Credentials(session).entities_by_secret(Tenant::across(), hash)) {
    const bool current = base::equals_in_constant_time(base::sha256_hex(entity.secret), hash);
    const bool former = !entity.former_secret.empty() && entity.former_until_us > now_us &&
                        base::equals_in_constant_time(base::sha256_hex(entity.former_secret), hash);
    if (!current && !former) continue;
    if (!knock.entity.empty() && knock.entity != entity.entity_id && knock.entity != entity.id) continue;
    EntityGuest guest;
    guest.good_until_us = current ? 0 : entity.former_until_us;
    if (former && !current) entity.secret.swap(entity.former_secret);
    base::wipe(entity.former_secret);
    entity.former_secret.clear();
    guest.entity = std::move(entity);
    return guest;
  }
  return no_such_secret();
}

/// The one that is meant. Who names none means DEVELOPMENT, or the only one of a project that has no such.
const model::Environment* chosen_from(const std::vector<model::Environment>& environments, const std::string& wanted) {
  const std::string type = environment_type_of(wanted);
  for (const auto member : {&model::Environment::id, &model::Environment::slug, &model::Environment::type}) {
    const auto& name = member == &model::Environment::type ? type : wanted;
    const auto found = std::find_if(environments.begin(), environments.end(),
                                    [&](const model::Environment& each) { return each.*member == name; });
    if (found != environments.end()) return &*found;
  }
  return wanted.empty() && environments.size() == 1 ? &environments.front() : nullptr;
}

}  // namespace

std::string environment_type_of(std::string_view word) {
  static const std::map<std::string, std::string> kTypes = {
      {"", "DEVELOPMENT"},    {"dev", "DEVELOPMENT"}, {"development", "DEVELOPMENT"}, {"stage", "STAGING"},
      {"staging", "STAGING"}, {"preview", "PREVIEW"}, {"prod", "PRODUCTION"},         {"production", "PRODUCTION"}};
  const auto found = kTypes.find(base::to_lower(word));
  return found == kTypes.end() ? "" : found->second;
}

Task<Result<EntityGuest>> EntityAccess::enter(base::Loop& loop, EntityKnock knock) {
  const std::int64_t now_us = loop.clock().wall_us();
  if (auto allowed = authenticator_.failures().check(knock.address, now_us); !allowed) co_return fail(allowed.error());
  if (knock.secret.empty() || knock.secret.size() > kMaxSecretBytes) co_return no_such_secret();
  const std::string hash = base::sha256_hex(knock.secret);
  const std::string address = knock.address;
  base::wipe(knock.secret);
  const auto read = database_.read(loop, [knock = std::move(knock), hash, now_us](Session& session) {
    auto guest = find_guest(session, knock, hash, now_us);
    if (!guest) return guest;
    const auto& entity = guest->entity;
    const auto environments = store::Organizations(session).environments(Tenant::across(), entity.project_id);
    const auto* chosen = chosen_from(environments, knock.environment);
    if (chosen == nullptr) {
      return Result<EntityGuest>(
          fail(not_found("environment", knock.environment.empty() ? "DEVELOPMENT" : knock.environment)));
    }
    guest->scope = {entity.organization_id, entity.project_id, chosen->id};
    return guest;
  });
  auto guest = co_await read;
  if (!guest && guest.error().kind == ErrorKind::Unauthenticated) authenticator_.failures().note(address, now_us);
  co_return guest;
}

Task<Result<model::Entity>> EntityAccess::entity(base::Loop& loop, model::Scope scope, std::string id) {
  const auto read = database_.read(loop, [scope, id](Session& session) -> Result<model::Entity> {
    auto found = store::Credentials(session).find_entity(Tenant::across(), scope.organization_id, scope.project_id, id);
    if (!found) return fail(not_found("entity", id));
    return std::move(*found);
  });
  co_return co_await read;
}

}  // namespace platos::tenancy

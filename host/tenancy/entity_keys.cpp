// Entities: the rows behind customers' backends, and their secrets.
#include <algorithm>

#include "base/text.hpp"
#include "store/agents.hpp"
#include "store/credentials.hpp"
#include "store/organizations.hpp"
#include "tenancy/audit.hpp"
#include "tenancy/errors.hpp"
#include "tenancy/keys.hpp"
#include "tenancy/names.hpp"
#include "tenancy/tenant.hpp"
#include "tenancy/token_format.hpp"

namespace platos::tenancy {
namespace {

using model::invalid_field;
using model::Json;
using model::Principal;
using store::Session;

constexpr std::int64_t kMaxGraceS = 30LL * 86'400;
constexpr std::size_t kMaxSuggestions = 3;
constexpr std::size_t kMaxSuggestedBytes = 64;

Result<void> check_patch(const EntityPatch& patch) {
  if (patch.name) {
    if (auto good = check_name(*patch.name); !good) return good;
  }
  if (patch.origins) {
    if (auto good = check_origins(*patch.origins); !good) return good;
  }
  if (patch.linked_agents) {
    if (auto good = check_linked_agents(*patch.linked_agents); !good) return good;
  }
  return {};
}

bool has_agent(Session& session, const model::Entity& entity, const std::vector<model::Environment>& environments,
               const std::string& id) {
  return std::any_of(environments.begin(), environments.end(), [&](const model::Environment& each) {
    const auto head = store::Agents(session).find_head({entity.organization_id, entity.project_id, each.id}, id);
    return head && head->id == id;
  });
}

/// A link to nobody would keep everybody out. Those that are linked already may be gone meanwhile.
Result<void> check_agents(Session& session, const model::Entity& entity, const std::vector<std::string>& former) {
  std::vector<std::string> added;
  for (const auto& id : entity.linked_agents) {
    if (std::find(former.begin(), former.end(), id) == former.end()) added.push_back(id);
  }
  if (added.empty()) return {};
  const auto environments = store::Organizations(session).environments(Tenant::across(), entity.project_id);
  for (const auto& id : added) {
    if (!has_agent(session, entity, environments, id)) {
      return fail(invalid_field("linkedAgentIds", "ids of agents of this project (agt_..., not slugs)",
                                "\"" + base::printable(id, 80) + "\""));
    }
  }
  return {};
}

void put_test_credentials(Session& session, const EntityPatch& patch, model::Entity& entity) {
  if (!patch.test_credentials) return;
  entity.has_test_credentials = !patch.test_credentials->empty();
  store::Credentials(session).set_test_credentials(
      Tenant::across(), entity,
      entity.has_test_credentials ? model::dump(to_json(*patch.test_credentials)) : std::string());
}

/// What was given, without what is secret in it.
Json audited(const EntityPatch& patch, const model::Entity& entity) {
  Json detail = {{"entityId", entity.entity_id}};
  if (patch.name) detail["name"] = *patch.name;
  if (patch.origins) detail["allowedOrigins"] = *patch.origins;
  if (patch.linked_agents) detail["linkedAgentIds"] = *patch.linked_agents;
  if (patch.test_credentials) detail["testCredentials"] = entity.has_test_credentials ? "set" : "removed";
  return detail;
}

std::string shortened(std::string slug, std::size_t room) {
  slug.resize(std::min(slug.size(), kMaxSuggestedBytes - room));
  while (slug.ends_with('-')) slug.pop_back();
  return slug;
}

}  // namespace

Result<model::Entity> Keys::find(Session& session, const Principal& who, const std::string& id) const {
  auto entity =
      store::Credentials(session).find_entity(Tenant::across(), who.scope.organization_id, who.scope.project_id, id);
  if (!entity) return fail(not_found("entity", id));
  return std::move(*entity);
}

// Two hosts may change it at once: what the second writes over is what the first has left.
Result<model::Entity> Keys::find_locked(Session& session, const Principal& who, const std::string& id) const {
  store::Credentials(session).lock_entity(Tenant::across(), who.scope.organization_id, who.scope.project_id, id);
  return find(session, who, id);
}

Task<Result<Revealed<model::Entity>>> Keys::create_entity(base::Loop& loop, Principal who, std::string entity_id,
                                                          EntityPatch given) {
  if (auto good = check_new_entity_id(entity_id); !good) co_return fail(good.error());
  if (auto good = check_patch(given); !good) co_return fail(good.error());
  model::Entity entity;
  entity.id = ids_.make("ent");
  entity.organization_id = who.scope.organization_id;
  entity.project_id = who.scope.project_id;
  entity.entity_id = entity_id;
  entity.name = given.name.value_or(entity_id);
  entity.origins = given.origins.value_or(std::vector<std::string>());
  entity.linked_agents = given.linked_agents.value_or(std::vector<std::string>());
  entity.secret = make_entity_secret();
  entity.created_us = entity.updated_us = loop.clock().wall_us();
  const auto write = database_.write(loop, [this, who, entity, given](Session& session) -> Result<model::Entity> {
    if (find(session, who, entity.entity_id)) {
      return fail(ErrorKind::Conflict, "entity_exists",
                  "the project has an entity \"" + entity.entity_id + "\" already");
    }
    if (auto known = check_agents(session, entity, {}); !known) return fail(known.error());
    store::Credentials(session).insert(Tenant::across(), entity);
    model::Entity made = entity;
    put_test_credentials(session, given, made);
    write_audit(session, ids_, who, "entity.create", entity.id, audited(given, made), entity.created_us);
    return made;
  });
  auto written = co_await write;
  authenticator_.forget();
  if (!written) co_return fail(written.error());
  co_return Revealed<model::Entity>{std::move(*written), entity.secret};
}

Task<Result<EntityNameCheck>> Keys::check_entity_name(base::Loop& loop, Principal who, std::string entity_id) {
  const auto known = co_await entities(loop, std::move(who));
  if (!known) co_return fail(known.error());
  const auto is_free = [&known](const std::string& id) {
    return std::none_of(known->begin(), known->end(), [&](const auto& each) { return each.entity_id == id; });
  };
  EntityNameCheck check;
  check.valid = check_new_entity_id(entity_id).has_value();
  check.available = check.valid && is_free(entity_id);
  if (check.available) co_return check;
  const std::string stem = check.valid ? entity_id : slug_of(entity_id);
  for (const char* ending : {"", "-2", "-3", "-new", "-4", "-next", "-5"}) {
    std::string candidate = shortened(stem, std::string_view(ending).size()) + ending;
    const bool good = !stem.empty() && check_new_entity_id(candidate) && is_free(candidate);
    if (good && check.suggestions.size() < kMaxSuggestions) check.suggestions.push_back(std::move(candidate));
  }
  co_return check;
}

Task<Result<TestCredentials>> Keys::test_credentials(base::Loop& loop, Principal who, std::string id) {
  const auto read = database_.read(loop, [this, who, id](Session& session) -> Result<TestCredentials> {
    const auto entity = find(session, who, id);
    if (!entity) return fail(entity.error());
    const std::string stored = store::Credentials(session).test_credentials(Tenant::across(), *entity);
    if (stored.empty()) return TestCredentials();
    const auto json = model::parse_bounded(stored, "stored test credentials");
    if (json) return test_credentials_from_json(*json);
    return fail(
        ErrorKind::DataLoss, "data_unreadable",
        "the stored test credentials of the entity \"" + entity->entity_id + "\" cannot be read; set them again");
  });
  co_return co_await read;
}

Task<Result<std::vector<model::Entity>>> Keys::entities(base::Loop& loop, Principal who) {
  const auto read = database_.read(loop, [who](Session& session) -> Result<std::vector<model::Entity>> {
    return store::Credentials(session).entities(Tenant::across(), who.scope.organization_id, who.scope.project_id);
  });
  co_return co_await read;
}

Task<Result<model::Entity>> Keys::entity(base::Loop& loop, Principal who, std::string id) {
  const auto read = database_.read(
      loop, [this, who, id](Session& session) -> Result<model::Entity> { return find(session, who, id); });
  co_return co_await read;
}

Task<Result<model::Entity>> Keys::update_entity(base::Loop& loop, Principal who, std::string id, EntityPatch patch) {
  if (auto good = check_patch(patch); !good) co_return fail(good.error());
  const std::int64_t now_us = loop.clock().wall_us();
  const auto write = database_.write(loop, [this, who, id, patch, now_us](Session& session) -> Result<model::Entity> {
    auto entity = find_locked(session, who, id);
    if (!entity) return entity;
    const std::vector<std::string> former = entity->linked_agents;
    entity->name = patch.name.value_or(entity->name);
    entity->origins = patch.origins.value_or(entity->origins);
    entity->linked_agents = patch.linked_agents.value_or(entity->linked_agents);
    entity->updated_us = now_us;
    if (auto known = check_agents(session, *entity, former); !known) return fail(known.error());
    store::Credentials(session).update(Tenant::across(), *entity);
    put_test_credentials(session, patch, *entity);
    write_audit(session, ids_, who, "entity.update", entity->id, audited(patch, *entity), now_us);
    return entity;
  });
  auto updated = co_await write;
  authenticator_.forget();
  co_return updated;
}

Task<Result<Revealed<model::Entity>>> Keys::rotate_entity(base::Loop& loop, Principal who, std::string id,
                                                          std::int64_t grace_s) {
  if (grace_s < 0 || grace_s > kMaxGraceS) {
    co_return fail(invalid_field("graceSeconds", "0 to " + std::to_string(kMaxGraceS), std::to_string(grace_s)));
  }
  const std::int64_t now_us = loop.clock().wall_us();
  const std::string secret = make_entity_secret();
  const auto write =
      database_.write(loop, [this, who, id, secret, grace_s, now_us](Session& session) -> Result<model::Entity> {
        auto entity = find_locked(session, who, id);
        if (!entity) return entity;
        entity->former_secret = grace_s == 0 ? "" : entity->secret;
        entity->former_until_us = grace_s == 0 ? 0 : now_us + grace_s * 1'000'000;
        entity->secret = secret;
        entity->updated_us = now_us;
        store::Credentials(session).update(Tenant::across(), *entity);
        write_audit(session, ids_, who, "entity.secret.rotate", entity->id, {{"graceSeconds", grace_s}}, now_us);
        return entity;
      });
  auto written = co_await write;
  authenticator_.forget();
  if (!written) co_return fail(written.error());
  co_return Revealed<model::Entity>{std::move(*written), secret};
}

Task<Result<void>> Keys::remove_entity(base::Loop& loop, Principal who, std::string id) {
  const std::int64_t now_us = loop.clock().wall_us();
  const auto write = database_.write(loop, [this, who, id, now_us](Session& session) -> Result<void> {
    const auto entity = find(session, who, id);
    if (!entity) return fail(entity.error());
    store::Credentials(session).remove_entity(Tenant::across(), entity->id);
    write_audit(session, ids_, who, "entity.delete", entity->id, {{"entityId", entity->entity_id}}, now_us);
    return {};
  });
  const auto written = co_await write;
  authenticator_.forget();
  co_return written;
}

}  // namespace platos::tenancy

#include "tenancy/administration.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "store/audit.hpp"
#include "store/data_keys.hpp"
#include "store/organizations.hpp"
#include "tenancy/audit.hpp"
#include "tenancy/errors.hpp"
#include "tenancy/names.hpp"
#include "tenancy/roles.hpp"
#include "tenancy/tenant.hpp"

namespace platos::tenancy {
namespace {

using model::Json;
using model::Principal;
using store::Organizations;
using store::Session;

constexpr std::int64_t kRowsAtOnce = 2'000;

bool is_own(const Principal& who, const std::string& organization_id) {
  return who.may(model::kOperator) || organization_id == who.scope.organization_id;
}

Result<model::Organization> find_organization(Session& session, const Principal& who, const std::string& id) {
  for (auto& each : Organizations(session).organizations(Tenant::across(), id)) {
    if (!id.empty() && is_own(who, each.id)) return std::move(each);
  }
  return fail(not_found("organization", id));
}

Result<model::Project> find_project(Session& session, const Principal& who, const std::string& id) {
  auto found = Organizations(session).find_project(Tenant::across(), id);
  if (!found || !is_own(who, found->organization_id)) return fail(not_found("project", id));
  return std::move(*found);
}

Result<model::Environment> find_environment(Session& session, const Principal& who, const std::string& id) {
  auto found = Organizations(session).find_environment(Tenant::across(), id);
  if (!found || !is_own(who, found->organization_id)) return fail(not_found("environment", id));
  return std::move(*found);
}

/// One whose rows may go.
Result<model::Environment> find_unused_environment(Session& session, const Principal& who, const std::string& id) {
  auto found = find_environment(session, who, id);
  if (!found) return found;
  Organizations organizations(session);
  if (organizations.has_agents(Tenant::across(), found->id))
    return fail(ErrorKind::Conflict, "not_empty", "the environment still has agents; delete them first");
  if (organizations.has_open_runs(Tenant::across(), found->id)) {
    return fail(ErrorKind::Conflict, "runs_under_way",
                "the environment still has runs that have not ended; wait for them, or cancel them");
  }
  return found;
}

Result<void> complete(NewPlace& wanted) {
  if (auto good = check_name(wanted.name); !good) return good;
  if (wanted.slug.empty()) wanted.slug = slug_of(wanted.name);
  if (auto good = check_slug(wanted.slug); !good) return good;
  return check_environment_type(wanted.type);
}

template <typename Place>
Result<void> apply(const PlacePatch& patch, Place& place) {
  place.name = patch.name.value_or(place.name);
  place.slug = patch.slug.value_or(place.slug);
  if (auto good = check_name(place.name); !good) return good;
  return check_slug(place.slug);
}

/// The audit row stands in the organization that it is about.
Principal acting_in(Principal who, const std::string& organization_id, const std::string& environment_id = {}) {
  who.scope = {organization_id, {}, environment_id};
  return who;
}

/// What a broken constraint of the database means here.
template <typename T>
Result<T> explained(Result<T> result, const char* code, const std::string& message) {
  if (!result && result.error().code == "conflict") return fail(ErrorKind::Conflict, code, message);
  return result;
}

std::string taken(const std::string& slug) { return "the slug \"" + slug + "\" is taken"; }

Json described(const std::string& name, const std::string& slug) { return {{"name", name}, {"slug", slug}}; }

Result<void> may_give(const Principal& who, const std::string& role) {
  if (!is_role(role)) return fail(model::invalid_field("role", "owner, admin, member or viewer", role));
  if ((rights_of_role(role) & ~who.rights) == 0) return {};
  return fail(ErrorKind::PermissionDenied, "role_too_high", "nobody gives or takes a role that is above the own");
}

}  // namespace

Task<Result<model::Organization>> Administration::create_organization(base::Loop& loop, Principal who,
                                                                      NewPlace wanted) {
  if (auto good = complete(wanted); !good) co_return fail(good.error());
  const std::int64_t now_us = loop.clock().wall_us();
  const auto write =
      database_.write(loop, [this, who, wanted, now_us](Session& session) -> Result<model::Organization> {
        // Named here: what runs again, because it was undone, is sealed by no key of the first time.
        const model::Organization made{ids_.make("org"), wanted.slug, wanted.name, now_us};
        Organizations(session).insert(Tenant::across(), made);
        // Wrapped here, on the writer: a key that was wrapped before and stored behind the last look of a rotation
        // would be wrapped by a master key that is gone.
        store::DataKeys(session).insert(Tenant::across(), keys_.make(made.id), now_us);
        write_audit(session, ids_, acting_in(who, made.id), "organization.create", made.id,
                    described(made.name, made.slug), now_us);
        return made;
      });
  auto outcome = co_await write;
  co_return explained(std::move(outcome), "slug_taken", taken(wanted.slug));
}

Task<Result<model::Project>> Administration::create_project(base::Loop& loop, Principal who, std::string organization,
                                                            NewPlace wanted) {
  if (auto good = complete(wanted); !good) co_return fail(good.error());
  model::Project made{ids_.make("prj"), {}, wanted.slug, wanted.name, loop.clock().wall_us()};
  const auto write = database_.write(loop, [this, who, organization, made](Session& session) -> Result<model::Project> {
    const auto owner = find_organization(session, who, organization);
    if (!owner) return fail(owner.error());
    model::Project project = made;
    project.organization_id = owner->id;
    Organizations(session).insert(Tenant::across(), project);
    write_audit(session, ids_, acting_in(who, owner->id), "project.create", project.id,
                described(project.name, project.slug), project.created_us);
    return project;
  });
  auto outcome = co_await write;
  co_return explained(std::move(outcome), "slug_taken", taken(made.slug));
}

Task<Result<model::Environment>> Administration::create_environment(base::Loop& loop, Principal who,
                                                                    std::string project, NewPlace wanted) {
  if (auto good = complete(wanted); !good) co_return fail(good.error());
  model::Environment made{ids_.make("env"), {}, {}, wanted.slug, wanted.type, wanted.name, loop.clock().wall_us()};
  const auto write = database_.write(loop, [this, who, project, made](Session& session) -> Result<model::Environment> {
    const auto owner = find_project(session, who, project);
    if (!owner) return fail(owner.error());
    model::Environment environment = made;
    environment.organization_id = owner->organization_id;
    environment.project_id = owner->id;
    Organizations(session).insert(Tenant::across(), environment);
    write_audit(session, ids_, acting_in(who, owner->organization_id, environment.id), "environment.create",
                environment.id, described(environment.name, environment.slug), environment.created_us);
    return environment;
  });
  auto outcome = co_await write;
  co_return explained(std::move(outcome), "slug_taken", taken(made.slug));
}

Task<Result<std::vector<model::Organization>>> Administration::organizations(base::Loop& loop, Principal who) {
  const auto read = database_.read(loop, [who](Session& session) -> Result<std::vector<model::Organization>> {
    const std::string only = who.may(model::kOperator) ? std::string() : who.scope.organization_id;
    return Organizations(session).organizations(Tenant::across(), only);
  });
  co_return co_await read;
}

Task<Result<model::Organization>> Administration::organization(base::Loop& loop, Principal who, std::string id) {
  const auto read = database_.read(loop, [who, id](Session& session) { return find_organization(session, who, id); });
  co_return co_await read;
}

Task<Result<std::vector<model::Project>>> Administration::projects(base::Loop& loop, Principal who,
                                                                   std::string organization) {
  const auto read = database_.read(loop, [who, organization](Session& session) -> Result<std::vector<model::Project>> {
    const auto owner = find_organization(session, who, organization);
    if (!owner) return fail(owner.error());
    return Organizations(session).projects(Tenant::across(), owner->id);
  });
  co_return co_await read;
}

Task<Result<model::Project>> Administration::project(base::Loop& loop, Principal who, std::string id) {
  const auto read = database_.read(loop, [who, id](Session& session) { return find_project(session, who, id); });
  co_return co_await read;
}

Task<Result<std::vector<model::Environment>>> Administration::environments(base::Loop& loop, Principal who,
                                                                           std::string project) {
  const auto read = database_.read(loop, [who, project](Session& session) -> Result<std::vector<model::Environment>> {
    const auto owner = find_project(session, who, project);
    if (!owner) return fail(owner.error());
    return Organizations(session).environments(Tenant::across(), owner->id);
  });
  co_return co_await read;
}

Task<Result<model::Environment>> Administration::environment(base::Loop& loop, Principal who, std::string id) {
  const auto read = database_.read(loop, [who, id](Session& session) { return find_environment(session, who, id); });
  co_return co_await read;
}

Task<Result<model::Organization>> Administration::update_organization(base::Loop& loop, Principal who, std::string id,
                                                                      PlacePatch patch) {
  const std::int64_t now_us = loop.clock().wall_us();
  const auto write =
      database_.write(loop, [this, who, id, patch, now_us](Session& session) -> Result<model::Organization> {
        auto found = find_organization(session, who, id);
        if (!found) return found;
        if (auto good = apply(patch, *found); !good) return fail(good.error());
        Organizations(session).rename_organization(Tenant::across(), *found);
        write_audit(session, ids_, acting_in(who, found->id), "organization.update", found->id,
                    described(found->name, found->slug), now_us);
        return found;
      });
  auto outcome = co_await write;
  co_return explained(std::move(outcome), "slug_taken", taken(patch.slug.value_or("")));
}

Task<Result<model::Project>> Administration::update_project(base::Loop& loop, Principal who, std::string id,
                                                            PlacePatch patch) {
  const std::int64_t now_us = loop.clock().wall_us();
  const auto write = database_.write(loop, [this, who, id, patch, now_us](Session& session) -> Result<model::Project> {
    auto found = find_project(session, who, id);
    if (!found) return found;
    if (auto good = apply(patch, *found); !good) return fail(good.error());
    Organizations(session).rename_project(Tenant::across(), *found);
    write_audit(session, ids_, acting_in(who, found->organization_id), "project.update", found->id,
                described(found->name, found->slug), now_us);
    return found;
  });
  auto outcome = co_await write;
  co_return explained(std::move(outcome), "slug_taken", taken(patch.slug.value_or("")));
}

Task<Result<model::Environment>> Administration::update_environment(base::Loop& loop, Principal who, std::string id,
                                                                    PlacePatch patch) {
  const std::int64_t now_us = loop.clock().wall_us();
  const auto write =
      database_.write(loop, [this, who, id, patch, now_us](Session& session) -> Result<model::Environment> {
        auto found = find_environment(session, who, id);
        if (!found) return found;
        if (auto good = apply(patch, *found); !good) return fail(good.error());
        Organizations(session).rename_environment(Tenant::across(), *found);
        write_audit(session, ids_, acting_in(who, found->organization_id, found->id), "environment.update", found->id,
                    described(found->name, found->slug), now_us);
        return found;
      });
  auto outcome = co_await write;
  co_return explained(std::move(outcome), "slug_taken", taken(patch.slug.value_or("")));
}

Task<Result<void>> Administration::remove_organization(base::Loop& loop, Principal who, std::string id) {
  const std::int64_t now_us = loop.clock().wall_us();
  const auto write = database_.write(loop, [this, who, id, now_us](Session& session) -> Result<void> {
    const auto found = find_organization(session, who, id);
    if (!found) return fail(found.error());
    Organizations(session).remove_organization(Tenant::across(), found->id);
    // In the organization that the operator acts in: the audit of the other one went with its key.
    write_audit(session, ids_, who, "organization.delete", found->id, described(found->name, found->slug), now_us);
    return {};
  });
  auto outcome = co_await write;
  const auto written = explained(std::move(outcome), "not_empty", "the organization still has projects");
  authenticator_.forget();
  co_return written;
}

Task<Result<void>> Administration::remove_project(base::Loop& loop, Principal who, std::string id) {
  const std::int64_t now_us = loop.clock().wall_us();
  const auto write = database_.write(loop, [this, who, id, now_us](Session& session) -> Result<void> {
    const auto found = find_project(session, who, id);
    if (!found) return fail(found.error());
    Organizations(session).remove_project(Tenant::across(), found->id);
    write_audit(session, ids_, acting_in(who, found->organization_id), "project.delete", found->id,
                described(found->name, found->slug), now_us);
    return {};
  });
  auto outcome = co_await write;
  const auto written = explained(std::move(outcome), "not_empty", "the project still has environments");
  authenticator_.forget();
  co_return written;
}

Task<Result<void>> Administration::remove_environment(base::Loop& loop, Principal who, std::string id) {
  // Others write meanwhile. Who is interrupted asks again.
  for (std::int64_t removed = kRowsAtOnce; removed == kRowsAtOnce;) {
    const auto sweep = database_.write(loop, [who, id](Session& session) -> Result<std::int64_t> {
      const auto found = find_unused_environment(session, who, id);
      if (!found) return fail(found.error());
      return Organizations(session).remove_rows(Tenant::across(), found->id, kRowsAtOnce);
    });
    const auto swept = co_await sweep;
    if (!swept) co_return fail(swept.error());
    removed = *swept;
  }
  const std::int64_t now_us = loop.clock().wall_us();
  const auto write = database_.write(loop, [this, who, id, now_us](Session& session) -> Result<void> {
    const auto found = find_unused_environment(session, who, id);
    if (!found) return fail(found.error());
    Organizations(session).remove_environment(Tenant::across(), found->id);
    write_audit(session, ids_, acting_in(who, found->organization_id, found->id), "environment.delete", found->id,
                described(found->name, found->slug), now_us);
    return {};
  });
  auto outcome = co_await write;
  const auto written = explained(std::move(outcome), "not_empty", "the environment still has agents");
  authenticator_.forget();
  co_return written;
}

Task<Result<std::vector<model::Membership>>> Administration::members(base::Loop& loop, Principal who,
                                                                     std::string organization) {
  const auto read =
      database_.read(loop, [who, organization](Session& session) -> Result<std::vector<model::Membership>> {
        const auto owner = find_organization(session, who, organization);
        if (!owner) return fail(owner.error());
        return Organizations(session).members(Tenant::across(), owner->id);
      });
  co_return co_await read;
}

Task<Result<model::Membership>> Administration::add_member(base::Loop& loop, Principal who, std::string organization,
                                                           NewMember wanted) {
  if (auto good = check_name(wanted.name); !good) co_return fail(good.error());
  if (auto good = may_give(who, wanted.role); !good) co_return fail(good.error());
  if (!wanted.email.empty() && (wanted.email.find('@') == std::string::npos || !check_name(wanted.email))) {
    co_return fail(model::invalid_field("email", "an e-mail address", "another text"));
  }
  const model::User made{ids_.make("usr"), wanted.name, base::to_lower(wanted.email), loop.clock().wall_us()};
  const auto write = database_.write(
      loop, [this, who, organization, made, role = wanted.role](Session& session) -> Result<model::Membership> {
        const auto owner = find_organization(session, who, organization);
        if (!owner) return fail(owner.error());
        Organizations organizations(session);
        auto user = made.email.empty() ? std::nullopt : organizations.find_user(Tenant::across(), made.email);
        if (!user) {
          organizations.insert(Tenant::across(), made);
          user = made;
        }
        for (const auto& each : organizations.memberships_of(Tenant::across(), user->id)) {
          if (each.organization_id == owner->id) {
            return fail(ErrorKind::Conflict, "member_exists", "the user is a member already; PATCH changes the role");
          }
        }
        model::Membership membership{owner->id, user->id, role, made.created_us, *user};
        organizations.set_role(Tenant::across(), membership);
        write_audit(session, ids_, acting_in(who, owner->id), "member.add", user->id, {{"role", role}},
                    made.created_us);
        return membership;
      });
  auto outcome = co_await write;
  co_return explained(std::move(outcome), "member_exists", "the e-mail address is another user's");
}

namespace {
/// Of members that nobody else changes until the transaction ends.
Result<model::Membership> find_member(Session& session, const Principal& who, const std::string& organization,
                                      const std::string& user) {
  const auto owner = find_organization(session, who, organization);
  if (!owner) return fail(owner.error());
  Organizations organizations(session);
  organizations.lock(Tenant::across(), owner->id);
  const auto members = organizations.members(Tenant::across(), owner->id);
  const auto found =
      std::find_if(members.begin(), members.end(), [&](const auto& each) { return each.user_id == user; });
  if (found == members.end()) return fail(not_found("member", user));
  return *found;
}

/// An organization keeps an owner.
Result<void> check_last_owner(Session& session, const model::Membership& member) {
  if (member.role != "owner") return {};
  const auto members = Organizations(session).members(Tenant::across(), member.organization_id);
  const auto owners =
      std::count_if(members.begin(), members.end(), [](const auto& each) { return each.role == "owner"; });
  if (owners > 1) return {};
  return fail(ErrorKind::Conflict, "last_owner", "an organization keeps at least one owner");
}
}  // namespace

Task<Result<model::Membership>> Administration::set_role(base::Loop& loop, Principal who, std::string organization,
                                                         std::string user, std::string role) {
  if (auto good = may_give(who, role); !good) co_return fail(good.error());
  const std::int64_t now_us = loop.clock().wall_us();
  const auto write = database_.write(
      loop, [this, who, organization, user, role, now_us](Session& session) -> Result<model::Membership> {
        auto member = find_member(session, who, organization, user);
        if (!member) return member;
        if (auto good = may_give(who, member->role); !good) return fail(good.error());
        if (role != "owner") {
          if (auto good = check_last_owner(session, *member); !good) return fail(good.error());
        }
        member->role = role;
        Organizations(session).set_role(Tenant::across(), *member);
        write_audit(session, ids_, acting_in(who, member->organization_id), "member.role", user, {{"role", role}},
                    now_us);
        return member;
      });
  auto written = co_await write;
  authenticator_.forget();
  co_return written;
}

Task<Result<void>> Administration::remove_member(base::Loop& loop, Principal who, std::string organization,
                                                 std::string user) {
  const std::int64_t now_us = loop.clock().wall_us();
  const auto write = database_.write(loop, [this, who, organization, user, now_us](Session& session) -> Result<void> {
    const auto member = find_member(session, who, organization, user);
    if (!member) return fail(member.error());
    if (auto good = may_give(who, member->role); !good) return good;
    if (auto good = check_last_owner(session, *member); !good) return good;
    Organizations(session).remove_member(Tenant::across(), member->organization_id, user);
    write_audit(session, ids_, acting_in(who, member->organization_id), "member.remove", user, Json::object(), now_us);
    return {};
  });
  const auto written = co_await write;
  authenticator_.forget();
  co_return written;
}

Task<Result<AuditPage>> Administration::audit(base::Loop& loop, Principal who, std::string organization,
                                              std::int64_t limit, std::int64_t offset) {
  const auto read = database_.read(loop, [=](Session& session) -> Result<AuditPage> {
    const auto owner = find_organization(session, who, organization);
    if (!owner) return fail(owner.error());
    store::AuditLog log(session);
    return AuditPage{log.list(Tenant::across(), owner->id, limit, offset), log.count(Tenant::across(), owner->id)};
  });
  co_return co_await read;
}

}  // namespace platos::tenancy

#include "tenancy/environments.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "store/end_users.hpp"
#include "store/organizations.hpp"
#include "tenancy/audit.hpp"
#include "tenancy/errors.hpp"
#include "tenancy/names.hpp"
#include "tenancy/tenant.hpp"

namespace platos::tenancy {
namespace {

using model::Json;
using model::Principal;
using model::Scope;
using store::Session;

constexpr std::size_t kMaxValueBytes = 64 * 1024;
constexpr std::size_t kMaxEndUserIdBytes = 200;

Result<void> check_variable(const model::VariableChange& variable) {
  if (auto good = check_variable_name(variable.name); !good) return good;
  if (variable.value.size() <= kMaxValueBytes) return {};
  return fail(model::invalid_field("value", "at most 65536 bytes", std::to_string(variable.value.size())));
}

Error ambiguous(const std::string& word, const std::vector<model::Environment>& environments) {
  std::string slugs;
  for (const auto& each : environments) slugs += (slugs.empty() ? "" : ", ") + each.slug;
  return {ErrorKind::InvalidArgument,
          "environment_ambiguous",
          "expected the id or slug of one environment: \"" + word + "\" is the type of several: " + slugs,
          false,
          0,
          {}};
}

/// What one environment is called goes before what several may be.
Result<model::Environment> named(const std::vector<model::Environment>& environments, const std::string& word) {
  std::vector<model::Environment> of_type;
  const model::Environment* by_slug = nullptr;
  for (const auto& each : environments) {
    if (each.id == word) return each;
    if (each.slug == word) by_slug = &each;
    if (base::to_lower(each.type) == word) of_type.push_back(each);
  }
  if (by_slug != nullptr) return *by_slug;
  if (of_type.size() > 1) return fail(ambiguous(word, of_type));
  if (of_type.empty()) return fail(not_found("environment", word));
  return of_type.front();
}

}  // namespace

Task<Result<Scope>> Environments::find_scope(base::Loop& loop, Principal who, std::string project,
                                             std::string environment) {
  const auto read = database_.read(loop, [=](Session& session) -> Result<Scope> {
    store::Organizations organizations(session);
    const auto owner = organizations.find_project(Tenant::across(), project);
    const bool own = owner && (who.may(model::kOperator) || owner->organization_id == who.scope.organization_id);
    if (!own) return fail(not_found("project", project));
    const auto found = named(organizations.environments(Tenant::across(), owner->id), environment);
    if (!found) return fail(found.error());
    return Scope{found->organization_id, found->project_id, found->id};
  });
  co_return co_await read;
}

Task<Result<std::vector<model::EnvironmentVariable>>> Environments::variables(base::Loop& loop, Scope scope) {
  const auto read = database_.read(loop, [scope](Session& session) -> Result<std::vector<model::EnvironmentVariable>> {
    return store::EnvironmentVariables(session).list(scope);
  });
  co_return co_await read;
}

Task<Result<model::EnvironmentVariable>> Environments::variable(base::Loop& loop, Scope scope, std::string name) {
  const auto read = database_.read(loop, [scope, name](Session& session) -> Result<model::EnvironmentVariable> {
    auto found = store::EnvironmentVariables(session).find(scope, name);
    if (!found) return fail(not_found("variable", name));
    return std::move(*found);
  });
  co_return co_await read;
}

Task<Result<VariablesSet>> Environments::set_variables(base::Loop& loop, Principal who, Scope scope,
                                                       std::vector<model::VariableChange> variables,
                                                       ExistingVariables existing) {
  for (const auto& variable : variables) {
    if (auto good = check_variable(variable); !good) co_return fail(good.error());
  }
  const std::int64_t now_us = loop.clock().wall_us();
  who.scope = scope;
  const bool keep = existing == ExistingVariables::Keep;
  const auto write = database_.write(loop, [=, this](Session& session) -> Result<VariablesSet> {
    store::EnvironmentVariables stored(session);
    VariablesSet done;
    for (const auto& variable : variables) {
      if (keep && !stored.add(scope, variable, now_us)) {
        ++done.kept;
        continue;
      }
      const bool secret = keep ? variable.secret.value_or(false) : stored.put(scope, variable, now_us);
      write_audit(session, ids_, who, "variable.set", variable.name, {{"secret", secret}}, now_us);
      ++done.set;
    }
    return done;
  });
  co_return co_await write;
}

Task<Result<void>> Environments::remove_variable(base::Loop& loop, Principal who, Scope scope, std::string name) {
  const std::int64_t now_us = loop.clock().wall_us();
  who.scope = scope;
  const auto write = database_.write(loop, [this, who, scope, name, now_us](Session& session) -> Result<void> {
    if (!store::EnvironmentVariables(session).remove(scope, name)) return fail(not_found("variable", name));
    write_audit(session, ids_, who, "variable.delete", name, Json::object(), now_us);
    return {};
  });
  co_return co_await write;
}

Task<Result<std::vector<model::EndUser>>> Environments::end_users(base::Loop& loop, Scope scope, std::string after,
                                                                  std::int64_t limit) {
  const auto read = database_.read(loop, [=](Session& session) -> Result<std::vector<model::EndUser>> {
    return store::EndUsers(session).list(scope, after, limit);
  });
  co_return co_await read;
}

Task<Result<model::EndUser>> Environments::end_user(base::Loop& loop, Scope scope, std::string id) {
  const auto read = database_.read(loop, [scope, id](Session& session) -> Result<model::EndUser> {
    auto found = store::EndUsers(session).find(scope, id);
    if (!found) return fail(not_found("end_user", id));
    return std::move(*found);
  });
  co_return co_await read;
}

Task<Result<model::EndUser>> Environments::put_end_user(base::Loop& loop, Principal who, std::string id,
                                                        std::string profile_json) {
  if (id.empty() || id.size() > kMaxEndUserIdBytes || !base::is_valid_utf8(id) || id.find('\0') != std::string::npos) {
    co_return fail(model::invalid_field("id", "1 to 200 bytes of UTF-8", base::printable(id, 40)));
  }
  const std::int64_t now_us = loop.clock().wall_us();
  const model::EndUser user{id, std::move(profile_json), now_us, now_us};
  const auto write = database_.write(loop, [this, who, user](Session& session) -> Result<model::EndUser> {
    store::EndUsers users(session);
    users.put(who.scope, user);
    write_audit(session, ids_, who, "end_user.set", user.id, Json::object(), user.last_seen_us);
    return *users.find(who.scope, user.id);
  });
  co_return co_await write;
}

Task<Result<void>> Environments::remove_end_user(base::Loop& loop, Principal who, std::string id) {
  const std::int64_t now_us = loop.clock().wall_us();
  const auto write = database_.write(loop, [this, who, id, now_us](Session& session) -> Result<void> {
    if (!store::EndUsers(session).remove(who.scope, id)) return fail(not_found("end_user", id));
    write_audit(session, ids_, who, "end_user.delete", id, Json::object(), now_us);
    return {};
  });
  co_return co_await write;
}

}  // namespace platos::tenancy

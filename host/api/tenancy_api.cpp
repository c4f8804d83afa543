// Organizations, projects, environments, members, variables, end users, audit.
#include "api/api.hpp"
#include "api/handlers.hpp"
#include "api/paging.hpp"
#include "api/wire.hpp"

namespace platos::api {
namespace {

using namespace model;  // the rights
using ingress::Response;

constexpr std::int64_t kMaxPage = 200;

Result<tenancy::NewPlace> read_place(const Json& body) {
  tenancy::NewPlace place;
  const auto name = required_text(body, "name");
  const auto slug = optional_text(body, "slug");
  const auto type = optional_text(body, "type");
  if (!name) return fail(name.error());
  if (!slug) return fail(slug.error());
  if (!type) return fail(type.error());
  return tenancy::NewPlace{*name, slug->value_or(""), type->value_or("DEVELOPMENT")};
}

Result<tenancy::PlacePatch> read_place_patch(const Json& body) {
  const auto name = optional_text(body, "name");
  const auto slug = optional_text(body, "slug");
  if (!name) return fail(name.error());
  if (!slug) return fail(slug.error());
  return tenancy::PlacePatch{*name, *slug};
}

Result<tenancy::NewMember> read_member(const Json& body) {
  const auto name = optional_text(body, "name");
  const auto email = optional_text(body, "email");
  const auto role = optional_text(body, "role");
  for (const auto* each : {&name, &email, &role}) {
    if (!*each) return fail(each->error());
  }
  return tenancy::NewMember{name->value_or(email->value_or("")), email->value_or(""), role->value_or("member")};
}

Json member_to_wire(const Membership& member) { return to_wire(member); }
template <typename T>
Json wire_of(const T& thing) {
  return to_wire(thing);
}

struct TenancyHandlers {
  Services services;
  ApiOptions options;

  Response bad(const Call& call, const Error& error) const { return error_response(error, call.request.request_id); }
  Result<Json> body(const Call& call) const { return read_body(call.request, options.max_body_bytes); }

  // Organizations, projects and environments are read and changed alike.
  template <auto Find>
  Task<Response> place(Call call) const {
    const auto found = co_await (services.administration.*Find)(call.loop(), call.who, call.path_value("id"));
    co_return answer_with(call, 200, found, [](const auto& each) { return to_wire(each); });
  }
  template <auto Update>
  Task<Response> update_place(Call call) const {
    const auto json = body(call);
    const auto patch = json ? read_place_patch(*json) : fail(json.error());
    if (!patch) co_return bad(call, patch.error());
    const auto done = co_await (services.administration.*Update)(call.loop(), call.who, call.path_value("id"), *patch);
    co_return answer_with(call, 200, done, [](const auto& each) { return to_wire(each); });
  }
  template <auto Remove>
  Task<Response> remove_place(Call call) const {
    co_return answer_deleted(call,
                             co_await (services.administration.*Remove)(call.loop(), call.who, call.path_value("id")));
  }
  // Those that are in another one.
  template <auto Make>
  Task<Response> create_place(Call call) const {
    const auto json = body(call);
    const auto wanted = json ? read_place(*json) : fail(json.error());
    if (!wanted) co_return bad(call, wanted.error());
    const auto made = co_await (services.administration.*Make)(call.loop(), call.who, call.path_value("id"), *wanted);
    co_return answer_with(call, 201, made, [](const auto& each) { return to_wire(each); });
  }

  Task<Response> organizations(Call call) const {
    const auto found = co_await services.administration.organizations(call.loop(), call.who);
    co_return answer_list(call, "organizations", found, wire_of<Organization>);
  }
  Task<Response> create_organization(Call call) const {
    const auto json = body(call);
    const auto wanted = json ? read_place(*json) : fail(json.error());
    if (!wanted) co_return bad(call, wanted.error());
    const auto made = co_await services.administration.create_organization(call.loop(), call.who, *wanted);
    co_return answer_with(call, 201, made, wire_of<Organization>);
  }
  Task<Response> projects(Call call) const {
    const auto found = co_await services.administration.projects(call.loop(), call.who, call.path_value("id"));
    co_return answer_list(call, "projects", found, wire_of<Project>);
  }
  Task<Response> environments(Call call) const {
    const auto found = co_await services.administration.environments(call.loop(), call.who, call.path_value("id"));
    co_return answer_list(call, "environments", found, wire_of<Environment>);
  }

  Task<Response> members(Call call) const {
    const auto found = co_await services.administration.members(call.loop(), call.who, call.path_value("id"));
    co_return answer_list(call, "members", found, member_to_wire);
  }
  Task<Response> add_member(Call call) const {
    const auto json = body(call);
    const auto wanted = json ? read_member(*json) : fail(json.error());
    if (!wanted) co_return bad(call, wanted.error());
    const auto made =
        co_await services.administration.add_member(call.loop(), call.who, call.path_value("id"), *wanted);
    co_return answer_with(call, 201, made, member_to_wire);
  }
  Task<Response> set_role(Call call) const {
    const auto json = body(call);
    const auto role = json ? required_text(*json, "role") : fail(json.error());
    if (!role) co_return bad(call, role.error());
    const auto done = co_await services.administration.set_role(call.loop(), call.who, call.path_value("id"),
                                                                call.path_value("user"), *role);
    co_return answer_with(call, 200, done, member_to_wire);
  }
  Task<Response> remove_member(Call call) const {
    co_return answer_deleted(call, co_await services.administration.remove_member(
                                       call.loop(), call.who, call.path_value("id"), call.path_value("user")));
  }

  Task<Response> audit(Call call) const {
    const auto limit = query_number(call, "limit", 50, 1, kMaxPage);
    const auto offset = query_number(call, "offset", 0, 0, INT64_MAX);
    if (!limit) co_return bad(call, limit.error());
    if (!offset) co_return bad(call, offset.error());
    const auto page =
        co_await services.administration.audit(call.loop(), call.who, call.path_value("id"), *limit, *offset);
    co_return answer_with(call, 200, page, [&](const tenancy::AuditPage& found) {
      Json rows = Json::array();
      for (const auto& entry : found.entries) rows.push_back(to_wire(entry));
      return Json{{"rows", std::move(rows)}, {"total", found.total}, {"limit", *limit}, {"offset", *offset}};
    });
  }

  Task<Result<Scope>> scope_in_path(const Call& call) const {
    return services.environments.find_scope(call.loop(), call.who, call.path_value("id"), call.path_value("env"));
  }
  Task<Response> variables(Call call) const {
    const auto scope = co_await scope_in_path(call);
    if (!scope) co_return bad(call, scope.error());
    const auto found = co_await services.environments.variables(call.loop(), *scope);
    co_return answer_with(call, 200, found, [](const std::vector<EnvironmentVariable>& all) {
      Json rows = Json::array();
      for (const auto& each : all) rows.push_back(to_wire(each));
      return rows;
    });
  }
  Task<Response> variable(Call call) const {
    const auto scope = co_await scope_in_path(call);
    if (!scope) co_return bad(call, scope.error());
    const auto found = co_await services.environments.variable(call.loop(), *scope, call.path_value("name"));
    co_return answer_with(call, 200, found, wire_of<EnvironmentVariable>);
  }
  /// POST {name, value, isSecret?} and PUT {value, isSecret?} at the name. Who says nothing of secrets changes nothing
  /// of them; one that becomes readable does so with a value that was given now.
  Task<Response> set_variable(Call call) const {
    const auto json = body(call);
    if (!json) co_return bad(call, json.error());
    const auto name = call.path_value("name").empty() ? required_text(*json, "name") : call.path_value("name");
    const auto value = required_text(*json, "value");
    const auto secret = optional_bool(*json, "isSecret");
    if (!name) co_return bad(call, name.error());
    if (!value) co_return bad(call, value.error());
    if (!secret) co_return bad(call, secret.error());
    std::vector<VariableChange> set;
    set.push_back({*name, *value, *secret});
    const auto done = co_await store_variables(call, std::move(set), tenancy::ExistingVariables::Replace);
    if (!done) co_return bad(call, done.error());
    co_return json_response(200, {{"success", true}});
  }
  Task<Response> import_variables(Call call) const {
    const auto json = body(call);
    if (!json) co_return bad(call, json.error());
    const auto found = json->find("variables");
    if (found == json->end() || !found->is_object()) {
      co_return bad(call, invalid_field("variables", "an object", "something else"));
    }
    const auto replace = optional_bool(*json, "override");
    if (!replace) co_return bad(call, replace.error());
    std::vector<VariableChange> set;
    for (const auto& [name, value] : found->items()) {
      if (!value.is_string()) co_return bad(call, invalid_field("variables." + name, "a text", kind_of(value)));
      set.push_back({name, value.get<std::string>()});
    }
    auto existing = tenancy::ExistingVariables::Keep;
    if (replace->value_or(false)) existing = tenancy::ExistingVariables::Replace;
    const auto done = co_await store_variables(call, std::move(set), existing);
    if (!done) co_return bad(call, done.error());
    co_return json_response(200, {{"success", true}, {"set", done->set}, {"kept", done->kept}});
  }
  Task<Result<tenancy::VariablesSet>> store_variables(const Call& call, std::vector<VariableChange> set,
                                                      tenancy::ExistingVariables existing) const {
    const auto scope = co_await scope_in_path(call);
    if (!scope) co_return fail(scope.error());
    auto done = co_await services.environments.set_variables(call.loop(), call.who, *scope, std::move(set), existing);
    services.providers.forget();  // it may have been a key
    services.skills.forget();
    co_return done;
  }
  Task<Response> remove_variable(Call call) const {
    const auto scope = co_await scope_in_path(call);
    if (!scope) co_return bad(call, scope.error());
    const auto done =
        co_await services.environments.remove_variable(call.loop(), call.who, *scope, call.path_value("name"));
    if (!done) co_return bad(call, done.error());
    services.providers.forget();  // it may have been a key
    services.skills.forget();
    co_return json_response(200, {{"success", true}});
  }

  Task<Response> end_users(Call call) const {
    const auto take = query_number(call, "take", 50, 1, kMaxPage);
    if (!take) co_return bad(call, take.error());
    const auto found =
        co_await services.environments.end_users(call.loop(), call.who.scope, call.query_value("cursor"), *take);
    co_return answer_with(call, 200, found, [&](const std::vector<EndUser>& users) {
      Json rows = Json::array();
      for (const auto& user : users) rows.push_back(to_wire(user));
      const bool more = static_cast<std::int64_t>(users.size()) == *take;
      return Json{{"users", std::move(rows)}, {"nextCursor", more ? Json(users.back().id) : Json()}};
    });
  }
  Task<Response> end_user(Call call) const {
    const auto found = co_await services.environments.end_user(call.loop(), call.who.scope, call.path_value("id"));
    co_return answer_with(call, 200, found, wire_of<EndUser>);
  }
  Task<Response> put_end_user(Call call) const {
    const auto json = body(call);
    if (!json) co_return bad(call, json.error());
    const auto done =
        co_await services.environments.put_end_user(call.loop(), call.who, call.path_value("id"), dump(*json));
    co_return answer_with(call, 200, done, wire_of<EndUser>);
  }
  Task<Response> remove_end_user(Call call) const {
    co_return answer_deleted(
        call, co_await services.environments.remove_end_user(call.loop(), call.who, call.path_value("id")));
  }
};

}  // namespace

std::vector<Route> tenancy_routes(const Services& services, const ApiOptions& options) {
  using H = TenancyHandlers;
  using A = tenancy::Administration;
  const auto handlers = std::make_shared<const H>(H{services, options});
  const auto to = [handlers](Task<Response> (H::*member)(Call) const) -> RouteHandler {
    return [handlers, member](Call call) { return (handlers.get()->*member)(std::move(call)); };
  };
  constexpr const char* kOrgs = "/api/v1/organizations";
  constexpr const char* kOrg = "/api/v1/organizations/{id}";
  constexpr const char* kMembers = "/api/v1/organizations/{id}/members";
  constexpr const char* kMember = "/api/v1/organizations/{id}/members/{user}";
  constexpr const char* kOrgProjects = "/api/v1/organizations/{id}/projects";
  constexpr const char* kProject = "/api/v1/projects/{id}";
  constexpr const char* kEnvironments = "/api/v1/projects/{id}/environments";
  constexpr const char* kEnvironment = "/api/v1/environments/{id}";
  constexpr const char* kVariables = "/api/v1/projects/{id}/envvars/{env}";
  constexpr const char* kVariable = "/api/v1/projects/{id}/envvars/{env}/{name}";
  constexpr const char* kEndUser = "/api/v1/agent/end-users/{id}";
  return {
      {"GET", kOrgs, kRead, to(&H::organizations), "List organizations"},
      {"POST", kOrgs, kOperator, to(&H::create_organization), "Create an organization"},
      {"GET", kOrg, kRead, to(&H::place<&A::organization>), "Get an organization"},
      {"PATCH", kOrg, kOwner, to(&H::update_place<&A::update_organization>), "Rename an organization"},
      {"DELETE", kOrg, kOperator, to(&H::remove_place<&A::remove_organization>), "Delete an empty organization"},
      {"GET", kOrgProjects, kRead, to(&H::projects), "List projects"},
      {"POST", kOrgProjects, kAdmin, to(&H::create_place<&A::create_project>), "Create a project"},
      {"GET", kProject, kRead, to(&H::place<&A::project>), "Get a project"},
      {"PATCH", kProject, kAdmin, to(&H::update_place<&A::update_project>), "Rename a project"},
      {"DELETE", kProject, kAdmin, to(&H::remove_place<&A::remove_project>), "Delete an empty project"},
      {"GET", kEnvironments, kRead, to(&H::environments), "List environments"},
      {"POST", kEnvironments, kAdmin, to(&H::create_place<&A::create_environment>), "Create an environment"},
      {"GET", kEnvironment, kRead, to(&H::place<&A::environment>), "Get an environment"},
      {"PATCH", kEnvironment, kAdmin, to(&H::update_place<&A::update_environment>), "Rename an environment"},
      {"DELETE", kEnvironment, kAdmin, to(&H::remove_place<&A::remove_environment>),
       "Delete an environment without agents"},
      {"GET", kMembers, kRead, to(&H::members), "List members"},
      {"POST", kMembers, kAdmin, to(&H::add_member), "Add a member"},
      {"PATCH", kMember, kAdmin, to(&H::set_role), "Change a member's role"},
      {"DELETE", kMember, kAdmin, to(&H::remove_member), "Remove a member"},
      {"GET", "/api/v1/organizations/{id}/audit", kAdmin, to(&H::audit), "Who did what, newest first"},
      {"GET", kVariables, kAdmin, to(&H::variables), "List an environment's variables"},
      {"POST", kVariables, kAdmin, to(&H::set_variable), "Set a variable"},
      {"POST", "/api/v1/projects/{id}/envvars/{env}/import", kAdmin, to(&H::import_variables), "Set many variables"},
      {"GET", kVariable, kAdmin, to(&H::variable), "Get a variable"},
      {"PUT", kVariable, kAdmin, to(&H::set_variable), "Set a variable"},
      {"DELETE", kVariable, kAdmin, to(&H::remove_variable), "Delete a variable"},
      {"GET", "/api/v1/agent/end-users", kRead, to(&H::end_users), "List end users"},
      {"GET", kEndUser, kRead, to(&H::end_user), "Get an end user"},
      {"PUT", kEndUser, kWrite, to(&H::put_end_user), "Set an end user's profile"},
      {"DELETE", kEndUser, kAdmin, to(&H::remove_end_user), "Forget an end user's profile"},
  };
}

}  // namespace platos::api

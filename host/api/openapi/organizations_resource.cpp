// Who owns what: organizations, members, projects, environments, their variables, and customers' users.
#include "api/openapi/operation.hpp"

namespace platos::api::openapi {
namespace {

Json slug() { return or_null(pattern("^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$", "1 to 64 of a-z, 0-9 and '-'")); }
Json role() { return words({"owner", "admin", "member", "viewer"}); }
Json name_of_place() { return {{"type", "string"}, {"minLength", 1}, {"maxLength", 200}}; }
Json new_place() { return object({{"name", name_of_place()}}, {{"slug", slug()}}); }

std::vector<Schema> organization_schemas() {
  return {{"Organization", object({{"id", text()}, {"slug", text()}, {"name", text()}, {"createdAt", time()}})},
          {"NewPlace", described(new_place(), "Without a slug one is made from the name")},
          {"PlaceChange", object({}, {{"name", or_null(name_of_place())}, {"slug", slug()}})},
          {"Role", role()},
          {"Member", object({{"organizationId", text()},
                             {"userId", text()},
                             {"role", ref("Role")},
                             {"name", text()},
                             {"email", or_null(text())},
                             {"createdAt", time()}})},
          {"NewMember", needs_one_of(object({}, {{"name", or_null(name_of_place())},
                                                 {"email", or_null(text_up_to(200))},
                                                 {"role", or_null(with_default(role(), "member"))}}),
                                     {"name", "email"})},
          {"AuditEntry", object({{"id", text()},
                                 {"organizationId", text()},
                                 {"environmentId", or_null(text())},
                                 {"actor", text()},
                                 {"action", text()},
                                 {"subject", text()},
                                 {"detail", any_value()},
                                 {"address", text()},
                                 {"requestId", text()},
                                 {"createdAt", time()}})},
          {"Deleted", object({{"deleted", {{"type", "boolean"}, {"const", true}}}})}};
}

Operation create_place(std::string_view route, std::string_view id, Json body, std::string_view made) {
  return operation(route, id).takes(std::move(body)).gives(201, "What was made", ref(made)).fails({409});
}
Operation change_place(std::string_view route, std::string_view id, std::string_view changed) {
  return operation(route, id).takes(ref("PlaceChange")).gives(200, "As it is now", ref(changed)).fails({409});
}
Operation delete_place(std::string_view route, std::string_view id) {
  return operation(route, id).gives(200, "It is deleted", ref("Deleted")).fails({409});
}

std::vector<Operation> organization_operations() {
  return {operation("GET /api/v1/organizations", "listOrganizations")
              .gives(200, "Those that these credentials see", listing("organizations", ref("Organization"))),
          create_place("POST /api/v1/organizations", "createOrganization", ref("NewPlace"), "Organization"),
          operation("GET /api/v1/organizations/{id}", "getOrganization")
              .gives(200, "The organization", ref("Organization")),
          change_place("PATCH /api/v1/organizations/{id}", "updateOrganization", "Organization"),
          delete_place("DELETE /api/v1/organizations/{id}", "deleteOrganization"),
          operation("GET /api/v1/organizations/{id}/members", "listMembers")
              .gives(200, "All members", listing("members", ref("Member"))),
          operation("POST /api/v1/organizations/{id}/members", "addMember")
              .takes(ref("NewMember"))
              .gives(201, "The member", ref("Member"))
              .fails({409}),
          operation("PATCH /api/v1/organizations/{id}/members/{user}", "setMemberRole")
              .takes(object({{"role", ref("Role")}}))
              .gives(200, "The member as it is now", ref("Member"))
              .fails({409}),
          delete_place("DELETE /api/v1/organizations/{id}/members/{user}", "removeMember"),
          operation("GET /api/v1/organizations/{id}/audit", "listAudit")
              .pages(50, 200)
              .gives(200, "A page of the audit",
                     object({{"rows", list_of(ref("AuditEntry"))},
                             {"total", integer_from(0)},
                             {"limit", integer_in(1, 200)},
                             {"offset", integer_from(0)}}))};
}

}  // namespace

Resource organizations_resource() {
  return {"Organizations", "Organizations, their members, and who did what.", organization_schemas(),
          organization_operations()};
}

Resource projects_resource() {
  const Json type = words({"DEVELOPMENT", "STAGING", "PREVIEW", "PRODUCTION"});
  Json new_environment = new_place();
  new_environment["properties"]["type"] = with_default(or_null(type), "DEVELOPMENT");
  return {
      "Projects",
      "Projects of an organization, and their environments: agents, threads and keys belong to one.",
      {{"Project",
        object(
            {{"id", text()}, {"organizationId", text()}, {"slug", text()}, {"name", text()}, {"createdAt", time()}})},
       {"Environment", object({{"id", text()},
                               {"organizationId", text()},
                               {"projectId", text()},
                               {"slug", text()},
                               {"type", type},
                               {"name", text()},
                               {"createdAt", time()}})},
       {"NewEnvironment", new_environment}},
      {operation("GET /api/v1/organizations/{id}/projects", "listProjects")
           .gives(200, "All projects", listing("projects", ref("Project"))),
       create_place("POST /api/v1/organizations/{id}/projects", "createProject", ref("NewPlace"), "Project"),
       operation("GET /api/v1/projects/{id}", "getProject").gives(200, "The project", ref("Project")),
       change_place("PATCH /api/v1/projects/{id}", "updateProject", "Project"),
       delete_place("DELETE /api/v1/projects/{id}", "deleteProject"),
       operation("GET /api/v1/projects/{id}/environments", "listEnvironments")
           .gives(200, "All environments", listing("environments", ref("Environment"))),
       create_place("POST /api/v1/projects/{id}/environments", "createEnvironment", ref("NewEnvironment"),
                    "Environment"),
       operation("GET /api/v1/environments/{id}", "getEnvironment").gives(200, "It", ref("Environment")),
       change_place("PATCH /api/v1/environments/{id}", "updateEnvironment", "Environment"),
       delete_place("DELETE /api/v1/environments/{id}", "deleteEnvironment")
           .tells("All that it had goes along, but its audit: conversations, runs, costs, variables. 409 `not_empty` "
                  "while "
                  "it has agents, `runs_under_way` while runs have not ended.")}};
}

}  // namespace platos::api::openapi

// An environment's variables, and customers' users.
#include "api/openapi/operation.hpp"

namespace platos::api::openapi {
namespace {

Json variable_name() {
  Json schema = pattern("^[A-Za-z_][A-Za-z0-9_]*$", "Letters, digits and '_'");
  schema["maxLength"] = 200;
  return schema;
}

Json variable_value() { return {{"type", "string"}, {"minLength", 1}, {"maxLength", 65'536}}; }
Json is_secret() {
  return described(
      or_null(boolean()),
      "true: the value is never answered. Without it a variable stays what it was, and a new one is no secret");
}
Json success() { return {{"type", "boolean"}, {"const", true}}; }
Json variables_set() { return object({{"success", success()}}); }
Json variables_imported() {
  return object({{"success", success()},
                 {"set", described(integer(), "How many were set")},
                 {"kept", described(integer(), "How many were there and stayed as they are")}});
}
Json overriding() { return described(or_null(boolean()), "true: replace the values of those that are there already"); }

std::vector<Operation> variable_operations() {
  return {operation("GET /api/v1/projects/{id}/envvars/{env}", "listVariables")
              .gives(200, "All variables", list_of(ref("Variable"))),
          operation("POST /api/v1/projects/{id}/envvars/{env}", "createVariable")
              .takes(object({{"name", variable_name()}, {"value", variable_value()}}, {{"isSecret", is_secret()}}))
              .gives(200, "It is set", ref("VariablesSet")),
          operation("POST /api/v1/projects/{id}/envvars/{env}/import", "importVariables")
              .takes(object({{"variables", map_of(text_up_to(65'536))}}, {{"override", overriding()}}))
              .tells("All of them are set, or none. Secret ones stay secret.")
              .gives(200, "They are set", ref("VariablesImported")),
          operation("GET /api/v1/projects/{id}/envvars/{env}/{name}", "getVariable")
              .gives(200, "The variable", ref("Variable")),
          operation("PUT /api/v1/projects/{id}/envvars/{env}/{name}", "setVariable")
              .path("name", variable_name(), "Name of the variable")
              .takes(object({{"value", variable_value()}}, {{"isSecret", is_secret()}}))
              .gives(200, "It is set", ref("VariablesSet")),
          operation("DELETE /api/v1/projects/{id}/envvars/{env}/{name}", "deleteVariable")
              .gives(200, "It is deleted", ref("VariablesSet"))};
}

}  // namespace

Resource variables_resource() {
  return {"Variables",
          "Variables of an environment.",
          {{"Variable", object({{"name", text()},
                                {"value", described(or_null(text()), "null: it is a secret")},
                                {"isSecret", boolean()},
                                {"updatedAt", time()}})},
           {"VariablesSet", variables_set()},
           {"VariablesImported", variables_imported()}},
          variable_operations()};
}

Resource end_users_resource() {
  return {
      "End users",
      "Profiles of customers' users.",
      {{"EndUser", object({{"id", text()},
                           {"profile", or_null(any_object())},
                           {"createdAt", time()},
                           {"lastSeenAt", or_null(time())}})}},
      {operation("GET /api/v1/agent/end-users", "listEndUsers")
           .query("cursor", text(), "`nextCursor` of the page before")
           .query("take", with_default(integer_in(1, 200), 50), "At most so many rows. Values out of range are clamped")
           .gives(200, "A page of end users",
                  object({{"users", list_of(ref("EndUser"))}, {"nextCursor", or_null(text())}})),
       operation("GET /api/v1/agent/end-users/{id}", "getEndUser").gives(200, "The end user", ref("EndUser")),
       operation("PUT /api/v1/agent/end-users/{id}", "putEndUser")
           .takes(described(any_object(), "The profile: name, e-mail, whatever the customer keeps"))
           .gives(200, "The end user as it is now", ref("EndUser")),
       operation("DELETE /api/v1/agent/end-users/{id}", "deleteEndUser")
           .gives(200, "It is forgotten", ref("Deleted"))}};
}

}  // namespace platos::api::openapi

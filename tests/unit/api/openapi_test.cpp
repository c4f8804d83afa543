// The document of the real table of routes. No route is called, so what is behind them need not be there.
#include <catch2/catch.hpp>
#include <cstddef>
#include <set>

#include "api/api.hpp"
#include "api/openapi/document.hpp"

namespace platos::api {
namespace {

using openapi::Json;

template <typename Room>
Room& absent() {
  alignas(Room) static std::byte nothing[sizeof(Room)];
  return reinterpret_cast<Room&>(nothing);
}

Services no_services() {
  return {absent<agent::Agents>(),
          absent<agent::Threads>(),
          absent<agent::Branches>(),
          absent<agent::Search>(),
          absent<agent::Turns>(),
          absent<agent::Providers>(),
          absent<agent::ProviderChecks>(),
          absent<agent::Models>(),
          absent<engine::Engine>(),
          absent<store::Database>(),
          absent<extension::PluginHost>(),
          absent<tenancy::Authenticator>(),
          absent<governance::RateLimits>(),
          absent<tenancy::Administration>(),
          absent<tenancy::Keys>(),
          absent<tenancy::Environments>(),
          absent<tenancy::MasterKey>(),
          absent<governance::Approvals>(),
          absent<ThreadRooms>(),
          absent<Replays>(),
          absent<telemetry::Metrics>(),
          absent<base::Logger>(),
          absent<tools::Catalogue>(),
          absent<tools::Administration>(),
          absent<tools::Trials>(),
          absent<skills::Skills>(),
          absent<skills::SkillTools>(),
          absent<skills::Importer>(),
          absent<base::WorkerPool>(),
          absent<entities::Entities>(),
          absent<governance::History>()};
}

const std::vector<Route>& routes() {
  static const Api api(no_services(), {});
  return api.router().routes();
}

Json document() { return openapi::document(routes(), openapi::resources()); }

template <typename Visit>
void for_each_operation(const Json& document, Visit visit) {
  for (const auto& [path, methods] : document["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) visit(method + " " + path, operation);
  }
}

template <typename Visit>
void for_each_reference(const Json& json, Visit visit) {
  for (const auto& [name, value] : json.items()) {
    if (name == "$ref" && value.is_string()) visit(value.template get<std::string>());
    if (value.is_structured()) for_each_reference(value, visit);
  }
}

}  // namespace

TEST_CASE("Every route is described, and everything that is described is a route") {
  std::size_t operations = 0;
  for_each_operation(document(), [&operations](const std::string& route, const Json& operation) {
    ++operations;
    INFO(route << " has no description: add it to the resource that it belongs to, in host/api/openapi/*_resource.cpp");
    CHECK_FALSE(operation.contains(std::string(openapi::kUndescribed)));
  });
  CHECK(operations == routes().size());
  for (const auto& route : openapi::left_over(routes(), openapi::resources())) {
    FAIL_CHECK("there is no route " << route << ": take its description out of host/api/openapi");
  }
}

TEST_CASE("Operations have names of their own, a tag, a success and the rights that the route wants") {
  const Json made = document();
  std::set<std::string> ids;
  std::set<std::string> tags;
  for (const auto& tag : made["tags"]) tags.insert(tag["name"]);
  for_each_operation(made, [&](const std::string& route, const Json& operation) {
    INFO(route);
    const std::string id = operation.value("operationId", "");
    CHECK(ids.insert(id).second);
    CHECK((!id.empty() && id.front() >= 'a' && id.front() <= 'z'));
    CHECK(tags.contains(operation["tags"][0]));
    // A socket is switched to, and answers nothing else.
    const std::string first = operation["responses"].begin().key();
    CHECK((first.front() == '2' || first == "101"));
    CHECK((operation["x-platos-rights"].empty() || !operation["security"].empty()));
  });
}

TEST_CASE("Every reference leads somewhere, and every schema is used") {
  const Json made = document();
  std::set<std::string> used;
  for_each_reference(made, [&](const std::string& reference) {
    INFO(reference);
    REQUIRE(reference.starts_with("#/"));
    CHECK(made.contains(Json::json_pointer(reference.substr(1))));
    used.insert(reference);
  });
  for (const auto& [kind, components] : made["components"].items()) {
    if (kind == "securitySchemes") continue;
    for (const auto& [name, component] : components.items()) {
      INFO(kind << " " << name);
      CHECK(used.contains("#/components/" + kind + "/" + name));
    }
  }
}

TEST_CASE("A route that nobody describes is in the document, and marked") {
  const std::vector<Route> one = {{"GET", "/api/v1/new/{id}", model::kWrite | model::kAdmin, {}, "Something new"}};
  const Json made = openapi::document(one, {});
  const Json& operation = made["paths"]["/api/v1/new/{id}"]["get"];
  CHECK(operation[std::string(openapi::kUndescribed)] == true);
  CHECK(operation["summary"] == "Something new");
  CHECK(operation["x-platos-rights"] == Json::array({"write", "admin"}));
  CHECK(operation["parameters"][0]["name"] == "id");
  CHECK(openapi::left_over(one, openapi::resources()).size() == routes().size());
}

}  // namespace platos::api

#include "api/openapi/document.hpp"

#include <algorithm>
#include <map>

#include "api/openapi/schemas.hpp"
#include "base/text.hpp"
#include "base/version.hpp"

namespace platos::api::openapi {
namespace {

constexpr std::string_view kAbout =
    "Platos runs AI agents: durable, streamed turns with tools.\n\n"
    "`/agent/v1/...` is another name of `/api/v1/agent/...`. Errors are one JSON object, `Error`. Any request can be "
    "refused before it reaches its route, in the same form: 400, 403, 408, 413, 501 or 503. Objects gain members and "
    "streams gain events without a new version: ignore those you do not know. `x-platos-rights` lists the rights of "
    "which a caller needs one.";

struct Described {
  const Operation* operation = nullptr;
  std::string_view tag;
};

using Index = std::map<std::string, Described, std::less<>>;

Index index_of(const std::vector<Resource>& resources) {
  Index index;
  for (const auto& resource : resources) {
    for (const auto& operation : resource.operations) {
      index.emplace(std::string(operation.route), Described{&operation, resource.name});
    }
  }
  return index;
}

std::string name_of(const Route& route) { return std::string(route.method) + ' ' + std::string(route.pattern); }

Json names_of(model::Rights rights) {
  Json names = Json::array();
  const std::pair<model::Rights, const char*> all[] = {{model::kChat, "chat"},   {model::kRead, "read"},
                                                       {model::kWrite, "write"}, {model::kAdmin, "admin"},
                                                       {model::kOwner, "owner"}, {model::kOperator, "operator"}};
  for (const auto& [right, name] : all) {
    if ((rights & right) != 0) names.push_back(name);
  }
  return names;
}

Json parameter_of(const Parameter& parameter, const char* in) {
  Json json = {{"name", parameter.name}, {"in", in}, {"description", parameter.description}};
  if (parameter.required) json["required"] = true;
  if (parameter.is_json) {
    json["content"]["application/json"]["schema"] = parameter.schema;
  } else {
    json["schema"] = parameter.schema;
  }
  return json;
}

/// "id" behind "threads": "Id of the thread".
Parameter usual_path_value(std::string_view name, std::string_view before) {
  static const std::map<std::string_view, std::string_view> kUsual = {
      {"agents", "Id or slug of the agent"},
      {"threads", "Id of the thread"},
      {"messages", "Id of the message"},
      {"runs", "Id of the run"},
      {"plugins", "Id of the plugin"},
      {"organizations", "Id of the organization"},
      {"projects", "Id of the project"},
      {"members", "Id of the user"},
      {"environments", "Id of the environment"},
      {"envvars", "Id, slug or type of the environment"},
      {"tokens", "Id of the token"},
      {"entities", "Id of the entity"},
      {"end-users", "Id that the customer gave"}};
  const auto found = kUsual.find(before);
  return {name, some_text(), found == kUsual.end() ? "Names the object" : found->second, true};
}

Json path_parameters(const Route& route, const Operation& operation) {
  Json list = Json::array();
  std::string_view before;
  for (const auto segment : base::split(route.pattern, '/')) {
    if (segment.starts_with('{')) {
      const auto name = segment.substr(1, segment.size() - 2);
      const auto own = std::find_if(operation.path_values.begin(), operation.path_values.end(),
                                    [name](const Parameter& each) { return each.name == name; });
      list.push_back(parameter_of(own == operation.path_values.end() ? usual_path_value(name, before) : *own, "path"));
    }
    before = segment;
  }
  return list;
}

Json parameters_of(const Route& route, const Operation& operation) {
  Json list = path_parameters(route, operation);
  for (const auto& each : operation.query_values) list.push_back(parameter_of(each, "query"));
  for (const auto& each : operation.header_values) list.push_back(parameter_of(each, "header"));
  list.push_back(component("parameters", "RequestId"));
  if (route.rights == kPublic) return list;
  for (const auto* name : {"OrganizationId", "ProjectId", "EnvironmentId", "UserId", "UserToken"}) {
    list.push_back(component("parameters", name));
  }
  return list;
}

std::vector<int> errors_of(const Route& route, const Operation& operation) {
  std::vector<int> errors = {400, 403};
  if (route.rights != kPublic || !operation.security_scheme.empty())
    errors.insert(errors.end(), {401, 404, 429, 500, 503});
  if (route.rights == kPublic && !route.watches) errors.push_back(429);
  if (!operation.body.is_null()) errors.insert(errors.end(), {413, 415});
  errors.insert(errors.end(), operation.errors.begin(), operation.errors.end());
  return errors;
}

Json responses_of(const Route& route, const Operation& operation) {
  Json responses = Json::object();
  for (const int status : errors_of(route, operation)) {
    const std::string name(error_name(status));
    responses[std::to_string(status)] = component("responses", route.streams ? name + "Streamed" : name);
  }
  for (const auto& answer : operation.answers) {
    Json response = {{"description", answer.description}, {"headers", headers_of_answer(route.rights != kPublic)}};
    for (const auto name : answer.headers) response["headers"][std::string(name)] = component("headers", name);
    if (!answer.schema.is_null()) response["content"][std::string(answer.media_type)]["schema"] = answer.schema;
    responses[std::to_string(answer.status)] = std::move(response);
  }
  return responses;
}

Json security_of(const Route& route, const Operation& operation) {
  const auto only = [](std::string_view scheme) { return Json{{std::string(scheme), Json::array()}}; };
  if (!operation.security_scheme.empty()) return Json::array({only(operation.security_scheme)});
  if (route.rights == kPublic) return Json::array();
  Json both = only("sessionToken");
  both["accessKey"] = Json::array();
  return Json::array({only("bearer"), only("sessionToken"), only("accessKey"), std::move(both)});
}

bool must_be_sent(const Json& body, const Json& schemas) {
  const auto reference = body.find("$ref");
  if (reference != body.end()) {
    const auto text = reference->get<std::string>();
    return must_be_sent(schemas.at(text.substr(text.rfind('/') + 1)), schemas);
  }
  const auto all = body.find("allOf");
  const bool in_part = all != body.end() && std::any_of(all->begin(), all->end(), [&schemas](const Json& part) {
                         return must_be_sent(part, schemas);
                       });
  return in_part || body.contains("required") || body.contains("anyOf");
}

Json operation_of(const Route& route, const Described& found, const Json& schemas) {
  static const Operation kNothing;
  const Operation& operation = found.operation == nullptr ? kNothing : *found.operation;
  Json json = {{"summary", route.summary},
               {"parameters", parameters_of(route, operation)},
               {"responses", responses_of(route, operation)},
               {"security", security_of(route, operation)},
               {"x-platos-rights", names_of(route.rights)}};
  std::string details(route.summary);
  if (!operation.details.empty()) details += ". " + std::string(operation.details);
  if (!details.ends_with('.')) details += '.';
  json["description"] = std::move(details);
  if (found.operation == nullptr) {
    json[std::string(kUndescribed)] = true;
    json["responses"]["default"] = {{"description", "Not described yet"}};
    return json;
  }
  json["operationId"] = operation.id;
  json["tags"] = Json::array({found.tag});
  if (operation.body.is_null()) return json;
  json["requestBody"] = {{"required", must_be_sent(operation.body, schemas)},
                         {"content", {{"application/json", {{"schema", operation.body}}}}}};
  return json;
}

Json all_schemas(const std::vector<Resource>& resources) {
  Json all = Json::object();
  const auto add = [&all](const std::vector<Schema>& schemas) {
    for (const auto& each : schemas) all[std::string(each.name)] = each.schema;
  };
  add(shared_schemas());
  add(event_schemas());
  for (const auto& resource : resources) add(resource.schemas);
  return all;
}

/// Those that something refers to.
Json used_of(const Json& components, std::string_view kind, const std::string& document_text) {
  Json used = Json::object();
  for (const auto& [name, value] : components.items()) {
    if (document_text.find("\"#/components/" + std::string(kind) + "/" + name + "\"") != std::string::npos) {
      used[name] = value;
    }
  }
  return used;
}

}  // namespace

Json document(const std::vector<Route>& routes, const std::vector<Resource>& described) {
  const Index index = index_of(described);
  Json schemas = all_schemas(described);
  Json paths = Json::object();
  for (const auto& route : routes) {
    const auto found = index.find(name_of(route));
    paths[std::string(route.pattern)][base::to_lower(route.method)] =
        operation_of(route, found == index.end() ? Described{} : found->second, schemas);
  }
  Json tags = Json::array();
  for (const auto& resource : described)
    tags.push_back({{"name", resource.name}, {"description", resource.description}});
  const std::string text = model::dump(paths);
  return {{"openapi", "3.1.0"},
          {"info",
           {{"title", "Platos"},
            {"version", kPlatosVersion},
            {"description", kAbout},
            {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
          {"servers", Json::array({{{"url", "/"}, {"description", "The server that gave this document"}}})},
          {"tags", std::move(tags)},
          {"paths", std::move(paths)},
          {"components",
           {{"schemas", std::move(schemas)},
            {"responses", used_of(error_responses(), "responses", text)},
            {"parameters", scope_parameters()},
            {"headers", shared_headers()},
            {"securitySchemes", security_schemes()}}}};
}

std::vector<std::string> left_over(const std::vector<Route>& routes, const std::vector<Resource>& described) {
  std::vector<std::string> names;
  for (const auto& [name, unused] : index_of(described)) {
    const auto serves = [&name = name](const Route& route) { return name_of(route) == name; };
    if (std::none_of(routes.begin(), routes.end(), serves)) names.push_back(name);
  }
  return names;
}

}  // namespace platos::api::openapi

// What the server answers against what its OpenAPI document says: statuses, media types, and bodies member by member.
#include <catch2/catch.hpp>
#include <cctype>
#include <set>

#include "integration/api_tour.hpp"
#include "model/json_schema.hpp"

namespace platos::tests {
namespace {

/// Refuses members that the document does not tell of: for clients they are allowed, here one was forgotten. `part`: of
/// an allOf, whose members stand in other parts too.
Json closed(Json schema, bool part = false) {
  if (schema.is_array()) {
    for (auto& each : schema) each = closed(each, part);
    return schema;
  }
  if (!schema.is_object()) return schema;
  for (const auto* list : {"anyOf", "oneOf"}) {
    if (schema.contains(list)) schema[list] = closed(schema[list], part);
  }
  if (schema.contains("items")) schema["items"] = closed(schema["items"]);
  if (schema.contains("allOf")) schema["allOf"] = closed(schema["allOf"], true);
  if (schema.contains("properties")) {
    for (auto& [name, member] : schema["properties"].items()) member = closed(member);
  }
  const bool has_members = schema.contains("$ref") || schema.contains("allOf") || schema.contains("properties");
  if (!part && has_members) schema["unevaluatedProperties"] = false;
  return schema;
}

/// A component is open, and closed by who refers to it: it may be a part there.
Json component_parts(const Json& schema) {
  Json inner = closed(schema);
  inner.erase("unevaluatedProperties");
  return inner;
}

class Document {
 public:
  explicit Document(const ApiStage& stage) : json_(stage.fetch("/openapi.json").json()) {
    for (const auto& [name, schema] : json_["components"]["schemas"].items()) {
      parts_["components"]["schemas"][name] = component_parts(schema);
    }
  }

  const Json& json() const { return json_; }

  const Json& operation(const std::string& route) const {
    std::string method = route.substr(0, route.find(' '));
    for (auto& c : method) c = static_cast<char>(std::tolower(c));
    return json_.at("paths").at(route.substr(route.find(' ') + 1)).at(method);
  }

  const Json& resolved(const Json& json) const {
    const auto reference = json.find("$ref");
    return reference == json.end() ? json : json_.at(Json::json_pointer(reference->get<std::string>().substr(1)));
  }

  /// One line for each way in which the value breaks the schema.
  std::string problems(const Json& value, const Json& schema, bool strict) {
    Json whole = strict ? closed(schema) : schema;
    whole["components"] = strict ? parts_["components"] : json_["components"];
    const auto key = whole.dump();
    auto found = compiled_.find(key);
    if (found == compiled_.end()) {
      auto made = model::JsonSchema::compile(whole);
      if (!made) return made.error().message;
      found = compiled_.emplace(key, *made).first;
    }
    std::string lines;
    for (const auto& problem : found->second.check(value)) lines += problem.at + ": " + problem.message + "\n";
    return lines;
  }

 private:
  Json json_;
  Json parts_;
  std::map<std::string, model::JsonSchema> compiled_;
};

std::string media_type_of(const Answer& answer) {
  const auto found = answer.headers.find("content-type");
  return found == answer.headers.end() ? std::string() : found->second.substr(0, found->second.find(';'));
}

void check_body(Document& document, const Json& response, const Answer& answer) {
  if (!response.contains("content")) {
    CHECK(answer.body.empty());
    return;
  }
  const std::string type = media_type_of(answer);
  INFO("Content-Type " << type);
  REQUIRE(response["content"].contains(type));
  const Json& schema = response["content"][type]["schema"];
  if (type == "application/json") CHECK(document.problems(answer.json(), schema, true) == "");
  if (type != "text/event-stream") return;
  const auto events = events_of(answer.body);
  CHECK_FALSE(events.empty());
  for (const auto& event : events) {
    INFO(event.data.dump());
    CHECK(document.problems(event.data, schema, true) == "");
  }
}

}  // namespace

TEST_CASE("Every route takes and answers what its description says") {
  ApiTour stage;
  Document document(stage);
  std::set<std::string> asked;
  stage.walk(
      "", [](const Step&) { return true; },
      [&](const Step& step, const Json& body, const Answer& answer) {
        INFO(step.route << " " << answer.status << " " << answer.body.substr(0, 3000));
        asked.insert(step.route);
        const Json& operation = document.operation(step.route);
        if (!body.is_null() && step.is_valid()) {
          const Json& schema = operation.at("requestBody").at("content").at("application/json").at("schema");
          CHECK(document.problems(body, schema, false) == "");
        }
        REQUIRE(operation.at("responses").contains(std::to_string(answer.status)));
        check_body(document, document.resolved(operation["responses"][std::to_string(answer.status)]), answer);
      });
  for (const auto& [path, methods] : document.json()["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      std::string name = method;
      for (auto& c : name) c = static_cast<char>(std::toupper(c));
      INFO("add a step for " << name << " " << path << " to tests/integration/api_tour.cpp");
      CHECK(asked.contains(name + " " + path));
    }
  }
}

TEST_CASE("The document is the same under its three names, and public") {
  const ApiTour stage;
  const Answer first = stage.fetch("/openapi.json", {"Authorization:"});
  REQUIRE(first.status == 200);
  CHECK(first.json()["openapi"] == "3.1.0");
  for (const auto* path : {"/openapi", "/api/v1/agent/openapi.json", "/agent/v1/openapi.json"}) {
    CHECK(stage.fetch(path, {"Authorization:"}).body == first.body);
  }
}

}  // namespace platos::tests

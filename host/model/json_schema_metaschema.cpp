#include <nlohmann/json.hpp>

#include "model/json_schema_vocabulary.hpp"

namespace platos::model::schema {
namespace {

constexpr std::string_view kDraft7Uri = "http://json-schema.org/draft-07/schema";
constexpr std::string_view kDraft2020Uri = "https://json-schema.org/draft/2020-12/schema";

/// Schemas of the forms that need more than a line. Under the names that draft-07 gives its own.
Json forms(const Json& schema) {
  return {
      {"nonNegativeInteger", {{"type", "integer"}, {"minimum", 0}}},
      {"nonNegativeIntegerDefault0", {{"$ref", "#/definitions/nonNegativeInteger"}}},
      {"simpleTypes", {{"enum", {"array", "boolean", "integer", "null", "number", "object", "string"}}}},
      {"stringArray", {{"type", "array"}, {"items", {{"type", "string"}}}, {"uniqueItems", true}}},
      {"schemaArray", {{"type", "array"}, {"minItems", 1}, {"items", schema}}},
  };
}

Json form(const char* name) { return {{"$ref", std::string("#/definitions/") + name}}; }
Json object_of(Json schema) { return {{"type", "object"}, {"additionalProperties", std::move(schema)}}; }
Json any_of(Json first, Json second) { return {{"anyOf", Json::array({std::move(first), std::move(second)})}}; }

Json schema_of_shape(Shape shape, const Json& schema) {
  switch (shape) {
    case Shape::Text:
    case Shape::Uri: return {{"type", "string"}};
    case Shape::Anchor: return {{"type", "string"}, {"pattern", "^[A-Za-z_][-A-Za-z0-9._]*$"}};
    case Shape::Pattern: return {{"type", "string"}, {"format", "regex"}};
    case Shape::Boolean: return {{"type", "boolean"}};
    case Shape::Number: return {{"type", "number"}};
    case Shape::PositiveNumber: return {{"type", "number"}, {"exclusiveMinimum", 0}};
    case Shape::Count: return form("nonNegativeInteger");
    case Shape::Type:
      return any_of(form("simpleTypes"),
                    {{"type", "array"}, {"items", form("simpleTypes")}, {"minItems", 1}, {"uniqueItems", true}});
    case Shape::List: return {{"type", "array"}};
    case Shape::Texts: return form("stringArray");
    case Shape::TextsByName: return object_of(form("stringArray"));
    case Shape::Schema: return schema;
    case Shape::Schemas: return form("schemaArray");
    case Shape::SchemaOrSchemas: return any_of(schema, form("schemaArray"));
    case Shape::SchemasByName:
    case Shape::SchemasByPattern: return object_of(schema);
    case Shape::Dependencies: return object_of(any_of(schema, form("stringArray")));
    case Shape::BooleansByName: return object_of({{"type", "boolean"}});
    default: return true;
  }
}

}  // namespace

SchemaDialect dialect_from_uri(std::string_view uri) {
  if (uri.ends_with('#')) uri.remove_suffix(1);
  if (uri == kDraft7Uri || uri == "https://json-schema.org/draft-07/schema") return SchemaDialect::Draft7;
  if (uri == kDraft2020Uri) return SchemaDialect::Draft2020;
  return SchemaDialect::Unspecified;
}

const char* metaschema_uri(SchemaDialect dialect) {
  return dialect == SchemaDialect::Draft7 ? kDraft7Uri.data() : kDraft2020Uri.data();
}

Json metaschema(SchemaDialect dialect) {
  const bool draft7 = dialect == SchemaDialect::Draft7;
  const Json schema = draft7 ? Json{{"$ref", "#"}} : Json{{"$dynamicRef", "#meta"}};
  Json document = {{"$id", metaschema_uri(dialect)},
                   {"$schema", metaschema_uri(dialect)},
                   {"type", {"object", "boolean"}},
                   {"definitions", forms(schema)}};
  if (!draft7) document["$dynamicAnchor"] = "meta";
  for (const KeywordInfo& keyword : vocabulary()) {
    if (draft7 ? keyword.draft7 : keyword.draft2020) {
      document["properties"][keyword.name] = schema_of_shape(keyword.shape, schema);
    }
  }
  return document;
}

}  // namespace platos::model::schema

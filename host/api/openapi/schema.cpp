#include "api/openapi/schema.hpp"

namespace platos::api::openapi {

Json object(std::initializer_list<Member> required, std::initializer_list<Member> optional) {
  Json schema = {{"type", "object"}};
  Json properties = Json::object();
  for (const auto& member : required) {
    properties[std::string(member.name)] = member.schema;
    schema["required"].push_back(member.name);
  }
  for (const auto& member : optional) properties[std::string(member.name)] = member.schema;
  schema["properties"] = std::move(properties);
  return schema;
}

Json text() { return {{"type", "string"}}; }
Json text_up_to(std::size_t max_bytes) { return {{"type", "string"}, {"maxLength", max_bytes}}; }
Json some_text() { return {{"type", "string"}, {"minLength", 1}}; }

Json pattern(std::string_view regex, std::string_view description) {
  return {{"type", "string"}, {"pattern", regex}, {"description", description}};
}

Json words(std::initializer_list<std::string_view> any_of) {
  Json list = Json::array();
  for (const auto word : any_of) list.push_back(word);
  return {{"type", "string"}, {"enum", std::move(list)}};
}

Json time() { return {{"type", "string"}, {"format", "date-time"}}; }
Json boolean() { return {{"type", "boolean"}}; }
Json number() { return {{"type", "number"}}; }
Json integer() { return {{"type", "integer"}}; }
Json integer_from(std::int64_t min) { return {{"type", "integer"}, {"minimum", min}}; }
Json integer_in(std::int64_t min, std::int64_t max) {
  return {{"type", "integer"}, {"minimum", min}, {"maximum", max}};
}

Json list_of(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }
Json map_of(Json values) { return {{"type", "object"}, {"additionalProperties", std::move(values)}}; }
Json ref(std::string_view component) { return {{"$ref", "#/components/schemas/" + std::string(component)}}; }
Json any_value() { return {{"description", "Any JSON value"}}; }
Json any_object() { return {{"type", "object"}}; }

Json or_null(Json schema) {
  if (!schema.contains("type")) return {{"anyOf", Json::array({std::move(schema), {{"type", "null"}}})}};
  if (schema.contains("enum")) schema["enum"].push_back(nullptr);
  schema["type"] = Json::array({schema["type"], "null"});
  return schema;
}

Json needs_one_of(Json schema, std::initializer_list<std::string_view> members) {
  for (const auto member : members) schema["anyOf"].push_back({{"required", Json::array({member})}});
  return schema;
}

Json with_default(Json schema, Json value) {
  schema["default"] = std::move(value);
  return schema;
}

Json described(Json schema, std::string_view description) {
  schema["description"] = description;
  return schema;
}

Json origins() {
  return {{"type", "array"}, {"items", pattern("^https?://[A-Za-z0-9_.:\\[\\]-]+$", "An origin")}, {"maxItems", 100}};
}

Json revealed(std::string_view row, std::string_view secret) {
  return {{"allOf", Json::array({ref(row), object({{secret, described(text(), "Shown this once")}})})}};
}

Json listing(std::string_view name, Json row) {
  return object({{name, list_of(std::move(row))}, {"total", integer_from(0)}});
}

}  // namespace platos::api::openapi

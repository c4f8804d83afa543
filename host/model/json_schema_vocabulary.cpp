#include "model/json_schema_vocabulary.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "model/json_schema_values.hpp"

namespace platos::model::schema {
namespace {

constexpr std::array<std::string_view, 7> kTypeNames = {"array",  "boolean", "integer", "null",
                                                        "number", "object",  "string"};

constexpr KeywordInfo kVocabulary[] = {
    {"$id", true, true, Shape::Uri, true},
    {"$schema", true, true, Shape::Uri, true},
    {"$ref", true, true, Shape::Uri},
    {"$comment", true, true, Shape::Text, true},
    {"$anchor", false, true, Shape::Anchor, true},
    {"$dynamicRef", false, true, Shape::Uri},
    {"$dynamicAnchor", false, true, Shape::Anchor, true},
    {"$vocabulary", false, true, Shape::BooleansByName, true},
    {"$defs", true, true, Shape::SchemasByName, true},
    {"definitions", true, true, Shape::SchemasByName, true},
    {"title", true, true, Shape::Text, true},
    {"description", true, true, Shape::Text, true},
    {"default", true, true, Shape::Anything, true},
    {"examples", true, true, Shape::List, true},
    {"deprecated", false, true, Shape::Boolean, true},
    {"readOnly", true, true, Shape::Boolean, true},
    {"writeOnly", true, true, Shape::Boolean, true},
    {"format", true, true, Shape::Text, true},
    {"contentEncoding", true, true, Shape::Text, true},
    {"contentMediaType", true, true, Shape::Text, true},
    {"contentSchema", false, true, Shape::Schema, true},
    {"type", true, true, Shape::Type},
    {"const", true, true, Shape::Anything},
    {"enum", true, true, Shape::List},
    {"multipleOf", true, true, Shape::PositiveNumber},
    {"maximum", true, true, Shape::Number},
    {"exclusiveMaximum", true, true, Shape::Number},
    {"minimum", true, true, Shape::Number},
    {"exclusiveMinimum", true, true, Shape::Number},
    {"maxLength", true, true, Shape::Count},
    {"minLength", true, true, Shape::Count},
    {"pattern", true, true, Shape::Pattern},
    {"maxItems", true, true, Shape::Count},
    {"minItems", true, true, Shape::Count},
    {"uniqueItems", true, true, Shape::Boolean},
    {"prefixItems", false, true, Shape::Schemas},
    {"items", true, false, Shape::SchemaOrSchemas},
    {"items", false, true, Shape::Schema},
    {"additionalItems", true, false, Shape::Schema, false, "items"},
    {"contains", true, true, Shape::Schema},
    {"maxContains", false, true, Shape::Count, false, "contains"},
    {"minContains", false, true, Shape::Count, false, "contains"},
    {"unevaluatedItems", false, true, Shape::Schema},
    {"maxProperties", true, true, Shape::Count},
    {"minProperties", true, true, Shape::Count},
    {"required", true, true, Shape::Texts},
    {"dependentRequired", false, true, Shape::TextsByName},
    {"properties", true, true, Shape::SchemasByName},
    {"patternProperties", true, true, Shape::SchemasByPattern},
    {"additionalProperties", true, true, Shape::Schema},
    {"propertyNames", true, true, Shape::Schema},
    {"dependencies", true, true, Shape::Dependencies},
    {"dependentSchemas", false, true, Shape::SchemasByName},
    {"unevaluatedProperties", false, true, Shape::Schema},
    {"allOf", true, true, Shape::Schemas},
    {"anyOf", true, true, Shape::Schemas},
    {"oneOf", true, true, Shape::Schemas},
    {"not", true, true, Shape::Schema},
    {"if", true, true, Shape::Schema},
    {"then", true, true, Shape::Schema, false, "if"},
    {"else", true, true, Shape::Schema, false, "if"},
};

bool is_type_name(const Json& value) {
  return value.is_string() &&
         std::find(kTypeNames.begin(), kTypeNames.end(), value.get_ref<const std::string&>()) != kTypeNames.end();
}

bool all_texts(const Json& list) {
  return list.is_array() && std::all_of(list.begin(), list.end(), [](const Json& item) { return item.is_string(); });
}

bool all_different(const Json& texts) {
  return std::set<std::string>(texts.begin(), texts.end()).size() == texts.size();
}

bool are_texts(const Json& value) { return all_texts(value) && all_different(value); }

bool is_anchor(std::string_view name) {
  const auto first = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto further = [&](char c) { return first(c) || (c >= '0' && c <= '9') || c == '-' || c == '.'; };
  return !name.empty() && first(name.front()) && std::all_of(name.begin(), name.end(), further);
}

bool is_schema(const Json& value) { return value.is_object() || value.is_boolean(); }

template <typename Test>
bool all_members(const Json& value, const Test& test) {
  return value.is_object() && std::all_of(value.begin(), value.end(), test);
}

bool is_finite_number(const Json& value) {
  return value.is_number() && (!value.is_number_float() || std::isfinite(value.get<double>()));
}

bool has_shape(Shape shape, const Json& value) {
  switch (shape) {
    case Shape::Text:
    case Shape::Pattern:
    case Shape::Uri: return value.is_string();
    case Shape::Anchor: return value.is_string() && is_anchor(value.get_ref<const std::string&>());
    case Shape::Boolean: return value.is_boolean();
    case Shape::Number: return is_finite_number(value);
    case Shape::PositiveNumber: return is_finite_number(value) && compare_numbers(value, Json(0)) > 0;
    case Shape::Count: return value.is_number() && is_whole(value) && compare_numbers(value, Json(0)) >= 0;
    case Shape::Type:
      return is_type_name(value) || (value.is_array() && !value.empty() &&
                                     std::all_of(value.begin(), value.end(), is_type_name) && all_different(value));
    case Shape::List: return value.is_array();
    case Shape::Texts: return are_texts(value);
    case Shape::TextsByName: return all_members(value, are_texts);
    case Shape::Schema: return is_schema(value);
    case Shape::Schemas: return value.is_array() && !value.empty();
    case Shape::SchemaOrSchemas: return is_schema(value) || (value.is_array() && !value.empty());
    case Shape::SchemasByName:
    case Shape::SchemasByPattern: return value.is_object();
    case Shape::Dependencies:
      return all_members(value, [](const Json& member) { return is_schema(member) || are_texts(member); });
    case Shape::BooleansByName: return all_members(value, [](const Json& member) { return member.is_boolean(); });
    default: return true;
  }
}

const char* shape_text(Shape shape) {
  switch (shape) {
    case Shape::Anchor: return "a name of letters, digits, '_', '-' and '.', which does not begin with the last three";
    case Shape::Boolean: return "true or false";
    case Shape::Number: return "a number";
    case Shape::PositiveNumber: return "a number above 0";
    case Shape::Count: return "a whole number of 0 or more";
    case Shape::Type:
      return "a type, or a list of different types: array, boolean, integer, null, number, object, string";
    case Shape::List: return "an array";
    case Shape::Texts: return "an array of different strings";
    case Shape::TextsByName: return "an object whose members are arrays of different strings";
    case Shape::Schema: return "a schema: an object, true or false";
    case Shape::Schemas: return "an array of one or more schemas";
    case Shape::SchemaOrSchemas: return "a schema, or an array of one or more schemas";
    case Shape::SchemasByName:
    case Shape::SchemasByPattern: return "an object whose members are schemas";
    case Shape::Dependencies: return "an object whose members are schemas or arrays of different strings";
    case Shape::BooleansByName: return "an object whose members are true or false";
    default: return "a string";
  }
}

}  // namespace

std::span<const KeywordInfo> vocabulary() { return kVocabulary; }

const KeywordInfo* find_keyword(SchemaDialect dialect, std::string_view name) {
  for (const KeywordInfo& keyword : vocabulary()) {
    if ((dialect == SchemaDialect::Draft7 ? keyword.draft7 : keyword.draft2020) && name == keyword.name)
      return &keyword;
  }
  return nullptr;
}

std::optional<std::string> shape_problem(Shape shape, const Json& value) {
  if (has_shape(shape, value)) return std::nullopt;
  const bool scalar = value.is_number() || value.is_boolean() || value.is_null();
  std::string found = found_text(value);
  if (!scalar) found += " " + excerpt(value);
  return "expected " + std::string(shape_text(shape)) + ", found " + found;
}

}  // namespace platos::model::schema

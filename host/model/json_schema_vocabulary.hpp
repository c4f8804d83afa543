// Which keywords each dialect has, and what their values look like. Also the source of the metaschemas.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/json_schema.hpp"

namespace platos::model::schema {

/// The form of a keyword's value.
enum class Shape {
  Unspecified,
  Anything,
  Text,
  Boolean,
  Number,
  PositiveNumber,
  Count,        ///< a whole number from 0
  Type,         ///< the name of a type or a list of such
  List,         ///< of anything
  Texts,        ///< strings, all different
  TextsByName,  ///< object of Texts
  Pattern,
  Uri,
  Anchor,
  Schema,
  Schemas,  ///< a list, not empty
  SchemaOrSchemas,
  SchemasByName,
  SchemasByPattern,
  Dependencies,  ///< object of Schema or Texts
  BooleansByName,
};

struct KeywordInfo {
  const char* name;
  bool draft7;
  bool draft2020;
  Shape shape;
  bool annotation = false;          ///< tells, but does not rule
  const char* companion = nullptr;  ///< without this keyword beside it, it has no effect
};

std::span<const KeywordInfo> vocabulary();
/// Null for a keyword that the dialect does not have.
const KeywordInfo* find_keyword(SchemaDialect dialect, std::string_view name);

/// What is wrong with the value of a keyword, or nothing. Looks at the value's form; subschemas are checked as they are
/// translated.
std::optional<std::string> shape_problem(Shape shape, const Json& value);

/// The dialect that a "$schema" names; Unspecified when it is none of the two.
SchemaDialect dialect_from_uri(std::string_view uri);
const char* metaschema_uri(SchemaDialect dialect);
/// A schema of schemas, made from the vocabulary.
Json metaschema(SchemaDialect dialect);

}  // namespace platos::model::schema

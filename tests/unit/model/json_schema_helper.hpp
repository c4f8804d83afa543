// Short ways to ask a schema that a test writes as text.
#pragma once

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "model/json_schema.hpp"

namespace platos::model {

inline SchemaOptions draft7() {
  SchemaOptions options;
  options.dialect = SchemaDialect::Draft7;
  return options;
}

inline JsonSchema compiled(const std::string& schema, const SchemaOptions& options = {}) {
  auto result = JsonSchema::compile(Json::parse(schema), options);
  INFO("schema " << schema << ": " << (result ? "" : result.error().message));
  REQUIRE(result);
  return *result;
}

/// "valid", or the problems as "at | rule | message", one a line.
inline std::string problems_of(const JsonSchema& schema, const Json& value) {
  std::string text;
  for (const SchemaProblem& problem : schema.check(value)) {
    text += (text.empty() ? "" : "\n") + problem.at + " | " + problem.rule + " | " + problem.message;
  }
  return text.empty() ? "valid" : text;
}
inline std::string problems_of(const std::string& schema, const std::string& value, const SchemaOptions& options = {}) {
  return problems_of(compiled(schema, options), Json::parse(value));
}

inline bool accepts(const std::string& schema, const std::string& value, const SchemaOptions& options = {}) {
  return problems_of(schema, value, options) == "valid";
}

/// The message of a schema that must be refused. The schema is not shown: printing a deep one would overflow the stack.
inline std::string refusal_of(const Json& schema, const SchemaOptions& options = {}) {
  const auto result = JsonSchema::compile(schema, options);
  REQUIRE_FALSE(result);
  CHECK(result.error().kind == ErrorKind::InvalidArgument);
  CHECK(result.error().code == "invalid_schema");
  return result.error().message;
}
inline std::string refusal(const std::string& schema, const SchemaOptions& options = {}) {
  INFO(schema);
  return refusal_of(Json::parse(schema), options);
}

}  // namespace platos::model

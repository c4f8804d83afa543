// JSON Schema, 2020-12 and draft-07: compiled once, then asked often.
//
// Bounded by construction: only local references are followed ("#", "#/...", "#anchor", ids inside the document),
// patterns run on RE2 in linear time, depth and work have limits, nothing is fetched. `format` and content keywords are
// annotations.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "model/json.hpp"

namespace platos::model {

enum class SchemaDialect { Unspecified, Draft7, Draft2020 };

struct SchemaOptions {
  /// Of a schema that names none in "$schema". Unspecified is 2020-12.
  SchemaDialect dialect = SchemaDialect::Draft2020;
  /// For schemas that a tenant wrote: a keyword that would be ignored is a mistake that the author should hear of.
  /// Refused are unknown keywords, "then" without "if" and the like, and in draft-07 rules beside "$ref".
  bool refuse_unknown_keywords = false;
  std::size_t max_problems = 32;  ///< at least one is reported
  /// Schemas and keywords evaluated in one check, and longer texts and comparisons by their length; beyond it the check
  /// fails with "too much work". A million take about 0.1 s.
  std::size_t max_steps = 1'000'000;
};

/// One way in which a value breaks a schema. `at` is a JSON pointer into the value ("" is the whole), `rule` one into
/// the schema; `message` is a sentence for a person or a model that names what was expected and what was found.
struct SchemaProblem {
  std::string at;
  std::string rule;
  std::string message;
};

/// Immutable after compile(); any thread. A cheap shared handle.
class JsonSchema {
 public:
  /// InvalidArgument "invalid_schema": not an object or boolean, a keyword of the wrong type, a dialect other than the
  /// two, a reference that leads nowhere, out of the document or back to itself about the same value, a pattern that
  /// RE2 does not take (lookaround, backreferences, repetition over 1000), over 128 different patterns, nesting over
  /// 64, over 100,000 nodes. The message has the JSON pointer. The document is not needed afterwards.
  static Result<JsonSchema> compile(const Json& schema, const SchemaOptions& options = {});

  /// All problems up to the limit; empty: valid. In a fixed order: references, the value by itself, items, members in
  /// the order of their names, combinations, and what is left unevaluated once all else holds. A check that gives up
  /// (too much work, nested too deep) says so last.
  std::vector<SchemaProblem> check(const Json& value) const;

  /// The same as an InvalidArgument error `code` whose message begins with `what` ("the arguments") and whose
  /// validation_errors are one line a problem.
  Result<void> validate(const Json& value, std::string_view what, std::string code) const;

 private:
  struct Compiled;
  explicit JsonSchema(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace platos::model

#include "model/json_schema.hpp"

#include <re2/re2.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/json_schema_builder.hpp"

namespace platos::model {

struct JsonSchema::Compiled {
  schema::Program program;
};

Result<JsonSchema> JsonSchema::compile(const Json& schema, const SchemaOptions& options) {
  auto compiled = std::make_shared<Compiled>();
  compiled->program.max_problems = options.max_problems;
  compiled->program.max_steps = options.max_steps;
  try {
    schema::Builder(compiled->program, options).build(schema);
  } catch (const schema::InvalidSchema& invalid) {
    const std::string where = invalid.at.empty() ? "" : " at \"" + base::printable(invalid.at, 200) + "\"";
    return fail(ErrorKind::InvalidArgument, "invalid_schema", "invalid JSON schema" + where + ": " + invalid.message);
  }
  return JsonSchema(std::move(compiled));
}

std::vector<SchemaProblem> JsonSchema::check(const Json& value) const {
  return schema::Checker(compiled_->program).run(value);
}

Result<void> JsonSchema::validate(const Json& value, std::string_view what, std::string code) const {
  const auto problems = check(value);
  if (problems.empty()) return {};
  Error error;
  error.kind = ErrorKind::InvalidArgument;
  error.code = std::move(code);
  for (const SchemaProblem& problem : problems) {
    const std::string at = problem.at.empty() ? "" : base::printable(problem.at, 200) + ": ";
    error.validation_errors.push_back(at + problem.message);
  }
  error.message = std::string(what) + (problems.front().at.empty() ? ": " : " at ") + error.validation_errors.front();
  if (problems.size() > 1) error.message += " (and " + std::to_string(problems.size() - 1) + " more)";
  return fail(std::move(error));
}

}  // namespace platos::model

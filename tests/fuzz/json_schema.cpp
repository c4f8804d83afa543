// A schema on the first line, a value behind it: the verdict is the same each time, and the work has its limit.
#include "model/json_schema.hpp"

#include <nlohmann/json.hpp>
#include <optional>

#include "fuzz/clean_error.hpp"

using namespace platos;
using fuzz::require;
using model::Json;
using model::JsonSchema;
using model::SchemaDialect;
using model::SchemaProblem;

namespace {

constexpr std::size_t kMaxProblems = 4;

std::optional<JsonSchema> compiled(const Json& schema, SchemaDialect dialect, bool strict) {
  const auto result = JsonSchema::compile(
      schema,
      {.dialect = dialect, .refuse_unknown_keywords = strict, .max_problems = kMaxProblems, .max_steps = 20'000});
  if (result) return *result;
  fuzz::require_clean(result.error());
  require(result.error().code == "invalid_schema", "a schema is refused as one");
  return std::nullopt;
}

std::string text_of(const std::vector<SchemaProblem>& problems) {
  require(problems.size() <= kMaxProblems, "problems have their limit, also when the check gives up");
  std::string text;
  for (const SchemaProblem& problem : problems) {
    require(!problem.message.empty() && base::is_valid_utf8(problem.at + problem.rule + problem.message),
            "a problem says what is wrong");
    text += problem.at + "|" + problem.rule + "|" + problem.message + "\n";
  }
  return text;
}

void check_dialect(const Json& schema, const Json& value, SchemaDialect dialect) {
  const auto lax = compiled(schema, dialect, false);
  const auto strict = compiled(schema, dialect, true);
  require(lax || !strict, "what the strict take, the lax take");
  if (!lax) return;
  const std::string verdict = text_of(lax->check(value));
  require(text_of(lax->check(value)) == verdict, "the same verdict twice");
  require(text_of(compiled(schema, dialect, false)->check(value)) == verdict, "the same verdict compiled again");
  if (strict) require(text_of(strict->check(value)) == verdict, "strictness is about the schema alone");
  const auto validated = lax->validate(value, "the value", "invalid_value");
  require(validated.has_value() == verdict.empty(), "a value is valid when it has no problem");
  if (!validated) fuzz::require_clean(validated.error());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = fuzz::text_of(data, size);
  const auto line_end = std::min(input.find('\n'), input.size());
  const auto schema = model::parse_bounded(input.substr(0, line_end), "the schema");
  const auto value = model::parse_bounded(input.substr(std::min(line_end + 1, input.size())), "the value");
  if (!schema) return 0;
  check_dialect(*schema, value ? *value : Json(), SchemaDialect::Draft2020);
  check_dialect(*schema, value ? *value : Json(), SchemaDialect::Draft7);
  return 0;
}

#include <re2/re2.h>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/json_schema_builder.hpp"
#include "model/json_schema_pattern.hpp"
#include "model/json_schema_uri.hpp"
#include "model/json_schema_values.hpp"
#include "model/json_schema_vocabulary.hpp"

namespace platos::model::schema {
namespace {

/// Ends at the limits, so that its own depth is bounded too.
void measure_schema(const Json& json, int depth, std::size_t& nodes) {
  if (++nodes > kMaxSchemaNodes) {
    throw InvalidSchema{"", "over " + std::to_string(kMaxSchemaNodes) + " values"};
  }
  if (!json.is_structured()) return;
  if (depth >= kMaxSchemaDepth) {
    throw InvalidSchema{"", "nested deeper than " + std::to_string(kMaxSchemaDepth) + " levels"};
  }
  for (const Json& part : json) measure_schema(part, depth + 1, nodes);
}

/// In draft-07 all that stands beside a reference is ignored.
bool only_reference(SchemaDialect dialect, const Json& schema) {
  return dialect == SchemaDialect::Draft7 && schema.contains("$ref");
}

bool is_container(std::string_view keyword) { return keyword == "$defs" || keyword == "definitions"; }

}  // namespace

Program::Program() = default;
Program::~Program() = default;

void Builder::build(const Json& document) {
  std::size_t nodes = 0;
  measure_schema(document, 0, nodes);
  const auto dialect = options_.dialect == SchemaDialect::Unspecified ? SchemaDialect::Draft2020 : options_.dialect;
  by_uri_[""] = add_resource(0, "", dialect);
  translate(document, kNoSchema, "", 0);
  // Resolving one reference may translate more of the document, which may hold more references.
  for (; !pending_.empty(); pending_.pop_front()) resolve(pending_.front());
  refuse_loops();
}

void Builder::fail(SchemaIndex at, std::string_view keyword, std::string message) const {
  throw InvalidSchema{rule_pointer(program_, at, keyword), std::move(message)};
}

SchemaIndex Builder::child(SchemaIndex at, std::string token, const Json& schema, Target target) {
  const SchemaIndex index = translate(schema, at, std::move(token), program_.schemas[at].resource);
  if (target == Target::SameValue) same_value_.emplace_back(at, index);
  return index;
}

std::vector<SchemaIndex> Builder::children(SchemaIndex at, const std::string& keyword, const Json& list,
                                           Target target) {
  std::vector<SchemaIndex> indexes;
  for (const Json& schema : list) {
    indexes.push_back(child(at, keyword + '/' + std::to_string(indexes.size()), schema, target));
  }
  return indexes;
}

SchemaIndex Builder::translate(const Json& schema, SchemaIndex parent, std::string token, std::uint32_t resource) {
  if (const auto known = by_json_.find(&schema); known != by_json_.end()) return known->second;
  const auto at = static_cast<SchemaIndex>(program_.schemas.size());
  Schema entry;
  entry.parent = parent;
  entry.token = std::move(token);
  entry.resource = resource;
  program_.schemas.push_back(std::move(entry));
  json_of_.push_back(&schema);
  by_json_.emplace(&schema, at);
  if (schema.is_boolean()) {
    program_.schemas[at].refuses_all = !schema.get<bool>();
  } else if (schema.is_object()) {
    translate_object(at, schema);
  } else {
    fail(at, "", *shape_problem(Shape::Schema, schema));
  }
  return at;
}

void Builder::translate_object(SchemaIndex at, const Json& schema) {
  enter_resource(at, schema);
  check_keywords(at, schema);
  translate_containers(at, schema);
  Keywords keywords;
  Keywords unevaluated;
  add_reference(at, schema, "$ref", keywords);
  if (!only_reference(dialect_of(at), schema)) {
    add_reference(at, schema, "$dynamicRef", keywords);
    add_value_rules(*this, at, schema, keywords);
    add_array_rules(*this, at, schema, keywords);
    add_object_rules(*this, at, schema, keywords);
    add_logic_rules(*this, at, schema, keywords);
    if (dialect_of(at) == SchemaDialect::Draft2020) add_unevaluated_rules(*this, at, schema, unevaluated);
  }
  program_.schemas[at].keywords = std::move(keywords);
  program_.schemas[at].unevaluated = std::move(unevaluated);
}

void Builder::translate_containers(SchemaIndex at, const Json& schema) {
  for (const char* keyword : {"$defs", "definitions"}) {
    const auto container = schema.find(keyword);
    if (container == schema.end()) continue;
    for (auto member = container->begin(); member != container->end(); ++member) {
      child(at, std::string(keyword) + '/' + escaped_token(member.key()), *member, Target::Part);
    }
  }
  const auto content = schema.find("contentSchema");
  if (content != schema.end() && dialect_of(at) == SchemaDialect::Draft2020) {
    child(at, "contentSchema", *content, Target::Part);
  }
}

void Builder::check_keywords(SchemaIndex at, const Json& schema) const {
  const SchemaDialect dialect = dialect_of(at);
  const bool siblings_ignored = only_reference(dialect, schema);
  for (auto member = schema.begin(); member != schema.end(); ++member) {
    const std::string& name = member.key();
    const KeywordInfo* keyword = find_keyword(dialect, name);
    const bool ignored = siblings_ignored && name != "$ref" && !is_container(name);
    if (keyword != nullptr && !ignored) {
      if (const auto problem = shape_problem(keyword->shape, *member)) fail(at, escaped_token(name), *problem);
    }
    if (options_.refuse_unknown_keywords) refuse_ineffective(at, schema, name, keyword, ignored);
  }
}

void Builder::refuse_ineffective(SchemaIndex at, const Json& schema, const std::string& name,
                                 const KeywordInfo* keyword, bool ignored) const {
  if (keyword == nullptr) {
    std::vector<std::string> known;
    for (const KeywordInfo& candidate : vocabulary()) known.emplace_back(candidate.name);
    const std::string meant = name.size() <= 64 ? base::closest(name, known) : "";
    fail(at, escaped_token(name),
         "unknown keyword, it would be ignored" + (meant.empty() ? "" : "; did you mean \"" + meant + "\"?"));
  }
  if (ignored && !keyword->annotation) {
    fail(at, name, "it would be ignored: in draft-07 nothing beside \"$ref\" counts; put both into \"allOf\"");
  }
  if (!ignored && keyword->companion != nullptr && !schema.contains(keyword->companion)) {
    fail(at, name, "it would be ignored: it means something only beside \"" + std::string(keyword->companion) + "\"");
  }
}

const re2::RE2* Builder::pattern(SchemaIndex at, std::string_view keyword, const std::string& text) {
  auto& slot = program_.patterns[text];
  if (slot != nullptr) return slot.get();
  if (program_.patterns.size() > kMaxPatterns) {
    fail(at, keyword, "over " + std::to_string(kMaxPatterns) + " different patterns");
  }
  try {
    re2::RE2::Options options(re2::RE2::Quiet);
    options.set_never_capture(true);
    options.set_max_mem(kMaxPatternMemoryBytes);
    slot = std::make_unique<re2::RE2>(to_re2_syntax(text), options);
    if (!slot->ok()) throw PatternProblem{base::printable(slot->error())};
  } catch (const PatternProblem& problem) {
    fail(at, keyword, "the pattern \"" + base::printable(text, 60) + "\" is not understood: " + problem.message);
  }
  return slot.get();
}

}  // namespace platos::model::schema

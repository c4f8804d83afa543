#include "tools/mapping_report.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/json.hpp"
#include "tools/search_index.hpp"

namespace platos::tools {
namespace {

using model::Json;

Json schema_of(const model::Tool& tool) {
  auto schema = model::parse_bounded(tool.input_schema_json.empty() ? "{}" : tool.input_schema_json, "a schema");
  return schema && schema->is_object() ? std::move(*schema) : Json::object();
}

// A context with all that the mapping names: a text fits every scalar, since nothing is sent.
Json full_context(const model::ContextMapping& mapping) {
  Json context = Json::object();
  for (const auto& key : mapping.declared_keys) context[key] = "";
  for (const auto& [tool, arguments] : mapping.arguments) {
    for (const auto& [argument, source] : arguments) context[source] = "";
  }
  return context;
}

bool has(const Json& schema, const char* member, const std::string& argument) {
  const auto found = schema.find(member);
  if (found == schema.end()) return false;
  if (found->is_object()) return found->contains(argument);
  return std::any_of(found->begin(), found->end(), [&](const Json& each) { return each == argument; });
}

}  // namespace

MappingReport report_mapping(const model::ContextMapping& mapping, const model::Tool& tool) {
  const Json schema = schema_of(tool);
  const auto plan = plan_arguments(mapping, tool, model::dump(full_context(mapping)));
  MappingReport report;
  for (const auto& name : argument_names(tool)) {
    const auto found = plan.origins.find(name);
    const auto origin = found == plan.origins.end() ? ArgumentOrigin::Model : found->second;
    report.arguments.push_back({name, origin, has(schema, "required", name)});
  }
  for (const auto& [name, origin] : plan.origins) {
    if (has(schema, "properties", name)) continue;
    report.arguments.push_back({name, origin, false});
    report.warnings.push_back("the mapping names the argument \"" + base::printable(name, 60) +
                              "\", which the tool's schema does not have");
  }
  report.mapped = plan.origins.size();
  return report;
}

}  // namespace platos::tools

#include "tools/argument_resolver.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/text.hpp"
#include "model/json.hpp"
#include "model/json_schema.hpp"

namespace platos::tools {
namespace {

using model::ContextMapping;
using model::Json;
using model::Tool;

constexpr std::string_view kConstant = "CONSTANT:";
constexpr std::string_view kModel = "LLM";

struct Source {
  ArgumentOrigin origin = ArgumentOrigin::Model;
  std::optional<Json> value;
};

/// What is looked up for one tool. Borrows all of it.
struct Lookup {
  const ContextMapping& mapping;
  const Tool& tool;
  const Json& session;
  Json properties = Json::object();
};

template <typename T>
const T* of_tool(const std::map<std::string, T>& by_tool, const Tool& tool) {
  for (const auto* name : {&tool.model_name, &tool.name}) {
    if (const auto found = by_tool.find(*name); found != by_tool.end()) return &found->second;
  }
  return nullptr;
}

const std::string* text_of(const std::map<std::string, std::string>* texts, const std::string& argument) {
  if (texts == nullptr) return nullptr;
  const auto found = texts->find(argument);
  return found == texts->end() ? nullptr : &found->second;
}

Json constant_of(std::string_view text) {
  auto parsed = model::parse_bounded(text, "a constant");
  return parsed ? std::move(*parsed) : Json(std::string(text));
}

bool is_scalar(const Json& property) {
  if (!property.is_object()) return false;
  const auto type = property.find("type");
  if (type == property.end() || !type->is_string()) return false;
  const auto& name = type->get_ref<const std::string&>();
  return name == "string" || name == "number" || name == "integer" || name == "boolean";
}

Source mapped(const Lookup& lookup, const std::string& source) {
  if (std::string_view(source).substr(0, kConstant.size()) == kConstant)
    return {ArgumentOrigin::Constant, constant_of(std::string_view(source).substr(kConstant.size()))};
  const Json* value = model::context_value(lookup.session, source);
  if (value == nullptr || value->is_null()) return {};
  return {ArgumentOrigin::Mapping, *value};
}

Source matched(const Lookup& lookup, const std::string& argument) {
  if (const bool* wanted = of_tool(lookup.mapping.auto_match, lookup.tool); wanted != nullptr && !*wanted) return {};
  const auto property = lookup.properties.find(argument);
  if (property == lookup.properties.end() || !is_scalar(*property)) return {};
  for (const auto& key : lookup.mapping.declared_keys) {
    if (!model::names_match(argument, key)) continue;
    const Json* value = model::context_value(lookup.session, key);
    if (value != nullptr && value->is_primitive() && !value->is_null()) return {ArgumentOrigin::AutoMatch, *value};
  }
  return {};
}

// The first tier that has something; by itself the model.
Source source_of(const Lookup& lookup, const std::string& argument) {
  const auto* constants = of_tool(lookup.mapping.constants, lookup.tool);
  if (const auto* text = text_of(constants, argument)) return {ArgumentOrigin::Constant, constant_of(*text)};
  const auto* own = text_of(of_tool(lookup.mapping.arguments, lookup.tool), argument);
  const auto global = lookup.mapping.arguments.find("_global");
  const auto* common = global == lookup.mapping.arguments.end() ? nullptr : text_of(&global->second, argument);
  // What is common to all goes where the tool has such an argument.
  if (own == nullptr && common != nullptr && lookup.properties.contains(argument)) own = common;
  if (own != nullptr) {
    if (*own == kModel) return {};
    auto source = mapped(lookup, *own);
    if (source.value) return source;
  }
  return matched(lookup, argument);
}

std::vector<std::string> arguments_of(const Lookup& lookup) {
  std::vector<std::string> names;
  const auto add = [&names](const std::string& name) {
    if (name == model::kCallEnvelope || std::find(names.begin(), names.end(), name) != names.end()) return;
    names.push_back(name);
  };
  for (const auto& [name, property] : lookup.properties.items()) add(name);
  if (const auto* constants = of_tool(lookup.mapping.constants, lookup.tool)) {
    for (const auto& each : *constants) add(each.first);
  }
  if (const auto* own = of_tool(lookup.mapping.arguments, lookup.tool)) {
    for (const auto& each : *own) add(each.first);
  }
  return names;
}

Json properties_of(const Tool& tool) {
  const auto schema = model::parse_bounded(tool.input_schema_json.empty() ? "{}" : tool.input_schema_json, "a schema");
  if (!schema || !schema->is_object()) return Json::object();
  const auto found = schema->find("properties");
  return found != schema->end() && found->is_object() ? *found : Json::object();
}

Json session_of(std::string_view session_json) {
  if (session_json.empty()) return Json::object();
  auto session = model::parse_bounded(session_json, "the session's context");
  return session && session->is_object() ? std::move(*session) : Json::object();
}

// A value as the type that the schema names, when it means the same.
Json fitted(const Json& value, const Json& properties, const std::string& argument) {
  const auto property = properties.find(argument);
  if (property == properties.end() || !is_scalar(*property)) return value;
  const auto& type = (*property)["type"].get_ref<const std::string&>();
  if (type == "string" && (value.is_number() || value.is_boolean())) return model::dump(value);
  if (type == "integer" && value.is_number_float()) {
    const double number = value.get<double>();
    if (std::trunc(number) == number && std::abs(number) < 9e15) return static_cast<std::int64_t>(number);
  }
  if (type == "string" || !value.is_string()) return value;
  const auto parsed = model::parse_bounded(value.get_ref<const std::string&>(), "a value");
  const bool fits = parsed && (type == "boolean"   ? parsed->is_boolean()
                               : type == "integer" ? parsed->is_number_integer()
                                                   : parsed->is_number());
  return fits ? *parsed : value;
}

Result<void> check_value(const Lookup& lookup, const std::string& argument, const Json& value) {
  const auto property = lookup.properties.find(argument);
  if (property == lookup.properties.end() || !is_scalar(*property)) return {};
  const auto& type = (*property)["type"].get_ref<const std::string&>();
  const bool fits = type == "string"    ? value.is_string()
                    : type == "integer" ? value.is_number_integer()
                    : type == "number"  ? value.is_number()
                                        : value.is_boolean();
  if (fits) return {};
  return fail(ErrorKind::FailedPrecondition, "context_value_invalid",
              "argument \"" + base::printable(argument, 60) + "\" of " + lookup.tool.model_name +
                  " comes from the session's context: expected " + type + ", found " + model::kind_of(value) +
                  "; whoever gives the context must correct it");
}

Json envelope_of(const ContextMapping& mapping, const Json& session) {
  Json envelope = Json::object();
  for (const auto& key : mapping.envelope_keys) {
    if (const Json* value = model::context_value(session, key)) envelope[key] = *value;
  }
  return envelope;
}

}  // namespace

std::string_view to_text(ArgumentOrigin origin) {
  switch (origin) {
    case ArgumentOrigin::Constant: return "constant";
    case ArgumentOrigin::Mapping: return "mapping";
    case ArgumentOrigin::AutoMatch: return "auto_match";
    default: return "model";
  }
}

ArgumentPlan plan_arguments(const ContextMapping& mapping, const Tool& tool, std::string_view session_json) {
  const Json session = session_of(session_json);
  const Lookup lookup{mapping, tool, session, properties_of(tool)};
  ArgumentPlan plan;
  for (const auto& argument : arguments_of(lookup)) {
    const auto source = source_of(lookup, argument);
    if (source.value) {
      plan.origins[argument] = source.origin;
    } else if (lookup.properties.contains(argument)) {
      plan.left_to_model.push_back(argument);
    }
  }
  return plan;
}

Result<ResolvedArguments> resolve_with_origins(const ContextMapping& mapping, const Tool& tool,
                                               std::string_view arguments_json, std::string_view session_json) {
  auto arguments = model::parse_bounded(arguments_json, "the arguments");
  if (!arguments) return fail(ErrorKind::InvalidArgument, "invalid_arguments", arguments.error().message);
  if (!arguments->is_object()) {
    return fail(ErrorKind::InvalidArgument, "invalid_arguments",
                "The arguments must be one JSON object, found " + model::kind_of(*arguments) + ".");
  }
  ResolvedArguments resolved;
  const bool forged = arguments->erase(std::string(model::kCallEnvelope)) > 0;
  if (mapping.empty()) {
    resolved.arguments_json = forged ? model::dump(*arguments) : std::string(arguments_json);
    return resolved;
  }
  const Json session = session_of(session_json);
  const Lookup lookup{mapping, tool, session, properties_of(tool)};
  for (const auto& argument : arguments_of(lookup)) {
    auto source = source_of(lookup, argument);
    if (!source.value) continue;
    Json value = fitted(*source.value, lookup.properties, argument);
    if (auto good = check_value(lookup, argument, value); !good) return fail(good.error());
    (*arguments)[argument] = std::move(value);
    resolved.origins[argument] = source.origin;
  }
  if (!mapping.envelope_keys.empty()) (*arguments)[std::string(model::kCallEnvelope)] = envelope_of(mapping, session);
  resolved.arguments_json = model::dump(*arguments);
  return resolved;
}

Result<std::string> resolve(const ContextMapping& mapping, const Tool& tool, std::string_view arguments_json,
                            std::string_view session_json) {
  auto resolved = resolve_with_origins(mapping, tool, arguments_json, session_json);
  if (!resolved) return fail(resolved.error());
  return std::move(resolved->arguments_json);
}

Tool without_filled_arguments(Tool tool, const ArgumentPlan& plan) {
  if (plan.origins.empty()) return tool;
  auto schema = model::parse_bounded(tool.input_schema_json, "a schema");
  if (!schema || !schema->is_object()) return tool;
  if (const auto found = schema->find("properties"); found != schema->end() && found->is_object()) {
    for (const auto& each : plan.origins) found->erase(each.first);
  }
  if (const auto found = schema->find("required"); found != schema->end() && found->is_array()) {
    Json left = Json::array();
    for (const auto& name : *found) {
      const bool filled = name.is_string() && plan.origins.contains(name.get<std::string>());
      if (!filled) left.push_back(name);
    }
    *found = std::move(left);
  }
  tool.input_schema_json = model::dump(*schema);
  return tool;
}

}  // namespace platos::tools

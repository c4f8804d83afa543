#include "model/context.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/agent.hpp"

namespace platos::model {
namespace {

constexpr std::size_t kMaxContextBytes = 32 * 1024;
constexpr std::size_t kMaxContextKeys = 256;
constexpr std::size_t kMaxMappedTools = 1024;
constexpr std::size_t kMaxNames = 256;
constexpr std::size_t kMaxFilledBytes = 1024 * 1024;

Error mapping_field(const std::string& member, std::string_view expected, const Json& found) {
  return invalid_field("contextMapping." + member, expected, kind_of(found));
}

Result<std::vector<std::string>> names_of(const Json& json, const char* member) {
  std::vector<std::string> names;
  const auto found = json.find(member);
  if (found == json.end() || found->is_null()) return names;
  if (!found->is_array() || found->size() > kMaxNames)
    return fail(mapping_field(member, "a list of at most 256 texts", *found));
  for (const auto& each : *found) {
    if (!each.is_string()) return fail(mapping_field(member, "a list of texts", each));
    names.push_back(each.get<std::string>());
  }
  return names;
}

Result<void> read_injection(const Json& json, ContextMapping& mapping) {
  const auto found = json.find("toolArgInjection");
  if (found == json.end() || found->is_null()) return {};
  if (!found->is_object() || found->size() > kMaxMappedTools)
    return fail(mapping_field("toolArgInjection", "an object of at most 1024 tools", *found));
  for (const auto& [tool, rules] : found->items()) {
    if (!rules.is_object() || rules.size() > kMaxNames)
      return fail(mapping_field("toolArgInjection." + tool, "an object of at most 256 arguments", rules));
    for (const auto& [argument, source] : rules.items()) {
      if (argument == "_auto" && source.is_boolean()) {
        mapping.auto_match[tool] = source.get<bool>();
      } else if (argument != "_auto" && source.is_string()) {
        mapping.arguments[tool][argument] = source.get<std::string>();
      } else {
        return fail(mapping_field("toolArgInjection." + tool + "." + argument,
                                  argument == "_auto" ? "true or false" : "a context key, \"LLM\" or \"CONSTANT:...\"",
                                  source));
      }
    }
  }
  return {};
}

Result<void> read_constants(const Json& json, ContextMapping& mapping) {
  const auto found = json.find("constants");
  if (found == json.end() || found->is_null()) return {};
  if (!found->is_object() || found->size() > kMaxMappedTools)
    return fail(mapping_field("constants", "an object of at most 1024 tools", *found));
  for (const auto& [tool, values] : found->items()) {
    if (!values.is_object() || values.size() > kMaxNames)
      return fail(mapping_field("constants." + tool, "an object of at most 256 arguments", values));
    for (const auto& [argument, value] : values.items()) mapping.constants[tool][argument] = dump(value);
  }
  return {};
}

const Json* step_into(const Json& from, std::string_view part) {
  if (from.is_object()) {
    const auto found = from.find(part);
    return found == from.end() ? nullptr : &*found;
  }
  std::uint64_t index = 0;
  if (!from.is_array() || part.size() > 9 || !base::parse_uint64(part, index) || index >= from.size()) return nullptr;
  return &from[static_cast<std::size_t>(index)];
}

bool starts_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool in_name(char c) { return starts_name(c) || (c >= '0' && c <= '9') || c == '.'; }

struct Placeholder {
  std::string_view name;
  std::optional<std::string_view> otherwise;
};

// What stands between the braces; nullopt when it is no placeholder.
std::optional<Placeholder> read_placeholder(std::string_view inside) {
  const auto bar = inside.find('|');
  Placeholder read;
  read.name = base::trim(inside.substr(0, bar));
  if (read.name.empty() || !starts_name(read.name.front())) return std::nullopt;
  if (!std::all_of(read.name.begin(), read.name.end(), in_name)) return std::nullopt;
  if (bar == std::string_view::npos) return read;
  const auto filter = base::trim(inside.substr(bar + 1));
  constexpr std::string_view kDefault = "default:";
  if (filter.substr(0, kDefault.size()) != kDefault) return std::nullopt;
  read.otherwise = base::trim(filter.substr(kDefault.size()));
  return read;
}

bool is_allowed(std::string_view name, const std::vector<std::string>& allowed) {
  if (allowed.empty()) return true;
  return std::any_of(allowed.begin(), allowed.end(), [&](const std::string& each) {
    return name == each ||
           (name.size() > each.size() && name.substr(0, each.size()) == each && name[each.size()] == '.');
  });
}

// What takes the place of a placeholder; nullopt: it stays.
std::optional<std::string> filled(const Placeholder& asked, const Json& context,
                                  const std::vector<std::string>& allowed, Unresolved unresolved) {
  if (!is_allowed(asked.name, allowed)) return std::nullopt;
  const Json* value = context_value(context, asked.name);
  if (value != nullptr && !value->is_null()) return value->is_string() ? value->get<std::string>() : dump(*value);
  if (asked.otherwise) return std::string(*asked.otherwise);
  if (unresolved == Unresolved::Empty) return std::string();
  return std::nullopt;
}

std::string plain_name(std::string_view name) {
  const auto dot = name.rfind('.');
  if (dot != std::string_view::npos) name.remove_prefix(dot + 1);
  std::string plain;
  for (const char c : base::to_lower(name)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) plain += c;
  }
  constexpr std::pair<std::string_view, std::string_view> kAliases[] = {
      {"userid", "user"}, {"uid", "user"},           {"tenantid", "tenant"},   {"tid", "tenant"},
      {"orgid", "org"},   {"organizationid", "org"}, {"accountid", "account"}, {"aid", "account"}};
  for (const auto& [alias, meant] : kAliases) {
    if (plain == alias) return std::string(meant);
  }
  return plain;
}

}  // namespace

Result<ContextMapping> context_mapping_from_json(const Json& json) {
  ContextMapping mapping;
  if (json.is_null()) return mapping;
  if (!json.is_object()) return fail(invalid_field("contextMapping", "an object", kind_of(json)));
  auto vars = names_of(json, "promptVars");
  auto envelope = names_of(json, "envelopeKeys");
  auto declared = names_of(json, "declaredKeys");
  const auto entity_ids = optional_text(json, "entityIdsKey");
  for (const auto* each : {&vars, &envelope, &declared}) {
    if (!*each) return fail(each->error());
  }
  if (!entity_ids) return fail(entity_ids.error());
  mapping.prompt_vars = std::move(*vars);
  mapping.envelope_keys = std::move(*envelope);
  mapping.declared_keys = std::move(*declared);
  if (*entity_ids && !(*entity_ids)->empty()) mapping.entity_ids_key = **entity_ids;
  if (auto read = read_injection(json, mapping); !read) return fail(read.error());
  if (auto read = read_constants(json, mapping); !read) return fail(read.error());
  return mapping;
}

Result<ContextMapping> context_mapping_of(const AgentConfig& config) {
  if (config.context_mapping_json.empty()) return ContextMapping();
  const auto parsed = parse_bounded(config.context_mapping_json, "contextMapping");
  if (!parsed) return fail(parsed.error());
  return context_mapping_from_json(*parsed);
}

Result<std::string> check_session_context(const Json& context, std::string_view member) {
  if (!context.is_object()) return fail(invalid_field(member, "an object", kind_of(context)));
  if (context.size() > kMaxContextKeys)
    return fail(invalid_field(member, "at most 256 members", std::to_string(context.size())));
  for (const auto& [key, value] : context.items()) {
    if (key.empty() || key.rfind("__", 0) == 0)
      return fail(invalid_field(member, "keys that do not begin with \"__\"", "\"" + base::printable(key, 40) + "\""));
  }
  std::string text = dump(context);
  if (text.size() > kMaxContextBytes)
    return fail(invalid_field(member, "at most 32768 bytes of JSON", std::to_string(text.size())));
  return text;
}

Json over_user(Json context, const Json& user) {
  const auto says = [](const Json& object, const std::string& key) {
    const auto found = object.find(key);
    return found != object.end() && !found->is_null();
  };
  if (!says(context, "user")) context["user"] = Json::object();
  const bool nested = context["user"].is_object();
  for (const auto& [member, value] : user.items()) {
    const std::string flat = "user." + member;
    if (says(context, flat)) continue;
    context.erase(flat);  // a null would hide the nested one
    if (!nested) {
      context[flat] = value;
    } else if (!says(context["user"], member)) {
      context["user"][member] = value;
    }
  }
  return context;
}

const Json* context_value(const Json& context, std::string_view name) {
  if (!context.is_object()) return nullptr;
  if (const auto flat = context.find(name); flat != context.end()) return &*flat;
  const Json* at = &context;
  for (const auto part : base::split(name, '.')) {
    at = step_into(*at, part);
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::string fill_placeholders(std::string_view text, const Json& context, const std::vector<std::string>& allowed,
                              Unresolved unresolved) {
  std::string out;
  while (!text.empty()) {
    const auto braces = text.find("{{");
    const auto dollar = text.find("${");
    const auto begin = std::min(braces, dollar);
    out.append(text.substr(0, begin));
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    const std::string_view closing = begin == braces ? "}}" : "}";
    const auto end = text.find(closing, 2);
    const auto asked = end == std::string_view::npos ? std::nullopt : read_placeholder(text.substr(2, end - 2));
    const auto value = asked ? filled(*asked, context, allowed, unresolved) : std::nullopt;
    const bool fits = value && out.size() + value->size() <= kMaxFilledBytes;
    if (fits) out += *value;
    const std::size_t used = fits ? end + closing.size() : 2;
    if (!fits) out.append(text.substr(0, used));
    text.remove_prefix(used);
  }
  return out;
}

bool names_match(std::string_view argument, std::string_view key) {
  const std::string plain = plain_name(argument);
  return !plain.empty() && plain == plain_name(key);
}

}  // namespace platos::model

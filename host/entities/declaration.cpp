#include "entities/declaration.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.hpp"
#include "model/json_schema.hpp"

namespace platos::entities {
namespace {

using model::Json;

constexpr std::size_t kMaxNameBytes = 128;
constexpr std::size_t kMaxDescriptionBytes = 16 * 1024;
constexpr std::size_t kMaxSchemaBytes = 64 * 1024;
constexpr std::size_t kMaxModelName = 64;
constexpr std::size_t kMaxRejections = 100;
constexpr std::size_t kMaxDeclared = 2 * kMaxTools;  // a list beyond that is no mistake, and is not looked at
constexpr std::int64_t kMaxTimeoutMs = 3'600'000;
constexpr std::int64_t kMaxPerMinute = 10'000;

tl::unexpected<Error> invalid(const std::string& why) { return fail(ErrorKind::InvalidArgument, "invalid_tool", why); }

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         c == '-' || c == ':' || c == '/';
}

Result<std::string> read_name(const Json& tool) {
  const auto name = tool.find("name");
  if (name == tool.end() || !name->is_string()) return invalid("name: expected a text");
  const auto& text = name->get_ref<const std::string&>();
  if (text.empty() || text.size() > kMaxNameBytes || !std::all_of(text.begin(), text.end(), is_name_char)) {
    return invalid("name: expected 1 to 128 of A-Z, a-z, 0-9 and _ . - : /");
  }
  return text;
}

/// The first of two members that is there and not null.
const Json* member_of(const Json& object, const char* name, const char* other) {
  for (const char* each : {name, other}) {
    const auto found = object.find(each);
    if (found != object.end() && !found->is_null()) return &*found;
  }
  return nullptr;
}

Result<Json> read_schema(const Json& tool) {
  const Json* schema = member_of(tool, "input_schema", "paramSchema");
  if (schema == nullptr) return Json{{"type", "object"}};
  if (!schema->is_object()) return invalid("input_schema: expected an object, found " + model::kind_of(*schema));
  const auto type = schema->find("type");
  if (type != schema->end() && *type != "object") return invalid("input_schema: expected the type \"object\"");
  const std::size_t bytes = model::dump(*schema).size();
  if (bytes > kMaxSchemaBytes) {
    return invalid("input_schema: expected at most 65536 bytes, found " + std::to_string(bytes));
  }
  return *schema;
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool is_true(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

Result<std::int64_t> read_number(const Json* value, const char* name, std::int64_t min, std::int64_t max) {
  if (value == nullptr) return std::int64_t{0};
  const bool good = value->is_number_integer() && *value >= min && *value <= max;
  if (good) return value->get<std::int64_t>();
  return invalid(std::string(name) + ": expected a whole number from " + std::to_string(min) + " to " +
                 std::to_string(max));
}

/// `rate_limit`: a number of calls a minute, or {"per_minute": number}.
Result<std::int64_t> read_rate(const Json& tool, const Json& annotations) {
  const Json* rate = member_of(annotations, "rate_limit", "rateLimit");
  if (rate == nullptr) rate = member_of(tool, "rate_limit", "rateLimit");
  if (rate == nullptr || !rate->is_object()) return read_number(rate, "rate_limit", 1, kMaxPerMinute);
  const Json* per_minute = member_of(*rate, "per_minute", "perMinute");
  if (per_minute == nullptr) return invalid("rate_limit: expected a number, or \"per_minute\" in an object");
  return read_number(per_minute, "rate_limit.per_minute", 1, kMaxPerMinute);
}

std::string effect_of(const Json& annotations) {
  const std::string effect = text_of(annotations, "effect");
  if (!effect.empty()) return std::string(model::to_text(model::effect_from_text(effect)));
  // The words of MCP for it.
  if (is_true(annotations, "readOnlyHint")) return "read";
  return is_true(annotations, "idempotentHint") ? "idempotent" : "once";
}

/// Declared, else what stands before the first dot of the name; empty: nothing says it.
std::string category_of(const Json& tool, const Json& annotations, const std::string& name) {
  constexpr std::size_t kMaxCategory = 64;
  std::string category = text_of(annotations, "category");
  if (category.empty()) category = text_of(tool, "category");
  if (category.empty() && name.find('.') != std::string::npos) category = name.substr(0, name.find('.'));
  return std::string(base::cut_utf8(category, kMaxCategory));
}

/// The one form in which a declaration is kept.
Result<std::string> definition_of(const Json& tool, const std::string& name) {
  const auto schema = read_schema(tool);
  if (!schema) return fail(schema.error());
  const Json* given = member_of(tool, "annotations", "annotations");
  if (given != nullptr && !given->is_object()) return invalid("annotations: expected an object");
  const Json annotations = given == nullptr ? Json::object() : *given;
  const std::string description = text_of(tool, "description");
  if (description.size() > kMaxDescriptionBytes) return invalid("description: expected at most 16384 bytes");
  const Json* timeout = member_of(annotations, "timeout_ms", "timeoutMs");
  if (timeout == nullptr) timeout = member_of(tool, "timeout_ms", "timeoutMs");
  const auto timeout_ms = read_number(timeout, "timeout_ms", 1, kMaxTimeoutMs);
  if (!timeout_ms) return fail(timeout_ms.error());
  const auto per_minute = read_rate(tool, annotations);
  if (!per_minute) return fail(per_minute.error());
  const std::string reconcile = text_of(annotations, "reconcile");
  if (!reconcile.empty() && (reconcile.size() > kMaxNameBytes ||
                             !std::all_of(reconcile.begin(), reconcile.end(), is_name_char) || reconcile == name)) {
    return invalid("annotations.reconcile: expected the name of another tool");
  }
  const std::string auth = text_of(tool, "auth");
  return model::dump({{"description", description},
                      {"input_schema", *schema},
                      {"category", category_of(tool, annotations, name)},
                      {"effect", effect_of(annotations)},
                      {"reconcile", reconcile},
                      {"requires_approval", is_true(annotations, "requires_approval")},
                      {"timeout_ms", *timeout_ms},
                      {"per_minute", *per_minute},
                      {"needs_user", auth == "user" || auth == "admin"}});
}

std::string printable_name(const Json& tool) {
  return tool.is_object() ? base::printable(text_of(tool, "name"), 80) : std::string();
}

const EntityTool* find_in(const std::vector<EntityTool>& tools, const std::string& name) {
  const auto found =
      std::find_if(tools.begin(), tools.end(), [&](const EntityTool& each) { return each.tool.name == name; });
  return found == tools.end() ? nullptr : &*found;
}

using Taken = std::map<std::string, EntityTool>;  // by name

/// What is cheap to know comes first: a schema is compiled only for a tool that there is a place for.
Result<void> take_declared(const Json& tool, const std::string& instance, const std::vector<EntityTool>& former,
                           Taken& taken) {
  if (!tool.is_object()) return invalid("expected an object, found " + model::kind_of(tool));
  auto name = read_name(tool);
  if (!name) return fail(name.error());
  if (taken.contains(*name)) return invalid("declared twice; the first counts");
  if (taken.size() >= kMaxTools) return invalid("expected at most " + std::to_string(kMaxTools) + " tools");
  auto definition = definition_of(tool, *name);
  if (!definition) return fail(definition.error());
  const EntityTool* same = find_in(former, *name);
  auto read = same != nullptr && same->definition_json == *definition
                  ? Result<EntityTool>(*same)
                  : tool_of({"", *name, std::move(*definition)}, instance);
  if (!read) return fail(read.error());
  taken.emplace(std::move(*name), std::move(*read));
  return {};
}

}  // namespace

Result<EntityTool> tool_of(const store::EntityToolRow& row, const std::string& instance) {
  const auto definition = model::parse_bounded(row.definition_json, "the tool's definition");
  if (!definition) return fail(definition.error());
  const Json& schema = (*definition)["input_schema"];
  auto compiled = model::JsonSchema::compile(schema);
  if (!compiled) return invalid("input_schema: " + compiled.error().message);
  EntityTool made;
  made.tool.instance = instance;
  made.tool.name = row.name;
  made.tool.description = text_of(*definition, "description");
  made.tool.input_schema_json = model::dump(schema);
  made.tool.input_schema = std::make_shared<const model::JsonSchema>(std::move(*compiled));
  made.tool.effect = model::effect_from_text(text_of(*definition, "effect"));
  made.tool.requires_approval = is_true(*definition, "requires_approval");
  made.tool.timeout_ms = definition->value("timeout_ms", std::int64_t{0});
  made.per_minute = definition->value("per_minute", std::int64_t{0});
  made.tool.category = text_of(*definition, "category");
  made.tool.reconcile_tool = text_of(*definition, "reconcile");
  made.needs_user = is_true(*definition, "needs_user");
  made.definition_json = row.definition_json;
  return made;
}

Result<Registration> read_registration(const Json& frame, const std::string& instance,
                                       const std::vector<EntityTool>& former) {
  const auto tools = frame.find("tools");
  if (tools == frame.end() || !tools->is_array()) {
    return fail(ErrorKind::InvalidArgument, "invalid_frame", "tool_register: expected a list \"tools\"");
  }
  if (tools->size() > kMaxDeclared) {
    return fail(ErrorKind::InvalidArgument, "invalid_frame",
                "tool_register: expected at most " + std::to_string(kMaxTools) + " tools, found " +
                    std::to_string(tools->size()) + "; none of them is taken");
  }
  Registration read;
  read.callback_url = text_of(frame, "callback_url");
  if (const Json* url = member_of(frame, "callback_url", "callback_url"); url != nullptr && !url->is_string()) {
    read.rejected.push_back({"callback_url", "expected a text, found " + model::kind_of(*url)});
  }
  Taken taken;
  const auto reject = [&](const Json& tool, const std::string& why) {
    if (read.rejected.size() < kMaxRejections) read.rejected.push_back({printable_name(tool), why});
  };
  for (const auto& each : *tools) {
    if (const auto good = take_declared(each, instance, former, taken); !good) reject(each, good.error().message);
  }
  for (auto& [name, tool] : taken) {
    const std::string& reconcile = tool.tool.reconcile_tool;
    if (!reconcile.empty() && !taken.contains(reconcile)) {
      reject({{"name", name}}, "annotations.reconcile: there is no tool \"" + reconcile + "\"");
    } else {
      read.tools.push_back(tool);
    }
  }
  return read;
}

std::string model_name_of(const std::string& slug, const std::string& tool) {
  std::string name = model::model_tool_name(slug, tool);
  for (char& c : name) {
    if (c == ':' || c == '/') c = '_';
  }
  return name;
}

std::string distinct_model_name(const std::string& name, const std::string& instance, const std::string& tool) {
  constexpr std::size_t kHash = 12;
  return name.substr(0, kMaxModelName - kHash - 1) + "_" + base::sha256_hex(instance + "/" + tool).substr(0, kHash);
}

}  // namespace platos::entities

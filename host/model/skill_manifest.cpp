#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.hpp"
#include "model/agent.hpp"
#include "model/json_schema.hpp"
#include "model/skill.hpp"
#include "model/yaml.hpp"

namespace platos::model {
namespace {

constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxDescription = 1024;
constexpr std::size_t kMaxCompatibility = 500;
constexpr std::size_t kMaxListItems = 64;
constexpr std::size_t kMaxMetadata = 64;
constexpr std::size_t kMaxField = 2'000;
constexpr std::size_t kMaxTools = 64;
constexpr const char* kRequiredEnv = "required-env";
constexpr const char* kOptionalEnv = "optional-env";

const std::vector<std::string>& skill_md_fields() {
  static const std::vector<std::string> fields = {"name",          "description", "license",
                                                  "compatibility", "metadata",    "allowed-tools"};
  return fields;
}

const std::vector<std::string>& manifest_fields() {
  static const std::vector<std::string> fields = {
      "id",      "name", "description",  "version",  "author",   "origin",       "spec_version",  "category",
      "license", "tags", "required_env", "metadata", "instance", "optional_env", "compatibility", "provides_tools"};
  return fields;
}

/// The frontmatter twice, because a version 1.0 is a text and a schema's 1.0 is a number.
struct Front {
  Json typed;
  Json texts;
  std::string body;
};

std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
  return line;
}

Result<Front> read_front(std::string_view text) {
  if (text.size() > kMaxSkillManifestBytes) {
    return fail(ErrorKind::TooLarge, "skill_too_large",
                "the manifest has " + std::to_string(text.size()) + " bytes; at most " +
                    std::to_string(kMaxSkillManifestBytes) + " are read: move details into files beside it");
  }
  if (!base::is_valid_utf8(text) || text.find('\0') != std::string_view::npos || text.starts_with("\xEF\xBB\xBF")) {
    return fail(ErrorKind::InvalidArgument, "skill_not_utf8",
                "the manifest is not UTF-8 without a byte order mark; convert it");
  }
  std::string_view rest = text;
  if (take_line(rest) != "---") {
    return fail(ErrorKind::InvalidArgument, "missing_frontmatter",
                "the manifest must begin with a line \"---\", YAML, and another line \"---\"");
  }
  const std::string_view yaml_begin = rest;
  while (!rest.empty()) {
    const auto yaml = yaml_begin.substr(0, yaml_begin.size() - rest.size());
    if (take_line(rest) != "---") continue;
    auto typed = parse_yaml(yaml, "the frontmatter", YamlScalars::Typed);
    if (!typed) return fail(typed.error());
    auto texts = parse_yaml(yaml, "the frontmatter", YamlScalars::Texts);
    if (!texts) return fail(texts.error());
    if (typed->is_null()) return Front{Json::object(), Json::object(), std::string(base::trim(rest))};
    if (!typed->is_object()) return fail(invalid_field("the frontmatter", "a mapping", kind_of(*typed)));
    return Front{std::move(*typed), std::move(*texts), std::string(base::trim(rest))};
  }
  return fail(ErrorKind::InvalidArgument, "missing_frontmatter", "the frontmatter is not closed by a line \"---\"");
}

Error missing_field(const std::string& field) {
  return {
      ErrorKind::InvalidArgument, "missing_field", "the frontmatter has no \"" + field + "\"; add it", false, 0, {}};
}

Result<void> check_fields(const Json& front, const std::vector<std::string>& allowed, const char* advice) {
  for (const auto& [field, value] : front.items()) {
    if (std::find(allowed.begin(), allowed.end(), field) != allowed.end()) continue;
    const std::string near = base::closest(field, allowed);
    return fail(invalid_field(
        "the frontmatter",
        "only the fields of its specification" + (near.empty() ? std::string(advice) : ", such as \"" + near + "\""),
        "\"" + base::printable(field, 60) + "\""));
  }
  return {};
}

/// Trimmed. A scalar that is no text counts as it was written, when `strict` does not want a text.
Result<std::string> text_field(const Front& front, const std::string& field, std::size_t max, bool strict = false) {
  const auto typed = front.typed.find(field);
  if (typed == front.typed.end() || typed->is_null()) return std::string();
  if (typed->is_structured() || (strict && !typed->is_string()))
    return fail(invalid_field(field, "a text", kind_of(*typed)));
  const std::string whole = front.texts.at(field).get<std::string>();
  if (length_of(whole) > max) {
    return fail(
        invalid_field(field, "at most " + std::to_string(max) + " characters", std::to_string(length_of(whole))));
  }
  if (std::any_of(whole.begin(), whole.end(),
                  [](char c) { return c >= 0 && c < ' ' && c != '\n' && c != '\t' && c != '\r'; }) ||
      whole.find('\x7F') != std::string::npos) {
    return fail(invalid_field(field, "text", "a control character"));
  }
  return std::string(base::trim(whole));
}

Result<std::vector<std::string>> list_field(const Front& front, const std::string& field) {
  std::vector<std::string> items;
  const auto found = front.texts.find(field);
  if (found == front.texts.end() || front.typed.at(field).is_null()) return items;
  if (!found->is_array()) return fail(invalid_field(field, "a list of texts", kind_of(front.typed.at(field))));
  for (const auto& each : *found) {
    if (!each.is_string() || each.get_ref<const std::string&>().empty())
      return fail(invalid_field(field, "a list of texts", "a list with " + kind_of(each)));
    items.push_back(each.get<std::string>());
    if (items.size() > kMaxListItems || items.back().size() > kMaxField)
      return fail(invalid_field(field, "at most 64 texts of 2000 bytes", "more"));
  }
  return items;
}

Result<void> check_variables(const std::string& field, const std::vector<std::string>& names) {
  for (const auto& name : names) {
    const bool begins_well = !name.empty() && (std::isalpha(static_cast<unsigned char>(name[0])) || name[0] == '_');
    const bool is_name = name.size() <= 128 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
                           return std::isalnum(c) != 0 || c == '_';
                         });
    if (begins_well && is_name) continue;
    return fail(invalid_field(field, "names of variables, such as API_KEY", "\"" + base::printable(name, 60) + "\""));
  }
  return {};
}

Result<void> read_metadata(const Front& front, SkillManifest& manifest) {
  const auto found = front.texts.find("metadata");
  if (found == front.texts.end() || front.typed.at("metadata").is_null()) return {};
  if (!found->is_object() || found->size() > kMaxMetadata)
    return fail(invalid_field("metadata", "at most 64 keys with a text each", kind_of(front.typed.at("metadata"))));
  for (const auto& [key, value] : found->items()) {
    if (value.is_structured() || key.size() > kMaxField)
      return fail(invalid_field("metadata." + base::printable(key, 60), "a text", kind_of(value)));
    manifest.metadata[key] = value.is_string() ? value.get<std::string>() : std::string();
    if (manifest.metadata[key].size() > kMaxField)
      return fail(invalid_field("metadata." + base::printable(key, 60), "at most 2000 bytes", "more"));
  }
  return {};
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : std::string(text) + " ") {
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  return words;
}

Result<void> read_common(const Front& front, SkillManifest& manifest) {
  const auto read = [&front](const char* field, std::size_t max, bool strict, std::string& to) -> Result<void> {
    auto text = text_field(front, field, max, strict);
    if (!text) return fail(text.error());
    if (!text->empty()) to = std::move(*text);
    return {};
  };
  if (auto done = read("description", kMaxDescription, false, manifest.description); !done) return done;
  if (manifest.description.empty()) return fail(missing_field("description"));
  if (auto done = read("license", kMaxField, false, manifest.license); !done) return done;
  const auto compatibility = front.typed.find("compatibility");
  if (compatibility != front.typed.end() && !compatibility->is_string())
    return fail(invalid_field("compatibility", "a text", kind_of(*compatibility)));
  if (auto done = read("compatibility", kMaxCompatibility, true, manifest.compatibility); !done) return done;
  return read_metadata(front, manifest);
}

Result<void> check_skill_name(const std::string& name, std::string_view folder) {
  if (!is_skill_md_name(name)) {
    return fail(ErrorKind::InvalidArgument, "invalid_name",
                "name: expected 1 to 64 of a-z, 0-9 and single hyphens between them, found \"" +
                    base::printable(name, 80) + "\"");
  }
  if (folder.empty() || folder == name) return {};
  return fail(ErrorKind::InvalidArgument, "invalid_name",
              "name: expected the name of the folder, \"" + base::printable(folder, 80) + "\", found \"" + name + "\"");
}

bool is_namespaced(std::string_view id) {
  const auto parts = base::split(id, '.');
  return id.size() <= kMaxName && parts.size() > 1 &&
         std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
           return !part.empty() && std::all_of(part.begin(), part.end(), [](unsigned char c) {
             return std::isalnum(c) != 0 || c == '_' || c == '-';
           });
         });
}

Result<std::string> id_of(const Front& front, const std::string& name) {
  auto id = text_field(front, "id", kMaxField);
  if (!id) return fail(id.error());
  if (id->empty()) {
    const std::string slug = slug_from_name(name);
    if (slug.empty()) return fail(missing_field("id"));
    return "community." + slug.substr(0, kMaxName - 10);
  }
  if (is_namespaced(*id)) return base::to_lower(*id);
  return fail(ErrorKind::InvalidArgument, "invalid_id",
              "id: expected a namespace, a dot and a name of letters, digits, _ and -, at most 64, such as "
              "\"acme.web_search\"; found \"" +
                  base::printable(*id, 80) + "\"");
}

Result<std::string> schema_of(const Json& tool, const std::string& where) {
  const auto found = tool.find("inputSchema");
  if (found == tool.end() || found->is_null()) return std::string();
  SchemaOptions options;
  options.refuse_unknown_keywords = true;
  const auto compiled = found->is_object()
                            ? JsonSchema::compile(*found, options)
                            : Result<JsonSchema>(fail(invalid_field(where, "an object", kind_of(*found))));
  if (!compiled) return fail(invalid_field(where + ".inputSchema", "a JSON Schema", compiled.error().message));
  return dump(*found);
}

Result<SkillTool> read_tool(const Json& json, const std::string& where) {
  if (!json.is_object()) return fail(invalid_field(where, "a mapping", kind_of(json)));
  SkillTool tool;
  for (const auto& [member, to] : {std::pair<const char*, std::string*>{"name", &tool.name},
                                   {"description", &tool.description},
                                   {"handler", &tool.handler}}) {
    auto text = optional_text(json, member);
    if (!text) return fail(invalid_field(where + "." + member, "a text", kind_of(json[member])));
    *to = text->value_or("");
  }
  const bool is_name = !tool.name.empty() && tool.name.size() <= kMaxName &&
                       std::all_of(tool.name.begin(), tool.name.end(),
                                   [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-'; });
  if (!is_name) {
    return fail(invalid_field(where + ".name", "1 to 64 letters, digits, _ and -",
                              "\"" + base::printable(tool.name, 80) + "\""));
  }
  if (tool.description.size() > 4 * kMaxDescription || tool.handler.size() > kMaxField)
    return fail(invalid_field(where, "a description up to 4096 bytes", "more"));
  auto schema = schema_of(json, where);
  if (!schema) return fail(schema.error());
  tool.input_schema_json = std::move(*schema);
  return tool;
}

Result<void> read_tools(const Front& front, SkillManifest& manifest) {
  const auto found = front.typed.find("provides_tools");
  if (found == front.typed.end() || found->is_null()) return {};
  if (!found->is_array() || found->size() > kMaxTools)
    return fail(invalid_field("provides_tools", "a list of at most 64 tools", kind_of(*found)));
  std::set<std::string> names;
  for (const auto& each : *found) {
    auto tool = read_tool(each, "provides_tools[" + std::to_string(manifest.tools.size()) + "]");
    if (!tool) return fail(tool.error());
    if (!names.insert(tool->name).second)
      return fail(invalid_field("provides_tools", "names that differ", "\"" + tool->name + "\" twice"));
    manifest.tools.push_back(std::move(*tool));
  }
  return {};
}

Result<SkillManifest> skill_md_of(const Front& front, std::string_view folder) {
  if (auto good = check_fields(front.typed, skill_md_fields(), "; put others below \"metadata\""); !good)
    return fail(good.error());
  SkillManifest manifest;
  manifest.form = SkillForm::SkillMd;
  manifest.body = front.body;
  auto name = text_field(front, "name", kMaxField);
  if (!name) return fail(name.error());
  if (name->empty()) return fail(missing_field("name"));
  if (auto good = check_skill_name(*name, folder); !good) return fail(good.error());
  manifest.id = manifest.name = *name;
  if (auto done = read_common(front, manifest); !done) return fail(done.error());
  auto allowed = text_field(front, "allowed-tools", kMaxField, true);
  if (!allowed) return fail(allowed.error());
  manifest.allowed_tools = words_of(*allowed);
  manifest.required_env = words_of(manifest.metadata[kRequiredEnv]);
  manifest.optional_env = words_of(manifest.metadata[kOptionalEnv]);
  for (const auto* empty : {kRequiredEnv, kOptionalEnv}) {
    if (manifest.metadata[empty].empty()) manifest.metadata.erase(empty);
  }
  if (auto good = check_variables("metadata.required-env", manifest.required_env); !good) return fail(good.error());
  if (auto good = check_variables("metadata.optional-env", manifest.optional_env); !good) return fail(good.error());
  const auto version = manifest.metadata.find("version");
  if (version != manifest.metadata.end() && !version->second.empty())
    manifest.version = version->second.substr(0, kMaxName);
  return manifest;
}

Result<void> read_manifest_texts(const Front& front, SkillManifest& manifest) {
  struct Field {
    const char* name;
    std::string* to;
  };
  for (const Field& field : {Field{"name", &manifest.name},
                             {"version", &manifest.version},
                             {"author", &manifest.author},
                             {"origin", &manifest.origin},
                             {"category", &manifest.category},
                             {"instance", &manifest.instance}}) {
    auto text = text_field(front, field.name, 200);
    if (!text) return fail(text.error());
    if (!text->empty()) *field.to = std::move(*text);
  }
  return {};
}

Result<SkillManifest> manifest_of(const Front& front) {
  if (auto good = check_fields(front.typed, manifest_fields(), "; put others below \"metadata\""); !good)
    return fail(good.error());
  SkillManifest manifest;
  manifest.form = SkillForm::Manifest;
  manifest.body = front.body;
  if (auto done = read_manifest_texts(front, manifest); !done) return fail(done.error());
  auto id = id_of(front, manifest.name);
  if (!id) return fail(id.error());
  manifest.id = std::move(*id);
  if (manifest.name.empty()) manifest.name = manifest.id;
  if (auto done = read_common(front, manifest); !done) return fail(done.error());
  for (const auto& [field, to] :
       {std::pair<const char*, std::vector<std::string>*>{"required_env", &manifest.required_env},
        {"optional_env", &manifest.optional_env},
        {"tags", &manifest.tags}}) {
    auto list = list_field(front, field);
    if (!list) return fail(list.error());
    *to = std::move(*list);
  }
  if (auto good = check_variables("required_env", manifest.required_env); !good) return fail(good.error());
  if (auto good = check_variables("optional_env", manifest.optional_env); !good) return fail(good.error());
  if (auto done = read_tools(front, manifest); !done) return fail(done.error());
  return manifest;
}

}  // namespace

bool is_skill_md_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxName || name.front() == '-' || name.back() == '-') return false;
  if (name.find("--") != std::string_view::npos) return false;
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

Result<SkillManifest> parse_skill_md(std::string_view text, std::string_view folder) {
  const auto front = read_front(text);
  if (!front) return fail(front.error());
  return skill_md_of(*front, folder);
}

Result<SkillManifest> parse_skill_manifest(std::string_view text) {
  const auto front = read_front(text);
  if (!front) return fail(front.error());
  return manifest_of(*front);
}

Result<SkillManifest> parse_skill_source(std::string_view text) {
  const auto front = read_front(text);
  if (!front) return fail(front.error());
  const auto& fields = skill_md_fields();
  const bool has_only_its_fields = std::all_of(
      front->typed.items().begin(), front->typed.items().end(),
      [&](const auto& each) { return std::find(fields.begin(), fields.end(), each.key()) != fields.end(); });
  const auto name = front->texts.find("name");
  const bool has_its_name = name != front->texts.end() && name->is_string() &&
                            is_skill_md_name(base::trim(name->get_ref<const std::string&>()));
  return has_only_its_fields && has_its_name ? skill_md_of(*front, {}) : manifest_of(*front);
}

}  // namespace platos::model

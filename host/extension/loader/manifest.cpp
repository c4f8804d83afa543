#include "extension/loader/manifest.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/environment.hpp"
#include "base/text.hpp"

namespace platos::extension {
namespace {

namespace fs = std::filesystem;
using model::Json;

constexpr std::size_t kMaxFileBytes = 1024 * 1024;
constexpr std::size_t kMaxManifestText = 4096;
const std::vector<std::string> kManifestKeys = {
    "manifest",         "id",     "name",     "version",    "license",     "description", "homepage", "support",
    "vendor",           "sdk",    "library",  "components", "permissions", "isolation",   "limits",   "status",
    "security_posture", "drafts", "replaces", "conflicts",  "tests",       "single_host"};

Error at_path(const std::string& path, const std::string& code, const std::string& what) {
  return {ErrorKind::InvalidArgument, code, path + ": " + what, false, 0, {}};
}

/// Reads members and remembers the first thing that is wrong.
class Reader {
 public:
  Reader(const Json& object, std::string where) : object_(object), where_(std::move(where)) {}

  std::string text(std::string_view member, bool required) {
    auto value = model::optional_text(object_, member);
    if (!value) return note(value.error().message);
    if (required && (!*value || (*value)->empty()))
      return note(std::string(member) + ": expected a text, found " + (*value ? "an empty one" : "nothing"));
    if (*value && (*value)->size() > kMaxManifestText) return note(std::string(member) + ": over 4096 bytes");
    return value->value_or("");
  }
  std::int64_t integer(const char* member, bool required) {
    auto value = model::optional_integer(object_, member, 0, 65'535);
    if (!value) return note(value.error().message), 0;
    if (!*value && required) return note(std::string(member) + ": expected a number, found nothing"), 0;
    return value->value_or(0);
  }
  std::vector<std::string> texts(const char* member) {
    std::vector<std::string> list;
    const auto found = object_.find(member);
    if (found == object_.end()) return list;
    if (!found->is_array())
      return note(std::string(member) + ": expected an array of texts, found " + model::kind_of(*found)), list;
    for (const auto& item : *found) {
      if (!item.is_string())
        return note(std::string(member) + ": expected an array of texts, found " + model::kind_of(item)), list;
      list.push_back(item.get<std::string>());
    }
    return list;
  }
  bool flag(const char* member) {
    auto value = model::optional_bool(object_, member);
    if (!value) note(value.error().message);
    return value && value->value_or(false);
  }
  std::string note(const std::string& problem) {
    if (problem_.empty()) problem_ = where_ + problem;
    return {};
  }
  const std::string& problem() const { return problem_; }

 private:
  const Json& object_;
  std::string where_;
  std::string problem_;
};

Json member_object(const Json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_object() ? *found : Json::object();
}

bool is_reverse_dns(std::string_view id) {
  const bool plain = std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  });
  return plain && id.size() <= 128 && id.find('.') != std::string_view::npos && id.front() != '.' && id.back() != '.';
}

bool is_name(std::string_view name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
  return plain && !name.empty() && name.size() <= 64;
}

Result<Json> parse_object(const std::string& text, const std::string& path, const std::string& code) {
  auto json = model::parse_bounded(text, path);
  if (!json) return fail(Error{ErrorKind::InvalidArgument, code, json.error().message, false, 0, {}});
  if (!json->is_object()) return fail(at_path(path, code, "expected an object, found " + model::kind_of(*json)));
  return json;
}

constexpr std::string_view kEnvironment = "env:";

/// NAME in "env:NAME" and "env:NAME|default".
std::string variable_in(std::string_view setting) {
  return std::string(setting.substr(0, setting.find('|')).substr(kEnvironment.size()));
}

Result<void> replace_environment(Json& value, const std::string& path, bool allowed) {
  if (value.is_structured()) {
    for (auto& item : value) {
      if (auto done = replace_environment(item, path, allowed); !done) return done;
    }
    return {};
  }
  if (!value.is_string()) return {};
  const std::string text = value.get<std::string>();
  if (!text.starts_with(kEnvironment)) return {};
  if (!allowed)
    return fail(at_path(path, "instance_invalid", "config: \"env:\" is read only in files of the operator"));
  const auto bar = text.find('|');
  const auto found = base::environment_variable(variable_in(text));
  if (found && !found->empty()) {
    value = std::string(*found);
  } else {
    value = bar == std::string::npos ? std::string() : text.substr(bar + 1);
  }
  return {};
}

}  // namespace

Result<Manifest> parse_manifest(const std::string& text, const std::string& path) {
  const auto json = parse_object(text, path, "manifest_invalid");
  if (!json) return fail(json.error());
  Manifest manifest;
  Reader top(*json, "");
  if (top.integer("manifest", true) != 1) top.note("manifest: expected 1");
  manifest.id = top.text("id", false);  // its own check, below, says more
  manifest.name = top.text("name", false);
  manifest.version = top.text("version", true);
  manifest.license = top.text("license", false);
  manifest.description = top.text("description", false);
  manifest.status = top.text("status", false);
  manifest.single_host = top.flag("single_host");
  const Json sdk_json = member_object(*json, "sdk");
  Reader sdk(sdk_json, "sdk.");
  manifest.generation = sdk.integer("generation", true);
  manifest.min_minor = sdk.integer("min_minor", false);
  const Json library_json = member_object(*json, "library");
  Reader library(library_json, "library.");
  manifest.library_file = library.text("file", true);
  manifest.library_sha256 = library.text("sha256", true);
  const Json permissions_json = member_object(*json, "permissions");
  Reader permissions(permissions_json, "permissions.");
  manifest.http = permissions.texts("http");
  manifest.secrets = permissions.texts("secrets");
  manifest.files = permissions.flag("files");
  manifest.content = permissions.flag("content");
  manifest.public_web = permissions.flag("public_web");
  manifest.mail = permissions.flag("mail");
  manifest.sandbox = permissions.flag("sandbox");
  if (!is_reverse_dns(manifest.id))
    top.note("id: expected reverse DNS in lower case, such as com.example.my-plugin, found \"" +
             base::printable(manifest.id) + "\"");
  if (manifest.library_file.find('/') != std::string::npos) library.note("file: expected a name without a folder");
  const Json components = json->value("components", Json());
  if (!components.is_array() || components.empty())
    top.note("components: expected an array with at least one component");
  for (const auto& item : components) {
    Reader component(item, "components.");
    manifest.components.push_back({component.text("id", true), component.text("interface", true),
                                   component.text("summary", false), component.text("config_schema", false)});
    const std::string& schema = manifest.components.back().config_schema_file;
    if (schema.starts_with('/') || schema.find("..") != std::string::npos)
      component.note("config_schema: expected a file in the plugin's folder");
    top.note(component.problem());
  }
  for (const auto& reader : {&top, &sdk, &library, &permissions}) {
    if (!reader->problem().empty()) return fail(at_path(path, "manifest_invalid", reader->problem()));
  }
  for (const auto& [key, value] : json->items()) {
    if (std::find(kManifestKeys.begin(), kManifestKeys.end(), key) == kManifestKeys.end())
      manifest.unknown_keys.push_back(key);
  }
  return manifest;
}

Result<InstanceFile> parse_instance(const std::string& text, const std::string& path, bool allow_environment) {
  auto json = parse_object(text, path, "instance_invalid");
  if (!json) return fail(json.error());
  InstanceFile instance;
  instance.path = path;
  Reader reader(*json, "");
  if (reader.integer("instance", true) != 1) reader.note("instance: expected 1");
  instance.name = reader.text("name", true);
  instance.title = reader.text("title", false);
  instance.plugin = reader.text("plugin", true);
  instance.component = reader.text("component", true);
  const auto enabled = model::optional_bool(*json, "enabled");
  if (!enabled) reader.note(enabled.error().message);
  if (enabled) instance.enabled = enabled->value_or(true);
  if (!is_name(instance.name))
    reader.note("name: expected up to 64 of a-z, 0-9, '-', '_', '.', found \"" + base::printable(instance.name) + "\"");
  const std::string stem = fs::path(path).stem().string();
  if (stem != instance.name)
    reader.note("name: expected \"" + stem + "\" like the file, found \"" + base::printable(instance.name) + "\"");
  const Json secrets_json = member_object(*json, "secrets");
  Reader secrets(secrets_json, "secrets.");
  for (const auto& [slot, binding] : secrets_json.items()) instance.secrets[slot] = secrets.text(slot, true);
  Json config = member_object(*json, "config");
  if (!reader.problem().empty()) return fail(at_path(path, "instance_invalid", reader.problem()));
  if (!secrets.problem().empty()) return fail(at_path(path, "instance_invalid", secrets.problem()));
  for (const auto& [member, value] : config.items()) {
    if (!value.is_string()) continue;
    const std::string setting = value.get<std::string>();
    if (setting.starts_with(kEnvironment)) instance.variables[member] = variable_in(setting);
  }
  if (auto replaced = replace_environment(config, path, allow_environment); !replaced) return fail(replaced.error());
  instance.config_json = model::dump(config);
  return instance;
}

Result<GrantFile> parse_grant(const std::string& text, const std::string& path) {
  const auto json = parse_object(text, path, "grant_invalid");
  if (!json) return fail(json.error());
  GrantFile grant;
  Reader reader(*json, "");
  if (reader.integer("grant", true) != 1) reader.note("grant: expected 1");
  grant.instance = reader.text("instance", true);
  grant.http = reader.texts("http");
  grant.secrets = reader.texts("secrets");
  grant.files = reader.flag("files");
  grant.content = reader.flag("content");
  grant.public_web = reader.flag("public_web");
  grant.mail = reader.flag("mail");
  grant.sandbox = reader.flag("sandbox");
  const std::string stem = fs::path(path).stem().string();
  if (stem != grant.instance) reader.note("instance: expected \"" + stem + "\" like the file");
  if (!reader.problem().empty()) return fail(at_path(path, "grant_invalid", reader.problem()));
  return grant;
}

std::map<std::string, FoundFile> find_files(const std::vector<std::string>& folders, const std::string& kind) {
  std::map<std::string, FoundFile> files;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(fs::path(folders[i]) / kind, error)) {
      if (entry.path().extension() != ".json") continue;
      // The last folder is the data directory, which the service itself writes.
      files[entry.path().stem().string()] = {entry.path().string(), i + 1 < folders.size()};
    }
  }
  return files;
}

Result<std::string> read_small_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return fail(ErrorKind::NotFound, "file_not_readable", path + ": cannot be read");
  std::string text(kMaxFileBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kMaxFileBytes) return fail(ErrorKind::TooLarge, "file_too_large", path + ": over 1 MiB");
  return text;
}

std::vector<std::string> expand_patterns(const std::vector<std::string>& patterns, const std::string& config_json) {
  constexpr std::string_view kOpen = "{{config.";
  const auto config = model::parse_bounded(config_json, "config");
  std::vector<std::string> expanded;
  for (std::string pattern : patterns) {
    bool complete = true;
    std::size_t from = 0;  // what was put in is not looked at again
    for (std::size_t open; complete && (open = pattern.find(kOpen, from)) != std::string::npos;) {
      const auto close = pattern.find("}}", open);
      const std::string key =
          pattern.substr(open + kOpen.size(), close == std::string::npos ? close : close - open - kOpen.size());
      const bool known = close != std::string::npos && config && config->contains(key) && (*config)[key].is_string();
      if (!known) {
        complete = false;
        break;
      }
      std::string value = (*config)[key].get<std::string>();
      while (value.ends_with('/')) value.pop_back();
      pattern.replace(open, close + 2 - open, value);
      from = open + value.size();
    }
    if (complete) expanded.push_back(std::move(pattern));
  }
  return expanded;
}

namespace {
// A segment that climbs or stays, written plainly or with percent signs: servers differ in when they resolve it.
bool has_dot_segment(std::string_view path) {
  for (const auto segment : base::split(path, '/')) {
    std::string plain = base::to_lower(segment);
    for (std::size_t at = 0; (at = plain.find("%2e", at)) != std::string::npos;) plain.replace(at, 3, ".");
    if (plain == "." || plain == "..") return true;
  }
  return base::to_lower(path).find("%2f") != std::string::npos || path.find('\\') != std::string_view::npos;
}
}  // namespace

bool url_matches(const std::vector<std::string>& patterns, std::string_view url) {
  if (has_dot_segment(url.substr(0, url.find_first_of("?#")))) return false;
  return std::any_of(patterns.begin(), patterns.end(), [url](const std::string& pattern) {
    if (!pattern.ends_with('*')) return url == pattern;
    return url.starts_with(std::string_view(pattern).substr(0, pattern.size() - 1));
  });
}

bool url_matches_below(const std::vector<std::string>& patterns, std::string_view url) {
  constexpr std::string_view kScheme = "https://";
  if (!url.starts_with(kScheme)) return false;
  const std::string_view rest = url.substr(kScheme.size());
  const std::string host = base::to_lower(rest.substr(0, rest.find_first_of("/?#")));
  // No user-info, no port, nothing that a parser could read in two ways.
  const bool is_plain = host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == std::string::npos;
  if (!is_plain || host.empty() || host.front() == '.') return false;
  const std::string_view path = rest.substr(host.size());
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    if (!pattern.starts_with("https://*.")) return false;
    const std::string_view wanted = std::string_view(pattern).substr(kScheme.size() + 1);  // ".example.com/*"
    const std::string_view domain = wanted.substr(0, wanted.find('/'));
    const bool has_domain = domain.find('.', 1) != std::string_view::npos && domain.find('*') == std::string_view::npos;
    if (!has_domain || host.size() <= domain.size() || !host.ends_with(domain)) return false;
    return url_matches({std::string(wanted.substr(domain.size()))}, path);
  });
}

}  // namespace platos::extension

#include "config/loader.hpp"

#include <unistd.h>

#include <toml++/toml.h>
#include <fstream>
#include <sstream>

#include "base/environment.hpp"
#include "base/text.hpp"

namespace platos::config {
namespace {

constexpr std::string_view kPrefix = "PLATOS__";
constexpr std::size_t kMaxFileBytes = 1024 * 1024;

std::string place(const std::string& file, const toml::source_position& at) {
  return file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

Error at_place(const std::string& where, Error error) {
  error.message = where + ": " + error.message;
  return error;
}

std::string kind_of(const toml::node& node) {
  std::ostringstream text;
  text << node.type();
  return text.str();
}

Error wrong_type(std::string_view key, const std::string& expected, const toml::node& node) {
  Error error;
  error.kind = ErrorKind::InvalidArgument;
  error.code = "invalid_setting";
  error.message = std::string(key) + ": expected " + expected + ", found a value of type " + kind_of(node);
  return error;
}

// `blamed`: the node that an error is about.
Result<void> assign_node(Settings& settings, const Setting& setting, const toml::node& node,
                         const toml::node*& blamed) {
  if (std::holds_alternative<std::vector<std::string> Settings::*>(setting.member)) {
    const auto* array = node.as_array();
    if (array == nullptr) return fail(wrong_type(setting.key, "an array of strings", node));
    std::vector<std::string> list;
    for (const auto& item : *array) {
      const auto text = item.value_exact<std::string>();
      blamed = &item;
      if (!text) return fail(wrong_type(setting.key, "an array of strings", item));
      list.push_back(*text);
    }
    settings.*std::get<std::vector<std::string> Settings::*>(setting.member) = std::move(list);
    return {};
  }
  if (std::holds_alternative<std::int64_t Settings::*>(setting.member)) {
    const auto number = node.value_exact<std::int64_t>();
    if (!number) return fail(wrong_type(setting.key, "an integer", node));
    return assign(settings, setting, std::to_string(*number));
  }
  if (std::holds_alternative<bool Settings::*>(setting.member)) {
    const auto flag = node.value_exact<bool>();
    if (!flag) return fail(wrong_type(setting.key, "true or false", node));
    return assign(settings, setting, *flag ? "true" : "false");
  }
  const auto text = node.value_exact<std::string>();
  if (!text) return fail(wrong_type(setting.key, "a string", node));
  return assign(settings, setting, *text);
}

Result<void> apply_table(Loaded& loaded, const std::string& file, const toml::table& table) {
  for (const auto& [section_key, section_node] : table) {
    const std::string section(section_key.str());
    const auto* keys = section_node.as_table();
    if (keys == nullptr && find_setting(section) != nullptr) {
      const auto dot = section.find('.');
      Error error = unknown_setting(section);
      error.message = "\"" + section + "\" in quotes is one name; write " + section.substr(dot + 1) + " under [" +
                      section.substr(0, dot) + "]";
      return fail(at_place(place(file, section_key.source().begin), error));
    }
    if (keys == nullptr) {
      return fail(at_place(place(file, section_key.source().begin), unknown_setting(section)));
    }
    for (const auto& [key, node] : *keys) {
      const std::string name = section + "." + std::string(key.str());
      const std::string where = place(file, key.source().begin);
      const Setting* setting = find_setting(name);
      if (setting == nullptr) return fail(at_place(where, unknown_setting(name)));
      const toml::node* blamed = &node;
      const auto assigned = assign_node(loaded.settings, *setting, node, blamed);
      if (!assigned) return fail(at_place(place(file, blamed->source().begin), assigned.error()));
      loaded.origins[name] = "file " + file + ":" + std::to_string(key.source().begin.line);
    }
  }
  return {};
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream)
    return fail(ErrorKind::NotFound, "config_not_readable",
                path + ": cannot be read; check the path and its permissions");
  std::string text(kMaxFileBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) {
    return fail(ErrorKind::InvalidArgument, "config_not_readable", path + ": cannot be read; is it a folder?");
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kMaxFileBytes)
    return fail(ErrorKind::TooLarge, "config_too_large", path + ": over 1 MiB, which no configuration needs");
  return text;
}

Result<void> apply_file(Loaded& loaded, const Sources& sources) {
  if (sources.file.empty()) return {};
  if (!sources.file_required && ::access(sources.file.c_str(), F_OK) != 0) return {};
  const auto text = read_file(sources.file);
  if (!text) return fail(text.error());
  try {
    return apply_table(loaded, sources.file, toml::parse(*text, sources.file));
  } catch (const toml::parse_error& error) {
    return fail(ErrorKind::InvalidArgument, "config_syntax",
                place(sources.file, error.source().begin) + ": " + std::string(error.description()));
  }
}

Result<void> apply_text(Loaded& loaded, const std::string& key, const std::string& value, const std::string& where,
                        const std::string& origin) {
  const Setting* setting = find_setting(key);
  if (setting == nullptr) return fail(at_place(where, unknown_setting(key)));
  if (const auto assigned = assign(loaded.settings, *setting, value); !assigned) {
    return fail(at_place(where, assigned.error()));
  }
  loaded.origins[key] = origin;
  return {};
}

// PLATOS__HTTP__MAX_BODY_BYTES -> http.max_body_bytes
std::string key_of_variable(std::string_view name) {
  name.remove_prefix(kPrefix.size());
  const auto middle = name.find("__");
  if (middle == std::string_view::npos) return base::to_lower(name);
  return base::to_lower(name.substr(0, middle)) + "." + base::to_lower(name.substr(middle + 2));
}

}  // namespace

Result<Loaded> load(const Sources& sources) {
  Loaded loaded;
  if (const auto applied = apply_file(loaded, sources); !applied) return fail(applied.error());
  for (const auto& [name, value] : sources.environment) {
    const auto applied = apply_text(loaded, key_of_variable(name), value, name, "environment " + name);
    if (!applied) return fail(applied.error());
  }
  for (const auto& [key, value] : sources.command_line) {
    const auto applied = apply_text(loaded, key, value, "command line", "command line");
    if (!applied) return fail(applied.error());
  }
  if (const auto checked = check(loaded.settings); !checked) return fail(checked.error());
  return loaded;
}

std::map<std::string, std::string> environment_overrides() {
  std::map<std::string, std::string> overrides;
  base::for_each_variable([&](std::string_view name, std::string_view value) {
    if (name.starts_with(kPrefix)) overrides.emplace(name, value);
  });
  return overrides;
}

}  // namespace platos::config

#include "config_reader.hpp"

#include <algorithm>
#include <stdexcept>

#include "common/bounded_json.hpp"

namespace platos::governor_rules {
namespace {

std::string listed(std::initializer_list<std::string_view> words) {
  std::string list;
  for (const std::string_view word : words)
    list.append(list.empty() ? "" : ", ").append("\"").append(word).append("\"");
  return list;
}

std::string shown(const nlohmann::json& value) {
  if (!value.is_string()) return plugin_common::describe(value);
  return plugin_common::in_quotes(value.get_ref<const std::string&>());
}

}  // namespace

void ConfigValue::refuse(std::string_view expected) const { refuse(expected, shown(value_)); }

void ConfigValue::refuse(std::string_view expected, std::string_view found) const {
  plugin_common::refuse("governor-rules config: " + where_, expected, found);
}

void ConfigValue::expect_members(std::initializer_list<std::string_view> names) const {
  if (!value_.is_object()) refuse("an object");
  for (const auto& member : value_.items()) {
    if (std::find(names.begin(), names.end(), member.key()) == names.end()) {
      refuse("members of " + listed(names), plugin_common::in_quotes(member.key()));
    }
  }
}

ConfigValue ConfigValue::operator[](const char* name) const {
  const auto found = value_.find(name);
  if (found == value_.end()) ConfigValue(where_ + "." + name, value_).refuse("a value", "none");
  return {where_ == "the whole" ? name : where_ + "." + name, *found};
}

std::string ConfigValue::text(std::size_t most_bytes) const {
  if (!value_.is_string()) refuse("a text");
  const auto& text = value_.get_ref<const std::string&>();
  if (text.size() > most_bytes) {
    refuse("at most " + std::to_string(most_bytes) + " bytes", std::to_string(text.size()));
  }
  return text;
}

std::string ConfigValue::one_of(std::initializer_list<std::string_view> words) const {
  const bool known =
      value_.is_string() && std::find(words.begin(), words.end(), value_.get_ref<const std::string&>()) != words.end();
  if (!known) refuse("one of " + listed(words));
  return value_.get<std::string>();
}

bool ConfigValue::flag() const {
  if (!value_.is_boolean()) refuse("true or false");
  return value_.get<bool>();
}

Path ConfigValue::path() const {
  try {
    return Path(text());
  } catch (const std::invalid_argument& problem) {
    refuse(problem.what());
  }
}

std::vector<ConfigValue> ConfigValue::items(std::size_t most) const {
  if (!value_.is_array() || value_.empty()) refuse("an array with at least one element");
  if (value_.size() > most) refuse("at most " + std::to_string(most) + " elements", std::to_string(value_.size()));
  std::vector<ConfigValue> items;
  for (std::size_t i = 0; i < value_.size(); ++i) items.emplace_back(where_ + "[" + std::to_string(i) + "]", value_[i]);
  return items;
}

std::vector<std::string> ConfigValue::texts(std::size_t most) const {
  std::vector<std::string> texts;
  for (const ConfigValue& item : items(most)) {
    texts.push_back(item.text(256));
    if (texts.back().empty() || texts.back() == "!") item.refuse("a text with at least one character");
  }
  return texts;
}

}  // namespace platos::governor_rules

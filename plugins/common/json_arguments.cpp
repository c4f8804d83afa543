#include "common/json_arguments.hpp"

#include <algorithm>

#include "common/bounded_json.hpp"
#include "common/characters.hpp"

namespace platos::plugin_common {

using nlohmann::json;

JsonArguments::JsonArguments(std::string_view tool, std::string_view args_json,
                             std::initializer_list<std::string_view> known)
    : tool_(tool), object_(parse_object(args_json, "arguments of " + std::string(tool), 64)) {
  for (const auto& member : object_.items()) {
    if (std::find(known.begin(), known.end(), member.key()) != known.end()) continue;
    std::string list;
    for (const std::string_view name : known) list.append(list.empty() ? "" : ", ").append(in_quotes(name));
    refuse("arguments of " + tool_, "only " + list, in_quotes(member.key()));
  }
}

std::string JsonArguments::what(std::string_view name) const {
  return "argument \"" + std::string(name) + "\" of " + tool_;
}

std::string JsonArguments::checked(const std::string& where, const json& value, std::size_t most) const {
  const std::string expected = "a text of at most " + std::to_string(most) + " characters";
  if (!value.is_string()) refuse(where, expected, describe(value));
  const auto& text = value.get_ref<const std::string&>();
  if (trimmed(text).empty()) refuse(where, expected, "an empty one");
  if (character_count(text) > most) refuse(where, expected, describe(value));
  return text;
}

std::string JsonArguments::text(const char* name, std::size_t most) const {
  if (!has(name)) refuse(what(name), "a text", "none");
  return checked(what(name), object_.at(name), most);
}

std::int64_t JsonArguments::integer(const char* name, std::int64_t least, std::int64_t most,
                                    std::int64_t otherwise) const {
  return has(name) ? integer_between(what(name), object_.at(name), least, most) : otherwise;
}

std::string JsonArguments::one_of(const char* name, std::initializer_list<std::string_view> words) const {
  if (!has(name)) return std::string(*words.begin());
  const json& value = object_.at(name);
  if (value.is_string() && std::find(words.begin(), words.end(), value.get_ref<const std::string&>()) != words.end()) {
    return value.get<std::string>();
  }
  std::string list;
  for (const std::string_view word : words) list.append(list.empty() ? "" : ", ").append(in_quotes(word));
  refuse(what(name), "one of " + list,
         value.is_string() ? in_quotes(value.get_ref<const std::string&>()) : describe(value));
}

std::vector<std::string> JsonArguments::texts(const char* name, std::size_t most, std::size_t most_characters) const {
  const std::string expected = "an array of 1 to " + std::to_string(most) + " texts";
  if (!has(name)) refuse(what(name), expected, "none");
  const json& value = object_.at(name);
  if (!value.is_array()) refuse(what(name), expected, describe(value));
  if (value.empty() || value.size() > most) refuse(what(name), expected, std::to_string(value.size()));
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < value.size(); ++i) {
    texts.push_back(checked(what(std::string(name) + "[" + std::to_string(i) + "]"), value[i], most_characters));
  }
  return texts;
}

}  // namespace platos::plugin_common

#include "bounded_json.hpp"

#include "characters.hpp"
#include "platos/cpp/error.hpp"

namespace platos::skill_docs {

using nlohmann::json;

void refuse(std::string_view what, std::string_view expected, std::string_view found) {
  std::string message(what);
  message.append(": expected ").append(expected).append(", found ").append(found);
  throw sdk::Error(PLATOS_INVALID_ARGUMENT, message);
}

std::string describe(const json& value) {
  if (value.is_string()) {
    const std::size_t count = character_count(value.get_ref<const std::string&>());
    return "a string of " + std::to_string(count) + (count == 1 ? " character" : " characters");
  }
  if (value.is_number()) return "the number " + value.dump();
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_array()) return "an array";
  if (value.is_object()) return "an object";
  return "null";
}

std::string in_quotes(std::string_view name) {
  const std::string_view shown = first_characters(name, 40);
  std::string text = "\"";
  text.append(shown).append(shown.size() < name.size() ? "...\"" : "\"");
  return text;
}

json parse_object(std::string_view json_text, std::string_view what, int depth_limit) {
  // Neither call recurses, whatever the depth; the callback stops before a deep tree is built.
  if (!json::accept(json_text)) refuse(what, "a JSON object", "text that is not JSON");
  const json::parser_callback_t check_depth = [&](int depth, json::parse_event_t event, json&) {
    const bool opens = event == json::parse_event_t::object_start || event == json::parse_event_t::array_start;
    if (opens && depth >= depth_limit) {
      refuse(what, "at most " + std::to_string(depth_limit) + " levels of nesting", "more");
    }
    return true;
  };
  json value = json::parse(json_text, check_depth);
  if (!value.is_object()) refuse(what, "a JSON object", describe(value));
  return value;
}

}  // namespace platos::skill_docs

#include "chat_request.hpp"

#include "common/bounded_json.hpp"
#include "common/characters.hpp"

namespace platos::provider_offline {
namespace {

using nlohmann::json;

constexpr int kDepthLimit = 64;  // tools bring their schemas along
constexpr std::string_view kRequest = "chat request of offline";

const json& member(const json& object, const char* name) {
  static const json kNothing;
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found == object.end() ? kNothing : *found;
}

std::string string_member(const json& object, const char* name) {
  const json& value = member(object, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::string text_of(const json& message) {
  std::string text;
  for (const json& part : member(message, "content")) {
    if (string_member(part, "type") != "text") continue;
    if (!text.empty()) text += '\n';
    text += string_member(part, "text");
  }
  return text;
}

void add_message(const json& message, ChatRequest& request) {
  const std::string role = string_member(message, "role");
  const std::string text = text_of(message);
  request.word_count += count_words(text);
  request.earlier_tool_calls += member(message, "tool_calls").size();
  if (role == "tool") {
    request.tool_results.push_back({text, member(message, "is_error") == json(true)});
    return;
  }
  request.tool_results.clear();
  if (role == "user") request.question = plugin_common::trimmed(text);
}

}  // namespace

std::int64_t count_words(std::string_view text) noexcept {
  std::int64_t count = 0;
  bool in_word = false;
  for (const char character : text) {
    const bool is_space = plugin_common::kWhiteSpace.find(character) != std::string_view::npos;
    if (!is_space && !in_word) ++count;
    in_word = !is_space;
  }
  return count;
}

ChatRequest parse_chat_request(std::string_view request_json) {
  const json object = plugin_common::parse_object(request_json, kRequest, kDepthLimit);
  const json& model = member(object, "model");
  const json& messages = member(object, "messages");
  if (!model.is_string()) plugin_common::refuse(kRequest, "a string \"model\"", plugin_common::describe(model));
  if (!messages.is_array()) plugin_common::refuse(kRequest, "an array \"messages\"", plugin_common::describe(messages));

  ChatRequest request;
  request.model = model.get<std::string>();
  request.tool_choice = string_member(object, "tool_choice");
  request.word_count = count_words(string_member(object, "system"));
  for (const json& message : messages) add_message(message, request);
  for (const json& tool : member(object, "tools")) request.tool_names.push_back(string_member(tool, "name"));
  const json& limit = member(object, "max_output_tokens");
  if (limit.is_number_integer() && limit.get<std::int64_t>() > 0) request.output_word_limit = limit.get<std::int64_t>();
  return request;
}

}  // namespace platos::provider_offline

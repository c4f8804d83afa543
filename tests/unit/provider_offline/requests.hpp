// Canonical chat requests for the tests.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace platos::provider_offline {

inline nlohmann::json message(std::string_view role, std::string_view text) {
  return {{"role", role}, {"content", {{{"type", "text"}, {"text", text}}}}};
}

/// A request that ends with `question` and offers `tools`.
inline nlohmann::json ask(std::string_view question, std::initializer_list<std::string_view> tools = {"docs__search"}) {
  nlohmann::json request = {{"v", 1}, {"model", "docs"}, {"messages", {message("user", question)}}};
  for (const std::string_view name : tools) {
    request["tools"].push_back({{"name", name}, {"input_schema", {{"type", "object"}}}});
  }
  return request;
}

/// `request` continued by a call of docs__search and its result.
inline nlohmann::json answered(nlohmann::json request, std::string_view tool_text, bool is_error = false) {
  nlohmann::json call = message("assistant", "");
  call["tool_calls"] = {{{"id", "call_1"}, {"name", "docs__search"}, {"arguments", {{"query", "q"}}}}};
  nlohmann::json result = message("tool", tool_text);
  result["tool_call_id"] = "call_1";
  result["is_error"] = is_error;
  request["messages"].push_back(call);
  request["messages"].push_back(result);
  return request;
}

}  // namespace platos::provider_offline

// The configuration of a fixture, as far as a fixture reads one.
#pragma once

#include <string>
#include <string_view>

namespace rogue {

/// The text of one member. The configuration is a test's own, without escapes and without spaces.
inline std::string member(std::string_view json, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":\"";
  const auto at = json.find(key);
  if (at == std::string_view::npos) return {};
  const auto begin = at + key.size();
  return std::string(json.substr(begin, json.find('"', begin) - begin));
}

}  // namespace rogue

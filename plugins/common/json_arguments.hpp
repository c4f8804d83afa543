// The arguments of a tool, read strictly. The host has held them against the tool's schema; this is for what it passed.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace platos::plugin_common {

/// One call's. All functions throw Error(PLATOS_INVALID_ARGUMENT) that a model can correct itself by.
class JsonArguments {
 public:
  /// Refuses what is no object, and members of other names.
  JsonArguments(std::string_view tool, std::string_view args_json, std::initializer_list<std::string_view> known);

  bool has(const char* name) const { return object_.contains(name); }
  const nlohmann::json& value(const char* name) const { return object_.at(name); }

  /// A text that is not only white space, of at most `most` characters.
  std::string text(const char* name, std::size_t most) const;
  std::int64_t integer(const char* name, std::int64_t least, std::int64_t most, std::int64_t otherwise) const;
  /// One of `words`; the first when there is no such member.
  std::string one_of(const char* name, std::initializer_list<std::string_view> words) const;
  /// One to `most` texts of at most `most_characters`.
  std::vector<std::string> texts(const char* name, std::size_t most, std::size_t most_characters) const;

 private:
  std::string what(std::string_view name) const;
  std::string checked(const std::string& where, const nlohmann::json& value, std::size_t most) const;

  std::string tool_;
  nlohmann::json object_;
};

}  // namespace platos::plugin_common

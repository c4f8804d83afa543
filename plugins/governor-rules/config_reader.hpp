// Reads members of the configuration, and says where something is not as expected.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "document.hpp"

namespace platos::governor_rules {

/// One value of the configuration and where it stands, such as "rules[2].times[0]". Borrows the value. All functions
/// throw sdk::Error(INVALID_ARGUMENT) for what is not as it should be.
class ConfigValue {
 public:
  ConfigValue(std::string where, const nlohmann::json& value) : where_(std::move(where)), value_(value) {}

  const nlohmann::json& json() const noexcept { return value_; }
  const std::string& where() const noexcept { return where_; }

  [[noreturn]] void refuse(std::string_view expected) const;
  [[noreturn]] void refuse(std::string_view expected, std::string_view found) const;

  /// Refuses another kind of value, and members of other names.
  void expect_members(std::initializer_list<std::string_view> names) const;
  bool has(const char* name) const { return value_.contains(name); }
  /// A member that is there.
  ConfigValue operator[](const char* name) const;

  std::string text(std::size_t most_bytes = 4096) const;
  std::string one_of(std::initializer_list<std::string_view> words) const;
  bool flag() const;
  Path path() const;
  std::vector<ConfigValue> items(std::size_t most) const;
  std::vector<std::string> texts(std::size_t most) const;

 private:
  std::string where_;
  const nlohmann::json& value_;
};

}  // namespace platos::governor_rules

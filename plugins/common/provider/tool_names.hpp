// Names of tools as the wire allows them.
//
// The host allows a dot in a tool's name, the vendors do not: "files.read" travels as "files_read" and comes back
// under its own name.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace platos::provider_common {

/// `text` with '_' in place of everything that is no ASCII letter, digit, '_' or '-'.
std::string with_name_letters(std::string_view text);

/// Two-way table of one request. Immutable after it is made.
class ToolNames {
 public:
  ToolNames() = default;
  /// `names`: of the tools that the request offers. Names that the wire allows stay; of those that would become equal
  /// to another one, all but the first get a number.
  explicit ToolNames(const std::vector<std::string_view>& names);

  /// Also for names that were not offered, such as those of tools called earlier in the conversation.
  std::string wire_name(std::string_view name) const;

  std::string_view own_name(std::string_view wire_name) const;

 private:
  std::vector<std::pair<std::string, std::string>> renamed_;  // own name, wire name
};

}  // namespace platos::provider_common

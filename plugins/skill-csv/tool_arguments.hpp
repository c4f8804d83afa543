// The arguments of one call: valid JSON, only known members, each of its type and range. Bound to one thread.
//
// Every function that reads a member throws Error(PLATOS_INVALID_ARGUMENT) that names the tool, the argument, what was
// expected and what was found.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cancellation.hpp"
#include "cell_range.hpp"

namespace platos::skill_csv {

class ToolArguments {
 public:
  /// `known` lists the names of the members that may be there. Throws Error(PLATOS_CANCELLED) when cancelled.
  ToolArguments(std::string_view tool, std::string_view args_json, const std::vector<std::string_view>& known,
                const Cancellation& cancellation);
  ~ToolArguments();
  ToolArguments(const ToolArguments&) = delete;
  ToolArguments& operator=(const ToolArguments&) = delete;

  const std::string& tool() const noexcept { return tool_; }

  /// The text of the required member `source`; lives as long as this object.
  const std::string& source() const;

  /// The member `separator`, if it is there.
  std::optional<char> separator() const;

  /// The member `decimalMark`, a point when it is not there.
  char decimal_mark() const;

  /// The member `range`, the whole sheet when it is not there.
  CellRange range() const;

  /// The required member `cell`.
  CellAddress cell() const;

  /// The required member `value` as the text of a cell: a string as it is, a number in its shortest form, true, false.
  std::string value() const;

  /// An integer member from `lowest` to `highest`; `otherwise` when it is not there, required without it.
  std::size_t integer(const char* name, std::size_t lowest, std::size_t highest,
                      std::optional<std::size_t> otherwise) const;

  /// Refuses a member `sheet` other than "Sheet1".
  void check_sheet(bool required) const;

 private:
  struct Members;

  const std::string& string_member(const char* name, std::string_view expected) const;
  char one_of(const char* name, std::string_view allowed, std::string_view expected) const;
  [[noreturn]] void refuse_member(const char* name, std::string_view expected) const;

  std::string tool_;
  std::unique_ptr<const Members> members_;
};

}  // namespace platos::skill_csv

// What calls of skills' tools cost: what they say themselves, else a list of estimates. Money is whole micro-dollars.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/tool.hpp"

namespace platos::model {

/// The skill that a tool is of: an installed package, or an instance of a skill plugin. Empty: it is of no skill.
std::string_view skill_of(const Tool& tool);

/// What one call used.
struct ToolUsage {
  std::string provider = "unknown";  ///< whom the skill asked
  std::int64_t input_units = 0;      ///< as the skill counts
  std::int64_t output_units = 0;
  std::int64_t cost_micro_usd = 0;
};

/// Takes the member `_usage` out of a tool's result: {inputUnits?, outputUnits?, costCents?, provider?}. It is for the
/// books, and no model sees it. Nullopt when there is none; members that cannot be (negative, or over 10,000 dollars)
/// are as if they were not there, and a cost that is not there is `otherwise`.
std::optional<ToolUsage> take_usage(std::string& result_json, std::int64_t otherwise);

/// Immutable after the last add(); then any thread.
class ToolPrices {
 public:
  /// Adds a file: {"tools": 1, "entries": [{"skills": [...], "tools": [...], "cents": 0.8}]}. Where a price hangs on an
  /// argument: "argument": its name, "cents": {value: price}, "usual": the value when the call has none. A later file
  /// replaces tools of an earlier one. InvalidArgument "tool_prices_invalid" names file and member; nothing of the file
  /// is taken then.
  Result<void> add(std::string_view text, const std::string& path);

  /// Of one call; 0 when the tool is not listed.
  std::int64_t estimate(const Tool& tool, std::string_view arguments_json) const;

 private:
  struct Price {
    std::string argument;  ///< empty: one price for all
    std::string usual;
    std::map<std::string, std::int64_t, std::less<>> by_value;  ///< micro-dollars; under "" the one price
  };
  static Result<Price> read_price(const Json& entry, const std::string& where);

  std::map<std::pair<std::string, std::string>, Price, std::less<>> prices_;  // by skill and tool
};

}  // namespace platos::model

#include "tool_arguments.hpp"

#include <algorithm>
#include <cmath>

#include "common/bounded_json.hpp"
#include "limits.hpp"
#include "separator.hpp"

namespace platos::skill_csv {

using nlohmann::json;
using plugin_common::describe;
using plugin_common::in_quotes;
using plugin_common::refuse;

namespace {

constexpr int kDepthLimit = 16;
/// JSON writes some bytes of a text as two and few as six; what is over this is not looked at.
constexpr std::size_t kArgumentBytesLimit = 2 * kInputBytesLimit;

std::string list_of(const std::vector<std::string_view>& names) {
  std::string list;
  for (const std::string_view name : names) list.append(list.empty() ? "\"" : ", \"").append(name).append("\"");
  return list;
}

std::string shown(const json& value) {
  if (!value.is_string()) return describe(value);
  return in_quotes(value.get_ref<const std::string&>());
}

}  // namespace

struct ToolArguments::Members {
  json object;
};

ToolArguments::ToolArguments(std::string_view tool, std::string_view args_json,
                             const std::vector<std::string_view>& known, const Cancellation& cancellation)
    : tool_(tool) {
  const std::string what = "arguments of " + tool_;
  check_limit(what, kArgumentBytesLimit, "bytes", args_json.size());
  members_ = std::make_unique<const Members>(
      Members{plugin_common::parse_object(args_json, what, kDepthLimit, [&] { cancellation.check(); })});
  for (const auto& member : members_->object.items()) {
    if (std::find(known.begin(), known.end(), member.key()) == known.end()) {
      refuse(what, "only " + list_of(known), in_quotes(member.key()));
    }
  }
}

ToolArguments::~ToolArguments() = default;

void ToolArguments::refuse_member(const char* name, std::string_view expected) const {
  const auto member = members_->object.find(name);
  refuse("argument \"" + std::string(name) + "\" of " + tool_, expected,
         member == members_->object.end() ? "none" : shown(*member));
}

const std::string& ToolArguments::string_member(const char* name, std::string_view expected) const {
  const auto member = members_->object.find(name);
  if (member == members_->object.end() || !member->is_string()) refuse_member(name, expected);
  return member->get_ref<const std::string&>();
}

const std::string& ToolArguments::source() const { return string_member("source", "the text of a CSV document"); }

char ToolArguments::one_of(const char* name, std::string_view allowed, std::string_view expected) const {
  const std::string& text = string_member(name, expected);
  if (text.size() != 1 || allowed.find(text.front()) == std::string_view::npos) refuse_member(name, expected);
  return text.front();
}

std::optional<char> ToolArguments::separator() const {
  if (!members_->object.contains("separator")) return std::nullopt;
  return one_of("separator", kSeparators, "a comma, a semicolon, a tab or a vertical bar");
}

char ToolArguments::decimal_mark() const {
  if (!members_->object.contains("decimalMark")) return '.';
  return one_of("decimalMark", ".,", "a point or a comma");
}

CellRange ToolArguments::range() const {
  if (!members_->object.contains("range")) return whole_sheet();
  constexpr std::string_view kExpected = "a range inside the sheet, such as A2:C10, B:B or 2:5";
  const auto range = parse_range(string_member("range", kExpected));
  if (!range) refuse_member("range", kExpected);
  return *range;
}

CellAddress ToolArguments::cell() const {
  constexpr std::string_view kExpected = "a cell inside the sheet, such as B3";
  const auto cell = parse_cell(string_member("cell", kExpected));
  if (!cell) refuse_member("cell", kExpected);
  return *cell;
}

std::string ToolArguments::value() const {
  const auto member = members_->object.find("value");
  if (member == members_->object.end()) refuse_member("value", "a string, a number, true or false");
  if (member->is_number() || member->is_boolean()) return member->dump();
  const std::string& text = string_member("value", "a string, a number, true or false");
  check_limit("argument \"value\" of " + tool_, kFieldBytesLimit, "bytes", text.size());
  return text;
}

std::size_t ToolArguments::integer(const char* name, std::size_t lowest, std::size_t highest,
                                   std::optional<std::size_t> otherwise) const {
  const auto member = members_->object.find(name);
  if (member == members_->object.end() && otherwise) return *otherwise;
  // JSON Schema counts 4.0 as an integer; the range is checked before the conversion, which could overflow.
  const double number = member != members_->object.end() && member->is_number() ? member->get<double>() : 0;
  if (number < static_cast<double>(lowest) || number > static_cast<double>(highest) || std::floor(number) != number) {
    refuse_member(name, "an integer from " + std::to_string(lowest) + " to " + std::to_string(highest));
  }
  return static_cast<std::size_t>(number);
}

void ToolArguments::check_sheet(bool required) const {
  if (!required && !members_->object.contains("sheet")) return;
  const std::string expected = in_quotes(kSheetName) + ", the only sheet of a CSV document";
  if (string_member("sheet", expected) != kSheetName) refuse_member("sheet", expected);
}

}  // namespace platos::skill_csv

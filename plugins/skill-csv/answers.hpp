// What each tool answers. Pure functions; any thread. Each gives one JSON object, at most kOutputBytesLimit long, and
// throws Error(PLATOS_INVALID_ARGUMENT) and Error(PLATOS_CANCELLED).
#pragma once

#include <cstddef>
#include <string>

#include "tool_arguments.hpp"

namespace platos::skill_csv {

inline constexpr std::size_t kHighestMaxRows = 100'000;
inline constexpr std::size_t kDefaultMaxRows = 5'000;

/// {"sheets": [{"name", "rows", "columns", "separator"}]}: the one sheet.
std::string list_sheets(const ToolArguments& arguments, const Cancellation& cancellation);

/// {"headers", "rows", "totalRows", "truncated"}: the data rows of the range as arrays of strings.
std::string read_sheet(const ToolArguments& arguments, const Cancellation& cancellation);

/// {"lineNumber", "headers", "values"}: one data row.
std::string read_line(const ToolArguments& arguments, const Cancellation& cancellation);

/// {"sheet", "cell", "previous", "source"}: the document with one cell replaced, every other byte as it was.
std::string write_cell(const ToolArguments& arguments, const Cancellation& cancellation);

/// {"totalRows", "columns": [{"name", "column", and what ColumnSummary writes}]}.
std::string summarize(const ToolArguments& arguments, const Cancellation& cancellation);

}  // namespace platos::skill_csv

#include "answers.hpp"

#include <algorithm>
#include <vector>

#include "column_names.hpp"
#include "column_summary.hpp"
#include "limits.hpp"
#include "platos/cpp/json_writer.hpp"
#include "table_reader.hpp"

namespace platos::skill_csv {
namespace {

void check_output(const ToolArguments& arguments, const std::string& out) {
  if (out.size() <= kOutputBytesLimit) return;
  check_limit("output of " + arguments.tool() + " (take fewer rows or columns at a time)", kOutputBytesLimit, "bytes",
              out.size());
}

/// Columns `begin` up to but not `end`, of a table that may be narrower than the range.
struct ColumnSpan {
  std::size_t begin;
  std::size_t end;

  ColumnSpan(const CellRange& range, const TableReader& table)
      : begin(std::min(range.first.column, table.headers().size())),
        end(std::min(range.last.column + 1, table.headers().size())) {}
};

bool has_row(const CellRange& range, const TableReader& table) {
  const std::size_t sheet_row = table.row_number() + 1;
  return sheet_row >= range.first.row && sheet_row <= range.last.row;
}

void write_headers(sdk::JsonWriter& json, const TableReader& table, ColumnSpan columns) {
  json.key("headers").begin_array();
  for (std::size_t i = columns.begin; i < columns.end; ++i) json.value(table.headers()[i]);
  json.end_array();
}

void write_cells(sdk::JsonWriter& json, const TableReader& table, ColumnSpan columns, const ToolArguments& arguments,
                 const std::string& out) {
  json.begin_array();
  for (std::size_t i = columns.begin; i < columns.end; ++i) {
    json.value(table.cell(i));
    check_output(arguments, out);
  }
  json.end_array();
}

std::string quoted_when_needed(const std::string& value, bool only_cell_of_its_row) {
  // Other separators are quoted too, so that none of them is detected because of this cell.
  const bool plain = value.find_first_of(",;\t|\"\r\n") == std::string::npos && byte_order_mark_bytes(value) == 0;
  if (plain && !(value.empty() && only_cell_of_its_row)) return value;
  std::string quoted = "\"";
  for (const char byte : value) quoted.append(byte == '"' ? 2 : 1, byte);
  return quoted += '"';
}

/// Goes to the record of a sheet row; false when there is none.
bool go_to_sheet_row(TableReader& table, std::size_t sheet_row) {
  if (table.headers().empty()) return false;
  while (table.row_number() + 1 < sheet_row) {
    if (!table.next()) return false;
  }
  return true;
}

std::string text_with_cell(const TableReader& table, const std::string& source, std::size_t column,
                           const std::string& value) {
  const std::vector<Field>& fields = table.record().fields();
  const std::size_t mark_bytes = byte_order_mark_bytes(source);
  std::string replacement = quoted_when_needed(value, fields.size() == 1 && column == 0);
  std::size_t begin = table.record().record_end_bytes();
  std::size_t end = begin;
  if (column < fields.size()) {
    begin = fields[column].begin_bytes;
    end = fields[column].end_bytes;
  } else {
    replacement.insert(0, column + 1 - fields.size(), table.separator());
  }
  std::string changed;
  changed.reserve(source.size() + replacement.size());
  changed.append(source, 0, mark_bytes + begin).append(replacement);
  return changed.append(source, mark_bytes + end);
}

}  // namespace

std::string list_sheets(const ToolArguments& arguments, const Cancellation& cancellation) {
  TableReader table(arguments.source(), arguments.separator(), cancellation);
  while (table.next()) continue;
  std::string out;
  sdk::JsonWriter json(out);
  json.begin_object().key("sheets").begin_array().begin_object().key("name").value(kSheetName);
  json.key("rows").value(static_cast<std::int64_t>(table.row_number()));
  json.key("columns").value(static_cast<std::int64_t>(table.headers().size()));
  json.key("separator").value(std::string(1, table.separator()));
  json.end_object().end_array().end_object();
  return out;
}

std::string read_sheet(const ToolArguments& arguments, const Cancellation& cancellation) {
  arguments.check_sheet(false);
  const CellRange range = arguments.range();
  const std::size_t max_rows = arguments.integer("maxRows", 1, kHighestMaxRows, kDefaultMaxRows);
  TableReader table(arguments.source(), arguments.separator(), cancellation);
  const ColumnSpan columns(range, table);
  std::string out;
  sdk::JsonWriter json(out);
  json.begin_object();
  write_headers(json, table, columns);
  json.key("rows").begin_array();
  std::size_t total_rows = 0;
  // Rows past maxRows are read as well: they are counted, and a mistake in them is told now.
  while (table.next()) {
    if (has_row(range, table) && ++total_rows <= max_rows) write_cells(json, table, columns, arguments, out);
  }
  json.end_array().key("totalRows").value(static_cast<std::int64_t>(total_rows));
  json.key("truncated").value(total_rows > max_rows).end_object();
  check_output(arguments, out);
  return out;
}

std::string read_line(const ToolArguments& arguments, const Cancellation& cancellation) {
  arguments.check_sheet(false);
  const std::size_t line_number = arguments.integer("lineNumber", 1, kRowLimit, std::nullopt);
  TableReader table(arguments.source(), arguments.separator(), cancellation);
  if (!go_to_sheet_row(table, line_number + 1)) {
    plugin_common::refuse("argument \"lineNumber\" of " + arguments.tool(),
                          "one of the " + std::to_string(table.row_number()) + " data rows of source",
                          std::to_string(line_number));
  }
  const ColumnSpan columns(whole_sheet(), table);
  std::string out;
  sdk::JsonWriter json(out);
  json.begin_object().key("lineNumber").value(static_cast<std::int64_t>(line_number));
  write_headers(json, table, columns);
  json.key("values");
  write_cells(json, table, columns, arguments, out);
  json.end_object();
  check_output(arguments, out);
  return out;
}

std::string write_cell(const ToolArguments& arguments, const Cancellation& cancellation) {
  arguments.check_sheet(true);
  const CellAddress cell = arguments.cell();
  const std::string value = arguments.value();
  const std::string& source = arguments.source();
  TableReader table(source, arguments.separator(), cancellation);
  const std::string name = column_letters(cell.column) + std::to_string(cell.row);
  const std::string what = "argument \"cell\" of " + arguments.tool();
  if (!go_to_sheet_row(table, cell.row)) {
    const std::size_t sheet_rows = table.headers().empty() ? 0 : table.row_number() + 1;
    plugin_common::refuse(what, "one of the " + std::to_string(sheet_rows) + " sheet rows of source", name);
  }
  if (cell.column >= table.headers().size()) {
    plugin_common::refuse(what, "one of the " + std::to_string(table.headers().size()) + " columns of source", name);
  }
  const std::vector<Field>& fields = table.record().fields();
  const std::string_view previous = cell.column < fields.size() ? fields[cell.column].text : std::string_view();
  std::string out;
  sdk::JsonWriter json(out);
  json.begin_object().key("sheet").value(kSheetName).key("cell").value(name).key("previous").value(previous);
  json.key("source").value(text_with_cell(table, source, cell.column, value)).end_object();
  check_output(arguments, out);
  return out;
}

std::string summarize(const ToolArguments& arguments, const Cancellation& cancellation) {
  arguments.check_sheet(false);
  const CellRange range = arguments.range();
  const char decimal_mark = arguments.decimal_mark();
  TableReader table(arguments.source(), arguments.separator(), cancellation);
  const ColumnSpan columns(range, table);
  std::vector<ColumnSummary> summaries(columns.end - columns.begin);
  std::int64_t total_rows = 0;
  while (table.next()) {
    if (!has_row(range, table)) continue;
    ++total_rows;
    // Cells that a short row lacks are not visited: many short rows under a wide header stay linear.
    const std::size_t end = std::min(columns.end, table.record().fields().size());
    for (std::size_t i = columns.begin; i < end; ++i) summaries[i - columns.begin].add(table.cell(i), decimal_mark);
  }
  std::string out;
  sdk::JsonWriter json(out);
  json.begin_object().key("totalRows").value(total_rows).key("columns").begin_array();
  for (std::size_t i = columns.begin; i < columns.end; ++i) {
    json.begin_object().key("name").value(table.headers()[i]).key("column").value(column_letters(i));
    summaries[i - columns.begin].write(json, total_rows);
    json.end_object();
    check_output(arguments, out);
  }
  json.end_array().end_object();
  check_output(arguments, out);
  return out;
}

}  // namespace platos::skill_csv

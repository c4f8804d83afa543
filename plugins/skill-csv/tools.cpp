#include "tools.hpp"

#include "answers.hpp"
#include "limits.hpp"
#include "separator.hpp"

namespace platos::skill_csv {
namespace {

void source_schema(sdk::JsonWriter& out) {
  out.key("type").value("string").key("maxLength").value(static_cast<std::int64_t>(kInputBytesLimit));
  out.key("description")
      .value("The text of the CSV or TSV document itself, not an address. Its first line is the header.");
}

void separator_schema(sdk::JsonWriter& out) {
  out.key("type").value("string").key("enum").begin_array();
  for (const char separator : kSeparators) out.value(std::string(1, separator));
  out.end_array().key("description").value("What separates cells. Detected when it is left out.");
}

void sheet_schema(sdk::JsonWriter& out) {
  out.key("type").value("string").key("enum").begin_array().value(kSheetName).end_array();
  out.key("description").value("The sheet. A CSV document has only this one.");
}

void range_schema(sdk::JsonWriter& out) {
  out.key("type").value("string").key("maxLength").value(64).key("description");
  out.value("Cells in A1 notation: A2:C10, B3, B:D or 2:50. Row 1 is the header. The whole sheet when it is left out.");
}

void max_rows_schema(sdk::JsonWriter& out) {
  out.key("type").value("integer").key("minimum").value(1);
  out.key("maximum").value(static_cast<std::int64_t>(kHighestMaxRows));
  out.key("default").value(static_cast<std::int64_t>(kDefaultMaxRows));
  out.key("description").value("How many data rows to return at most.");
}

void line_number_schema(sdk::JsonWriter& out) {
  out.key("type").value("integer").key("minimum").value(1);
  out.key("maximum").value(static_cast<std::int64_t>(kRowLimit));
  out.key("description").value("Number of the data row; 1 is the first one after the header.");
}

void cell_schema(sdk::JsonWriter& out) {
  out.key("type").value("string").key("maxLength").value(64);
  out.key("description").value("The cell in A1 notation, such as B3. Row 1 is the header.");
}

void value_schema(sdk::JsonWriter& out) {
  out.key("type").begin_array().value("string").value("number").value("boolean").end_array();
  out.key("description").value("The new content of the cell. A string is taken as it is, which keeps digits exact.");
}

void decimal_mark_schema(sdk::JsonWriter& out) {
  out.key("type").value("string").key("enum").begin_array().value(".").value(",").end_array();
  out.key("default").value(".").key("description").value("The decimal point of the numbers in the document.");
}

std::vector<Tool> make_tools() {
  const Parameter source{"source", true, source_schema};
  const Parameter separator{"separator", false, separator_schema};
  const Parameter sheet{"sheet", false, sheet_schema};
  const Parameter range{"range", false, range_schema};
  return {
      {"csv_list_sheets",
       "List the sheets of a CSV document",
       "List the sheets of a CSV or TSV document with their number of data rows and columns, and the separator. A CSV "
       "document has one sheet, Sheet1.",
       {source, separator},
       list_sheets},
      {"csv_read_sheet",
       "Read a CSV document",
       "Read a CSV or TSV document, or a range of it: headers, and data rows as arrays of strings in the order of the "
       "headers. totalRows counts the data rows of the range; truncated tells that maxRows left some out.",
       {source, sheet, range, {"maxRows", false, max_rows_schema}, separator},
       read_sheet},
      {"csv_read_line",
       "Read one row of a CSV document",
       "Read one data row of a CSV or TSV document by its number, with the headers.",
       {source, {"lineNumber", true, line_number_schema}, sheet, separator},
       read_line},
      {"csv_write_cell",
       "Replace a cell of a CSV document",
       "Replace one cell of a CSV or TSV document. Nothing is stored: the changed document is returned as source, with "
       "all other cells as they were written, and the cell's previous content.",
       {source, {"sheet", true, sheet_schema}, {"cell", true, cell_schema}, {"value", true, value_schema}, separator},
       write_cell},
      {"csv_summarize",
       "Summarize the columns of a CSV document",
       "Count the empty cells, numbers, dates and texts of each column of a CSV or TSV document, and give the exact "
       "sum, minimum and maximum of its numbers and the earliest and latest of its dates (ISO 8601). Use it instead of "
       "adding up by yourself.",
       {source, sheet, range, {"decimalMark", false, decimal_mark_schema}, separator},
       summarize},
  };
}

}  // namespace

const std::vector<Tool>& tools() {
  static const std::vector<Tool> all = make_tools();
  return all;
}

}  // namespace platos::skill_csv

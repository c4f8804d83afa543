#include "csv_fixture.hpp"

using nlohmann::json;

namespace platos::skill_csv {

TEST_CASE_METHOD(CsvFixture, "arguments that are no object of known members are refused") {
  CHECK(refusal("csv_read_sheet", std::string_view("{")) ==
        "arguments of csv_read_sheet: expected a JSON object, found text that is not JSON");
  CHECK(refusal("csv_list_sheets", json::array({1})) ==
        "arguments of csv_list_sheets: expected a JSON object, found an array");
  CHECK(refusal("csv_list_sheets", {{"source", ""}, {"path", "x"}}) ==
        R"(arguments of csv_list_sheets: expected only "source", "separator", found "path")");
  std::string deep = R"({"source": )";
  deep += std::string(100, '[') + std::string(100, ']') + "}";
  CHECK(refusal("csv_list_sheets", std::string_view(deep)) ==
        "arguments of csv_list_sheets: expected at most 16 levels of nesting, found more");
}

TEST_CASE_METHOD(CsvFixture, "every tool needs its source to be a text") {
  for (const char* tool : {"csv_list_sheets", "csv_read_sheet"}) {
    const std::string what = "argument \"source\" of " + std::string(tool);
    CHECK(refusal(tool, json::object()) == what + ": expected the text of a CSV document, found none");
    CHECK(refusal(tool, {{"source", 7}}) == what + ": expected the text of a CSV document, found the number 7");
  }
}

TEST_CASE_METHOD(CsvFixture, "an address or a workbook as source says what to pass instead") {
  const std::string what = "argument \"source\": expected the text of a CSV document, found ";
  const std::string hint = "); this tool reads nothing itself: fetch it, then pass the text";
  CHECK(refusal("csv_read_sheet", {{"source", "HTTPS://example.org/a.csv"}}) == what + "an address (https://" + hint);
  CHECK(refusal("csv_list_sheets", {{"source", " gsheet://1a2b\n"}}) == what + "an address (gsheet://" + hint);
  CHECK(refusal("csv_summarize", {{"source", "s3://bucket/key"}}) == what + "an address (s3://" + hint);
  CHECK(refusal("csv_read_sheet", {{"source", "PK\x03\x04 and more"}}) ==
        what + "a workbook (XLSX), which is not supported");
  CHECK(read("https://example.org\nhttps://example.com\n")["totalRows"] == 1);
}

TEST_CASE_METHOD(CsvFixture, "a sheet other than Sheet1 is refused") {
  const std::string expected = R"(: expected "Sheet1", the only sheet of a CSV document, found )";
  CHECK(refusal("csv_read_sheet", {{"source", "a"}, {"sheet", "Data"}}) ==
        "argument \"sheet\" of csv_read_sheet" + expected + "\"Data\"");
  CHECK(refusal("csv_write_cell", {{"source", "a"}, {"cell", "A1"}, {"value", "b"}}) ==
        "argument \"sheet\" of csv_write_cell" + expected + "none");
  CHECK(answer("csv_read_line", {{"source", "a\n1"}, {"sheet", "Sheet1"}, {"lineNumber", 1}})["values"] == json({"1"}));
}

TEST_CASE_METHOD(CsvFixture, "maxRows and lineNumber are whole numbers in their range") {
  const std::string max_rows = "argument \"maxRows\" of csv_read_sheet: expected an integer from 1 to 100000, found ";
  for (const auto& [value, found] : {std::pair<json, std::string>{0, "the number 0"},
                                     {100'001, "the number 100001"},
                                     {1.5, "the number 1.5"},
                                     {1e300, "the number 1e+300"},
                                     {"5", "\"5\""},
                                     {nullptr, "null"}}) {
    CHECK(refusal("csv_read_sheet", {{"source", "a"}, {"maxRows", value}}) == max_rows + found);
  }
  CHECK(answer("csv_read_sheet", {{"source", "a\n1\n2\n3"}, {"maxRows", 2.0}})["rows"].size() == 2);
  CHECK(refusal("csv_read_line", {{"source", "a\n1"}}) ==
        "argument \"lineNumber\" of csv_read_line: expected an integer from 1 to 1000000, found none");
}

TEST_CASE_METHOD(CsvFixture, "separator and decimalMark take one of the listed characters") {
  CHECK(
      refusal("csv_read_sheet", {{"source", "a"}, {"separator", ":"}}) ==
      "argument \"separator\" of csv_read_sheet: expected a comma, a semicolon, a tab or a vertical bar, found \":\"");
  CHECK(refusal("csv_read_sheet", {{"source", "a"}, {"separator", ""}}).ends_with("found \"\""));
  CHECK(refusal("csv_summarize", {{"source", "a"}, {"decimalMark", "'"}}) ==
        "argument \"decimalMark\" of csv_summarize: expected a point or a comma, found \"'\"");
}

TEST_CASE_METHOD(CsvFixture, "text that is no range or cell of a sheet is refused") {
  for (const char* range : {"",
                            ":",
                            "A",
                            "1",
                            "A0",
                            "0:3",
                            "A:3",
                            "3:A",
                            "A1:",
                            ":B2",
                            "A1:B2:C3",
                            "A1 ",
                            "XFE1",
                            "$",
                            "A1000002",
                            "99999999999999999999",
                            "AAAAAAAAAAAAAAAAAAAA1",
                            "Sheet2!A1",
                            "1A",
                            "é1"}) {
    INFO(range);
    CHECK(refusal("csv_read_sheet", {{"source", "a\n1"}, {"range", range}})
              .starts_with("argument \"range\" of csv_read_sheet: expected a range inside the sheet, such as"));
  }
  CHECK(refusal("csv_write_cell", {{"source", "a"}, {"sheet", "Sheet1"}, {"cell", "A1:B2"}, {"value", ""}}) ==
        "argument \"cell\" of csv_write_cell: expected a cell inside the sheet, such as B3, found \"A1:B2\"");
}

}  // namespace platos::skill_csv

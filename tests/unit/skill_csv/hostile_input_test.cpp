#include <vector>

#include "csv_fixture.hpp"

using nlohmann::json;

namespace platos::skill_csv {
namespace {

std::string repeated(std::string_view piece, std::size_t count) {
  std::string text;
  text.reserve(piece.size() * count);
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

}  // namespace

TEST_CASE_METHOD(CsvFixture, "a broken quotation names its line") {
  CHECK(refusal("csv_read_sheet", {{"source", "a,b\n1,2\n3,\"4\n5,6\n"}}) ==
        "line 3 of source: expected a closing quote for the field that begins there, found the end of the text");
  CHECK(
      refusal("csv_read_sheet", {{"source", "a,b\r\n1,\"x\r\ny\"z\r\n"}}) ==
      "line 3 of source: expected a separator or a line end after a closing quote, found other text; a quote inside a "
      "quoted field is written twice");
  CHECK(refusal("csv_list_sheets", {{"source", "\""}}).starts_with("line 1 of source: expected a closing quote"));
}

TEST_CASE_METHOD(CsvFixture, "bytes that are not UTF-8 are refused before anything is read") {
  for (const char* bytes : {"\xFF", "\xC3(", "\xED\xA0\x80", "\\ud800"}) {
    const std::string arguments = std::string(R"({"source": "a,b\n)") + bytes + "\"}";
    CHECK(refusal("csv_read_sheet", std::string_view(arguments)) ==
          "arguments of csv_read_sheet: expected a JSON object, found text that is not JSON");
  }
}

TEST_CASE_METHOD(CsvFixture, "NULs and other control characters are text like any other") {
  const std::string cell("x\0y\x01\x7F", 5);
  CHECK(read("a,b\n" + cell + ",2\n")["rows"][0][0] == cell);
}

TEST_CASE_METHOD(CsvFixture, "a field is read up to its limit, quoted or not, and refused beyond") {
  const std::string longest(1024 * 1024, 'x');
  CHECK(read("a\n" + longest)["rows"][0][0] == longest);
  CHECK(read("a\n\"" + longest + "\"\n")["rows"][0][0] == longest);
  const std::string message =
      "the field that begins on line 2 of source: expected at most 1048576 bytes, found 1048577 bytes";
  CHECK(refusal("csv_read_sheet", {{"source", "a\n" + longest + "x"}}) == message);
  CHECK(refusal("csv_read_sheet", {{"source", "a\n\"" + longest + "x\""}}) == message);
  CHECK(refusal("csv_write_cell", {{"source", "a"}, {"sheet", "Sheet1"}, {"cell", "A1"}, {"value", longest + "x"}}) ==
        "argument \"value\" of csv_write_cell: expected at most 1048576 bytes, found 1048577 bytes");
}

TEST_CASE_METHOD(CsvFixture, "columns up to the limit are read, one more is refused") {
  const std::string widest = repeated(",", 16'383);
  const json answer = read(widest + "\n" + widest);
  CHECK(answer["headers"].back() == "column_XFD");
  CHECK(answer["rows"][0].size() == 16'384);
  CHECK(refusal("csv_read_sheet", {{"source", widest + ","}, {"separator", ","}}) ==
        "line 1 of source: expected at most 16384 columns, found 16385 columns");
}

TEST_CASE_METHOD(CsvFixture, "rows up to the limit are counted, one more is refused") {
  const std::string most = repeated("1\n", 1'000'001);
  CHECK(answer("csv_list_sheets", {{"source", most}})["sheets"][0]["rows"] == 1'000'000);
  CHECK(answer("csv_read_line", {{"source", most}, {"lineNumber", 1'000'000}})["values"] == json({"1"}));
  CHECK(refusal("csv_list_sheets", {{"source", most + "1\n"}}) ==
        "rows of source: expected at most 1000000 data rows, found 1000001 data rows");
}

TEST_CASE_METHOD(CsvFixture, "input over the limit is refused with its size") {
  const std::string largest = repeated("x,y\n", 4 * 1024 * 1024);
  CHECK(refusal("csv_read_line", {{"source", largest + "1"}, {"lineNumber", 1}}) ==
        "argument \"source\": expected at most 16777216 bytes, found 16777217 bytes");
  CHECK(answer("csv_read_line", {{"source", largest}, {"lineNumber", 7}})["values"] == json({"x", "y"}));
  CHECK(refusal("csv_list_sheets", std::string_view(std::string(32 * 1024 * 1024 + 1, ' '))) ==
        "arguments of csv_list_sheets: expected at most 33554432 bytes, found 33554433 bytes");
}

TEST_CASE_METHOD(CsvFixture, "output over the limit is refused, and a smaller part can be read") {
  // Few bytes in, many out: every short row is filled up to the width of the header.
  const std::string source = repeated(",", 9'999) + "\n" + repeated("1\n", 1'000);
  const std::string message = refusal("csv_read_sheet", {{"source", source}});
  CHECK(
      message.starts_with("output of csv_read_sheet (take fewer rows or columns at a time): expected at most "
                          "15728640 bytes, found 1572"));
  CHECK(answer("csv_read_sheet", {{"source", source}, {"maxRows", 100}})["rows"].size() == 100);
  CHECK(answer("csv_summarize", {{"source", source}})["columns"][9'999]["empty"] == 1'000);
  CHECK(refusal("csv_write_cell", {{"source", "a\n" + repeated(std::string(1, '\0') + "\n", 3'000'000)},
                                   {"sheet", "Sheet1"},
                                   {"cell", "A1"},
                                   {"value", "b"}})
            .starts_with("output of csv_write_cell"));
}

TEST_CASE_METHOD(CsvFixture, "a million short rows under the widest header are read without filling them all up") {
  const std::string source = repeated(",", 16'383) + "\n" + repeated("1\n", 1'000'000);
  CHECK(answer("csv_summarize", {{"source", source}})["columns"][0]["sum"] == "1000000");
  CHECK(answer("csv_read_sheet", {{"source", source}, {"range", "A:A"}, {"maxRows", 1}})["totalRows"] == 1'000'000);
}

TEST_CASE_METHOD(CsvFixture, "the same header name in every column gets as many names") {
  const json headers = read(repeated("x,", 16'383) + "x\n")["headers"];
  REQUIRE(headers.size() == 16'384);
  CHECK(headers[0] == "x");
  CHECK(headers[16'383] == "x_16384");
}

TEST_CASE_METHOD(CsvFixture, "every tool takes 100000 rows of 10 columns") {
  std::string source = "a,b,c,d,e,f,g,h,i,j\n";
  for (int i = 1; i <= 100'000; ++i) {
    const std::string number = std::to_string(i);
    source += number + ",0.01,2024-01-01,text," + number + ",\"x,y\",,1.5,\"q\"\"q\",end\n";
  }
  CHECK(answer("csv_list_sheets", {{"source", source}})["sheets"][0]["rows"] == 100'000);
  const json sheet = answer("csv_read_sheet", {{"source", source}, {"maxRows", 100'000}});
  CHECK(sheet["rows"].size() == 100'000);
  CHECK(sheet["rows"][99'999] ==
        json({"100000", "0.01", "2024-01-01", "text", "100000", "x,y", "", "1.5", "q\"q", "end"}));
  CHECK(answer("csv_read_line", {{"source", source}, {"lineNumber", 100'000}})["values"][0] == "100000");
  const json change =
      answer("csv_write_cell", {{"source", source}, {"sheet", "Sheet1"}, {"cell", "J100001"}, {"value", "changed"}});
  CHECK(change["source"].get<std::string>().size() == source.size() + 4);
  const json columns = answer("csv_summarize", {{"source", source}})["columns"];
  CHECK(columns[0]["sum"] == "5000050000");
  CHECK(columns[1]["sum"] == "1000.00");
  CHECK(columns[2]["dates"] == 100'000);
  CHECK(columns[6]["empty"] == 100'000);
}

}  // namespace platos::skill_csv

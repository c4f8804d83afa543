#include "csv_fixture.hpp"

using nlohmann::json;

namespace platos::skill_csv {
namespace {

constexpr const char* kPeople = "id,name,city\r\n1,Ada,London\r\n2,Grace,New York\r\n3,Alan,Wilmslow\r\n";

}  // namespace

TEST_CASE_METHOD(CsvFixture, "the one sheet is listed with its size and separator") {
  REQUIRE(invoke("csv_list_sheets", json({{"source", kPeople}}).dump()) == PLATOS_OK);
  CHECK(output.items.at(0).data == R"({"sheets":[{"name":"Sheet1","rows":3,"columns":3,"separator":","}]})");
}

TEST_CASE_METHOD(CsvFixture, "a sheet is read as headers and rows of strings") {
  REQUIRE(invoke("csv_read_sheet", json({{"source", kPeople}}).dump()) == PLATOS_OK);
  CHECK(output.items.at(0).data ==
        R"({"headers":["id","name","city"],"rows":[["1","Ada","London"],["2","Grace","New York"],)"
        R"(["3","Alan","Wilmslow"]],"totalRows":3,"truncated":false})");
}

TEST_CASE_METHOD(CsvFixture, "maxRows cuts the rows and says so") {
  const json answer = this->answer("csv_read_sheet", {{"source", kPeople}, {"maxRows", 2}});
  CHECK(answer["rows"].size() == 2);
  CHECK(answer["totalRows"] == 3);
  CHECK(answer["truncated"] == true);
  CHECK(this->answer("csv_read_sheet", {{"source", kPeople}, {"maxRows", 3}})["truncated"] == false);
}

TEST_CASE_METHOD(CsvFixture, "a range selects rows and columns, whatever way it is written") {
  const auto ranged = [&](const char* range) {
    const json found = answer("csv_read_sheet", {{"source", kPeople}, {"range", range}});
    return found["headers"].dump() + found["rows"].dump() + found["totalRows"].dump();
  };
  CHECK(ranged("B2:C3") == R"(["name","city"][["Ada","London"],["Grace","New York"]]2)");
  CHECK(ranged("$c$3:$b$2") == ranged("B2:C3"));
  CHECK(ranged("Sheet1!B2:C3") == ranged("B2:C3"));
  CHECK(ranged("B:B") == R"(["name"][["Ada"],["Grace"],["Alan"]]3)");
  CHECK(ranged("A3:A") == R"(["id"][["2"],["3"]]2)");
  CHECK(ranged("4:4") == R"(["id","name","city"][["3","Alan","Wilmslow"]]1)");
  CHECK(ranged("C1") == R"(["city"][]0)");
  CHECK(ranged("A1:A2") == R"(["id"][["1"]]1)");
  CHECK(ranged("D9:XFD1000001") == "[][]0");
}

TEST_CASE_METHOD(CsvFixture, "maxRows counts the rows of the range") {
  const json answer = this->answer("csv_read_sheet", {{"source", kPeople}, {"range", "A3:A4"}, {"maxRows", 1}});
  CHECK(answer["rows"] == json(Rows{{"2"}}));
  CHECK(answer["totalRows"] == 2);
  CHECK(answer["truncated"] == true);
}

TEST_CASE_METHOD(CsvFixture, "one data row is read by its number") {
  REQUIRE(invoke("csv_read_line", json({{"source", kPeople}, {"lineNumber", 2}}).dump()) == PLATOS_OK);
  CHECK(output.items.at(0).data ==
        R"({"lineNumber":2,"headers":["id","name","city"],"values":["2","Grace","New York"]})");
  CHECK(refusal("csv_read_line", {{"source", kPeople}, {"lineNumber", 4}}) ==
        "argument \"lineNumber\" of csv_read_line: expected one of the 3 data rows of source, found 4");
  CHECK(refusal("csv_read_line", {{"source", ""}, {"lineNumber", 1}}).find("0 data rows") != std::string::npos);
}

TEST_CASE_METHOD(CsvFixture, "quoted cells hold separators, line ends and doubled quotes") {
  const json answer = read("a,b\n\"x,y\",\"line 1\r\nline 2\"\n\"say \"\"hi\"\"\",\"\"\"\"\n\"\",\"\n\"");
  CHECK(answer["rows"] == json(Rows{{"x,y", "line 1\r\nline 2"}, {"say \"hi\"", "\""}, {"", "\n"}}));
}

TEST_CASE_METHOD(CsvFixture, "a quote inside an unquoted cell and spaces around cells are kept") {
  CHECK(read("a,b\n5\" pipe, x \n a\"\"b,\t\"q\"\n")["rows"] ==
        json(Rows{{"5\" pipe", " x "}, {" a\"\"b", "\t\"q\""}}));
}

TEST_CASE_METHOD(CsvFixture, "lines end with LF, CRLF or CR, the last one need not, and empty lines are skipped") {
  const json rows = Rows{{"1", "2"}, {"3", "4"}};
  for (const char* text :
       {"a,b\n1,2\n3,4", "a,b\r\n1,2\r\n3,4\r\n", "a,b\r1,2\r3,4\r", "\n\r\n\ra,b\n\n1,2\r\r\n3,4\n\n",
        "\xEF\xBB\xBF"
        "a,b\n1,2\n3,4\n"}) {
    const json answer = read(text);
    CHECK(answer["headers"] == json({"a", "b"}));
    CHECK(answer["rows"] == rows);
  }
  CHECK(read("a\n\"\"\nb\n")["rows"] == json::parse(R"([[""],["b"]])"));
}

TEST_CASE_METHOD(CsvFixture, "a document without a byte, and one with a header only, have no rows") {
  CHECK(read("") == json::parse(R"({"headers": [], "rows": [], "totalRows": 0, "truncated": false})"));
  CHECK(read("\xEF\xBB\xBF\r\n") == read(""));
  CHECK(read("a,b") == json::parse(R"({"headers": ["a", "b"], "rows": [], "totalRows": 0, "truncated": false})"));
}

TEST_CASE_METHOD(CsvFixture, "the separator is detected outside of quotes, and may be given") {
  const auto detected = [&](const char* text) {
    return answer("csv_list_sheets", {{"source", text}})["sheets"][0]["separator"].get<std::string>();
  };
  CHECK(detected("a;b;c\n1,5;2,5;3,5\n") == ";");
  CHECK(detected("a\tb\n1,2\t3\n") == "\t");
  CHECK(detected("a|b|c\n1|2|3\n") == "|");
  CHECK(detected("\"a;b;c;d\",e\n\"1;2;3;4\",f\n") == ",");
  CHECK(detected("title, with comma;b\n1;2\n3;4\n") == ";");
  CHECK(detected("one column\nno separator\n") == ",");
  CHECK(detected("a,b;c\n1,2;3\n") == ",");
  CHECK(answer("csv_read_sheet", {{"source", "a,b;c\n1,2;3\n"}, {"separator", ";"}})["headers"] == json({"a,b", "c"}));
}

TEST_CASE_METHOD(CsvFixture, "short rows are filled up, empty cells over the header are dropped, others are refused") {
  CHECK(read("a,b,c\n1\n1,2\n1,2,3,,\n")["rows"] == json(Rows{{"1", "", ""}, {"1", "2", ""}, {"1", "2", "3"}}));
  CHECK(refusal("csv_read_sheet", {{"source", "a,b\n\"1\n\",2\n1,2,3\n"}}) ==
        "line 4 of source: expected at most the 2 cells of the header, found 3 cells; quote a cell that holds a "
        "separator, or give \"separator\"");
}

TEST_CASE_METHOD(CsvFixture, "headers are never empty and never alike") {
  CHECK(read("x,,x, ,x,x_2,column_G,\n")["headers"] ==
        json({"x", "column_B", "x_3", "column_D", "x_4", "x_2", "column_G", "column_H"}));
  CHECK(read(",column_A,column_A_2\n")["headers"] == json({"column_A_3", "column_A", "column_A_2"}));
}

}  // namespace platos::skill_csv

#include <cstdint>
#include <cstdio>

#include "csv_fixture.hpp"

using nlohmann::json;

namespace platos::skill_csv {
namespace {

struct SummaryFixture : CsvFixture {
  json column(const std::string& cells, const char* decimal_mark = ".") {
    return answer("csv_summarize",
                  {{"source", "x\n" + cells}, {"separator", "|"}, {"decimalMark", decimal_mark}})["columns"][0];
  }
  std::string sum(const std::string& cells) {
    const json found = column(cells);
    return found.contains("sum") ? found["sum"].get<std::string>() : "none";
  }
  bool is_date(const std::string& cell) { return column(cell)["dates"] == 1; }
};

}  // namespace

TEST_CASE_METHOD(SummaryFixture, "columns are counted by kind, with exact sums and the span of dates") {
  REQUIRE(invoke("csv_summarize",
                 R"({"source": "n,d,t\n0.10,2024-02-29,a\n 0.2 ,2023-12-31T23:30-02:00,\n-5,later,7\n,,\n"})") ==
          PLATOS_OK);
  CHECK(
      output.items.at(0).data ==
      R"({"totalRows":4,"columns":[)"
      R"({"name":"n","column":"A","empty":1,"numbers":3,"dates":0,"texts":0,"sum":"-4.70","minimum":"-5",)"
      R"("maximum":"0.2"},)"
      R"({"name":"d","column":"B","empty":1,"numbers":0,"dates":2,"texts":1,"earliest":"2023-12-31T23:30-02:00",)"
      R"("latest":"2024-02-29"},)"
      R"({"name":"t","column":"C","empty":2,"numbers":1,"dates":0,"texts":1,"sum":"7","minimum":"7","maximum":"7"}]})");
}

TEST_CASE_METHOD(SummaryFixture, "cells that a short row lacks are empty, and a range selects what is counted") {
  const json found = answer("csv_summarize", {{"source", "a,b,c\n1\n2,3\n4,5,6\n"}, {"range", "B2:C3"}});
  CHECK(found["totalRows"] == 2);
  REQUIRE(found["columns"].size() == 2);
  CHECK(found["columns"][0].dump() ==
        R"({"column":"B","dates":0,"empty":1,"maximum":"3","minimum":"3","name":"b","numbers":1,"sum":"3","texts":0})");
  CHECK(found["columns"][1]["empty"] == 2);
}

TEST_CASE_METHOD(SummaryFixture, "sums are exact where binary floating point is not") {
  std::string tenths;
  for (int i = 0; i < 1000; ++i) tenths += "0.1\n";
  CHECK(sum(tenths) == "100.0");
  CHECK(sum("9007199254740993\n1\n") == "9007199254740994");
  CHECK(sum("99999999999999999999999999999999999999\n0.00000000000000000001\n") ==
        "99999999999999999999999999999999999999.00000000000000000001");
  CHECK(sum("99999999999999999999999999999999999999\n99999999999999999999999999999999999999\n") ==
        "199999999999999999999999999999999999998");
  CHECK(sum("1.50\n-1.5\n") == "0.00");
  CHECK(sum("-0.05\n") == "-0.05");
}

TEST_CASE_METHOD(SummaryFixture, "a hundred thousand orders are summed up, and any of them is read") {
  std::string orders = "id,customer,amount,day\r\n";
  std::int64_t cents = 0;
  char line[80];
  for (int i = 1; i <= 100'000; ++i) {
    std::snprintf(line, sizeof line, "%d,\"Müller, \"\"%d\"\"\",%d.%02d,2025-%02d-%02d\r\n", i, i % 7, i % 1000,
                  i % 100, 1 + i % 12, 1 + i % 28);
    orders += line;
    cents += i % 1000 * 100 + i % 100;
  }
  const json found = answer("csv_summarize", {{"source", orders}});
  CHECK(found["totalRows"] == 100'000);
  CHECK(found["columns"][0]["sum"] == "5000050000");
  CHECK(found["columns"][1]["texts"] == 100'000);
  CHECK(found["columns"][2]["numbers"] == 100'000);
  std::snprintf(line, sizeof line, "%d.%02d", static_cast<int>(cents / 100), static_cast<int>(cents % 100));
  CHECK(found["columns"][2]["sum"] == line);
  CHECK(found["columns"][2]["maximum"] == "999.99");
  CHECK(found["columns"][3]["earliest"] == "2025-01-01");
  CHECK(found["columns"][3]["latest"] == "2025-12-28");
  CHECK(answer("csv_read_line", {{"source", orders}, {"lineNumber", 99'999}})["values"] ==
        json({"99999", "Müller, \"4\"", "999.99", "2025-04-12"}));
}

TEST_CASE_METHOD(SummaryFixture, "numbers are plain or scientific decimals and nothing else") {
  CHECK(sum("+.5\n1.\n-0\n007\n") == "8.5");
  CHECK(sum("1e3\n1.25E-2\n12e+1\n0e999\n") == "1120.0125");
  for (const char* text : {"1,000",
                           "1 000",
                           "0x10",
                           "nan",
                           "inf",
                           "-",
                           ".",
                           "+-1",
                           "1e",
                           "1e+",
                           "1e1.5",
                           "--1",
                           "1.2.3",
                           "\xD9\xA1",
                           "1e39",
                           "1e-21",
                           "1e1000",
                           "100000000000000000000000000000000000000",
                           "0.000000000000000000001",
                           "$5",
                           "5%"}) {
    INFO(text);
    const json found = column(text);
    CHECK(found["texts"] == 1);
    CHECK(found["numbers"] == 0);
  }
  CHECK(sum(std::string(100'000, '0') + "1\n") == "1");
  CHECK(sum(std::string(100'000, '9') + "\n") == "none");
}

TEST_CASE_METHOD(SummaryFixture, "the decimal mark may be a comma") {
  CHECK(column("1,5\n2,25\n", ",")["sum"] == "3.75");
  CHECK(column("1.5\n", ",")["texts"] == 1);
  CHECK(column("1,5\n")["texts"] == 1);
}

TEST_CASE_METHOD(SummaryFixture, "dates are those of ISO 8601 that exist") {
  for (const char* text : {"2024-02-29", "0000-01-01", "9999-12-31", "2024-01-01T00:00", "2024-01-01 23:59:59",
                           "2024-01-01T12:00:00.123456789123Z", "2024-01-01t12:00z", "2024-01-01T12:00+14:00"}) {
    INFO(text);
    CHECK(is_date(text));
  }
  for (const char* text : {"2023-02-29", "2024-13-01", "2024-00-01", "2024-01-32", "24-01-01", "2024-1-1", "03/04/2024",
                           "2024-01-01T", "2024-01-01T24:00", "2024-01-01T12:60", "2024-01-01T12:00:60",
                           "2024-01-01T12:00:00.", "2024-01-01T12:00+2", "2024-01-01T12:00Zx", "2024-01-01Z"}) {
    INFO(text);
    CHECK_FALSE(is_date(text));
  }
}

TEST_CASE_METHOD(SummaryFixture, "dates are compared as instants, and told as they were written") {
  const json found = column("2024-01-01T12:00:00.5Z\n2024-01-01T13:00+02:00\n2024-01-01T12:00:00.25\n");
  CHECK(found["earliest"] == "2024-01-01T13:00+02:00");
  CHECK(found["latest"] == "2024-01-01T12:00:00.5Z");
}

}  // namespace platos::skill_csv

#include "csv_fixture.hpp"

using nlohmann::json;

namespace platos::skill_csv {
namespace {

struct WriteFixture : CsvFixture {
  json write(std::string_view source, std::string_view cell, const json& value) {
    return answer("csv_write_cell", {{"source", source}, {"sheet", "Sheet1"}, {"cell", cell}, {"value", value}});
  }
  std::string written(std::string_view source, std::string_view cell, const json& value) {
    return write(source, cell, value)["source"];
  }
};

}  // namespace

TEST_CASE_METHOD(WriteFixture, "a cell is replaced and every other byte stays as it was") {
  const std::string source = "\xEF\xBB\xBFid , \"na\"me\r\n\r\n1,\"A\"\"da\"\r2, x \n";
  REQUIRE(write(source, "B3", "Grace")["source"] == "\xEF\xBB\xBFid , \"na\"me\r\n\r\n1,\"A\"\"da\"\r2,Grace\n");
  CHECK(output.items.at(0).data.starts_with(R"({"sheet":"Sheet1","cell":"B3","previous":" x ","source":")"));
  CHECK(write(source, "b2", "Ada")["previous"] == "A\"da");
  CHECK(written(source, "$B$2", "Ada") == "\xEF\xBB\xBFid , \"na\"me\r\n\r\n1,Ada\r2, x \n");
  CHECK(written(source, "A1", "key") == "\xEF\xBB\xBFkey, \"na\"me\r\n\r\n1,\"A\"\"da\"\r2, x \n");
}

TEST_CASE_METHOD(WriteFixture, "a value is quoted when it would be read otherwise") {
  CHECK(written("a,b\n1,2\n", "B2", "x,y") == "a,b\n1,\"x,y\"\n");
  CHECK(written("a,b\n1,2\n", "B2", "x;y") == "a,b\n1,\"x;y\"\n");
  CHECK(written("a,b\n1,2\n", "B2", "say \"hi\"") == "a,b\n1,\"say \"\"hi\"\"\"\n");
  CHECK(written("a,b\n1,2", "B2", "x\ny") == "a,b\n1,\"x\ny\"");
  CHECK(written("a,b\n1,2\n", "B2", "") == "a,b\n1,\n");
  CHECK(written("a\n1\n", "A2", "") == "a\n\"\"\n");
  CHECK(written("a,b\n1\n", "A2", "") == "a,b\n\"\"\n");
  CHECK(written("a,b\n", "A1", "\xEF\xBB\xBFx") == "\"\xEF\xBB\xBFx\",b\n");
}

TEST_CASE_METHOD(WriteFixture, "a number or truth value is written as JSON writes it") {
  CHECK(written("a\n1\n", "A2", 12) == "a\n12\n");
  CHECK(written("a\n1\n", "A2", -0.5) == "a\n-0.5\n");
  CHECK(written("a\n1\n", "A2", true) == "a\ntrue\n");
  CHECK(refusal("csv_write_cell", {{"source", "a"}, {"sheet", "Sheet1"}, {"cell", "A1"}, {"value", nullptr}}) ==
        "argument \"value\" of csv_write_cell: expected a string, a number, true or false, found null");
}

TEST_CASE_METHOD(WriteFixture, "a short row grows up to the header's width") {
  CHECK(written("a;b;c\n1\n2;3\n", "C2", "x") == "a;b;c\n1;;x\n2;3\n");
  CHECK(write("a;b;c\n1\n2;3\n", "C2", "x")["previous"] == "");
}

TEST_CASE_METHOD(WriteFixture, "a cell outside of the document is refused") {
  const auto refused = [&](const char* source, const char* cell) {
    return refusal("csv_write_cell", {{"source", source}, {"sheet", "Sheet1"}, {"cell", cell}, {"value", "x"}});
  };
  const std::string what = "argument \"cell\" of csv_write_cell: expected one of the ";
  CHECK(refused("a,b\n1,2\n", "A3") == what + "2 sheet rows of source, found A3");
  CHECK(refused("a,b\n1,2\n", "C2") == what + "2 columns of source, found C2");
  CHECK(refused("", "A1") == what + "0 sheet rows of source, found A1");
}

}  // namespace platos::skill_csv

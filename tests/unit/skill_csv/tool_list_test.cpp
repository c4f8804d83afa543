#include "csv_fixture.hpp"

using nlohmann::json;

namespace platos::skill_csv {

TEST_CASE_METHOD(CsvFixture, "five tools are listed, all of effect read, with closed argument schemas") {
  const json listed = tools();
  std::string shapes;
  for (const json& tool : listed) {
    CHECK(tool["effect"] == "read");
    CHECK(tool["description"].get<std::string>().size() > 50);
    CHECK(tool["input_schema"]["type"] == "object");
    CHECK(tool["input_schema"]["additionalProperties"] == false);
    shapes += tool["name"].get<std::string>() + " " + tool["input_schema"]["required"].dump() + "\n";
  }
  CHECK(shapes ==
        "csv_list_sheets [\"source\"]\n"
        "csv_read_sheet [\"source\"]\n"
        "csv_read_line [\"source\",\"lineNumber\"]\n"
        "csv_write_cell [\"source\",\"sheet\",\"cell\",\"value\"]\n"
        "csv_summarize [\"source\"]\n");
}

TEST_CASE_METHOD(CsvFixture, "the schema of csv_read_sheet states the range and the default of maxRows") {
  const json properties = tools()[1]["input_schema"]["properties"];
  CHECK(properties["maxRows"]["type"] == "integer");
  CHECK(properties["maxRows"]["minimum"] == 1);
  CHECK(properties["maxRows"]["maximum"] == 100'000);
  CHECK(properties["maxRows"]["default"] == 5'000);
  CHECK(properties["separator"]["enum"] == json({",", ";", "\t", "|"}));
  CHECK(properties["sheet"]["enum"] == json({"Sheet1"}));
  CHECK(properties["source"]["maxLength"] == 16 * 1024 * 1024);
}

TEST_CASE_METHOD(CsvFixture, "a tool that is not listed is not found") {
  CHECK(invoke("csv_drop_sheet", "{}") == PLATOS_NOT_FOUND);
  CHECK(error.message == "tool of csv: expected one that it lists, found \"csv_drop_sheet\"");
  CHECK(output.items.empty());
}

TEST_CASE("a configuration that is not empty is refused") {
  sdk::testing::FakeHost host;
  CHECK_THROWS_WITH(sdk::testing::FakeInstance(host, platos_plugin_v1, "csv", R"({"credentials": "x"})"),
                    "configuration of csv: expected no members, found \"credentials\"");
}

}  // namespace platos::skill_csv

// The shipped governor-rules in a real daemon: calls of tools that it denies, redacts, and only reports.
#include <catch2/catch.hpp>

#include "support/stage.hpp"

using namespace platos::tests;

namespace {

std::map<std::string, std::string> rules(const Json& config) {
  return {{"instances/rules.json", Json({{"instance", 1},
                                         {"name", "rules"},
                                         {"plugin", "dev.platos.governor-rules"},
                                         {"component", "rules"},
                                         {"config", config}})
                                       .dump()}};
}

std::string agent_with_csv(const Stage& stage) { return make_agent(*stage.daemon, "mock:mock-toolsay", {"csv"}); }

// What the tool answered to the model.
std::string tool_answer(const Stage& stage, const std::string& tool, const Json& arguments) {
  const std::size_t before = stage.mock.requests().size();
  stage.say(agent_with_csv(stage), Json({{"tool", tool}, {"arguments", arguments}}).dump());
  REQUIRE(stage.mock.requests().size() == before + 2);
  return stage.request(before + 1)["messages"].back()["content"].get<std::string>();
}

Json ledger(const Stage& stage) {
  return get(*stage.daemon, "/api/v1/agent/monitoring/safety-events?detector=governor").json()["rows"];
}

const Json kSheet = {{"source", "name,salary\nAnn,100\nBob,200\n"}};

}  // namespace

TEST_CASE("a rule denies a call by its arguments, and other calls of the tool go through") {
  const Stage stage({}, rules(Json::parse(R"({"rules": [
      {"id": "no-salaries", "decision": "deny", "tools": ["csv__*"], "reason": "Salaries stay where they are.",
       "conditions": [{"at": "/source", "matches": "salary"}]}]})")));
  const std::string refused = tool_answer(stage, "csv__csv_list_sheets", kSheet);
  CHECK(refused.find("no-salaries") != std::string::npos);
  CHECK(refused.find("Sheet1") == std::string::npos);
  const Json rows = ledger(stage);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0]["action"] == "block");
  CHECK(rows[0]["meta"]["rule_id"] == "no-salaries");
  CHECK(rows[0]["toolName"] == "csv__csv_list_sheets");
  CHECK(tool_answer(stage, "csv__csv_list_sheets", {{"source", "a,b\n1,2\n"}}).find("Sheet1") != std::string::npos);
}

TEST_CASE("a rule redacts what a tool answers, before the model sees it") {
  const Stage stage({}, rules(Json::parse(R"({"rules": [
      {"id": "hide", "on": "result", "decision": "redact", "tools": ["csv__csv_read_sheet"],
       "redact": [{"at": "/rows/*/1", "with": "***"}]}]})")));
  const std::string answer = tool_answer(stage, "csv__csv_read_sheet", kSheet);
  CHECK(answer.find("Ann") != std::string::npos);
  CHECK(answer.find("***") != std::string::npos);
  CHECK(answer.find("100") == std::string::npos);
  CHECK(answer.find("200") == std::string::npos);
}

TEST_CASE("in the mode report the ledger says what would have been denied") {
  const Stage stage({}, rules({{"mode", "report"}, {"default", "deny"}}));
  CHECK(tool_answer(stage, "csv__csv_list_sheets", kSheet).find("Sheet1") != std::string::npos);
  const Json rows = ledger(stage);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0]["action"] == "warn");
  CHECK(rows[0]["meta"]["rule_id"] == "default");
}

TEST_CASE("rules that cannot be read deny every call") {
  const Stage stage({}, rules({{"rules", {{{"id", "x"}, {"decision", "sometimes"}}}}}));
  const auto events =
      stage.say(agent_with_csv(stage), Json({{"tool", "csv__csv_list_sheets"}, {"arguments", kSheet}}).dump());
  for (const auto& request : stage.mock.requests()) CHECK(request.body.find("Sheet1") == std::string::npos);
  CHECK(text_of(events).find("Sheet1") == std::string::npos);
}

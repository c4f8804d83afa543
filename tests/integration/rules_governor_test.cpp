// The shipped governor-rules in a real daemon: calls of tools that it denies, redacts, and only reports.
#include <catch2/catch.hpp>

#include "integration/api_stage.hpp"

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

TEST_CASE("a rule redacts all of a result, also of one that the model is not shown whole") {
  const Stage stage({"--set", "tools.max_result_bytes=1024"}, rules(Json::parse(R"({"rules": [
      {"id": "hide", "on": "result", "decision": "redact", "tools": ["csv__csv_read_sheet"],
       "redact": [{"at": "/rows/*/1", "with": "***"}]}]})")));
  std::string sheet = "name,salary\n";
  for (int i = 0; i < 60; ++i) sheet += "Ann the " + std::to_string(i) + "th,4711\n";
  const std::string agent = agent_with_csv(stage);
  const auto events =
      stage.say(agent, Json({{"tool", "csv__csv_read_sheet"}, {"arguments", {{"source", sheet}}}}).dump());
  const Json result = event_of(events, "tool_result");
  CHECK(result["result"]["truncated"] == true);
  CHECK(result.dump().find("***") != std::string::npos);
  CHECK(result.dump().find("4711") == std::string::npos);
  const std::string path = "/api/v1/runs/" + event_of(events, "meta")["run_id"].get<std::string>() + "/tool-calls/" +
                           result["callId"].get<std::string>() + "/result";
  const auto whole = get(*stage.daemon, path);
  REQUIRE(whole.status == 200);
  CHECK(whole.body.find("the 59th") != std::string::npos);
  CHECK(whole.body.find("4711") == std::string::npos);
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

namespace {

const std::string kDryRun = "/api/v1/agent/governors/dry-run";

struct DryStage : ApiStage {
  using ApiStage::ApiStage;
  Json tried(const Json& config, Json more = Json::object()) const {
    more["config"] = config;
    return made("POST", kDryRun, more);
  }
  Json audit() const { return fetch("/api/v1/agent/monitoring/tool-audit").json(); }
};

}  // namespace

TEST_CASE("a dry run asks the plugin about calls of the past, and nothing happens") {
  const DryStage stage;
  tool_answer(stage, "csv__csv_list_sheets", kSheet);
  tool_answer(stage, "csv__csv_read_sheet", kSheet);
  tool_answer(stage, "csv__csv_list_sheets", {{"source", "a,b\n1,2\n"}});
  const std::string inventor = make_agent(*stage.daemon, "mock:mock-toolsay-unknowntool", {"csv"});
  stage.say(inventor, Json({{"tool", "csv__invented"}, {"arguments", kSheet}}).dump());
  const Json before = stage.audit()["rows"];
  REQUIRE(before.size() == 4);
  const std::size_t asked = stage.mock.requests().size();
  const Json config = Json::parse(R"({"rules": [
      {"id": "no-salaries", "decision": "deny", "tools": ["csv__csv_list_sheets"], "reason": "Not the salaries.",
       "conditions": [{"at": "/source", "matches": "salary"}]},
      {"id": "hide", "on": "result", "decision": "redact", "tools": ["csv__csv_read_sheet"], "redact": [{"at": "/rows/*/1"}]},
      {"id": "last-year", "decision": "deny", "times": [{"last_day": "2020-01-01"}]}]})");
  const Json report = stage.tried(config);
  CHECK(report["considered"] == 4);
  CHECK(report["notAsked"] == 1);
  CHECK(report["verdicts"] == Json({{"allow", 1}, {"redact", 1}, {"require_approval", 0}, {"deny", 1}}));
  CHECK(report["wouldStop"] == 1);
  CHECK(report["cut"].is_null());
  REQUIRE(report["rules"].size() == 2);
  CHECK(report["rules"][0] == Json({{"rule", "hide"}, {"verdict", "redact"}, {"on", "result"}, {"calls", 1}}));
  CHECK(report["rules"][1] == Json({{"rule", "no-salaries"}, {"verdict", "deny"}, {"on", "call"}, {"calls", 1}}));
  REQUIRE(report["examples"].size() == 2);
  const Json denied = report["examples"][1];
  CHECK(denied["toolId"] == "csv__csv_list_sheets");
  CHECK(denied["status"] == "success");
  CHECK(denied["verdict"] == "deny");
  CHECK(denied["reason"] == "Not the salaries.");
  CHECK(denied["callId"] == before[3]["callId"]);
  // Rules that do not hold, and rules that are only reported.
  CHECK(stage.tried({{"default", "deny"}, {"mode", "report"}})["verdicts"]["allow"] == 3);
  CHECK(stage.tried({{"default", "require_approval"}}, {{"limit", 2}})["cut"] == "limit");
  CHECK(stage.tried({{"default", "deny"}}, {{"until", "2020-01-02"}, {"since", "2020-01-01"}})["considered"] == 0);
  CHECK(stage.tried({{"default", "deny"}}, {{"agentId", "agt_other"}})["considered"] == 0);
  CHECK(stage.tried({{"default", "deny"}}, {{"examples", 0}})["examples"].empty());
  // Nothing was called, audited, found or governed.
  CHECK(stage.mock.requests().size() == asked);
  CHECK(stage.audit()["rows"] == before);
  CHECK(ledger(stage).empty());
  CHECK(tool_answer(stage, "csv__csv_list_sheets", kSheet).find("Sheet1") != std::string::npos);
}

TEST_CASE("rules judge calls that people make like those of a turn") {
  const DryStage stage({}, rules(Json::parse(R"({"rules": [
      {"id": "no-salaries", "decision": "deny", "tools": ["csv__csv_list_sheets"],
       "conditions": [{"at": "/source", "matches": "salary"}]},
      {"id": "look-first", "decision": "require_approval", "tools": ["csv__csv_list_sheets"],
       "conditions": [{"at": "/source", "matches": "budget"}]},
      {"id": "cut", "decision": "redact", "tools": ["csv__csv_read_sheet"], "redact": [{"at": "/source", "with": "n,s\nAnn,5\n"}],
       "conditions": [{"at": "/source", "matches": "Zed"}]},
      {"id": "hide", "on": "result", "decision": "redact", "tools": ["csv__csv_read_sheet"],
       "redact": [{"at": "/rows/*/1", "with": "***"}]},
      {"id": "keep", "on": "result", "decision": "deny", "tools": ["csv__csv_read_line"]}]})")));
  agent_with_csv(stage);
  const std::string tools = "/api/v1/agent/tools/";
  const Json list = {{"tool", "csv__csv_list_sheets"}, {"params", kSheet}};
  check_error(stage.call("POST", tools + "execute", list), 403, "safety_blocked");
  check_error(stage.call("POST", tools + "csv__csv_list_sheets/test", list), 403, "safety_blocked");
  Json asked = {{"tool", "csv__csv_list_sheets"}, {"params", {{"source", "budget\n1\n"}}}, {"confirm", true}};
  check_error(stage.call("POST", tools + "execute", asked), 403, "approval_required");
  CHECK(stage.audit()["total"] == 0);
  CHECK(ledger(stage).size() == 3);
  const Json secret = {{"source", "n,s\nZed,7\n"}};
  const Json read = stage.made("POST", tools + "execute", {{"tool", "csv__csv_read_sheet"}, {"params", secret}});
  CHECK(read["status"] == "success");
  CHECK(read["args"]["source"] == "n,s\nAnn,5\n");
  CHECK(read["result"]["rows"][0] == Json({"Ann", "***"}));
  const std::string audited = "/api/v1/agent/monitoring/tool-audit/" + read["auditId"].get<std::string>();
  CHECK(stage.fetch(audited).json()["result"] == read["result"]);
  const Json again = stage.made("POST", audited + "/replay", Json::object())["replay"];
  CHECK(again["result"] == read["result"]);
  Json line = kSheet;
  line["lineNumber"] = 1;
  const Json kept = stage.made("POST", tools + "csv__csv_read_line/test", {{"params", line}});
  CHECK(kept["status"] == "denied");
  CHECK(kept["errorCode"] == "tool_output_denied");
  CHECK(kept.dump().find("\"100\"") == std::string::npos);
  CHECK(kept["error"].dump().find("safety policy: keep") != std::string::npos);
}

TEST_CASE("a rule about agents holds for calls that people make in their place, by id and by slug") {
  const DryStage stage({},
                       rules(Json::parse(R"({"rules": [{"id": "none", "decision": "deny", "agents": ["agt_*"]}]})")));
  const std::string agent = agent_with_csv(stage);
  Json call = {{"tool", "csv__csv_list_sheets"}, {"params", kSheet}};
  CHECK(stage.made("POST", "/api/v1/agent/tools/execute", call)["status"] == "success");
  const std::string slug = stage.fetch(kAgents + agent).json()["slug"];
  REQUIRE(slug != agent);
  for (const auto& name : {agent, slug}) {
    call["agentId"] = name;
    check_error(stage.call("POST", "/api/v1/agent/tools/execute", call), 403, "safety_blocked");
  }
  CHECK(ledger(stage)[0]["agentId"] == agent);
}

TEST_CASE("a dry run says what is wrong with its rules and its questions") {
  const DryStage stage;
  const auto refused = [&](const Json& body, const std::string& code, const std::string& says) {
    INFO(body.dump());
    const Answer answer = stage.call("POST", kDryRun, body);
    check_error(answer, 400, code);
    CHECK(answer.json()["message"].get<std::string>().find(says) != std::string::npos);
  };
  refused({{"config", {{"rules", {{{"id", "x"}, {"decision", "sometimes"}}}}}}}, "governor_config_invalid",
          "governor-rules config: rules[0].decision");
  refused({{"config", {{"ruels", Json::array()}}}}, "governor_config_invalid", "ruels");
  refused({{"config",
            {{"rules", Json::parse(R"([{"id":"x","decision":"deny","conditions":[{"at":"/a","matches":"("}]}])")}}}},
          "governor_config_invalid", "RE2");
  refused(Json::object(), "invalid_field", "config");
  refused({{"config", "text"}}, "invalid_field", "config");
  const Json good = Json::object();
  refused({{"config", good}, {"limit", 10'001}}, "invalid_field", "limit");
  refused({{"config", good}, {"limit", 0}}, "invalid_field", "limit");
  refused({{"config", good}, {"since", "yesterday"}}, "invalid_field", "since");
  refused({{"config", good}, {"since", "2026-01-01"}, {"sinceDays", 3}}, "invalid_field", "sinceDays");
  refused({{"config", good}, {"since", "2026-01-02"}, {"until", "2026-01-01"}}, "invalid_field", "until");
  refused({{"config", good}, {"examples", 201}}, "invalid_field", "examples");
}

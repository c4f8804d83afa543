// Installed skills in a real daemon: install, attach, turns that load them, versions, rollback, delete; by REST and
// CLI.
#include <catch2/catch.hpp>
#include <filesystem>

#include "integration/api_stage.hpp"
#include "integration/cli_stage.hpp"

namespace platos::tests {
namespace {

const std::string kSkills = "/api/v1/agent/skills";

std::string source(const std::string& name, const std::string& body) {
  return "---\nname: " + name + "\ndescription: Handles " + name + ".\n---\n\n" + body + "\n";
}

Json load(const Stage& stage, const std::string& agent, const std::string& name) {
  return call_tool(*stage.daemon, agent, "load_skill", {{"name", name}});
}

/// The system message of the last request to the model, and the names of its tools.
std::string last_prompt(const Stage& stage) {
  const Json request = stage.request(stage.mock.requests().size() - 1);
  for (const auto& message : request["messages"]) {
    if (message["role"] == "system") return message["content"];
  }
  return {};
}
std::string last_tools(const Stage& stage) {
  std::string names;
  for (const auto& tool : stage.request(stage.mock.requests().size() - 1).value("tools", Json::array()))
    names += tool["function"]["name"].get<std::string>() + " ";
  return names;
}

}  // namespace

TEST_CASE("A skill is installed, attached and loaded; versions, rollback and deletion hold from the next turn on") {
  const ApiStage stage;
  const std::string agent = stage.agent("mock-toolsay");
  const Json first = stage.made("POST", kSkills, {{"source", source("pdf-forms", "One.")}})["skill"];
  CHECK(first["skillId"] == "pdf-forms");
  CHECK(first["versionNumber"] == 1);
  CHECK(first["checksum"].get<std::string>().size() == 64);
  // Installed is not attached.
  stage.say(agent, "hello");
  CHECK(last_tools(stage).find("load_skill") == std::string::npos);
  stage.made("POST", kSkills + "/agent/" + agent + "/pdf-forms", Json());
  stage.made("POST", kSkills + "/agent/" + agent + "/pdf-forms", Json());
  // Two turns, one after the other: both offer it.
  for (int turn = 0; turn < 2; ++turn) {
    stage.say(agent, "hello");
    CHECK(last_tools(stage).find("load_skill") != std::string::npos);
    CHECK(last_prompt(stage).find("- pdf-forms: Handles pdf-forms.") != std::string::npos);
    CHECK(last_prompt(stage).find("One.") == std::string::npos);
  }
  CHECK(load(stage, agent, "pdf-forms")["result"]["instructions"] == "One.");
  const Json wrong = load(stage, agent, "other");
  CHECK(wrong["code"] == "invalid_arguments");

  stage.made("POST", kSkills, {{"source", source("pdf-forms", "Two.")}});
  CHECK(load(stage, agent, "pdf-forms")["result"]["instructions"] == "Two.");
  const Json versions = stage.fetch(kSkills + "/pdf-forms/versions").json();
  REQUIRE(versions["versions"].size() == 2);
  CHECK(versions["versions"][1]["checksum"] == first["checksum"]);
  const Json back = stage.made("POST", kSkills + "/pdf-forms/rollback", {{"version", 1}})["skill"];
  CHECK(back["checksum"] == first["checksum"]);
  CHECK(load(stage, agent, "pdf-forms")["result"]["instructions"] == "One.");

  stage.daemon->kill_hard();
  stage.daemon->start_again();
  CHECK(load(stage, agent, "pdf-forms")["result"]["instructions"] == "One.");

  const Answer removed = stage.call("DELETE", kSkills + "/pdf-forms");
  CHECK(removed.json() == Json({{"removed", true}, {"affectedAgents", 1}}));
  CHECK(stage.fetch(kAgents + agent).json()["installedSkills"].empty());
  stage.say(agent, "hello");
  CHECK(last_tools(stage).find("load_skill") == std::string::npos);
  CHECK(stage.fetch(kSkills + "/pdf-forms").status == 404);
}

TEST_CASE("Required variables: 412 with their names until they are set, and out of turns when they go") {
  const ApiStage stage;
  const std::string agent = stage.agent("mock-toolsay");
  stage.made("POST", kSkills,
             {{"source", "---\nid: acme.search\ndescription: d\nrequired_env: [NEED_KEY]\n---\nUse."}});
  const Answer refused = stage.call("POST", kSkills + "/agent/" + agent + "/acme.search");
  CHECK(refused.status == 412);
  CHECK(refused.json()["reason"] == "missing_env");
  CHECK(refused.json()["details"]["missing"] == Json({"NEED_KEY"}));
  CHECK(stage.fetch(kSkills + "/health").json()["broken"] == 1);
  const std::string variables = "/api/v1/projects/prj_default/envvars/env_default";
  stage.made("POST", variables, {{"name", "NEED_KEY"}, {"value", "k"}});
  stage.made("POST", kSkills + "/agent/" + agent + "/acme.search", Json());
  CHECK(load(stage, agent, "acme.search")["result"]["instructions"] == "Use.");
  CHECK(stage.call("DELETE", variables + "/NEED_KEY").status == 200);
  stage.say(agent, "hello");
  CHECK(last_tools(stage).find("load_skill") == std::string::npos);
  CHECK(stage.daemon->wait_for_log("an attached skill is left out"));
}

TEST_CASE("An official skill brings the tools of its instance under its own name") {
  const ApiStage stage;
  const std::string agent = stage.agent("mock-toolsay");
  const Json official = stage.fetch(kSkills + "/official").json()["skills"];
  CHECK(official.size() == 8);
  // Attaching installs it.
  stage.made("POST", kSkills + "/agent/" + agent + "/platos.csv_ops", Json());
  const Json summary =
      call_tool(*stage.daemon, agent, "platos_csv_ops__csv_summarize", {{"source", "a,b\n1,2\n3,4\n"}});
  CHECK(summary.value("isError", false) == false);
  CHECK(summary["result"].dump().find("\"4\"") != std::string::npos);
  CHECK(load(stage, agent, "platos.csv_ops")["result"]["instructions"].get<std::string>().find("# Working") == 0);
  CHECK(stage.call("POST", kSkills, {{"source", "---\nid: platos.csv_ops\ndescription: d\n---\n"}}).json()["code"] ==
        "skill_name_clash");
}

TEST_CASE("Tools of installed skills are listed and set like others, and a turn has them as they are set") {
  const ApiStage stage;
  const std::string tools = "/api/v1/agent/tools";
  const std::string agent = stage.agent("mock-toolsay-unknowntool");
  const std::string summarize = "platos_csv_ops__csv_summarize";
  const Json sheet = {{"source", "a,b\n1,2\n"}};
  stage.made("POST", kSkills + "/agent/" + agent + "/platos.csv_ops", Json());
  CHECK(stage.fetch(tools + "/" + summarize).json()["source"] == "package:platos.csv_ops");
  CHECK(stage.fetch(tools + "/matrix").body.find(summarize) != std::string::npos);
  CHECK(stage.made("POST", tools + "/execute", {{"tool", summarize}, {"params", sheet}})["status"] == "success");
  const Json rules = {{"rules", {{{"pattern", "platos_csv_*"}, {"permission", "block"}}}}};
  const Json run = stage.made("POST", tools + "/rules/dry-run", rules);
  CHECK(run["unknownTools"] == 0);
  CHECK(run["changes"][0]["toolId"] == summarize);

  stage.made("PATCH", tools + "/" + summarize, {{"enabled", false}});
  CHECK(call_tool(*stage.daemon, agent, summarize, sheet)["code"] == "unknown_tool");
  CHECK(last_tools(stage).find(summarize) == std::string::npos);
  CHECK(last_tools(stage).find("platos_csv_ops__csv_list_sheets") != std::string::npos);

  const std::string manifest =
      "---\nid: acme.job\ndescription: d\nprovides_tools:\n  - {name: work, handler: "
      "'script:scripts/work.sh'}\n---\nUse.";
  stage.made(
      "POST", kSkills,
      {{"files",
        {{{"path", "main.skill.md"}, {"content", manifest}}, {{"path", "scripts/work.sh"}, {"content", "echo 1\n"}}}}});
  stage.made("POST", kSkills + "/agent/" + agent + "/acme.job", Json());
  CHECK(stage.fetch(tools + "/acme_job__work").json()["effect"] == "once");
  CHECK(stage.made("PATCH", tools + "/acme_job__work", {{"effect", "read"}})["effect"] == "read");
  call_tool(*stage.daemon, agent, "acme_job__work", Json::object());
  const Json audited = stage.fetch("/api/v1/agent/monitoring/tool-audit?toolName=acme_job__work").json()["rows"];
  REQUIRE(audited.size() == 1);
  CHECK(audited[0]["effect"] == "read");
}

TEST_CASE("What cannot be installed is refused with a code, and nothing of it is kept") {
  const ApiStage stage;
  const auto code = [&](const Json& body) { return stage.call("POST", kSkills, body).json().value("code", "ok"); };
  const std::string good = source("pdf-forms", "One.");
  CHECK(code({{"source", "text"}}) == "missing_frontmatter");
  CHECK(code({{"source", "---\nname: &a x\ndescription: *a\n---\n"}}) == "yaml_alias");
  CHECK(code({{"source", good}, {"checksum", std::string(64, '0')}}) == "checksum_mismatch");
  CHECK(code({{"source", good}, {"official", "x"}}) == "invalid_field");
  CHECK(code(Json::object()) == "invalid_field");
  CHECK(code({{"archive", "UEsDBAAA"}}) == "archive_unreadable");
  CHECK(code({{"archive", "!!"}}) == "invalid_field");
  CHECK(code({{"files", {{{"path", "SKILL.md"}, {"content", good}}, {{"path", "../x"}, {"content", "y"}}}}}) ==
        "invalid_path");
  CHECK(code({{"files", {{{"path", "SKILL.md"}, {"content", good}}}}, {"folder", "other"}}) == "invalid_name");
  CHECK(code({{"files", 3}}) == "invalid_field");
  CHECK(code({{"source", good}, {"origin", "official"}}) == "invalid_field");
  const auto import = [&](const std::string& url) {
    return stage.call("POST", kSkills + "/import", {{"url", url}}).json().value("code", "ok");
  };
  CHECK(import(stage.daemon->url()) == "address_refused");
  CHECK(import("https://169.254.169.254/latest") == "address_refused");
  CHECK(import("file:///etc/passwd") == "invalid_url");
  CHECK(stage.fetch(kSkills).json()["total"] == 0);
}

TEST_CASE("platos skills: validated without a server, installed from a folder, shown, attached, rolled back, removed") {
  const CliStage stage;
  const TempDir work;
  work.write("pdf-forms/SKILL.md", source("pdf-forms", "One."));
  work.write("pdf-forms/references/a.md", "A reference");
  work.write("pdf-forms/logo.bin", std::string("\0\xFF\x01", 3));
  const std::string folder = work.path() + "/pdf-forms";
  const Finished valid = run_program({program_path("platos"), "skills", "validate", folder});
  CHECK(valid.exit_code == 0);
  CHECK(has(valid.out, "pdf-forms"));
  const std::string agent = stage.agent("mock-toolsay");
  const Json installed = stage.json({"skills", "install", folder});
  CHECK(installed["files"].size() == 3);
  CHECK(stage.json({"skills", "validate", folder})["checksum"] == installed["checksum"]);
  CHECK(stage.json({"skills", "list"}).size() == 1);
  CHECK(stage.json({"skills", "list", "--official"}).size() == 8);
  CHECK(has(stage.run({"skills", "show", "pdf-forms"}).out, "references/a.md"));
  CHECK(stage.json({"skills", "attach", "pdf-forms", agent})["skillId"] == "pdf-forms");
  CHECK(stage.json({"skills", "list", "--agent", agent}).size() == 1);
  CHECK(load(stage, agent, "pdf-forms")["result"]["instructions"] == "One.");
  work.write("pdf-forms/SKILL.md", source("pdf-forms", "Two."));
  CHECK(stage.json({"skills", "install", folder + "/"})["versionNumber"] == 2);
  CHECK(stage.json({"skills", "versions", "pdf-forms"}).size() == 2);
  CHECK(stage.json({"skills", "rollback", "pdf-forms", "1"})["checksum"] == installed["checksum"]);
  CHECK(stage.run({"skills", "check", "pdf-forms"}).exit_code == 0);
  CHECK(stage.run({"skills", "install", "platos.web_search"}).exit_code == 0);
  CHECK(stage.run({"skills", "check", "platos.web_search"}).exit_code != 0);
  CHECK(has(stage.run({"skills", "check"}).out, "TAVILY_API_KEY"));
  CHECK(stage.json({"skills", "detach", "pdf-forms", agent})["removed"] == true);
  CHECK(stage.json({"skills", "remove", "pdf-forms"})["removed"] == true);
  CHECK(stage.run({"skills", "show", "pdf-forms"}).exit_code == 3);

  work.write("bad/SKILL.md", source("other", "x"));
  const Finished bad = run_program({program_path("platos"), "skills", "validate", work.path() + "/bad"});
  CHECK(bad.exit_code == 1);
  CHECK(has(bad.err, "name of the folder"));
  std::filesystem::create_symlink("/etc/passwd", folder + "/link");
  CHECK(has(run_program({program_path("platos"), "skills", "validate", folder}).err, "no link"));
  CHECK(stage.run({"skills", "install", folder}).exit_code == 1);
}

}  // namespace platos::tests

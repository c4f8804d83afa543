// platos tools and platos runs settle against a real daemon.
#include <catch2/catch.hpp>
#include <fstream>

#include "integration/cli_stage.hpp"

using namespace platos::tests;

TEST_CASE("tools: listed, found, set, tried, audited") {
  const CliStage stage;
  stage.agent("mock-echo", {{"skills", {"docs"}}, {"slug", "reader"}});
  const Json list = stage.json({"tools", "list"});
  CHECK(list.size() >= 1);
  CHECK(stage.json({"tools", "search", "documentation", "--limit", "1"})[0]["toolId"] == "docs__search");
  CHECK(stage.json({"tools", "list", "--agent", "reader", "--category", "docs"}).size() == 1);
  CHECK(has(stage.run({"tools", "list"}).out, "docs__search"));
  CHECK(stage.json({"tools", "show", "docs__search"})["permission"] == "auto_allow");
  CHECK(stage.json({"tools", "disable", "docs__search"})["enabled"] == false);
  const Finished refused = stage.run({"tools", "test", "docs__search", "--params", R"({"query":"x"})"});
  CHECK(refused.exit_code == 4);
  CHECK(has(refused.err, "may not be used: disabled"));
  CHECK(has(stage.run({"tools", "enable", "docs__search"}).out, "enabled"));
  const Json set = stage.json({"tools", "permit", "docs__search", "require_approval", "--effect", "once"});
  CHECK(set["permission"] == "require_approval");
  CHECK(set["effect"] == "once");
  CHECK(stage.run({"tools", "test", "docs__search", "--params", R"({"query":"x"})"}).exit_code == 4);
  const Json call = stage.json({"tools", "test", "docs__search", "--params", R"({"query":"x"})", "--confirm"});
  CHECK(call["status"] == "success");
  const std::string id = call["id"];
  CHECK(stage.json({"tools", "audit"}).size() == 1);
  CHECK(stage.json({"tools", "audit", "--status", "failed"}).empty());
  CHECK(stage.json({"tools", "audit", id})["args"]["query"] == "x");
  CHECK(has(stage.run({"tools", "audit"}).out, id));
  CHECK(stage.json({"tools", "replay", id, "--confirm"})["replayOf"] == id);
  CHECK(stage.json({"tools", "permit", "docs__search", "default", "--effect", "default"})["permission"] ==
        "auto_allow");
  const std::string rules = R"([{"pattern":"docs__*","permission":"block"}])";
  CHECK(stage.json({"tools", "rules", "--dry-run", rules})["changes"][0]["proposed"] == "block");
  CHECK(has(stage.run({"tools", "rules", "--dry-run", rules}).out, "docs__search"));
  CHECK(stage.json({"tools", "rules"})["rules"].empty());
  CHECK(stage.json({"tools", "rules", "--set", rules})["rules"].size() == 1);
  CHECK(stage.json({"tools", "show", "docs__search"})["because"] == "rule docs__*");
  CHECK(stage.json({"tools", "unknown"}).empty());
}

TEST_CASE("tools and settle say what is wrong with what they are given") {
  const CliStage stage;
  CHECK(stage.run({"tools", "show", "none"}).exit_code == 3);
  CHECK(stage.run({"tools", "enable", "none"}).exit_code == 3);
  CHECK(stage.run({"tools", "permit", "recall", "maybe"}).exit_code == 2);
  CHECK(has(stage.run({"tools", "test", "recall", "--params", "{"}).err, "--params"));
  CHECK(stage.run({"tools", "rules", "--set", "[]", "--dry-run", "[]"}).exit_code == 2);
  CHECK(stage.run({"tools", "rules", "--set", "5"}).exit_code == 1);
  CHECK(stage.run({"runs", "settle", "run_x", "call_x"}).exit_code == 2);
  CHECK(stage.run({"runs", "settle", "run_x", "call_x", "--succeeded", "--failed"}).exit_code == 2);
  CHECK(stage.run({"runs", "settle", "run_x", "call_x", "--failed"}).exit_code == 3);
  CHECK(has(stage.run({"runs", "settle", "run_x", "call_x", "--succeeded", "--result", "{"}).err, "--result"));
}

TEST_CASE("rules are tried on past calls") {
  const CliStage stage;
  const std::string agent = stage.agent("mock-toolsay", {{"skills", {"docs"}}});
  stage.say(agent, R"({"tool":"docs__search","arguments":{"query":"install"}})");
  const auto file = [&stage](const std::string& name, const std::string& text) {
    const std::string path = stage.data.path() + "/" + name;
    std::ofstream(path) << text;
    return path;
  };
  const std::string rules = R"({"rules":[{"id":"no-docs","decision":"deny","tools":["docs__*"]}]})";
  const std::string alone = file("rules.json", rules);
  const Json report = stage.json({"governors", "dry-run", "--config", alone, "--since", "7d"});
  CHECK(report["verdicts"]["deny"] == 1);
  CHECK(report["examples"][0]["rule"] == "no-docs");
  const std::string instance = file("instance.json", R"({"instance":1,"name":"rules","config":)" + rules + "}");
  const Finished shown = stage.run({"governors", "dry-run", "--config", instance});
  CHECK(shown.exit_code == 0);
  CHECK(has(shown.out, "no-docs"));
  CHECK(has(shown.out, "docs__search"));
  CHECK(stage.json({"governors", "dry-run", "--config", alone, "--since", "2020-01-01", "--until",
                    "2020-01-02"})["considered"] == 0);
  CHECK(stage.run({"governors", "dry-run", "--config", alone + ".none"}).exit_code == 2);
  CHECK(stage.run({"governors", "dry-run", "--config", alone, "--since", "soon"}).exit_code == 2);
  CHECK(stage.run({"governors", "dry-run", "--config", alone, "--limit", "0"}).exit_code == 2);
  const Finished bad = stage.run({"governors", "dry-run", "--config", file("bad.json", R"({"default":"maybe"})")});
  CHECK(bad.exit_code == 1);
  CHECK(has(bad.err, "governor-rules config"));
}

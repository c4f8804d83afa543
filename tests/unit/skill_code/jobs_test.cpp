#include "coder.hpp"

using namespace skill_code_test;

using Words = std::vector<std::string>;

TEST_CASE("three languages are offered, with their limits, and a tool that tells where packages come from") {
  const Json tools = Coder().tools();
  REQUIRE(tools.size() == 4);
  const std::vector<std::pair<std::string, std::int64_t>> longest = {
      {"run_python", 60'000}, {"run_node", 60'000}, {"run_shell", 120'000}};
  for (std::size_t i = 0; i < longest.size(); ++i) {
    CHECK(tools[i]["name"] == longest[i].first);
    CHECK(tools[i]["effect"] == "once");
    CHECK(tools[i]["input_schema"]["properties"]["timeoutMs"]["maximum"] == longest[i].second);
    // The host's limit of the call lets the program's own end first.
    CHECK(tools[i]["timeout_ms"].get<std::int64_t>() > longest[i].second);
    CHECK(tools[i]["input_schema"]["additionalProperties"] == false);
  }
  CHECK(tools[3]["name"] == "install_package");
  CHECK(tools[3]["effect"] == "read");
}

TEST_CASE("each language is a job with one file, no input and no variable that was not asked for") {
  struct Case {
    std::string tool, argument, file;
    Words command;
    std::int32_t default_ms;
  };
  for (const auto& each : std::vector<Case>{{"run_python", "code", "main.py", {"python3", "/job/main.py"}, 15'000},
                                            {"run_node", "code", "main.cjs", {"node", "/job/main.cjs"}, 15'000},
                                            {"run_shell", "command", "main.sh", {"bash", "/job/main.sh"}, 30'000}}) {
    CAPTURE(each.tool);
    Coder coder;
    // A file, so nothing in it is read as an option or a quote.
    const std::string code = "-c '\"$(reboot)`\n\xC3\xA9" + std::string(1, '\0') + "end";
    coder.answer(each.tool, {{each.argument, code}});
    const auto jobs = coder.sandbox.jobs();
    REQUIRE(jobs.size() == 1);
    CHECK(jobs[0].command == each.command);
    CHECK(jobs[0].files == std::map<std::string, std::string>{{each.file, code}});
    CHECK(jobs[0].variables.empty());
    CHECK(jobs[0].input.empty());
    CHECK(jobs[0].timeout_ms == each.default_ms);
    CHECK(jobs[0].max_output_bytes == 64 * 1024);
  }
}

TEST_CASE("a folder to start in is a word of its own: no character of it is the shell's") {
  Coder coder;
  const std::string folder = "-; rm -rf \"$HOME\" `x` 'y'";
  coder.answer("run_shell", {{"command", "pwd"}, {"cwd", folder}});
  const Words command = coder.sandbox.jobs().at(0).command;
  REQUIRE(command.size() == 6);
  CHECK(command[2] == "cd -- \"$1\" && exec bash \"$2\"");
  CHECK(command[4] == folder);
  CHECK(command[5] == "/job/main.sh");
}

TEST_CASE("packages of the operator are found by their language's own variable; output has the operator's limit") {
  Coder coder({{"python_path", {"/opt/py", "/srv/more"}}, {"node_path", {"/opt/js"}}, {"max_output_bytes", 2048}});
  coder.answer("run_python", {{"code", "x"}, {"timeoutMs", 1000}});
  const auto job = coder.sandbox.jobs().at(0);
  CHECK(job.variables ==
        std::map<std::string, std::string>{{"NODE_PATH", "/opt/js"}, {"PYTHONPATH", "/opt/py:/srv/more"}});
  CHECK(job.timeout_ms == 1000);
  CHECK(job.max_output_bytes == 2048);
}

TEST_CASE("a configuration that cannot be is refused with what is wrong with it") {
  using Catch::Matchers::Contains;
  for (const char* folder : {"opt/py", "", "/opt:/etc"}) {
    CAPTURE(folder);
    CHECK_THROWS_WITH(Coder({{"python_path", {folder}}, {"node_path", Json::array()}}),
                      Contains("python_path: expected absolute folders without a colon"));
  }
  sdk::testing::FakeHost bare;
  CHECK_THROWS_WITH(platos::tests::SkillTools(bare, "code"), Contains("grant \"sandbox\""));
}

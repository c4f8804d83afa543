#include "integration/cli_stage.hpp"

#include <catch2/catch.hpp>

namespace platos::tests {

Words command_of(const Words& arguments) {
  Words command = {program_path("platos")};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

Finished CliStage::run(const Words& arguments, const std::string& input) const {
  return run_program(command_of(arguments), environment(), input);
}

Json CliStage::json(Words arguments) const {
  arguments.emplace_back("--json");
  const Finished finished = run(arguments);
  INFO(finished.err);
  CHECK(finished.exit_code == 0);
  return Json::parse(finished.out, nullptr, false);
}

Json CliStage::chat(const std::string& agent, const std::string& message) const {
  return json({"chat", "--agent", agent, "--message", message});
}

WatchedProcess CliStage::in_pipes(const Words& arguments) const {
  return WatchedProcess(command_of(arguments), environment(), false);
}

WatchedProcess CliStage::in_terminal(const Words& arguments, const Variables& more) const {
  Variables all = environment();
  all.insert(more.begin(), more.end());
  return WatchedProcess(command_of(arguments), all, true);
}

}  // namespace platos::tests

// The program: what it prints, what it serves, how it ends.
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "mock_provider/mock_client.hpp"

using namespace platos::tests;
using namespace platos::tests::mock;

namespace {

/// The program as a child process with its standard output in a pipe. Killed at the end, if it is still there.
class Program {
 public:
  explicit Program(std::vector<std::string> arguments) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    output_ = Descriptor(ends[0]);
    const Descriptor input(ends[1]);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input.get(), STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, output_.get());
    std::string path = MOCK_PROVIDER_PROGRAM;
    std::vector<char*> argv = {path.data()};
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    const int failure = ::posix_spawn(&process_, path.c_str(), &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    REQUIRE(failure == 0);
  }
  ~Program() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  std::string read_line() const {
    std::string line;
    char byte = 0;
    while (::read(output_.get(), &byte, 1) == 1 && byte != '\n') line += byte;
    return line;
  }
  void signal(int number) const { ::kill(process_, number); }
  int exit_code() {
    int status = 0;
    ::waitpid(std::exchange(process_, 0), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  Descriptor output_;
  pid_t process_ = 0;
};

}  // namespace

TEST_CASE("the program serves until a signal") {
  const int signal = GENERATE(SIGTERM, SIGINT);
  Program program({"--port", "0"});
  const std::string line = program.read_line();
  const std::string start = "listening on 127.0.0.1:";
  REQUIRE(line.substr(0, start.size()) == start);
  MockClient client(static_cast<std::uint16_t>(std::stoi(line.substr(start.size()))));
  CHECK(client.ask(streamed("mock-echo")).text() == "ping pong");
  client.get("/stats");
  CHECK(client.reply().parsed()["total"] == 1);
  program.signal(signal);
  CHECK(program.exit_code() == 0);
}

TEST_CASE("the program refuses arguments it does not know") {
  CHECK(Program({"--port"}).exit_code() == 2);
  CHECK(Program({"--port", "70000"}).exit_code() == 2);
  CHECK(Program({"--colour"}).exit_code() == 2);
}

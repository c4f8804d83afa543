// `platos chat` against a real daemon: in pipes, in a terminal, interrupted, and through the death of the daemon.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <sstream>

#include "integration/cli_stage.hpp"

using namespace platos::tests;

namespace {

std::string text_of_file(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("a server that takes no more turns is exit code 5") {
  const CliStage stage({"--set", "runs.max_running=1"});
  const std::string agent = stage.agent("mock-never-r20");
  WatchedProcess first = stage.in_pipes({"chat", "--agent", agent, "--message", "Hi"});
  REQUIRE(first.read_until("@"));
  CHECK(stage.run({"chat", "--agent", agent, "--message", "Hi"}).exit_code == 5);
}

TEST_CASE("chat: the answer alone goes to standard output, tool calls to standard error") {
  const CliStage stage;
  const std::string agent = make_agent(*stage.daemon, "mock:mock-tool-n4-r0", {"docs"});
  const Finished finished = stage.run({"chat", "--agent", agent}, "cancel a run\n");
  CHECK(finished.exit_code == 0);
  CHECK(finished.err == "[docs__search {\"query\":\"cancel a run\"}]\n");
  const std::string thread = stage.json({"threads", "list"})[0]["id"];
  const Json messages = stage.json({"threads", "messages", thread});
  CHECK(messages[0]["content"] == "cancel a run");
  CHECK(finished.out == messages[1]["content"].get<std::string>() + "\n");
  const Finished hello = stage.run({"chat", "--message", "What is Platos?"});
  CHECK(hello.exit_code == 0);
  CHECK(has(hello.err, "[docs__search"));
  CHECK(hello.out.size() > 20);
}

TEST_CASE("chat: an error of the turn goes to standard error, with exit code 1") {
  const CliStage stage;
  const std::string agent = stage.agent("mock-s400");
  const Finished finished = stage.run({"chat", "--agent", agent, "--message", "Hi"});
  CHECK(finished.exit_code == 1);
  CHECK(finished.out.empty());
  CHECK(finished.err.starts_with("platos: "));
  CHECK(stage.run({"chat", "--agent", "nobody", "--message", "Hi"}).exit_code == 3);
}

TEST_CASE("chat goes on through a daemon that is killed and started again, and says that it starts over") {
  const CliStage stage;
  const std::string agent = stage.agent("mock-hang3-n40-once");
  WatchedProcess chat = stage.in_pipes({"chat", "--agent", agent, "--message", "Hi"});
  for (int i = 0; i < 6; ++i) REQUIRE(chat.read_until("@"));
  stage.daemon->kill_hard();
  REQUIRE(chat.read_until("[the connection was lost: resuming]"));
  stage.daemon->start_again();
  REQUIRE(chat.read_until("[starting over]\n"));
  CHECK(chat.wait() == 0);
  const Json run = stage.json({"runs", "list"})[0];
  CHECK(run["status"] == "completed");
  CHECK(run["attempt"] == 2);
  const std::string answer = stage.json({"threads", "messages", run["threadId"]})[1]["content"];
  CHECK(chat.output().ends_with("[starting over]\n" + answer + "\n"));
}

TEST_CASE("chat: SIGINT cancels the run, and the chat ends when the run has") {
  const CliStage stage;
  const std::string agent = stage.agent("mock-never-r50");
  WatchedProcess chat = stage.in_pipes({"chat", "--agent", agent, "--message", "Hi"});
  REQUIRE(chat.read_until("@"));
  chat.signal(SIGINT);
  CHECK(chat.wait() == 1);
  CHECK(chat.output().ends_with("\n[stopped]\n"));
  CHECK(stage.json({"runs", "list"})[0]["status"] == "canceled");
}

TEST_CASE("a conversation in a terminal: two turns in one thread, and a history that the next session has") {
  const CliStage stage;
  const TempDir state;
  const Variables history_home = {{"XDG_STATE_HOME", state.path()}};
  const std::string agent = stage.agent("mock-echo");
  {
    WatchedProcess chat = stage.in_terminal({"chat", "--agent", agent}, history_home);
    for (const char* text : {"first message", "second message"}) {
      REQUIRE(chat.read_until("> "));
      chat.type(text + std::string("\n"));
      REQUIRE(chat.read_until(text));                      // as it is typed
      REQUIRE(chat.read_until("\n" + std::string(text)));  // as it is answered
    }
    REQUIRE(chat.read_until("> "));
    chat.type("/quit\n");
    CHECK(chat.wait() == 0);
  }
  const Json threads = stage.json({"threads", "list"});
  REQUIRE(threads.size() == 1);
  CHECK(stage.json({"threads", "messages", threads[0]["id"]}).size() == 4);
  const std::string history = state.path() + "/platos/chat_history";
  CHECK(has(text_of_file(history), "message"));
  struct stat about {};
  REQUIRE(::stat(history.c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
  WatchedProcess again = stage.in_terminal({"chat", "--agent", agent}, history_home);
  REQUIRE(again.read_until("> "));
  again.type("\x10\n");  // Ctrl-P: the line before, which is /quit
  CHECK(again.wait() == 0);
  CHECK(has(again.output(), "/quit"));
}

TEST_CASE("in a terminal Ctrl-C stops the answer and keeps the conversation; at the prompt it leaves") {
  const CliStage stage;
  const std::string agent = stage.agent("mock-never-r50");
  WatchedProcess chat = stage.in_terminal({"chat", "--agent", agent});
  REQUIRE(chat.read_until("> "));
  chat.type("go\n");
  REQUIRE(chat.read_until("@"));
  chat.type("\x03");
  REQUIRE(chat.read_until("[stopped]"));
  REQUIRE(chat.read_until("> "));
  chat.type("/help\n");
  REQUIRE(chat.read_until("/quit  leave"));
  REQUIRE(chat.read_until("> "));
  chat.type("\x03");
  CHECK(chat.wait() == 0);
  CHECK(stage.json({"runs", "list"})[0]["status"] == "canceled");
}

TEST_CASE("a terminal gets no control characters of a server, and no line that is too long") {
  const CliStage stage;
  const std::string agent = stage.agent("mock-echo", {{"name", "Na\x1b[31mme " + std::string(100, 'x')}});
  const std::string hostile =
      "a\x1b[31mred\x1b]0;title\x07\x7f \xc2\x9b"
      "1mb\u202e.\ttab";
  WatchedProcess chat = stage.in_terminal({"chat", "--agent", agent, "--message", hostile});
  CHECK(chat.wait() == 0);
  CHECK(chat.output() == "ared b.\ttab\r\n");
  WatchedProcess list = stage.in_terminal({"agents", "list"});
  CHECK(list.wait() == 0);
  CHECK(!has(list.output(), "\x1b"));
  CHECK(has(list.output(), "Name"));
  CHECK(has(list.output(), "…"));
  std::stringstream lines(list.output());
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 60 + 2 * 8);  // "…" has three bytes
  const Finished json = stage.run({"agents", "show", agent, "--json"});
  CHECK(!has(json.out, "\x1b"));
}

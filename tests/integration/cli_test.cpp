// The program `platos` against a real daemon: commands, exit codes, chats in pipes and in a terminal.
#include <poll.h>
#include <pty.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>

#include "mock_provider/mock_provider.hpp"
#include "support/daemon.hpp"
#include "support/http.hpp"

using namespace platos::tests;

namespace {

using Words = std::vector<std::string>;
using Environment = std::map<std::string, std::string>;

Words command_of(const Words& arguments) {
  Words command = {program_path("platos")};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

/// A daemon whose instance `mock` is the mock provider, and the client beside it.
struct Stage {
  MockProvider mock;
  TempDir data;
  std::unique_ptr<Daemon> daemon;

  explicit Stage(Words arguments = {}) {
    write_openai_instance(data, "mock", mock.base_url());
    DaemonSettings settings;
    settings.data_dir = data.path();
    settings.arguments = std::move(arguments);
    daemon = std::make_unique<Daemon>(settings);
  }

  Environment environment() const { return {{"PLATOS_DATA_DIR", data.path()}, {"TERM", "dumb"}}; }
  Finished run(const Words& arguments, const std::string& input = {}) const {
    return run_program(command_of(arguments), environment(), input);
  }
  /// The document that the command prints with --json.
  Json json(Words arguments) const {
    arguments.emplace_back("--json");
    const Finished finished = run(arguments);
    INFO(finished.err);
    CHECK(finished.exit_code == 0);
    return Json::parse(finished.out, nullptr, false);
  }
  /// A turn that has ended: {runId, threadId, agentId, status, text}.
  Json chat(const std::string& agent, const std::string& message = "Hi") const {
    return json({"chat", "--agent", agent, "--message", message});
  }
};

/// A program that is watched while it runs, in a terminal of 60 columns or with pipes. Dies with the object.
class Process {
 public:
  Process(const Words& arguments, const Environment& environment, bool in_terminal) {
    const Words command = command_of(arguments);
    winsize size{};
    size.ws_row = 24;
    size.ws_col = 60;
    int output[2] = {-1, -1};
    if (!in_terminal && ::pipe(output) != 0) throw std::runtime_error("pipe failed");
    pid_ = in_terminal ? ::forkpty(&fd_, nullptr, nullptr, &size) : ::fork();
    if (pid_ < 0) throw std::runtime_error("no child process: is /dev/pts mounted?");
    if (pid_ == 0) {
      if (!in_terminal) {
        ::dup2(output[1], STDOUT_FILENO);
        ::dup2(output[1], STDERR_FILENO);
        ::close(output[0]);
      }
      execute(command, environment);
    }
    if (in_terminal) return;
    fd_ = output[0];
    ::close(output[1]);
  }
  ~Process() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
    wait();
    ::close(fd_);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void type(const std::string& keys) const { REQUIRE(::write(fd_, keys.data(), keys.size()) > 0); }
  void signal(int number) const { ::kill(pid_, number); }
  /// Reads on until the text has come behind what was found before; at most 30 s.
  bool read_until(const std::string& text) {
    std::size_t found = output_.find(text, found_);
    while (found == std::string::npos && read_some()) found = output_.find(text, found_);
    if (found == std::string::npos) return false;
    found_ = found + text.size();
    return true;
  }
  /// The exit code, once everything is read.
  int wait() {
    while (read_some()) {
    }
    int status = 0;
    if (pid_ > 0) ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  const std::string& output() const { return output_; }

 private:
  [[noreturn]] static void execute(const Words& command, const Environment& environment) {
    ::alarm(60);
    ::clearenv();
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    std::vector<char*> argv;
    for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    ::execv(argv.front(), argv.data());
    ::_exit(127);
  }
  bool read_some() {
    pollfd event{fd_, POLLIN, 0};
    if (::poll(&event, 1, 30'000) <= 0) return false;
    char buffer[4096];
    const auto got = ::read(fd_, buffer, sizeof buffer);
    if (got <= 0) return false;
    output_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }

  pid_t pid_ = -1;
  int fd_ = -1;
  std::string output_;
  std::size_t found_ = 0;
};

std::string text_of_file(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("agents: created, listed, shown, changed, their versions, deleted") {
  const Stage stage;
  const Json made = stage.json({"agents", "create", "--name", "My Helper", "--model", "mock:mock-echo", "--skill",
                                "docs", "--system-prompt", "Be brief."});
  CHECK(made["slug"] == "my-helper");
  CHECK(made["skills"] == Json({"docs"}));
  CHECK(stage.json({"agents", "list"}).size() == 2);
  CHECK(stage.json({"agents", "list", "--limit", "1"}).size() == 1);
  CHECK(stage.json({"agents", "show", "my-helper"})["systemPrompt"] == "Be brief.");
  CHECK(stage.json({"agents", "update", "my-helper", "--model", "mock:mock", "--no-skills"})["skills"].empty());
  const Json versions = stage.json({"agents", "versions", "my-helper"});
  REQUIRE(versions.size() == 2);
  CHECK(versions[0]["snapshot"]["model"] == "mock:mock");
  const Finished table = stage.run({"agents", "list"});
  CHECK(table.out.starts_with("SLUG       NAME"));
  CHECK(has(table.out, "\nmy-helper  My Helper  mock:mock"));
  CHECK(has(stage.run({"agents", "versions", "my-helper"}).out, "\n2        yes      mock:mock"));
  CHECK(has(stage.run({"agents", "show", "my-helper"}).out, "system prompt  Be brief.\n"));
  CHECK(has(stage.run({"agents", "delete", "my-helper"}).out, "deleted"));
  CHECK(stage.run({"agents", "show", "my-helper"}).exit_code == 3);
}

TEST_CASE("threads and runs of a chat: listed, shown, archived") {
  const Stage stage;
  const std::string agent = make_agent(*stage.daemon, "mock:mock-echo");
  const Json turn = stage.chat(agent, "one two");
  REQUIRE(turn["text"] == "one two");
  const std::string thread = turn["threadId"];
  const std::string run = turn["runId"];
  CHECK(stage.json({"threads", "list", "--agent", agent})[0]["id"] == thread);
  CHECK(stage.json({"threads", "list", "--agent", "hello"}).empty());
  CHECK(stage.json({"threads", "show", thread})["turnCount"] == 1);
  CHECK(stage.json({"threads", "messages", thread})[1]["content"] == "one two");
  CHECK(has(stage.run({"threads", "messages", thread}).out, "assistant  active  one two\n"));
  CHECK(stage.json({"runs", "list", "--status", "completed"})[0]["id"] == run);
  CHECK(stage.json({"runs", "list", "--thread", "thr_other"}).empty());
  CHECK(stage.json({"runs", "show", run})["status"] == "completed");
  CHECK(has(stage.run({"runs", "show", run}).out, "status    completed\n"));
  CHECK(has(stage.run({"threads", "archive", thread}).out, "archived"));
  CHECK(stage.json({"threads", "list"}).empty());
  CHECK(stage.json({"threads", "list", "--archived"}).size() == 1);
  const Finished late = stage.run({"chat", "--thread", thread, "--message", "more"});
  CHECK(late.exit_code == 1);
  CHECK(has(late.err, "is archived"));
}

TEST_CASE("runs events: all events of a run, or those behind a number, as lines and as JSON") {
  const Stage stage;
  const std::string run = stage.chat(make_agent(*stage.daemon, "mock:mock-n3-r0"))["runId"];
  const Json events = stage.json({"runs", "events", run});
  REQUIRE(events.size() == 7);
  CHECK(events.front()["type"] == "meta");
  CHECK(events.back()["type"] == "done");
  CHECK(stage.json({"runs", "events", run, "--after", "6"}).size() == 1);
  CHECK(stage.json({"runs", "events", run, "--after", "7"}).empty());
  CHECK(has(stage.run({"runs", "events", run, "--after", "5"}).out, "     7  done"));
  CHECK(stage.run({"runs", "events", run, "--after", "999999"}).exit_code == 1);
}

TEST_CASE("runs cancel: a run that waits for its model ends as canceled") {
  const Stage stage;
  const std::string agent = make_agent(*stage.daemon, "mock:mock-never-r20");
  Process chat({"chat", "--agent", agent, "--message", "Hi"}, stage.environment(), false);
  REQUIRE(chat.read_until("@"));
  const Json live = stage.json({"runs", "list", "--status", "running"});
  REQUIRE(live.size() == 1);
  CHECK(stage.json({"runs", "cancel", live[0]["id"]})["status"] == "cancelling");
  CHECK(chat.wait() == 1);
  CHECK(has(chat.output(), "[stopped]"));
  CHECK(stage.run({"runs", "cancel", "run_none"}).exit_code == 3);
}

TEST_CASE("plugins, status and version tell what runs") {
  const Stage stage;
  CHECK(stage.json({"plugins", "list"}).size() >= 3);
  CHECK(stage.json({"plugins", "show", "dev.platos.provider-openai"})["state"].is_string());
  CHECK(has(stage.run({"plugins", "list"}).out, "dev.platos.skill-docs"));
  CHECK(has(stage.run({"plugins", "show", "dev.platos.provider-openai"}).out, "\nINSTANCE"));
  CHECK(stage.run({"plugins", "show", "dev.none"}).exit_code == 3);
  const Json status = stage.json({"status"});
  CHECK(status["status"] == "ready");
  CHECK(status["url"] == stage.daemon->url());
  CHECK(has(stage.run({"status"}).out, "status     ready\n"));
  const Json versions = stage.json({"version"});
  CHECK(versions["client"] == versions["server"]);
  stage.daemon->kill_hard();
  CHECK(stage.json({"version"})["server"].is_null());
  const Finished down = stage.run({"status"});
  CHECK(down.exit_code == 5);
  CHECK(down.err ==
        "platos: no server answers at " + stage.daemon->url() + "; start it with platosd, or set PLATOS_URL\n");
}

TEST_CASE("config: shows what platosd would use and tells what is wrong, without a daemon") {
  const TempDir dir;
  dir.write("good.toml", "[http]\nlisten = \"127.0.0.1:4000\"\n");
  dir.write("bad.toml", "[http]\nlisten = 5\n");
  const std::string good = dir.path() + "/good.toml";
  const Environment environment = {{"PLATOS__LOG__LEVEL", "debug"}};
  const auto run = [&](const Words& words) { return run_program(command_of(words), environment); };
  const Finished shown = run({"config", "show", "--config", good});
  CHECK(shown.out == run_program({program_path("platosd"), "--config", good, "--print-config"}, environment).out);
  const Json json = Json::parse(run({"config", "show", "--json", "--config", good}).out, nullptr, false);
  CHECK(json["http.listen"]["value"] == "127.0.0.1:4000");
  CHECK(has(json["log.level"]["origin"], "PLATOS__LOG__LEVEL"));
  CHECK(run({"config", "check", "--config", good}).exit_code == 0);
  const Finished bad = run({"config", "check", "--config", dir.path() + "/bad.toml"});
  CHECK(bad.exit_code == 1);
  CHECK(has(bad.err, "bad.toml:2"));
}

TEST_CASE("help --all holds every command with an example, and a command line without sense is exit code 2") {
  const auto run = [](const Words& words) { return run_program(command_of(words)); };
  const Finished all = run({"help", "--all"});
  CHECK(all.exit_code == 0);
  for (const char* name : {"chat", "agents create", "agents versions", "threads archive", "runs events", "plugins show",
                           "status", "config check", "version", "help"}) {
    INFO(name);
    const auto at = all.out.find("== platos " + std::string(name) + " ==");
    REQUIRE(at != std::string::npos);
    const auto end = all.out.find("\n== ", at);
    CHECK(has(all.out.substr(at, end - at), "Example:\n  platos " + std::string(name)));
  }
  CHECK(has(run({"help", "agents", "create"}).out, "--system-prompt"));
  CHECK(run({"agents", "create", "--help"}).exit_code == 0);
  for (const Words& words : std::vector<Words>{{},
                                               {"agents"},
                                               {"agents", "show"},
                                               {"runs", "list", "--limit", "x"},
                                               {"status", "--no-such"},
                                               {"help", "nothing"},
                                               {"agents", "show", ""},
                                               {"--url", "ftp://host", "status"},
                                               {"chat"}}) {
    const Finished finished = run(words);
    CHECK(finished.exit_code == 2);
    CHECK(finished.err.starts_with("platos: "));
  }
  CHECK(has(run({"agnts"}).err, "did you mean \"agents\"?"));
}

TEST_CASE("no key and a wrong key are exit code 4, and the administrator's key goes to no other server") {
  const Stage stage;
  const TempDir empty;
  const Words show = {"--url", stage.daemon->url(), "agents", "list"};
  const Finished none = run_program(command_of(show), {{"PLATOS_DATA_DIR", empty.path()}});
  CHECK(none.exit_code == 4);
  CHECK(has(none.err, "set PLATOS_API_KEY, or run as a user who may read " + empty.path() + "/admin.key"));
  CHECK(run_program(command_of(show), {{"PLATOS_API_KEY", "wrong"}}).exit_code == 4);
  CHECK(run_program(command_of(show), {{"PLATOS_API_KEY", stage.daemon->key()}}).exit_code == 0);
  // Both reach the mock provider, but 0.0.0.0 is not one of this machine's loopback names.
  const std::string port = std::to_string(stage.mock.port());
  for (const bool local : {true, false}) {
    stage.run({"--url", (local ? "http://127.0.0.1:" : "http://0.0.0.0:") + port, "agents", "list"});
    const auto requests = stage.mock.requests();
    REQUIRE(requests.size() == (local ? 1u : 2u));
    CHECK(requests.back().header("authorization").empty() != local);
  }
}

TEST_CASE("a server that takes no more turns is exit code 5") {
  const Stage stage({"--set", "runs.max_running=1"});
  const std::string agent = make_agent(*stage.daemon, "mock:mock-never-r20");
  Process first({"chat", "--agent", agent, "--message", "Hi"}, stage.environment(), false);
  REQUIRE(first.read_until("@"));
  CHECK(stage.run({"chat", "--agent", agent, "--message", "Hi"}).exit_code == 5);
}

TEST_CASE("chat: the answer alone goes to standard output, tool calls to standard error") {
  const Stage stage;
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
  const Stage stage;
  const std::string agent = make_agent(*stage.daemon, "mock:mock-s400");
  const Finished finished = stage.run({"chat", "--agent", agent, "--message", "Hi"});
  CHECK(finished.exit_code == 1);
  CHECK(finished.out.empty());
  CHECK(finished.err.starts_with("platos: "));
  CHECK(stage.run({"chat", "--agent", "nobody", "--message", "Hi"}).exit_code == 3);
}

TEST_CASE("chat goes on through a daemon that is killed and started again, and says that it starts over") {
  const Stage stage;
  const std::string agent = make_agent(*stage.daemon, "mock:mock-r50-n40-d10");
  Process chat({"chat", "--agent", agent, "--message", "Hi"}, stage.environment(), false);
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
  const Stage stage;
  const std::string agent = make_agent(*stage.daemon, "mock:mock-never-r50");
  Process chat({"chat", "--agent", agent, "--message", "Hi"}, stage.environment(), false);
  REQUIRE(chat.read_until("@"));
  chat.signal(SIGINT);
  CHECK(chat.wait() == 1);
  CHECK(chat.output().ends_with("\n[stopped]\n"));
  CHECK(stage.json({"runs", "list"})[0]["status"] == "canceled");
}

TEST_CASE("a conversation in a terminal: two turns in one thread, and a history that the next session has") {
  const Stage stage;
  const TempDir state;
  Environment environment = stage.environment();
  environment["XDG_STATE_HOME"] = state.path();
  const std::string agent = make_agent(*stage.daemon, "mock:mock-echo");
  {
    Process chat({"chat", "--agent", agent}, environment, true);
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
  Process again({"chat", "--agent", agent}, environment, true);
  REQUIRE(again.read_until("> "));
  again.type("\x10\n");  // Ctrl-P: the line before, which is /quit
  CHECK(again.wait() == 0);
  CHECK(has(again.output(), "/quit"));
}

TEST_CASE("in a terminal Ctrl-C stops the answer and keeps the conversation; at the prompt it leaves") {
  const Stage stage;
  const std::string agent = make_agent(*stage.daemon, "mock:mock-never-r50");
  Process chat({"chat", "--agent", agent}, stage.environment(), true);
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
  const Stage stage;
  const std::string agent =
      make_agent(*stage.daemon, "mock:mock-echo", {}, {{"name", "Na\x1b[31mme " + std::string(100, 'x')}});
  Process chat({"chat", "--agent", agent, "--message",
                "a\x1b[31mred\x1b]0;title\x07\x7f \xc2\x9b"
                "1mb\u202e.\ttab"},
               stage.environment(), true);
  CHECK(chat.wait() == 0);
  CHECK(chat.output() == "ared b.\ttab\r\n");
  Process list({"agents", "list"}, stage.environment(), true);
  CHECK(list.wait() == 0);
  CHECK(!has(list.output(), "\x1b"));
  CHECK(has(list.output(), "Name"));
  CHECK(has(list.output(), "…"));
  std::stringstream lines(list.output());
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 60 + 2 * 8);  // "…" has three bytes
  const Finished json = stage.run({"agents", "show", agent, "--json"});
  CHECK(!has(json.out, "\x1b"));
}

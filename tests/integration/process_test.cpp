// platosd as a process: its flags and its configuration, a second one on the same data, and its end.
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

#include "support/stage.hpp"

using namespace platos::tests;

#ifndef PLATOS_SANITIZED
namespace {

/// Of this thread and of what it starts: an administrator's processes are then like those of any other user.
void start_without_rights() {
  for (int right = 0; right < 64; ++right) ::prctl(PR_CAPBSET_DROP, right);
}

void give_up_rights() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[2] = {};
  ::syscall(SYS_capset, &header, none);
}

/// Whether another process of the same user can open it.
bool peer_can_open(pid_t pid, const std::string& name) {
  const std::string path = "/proc/" + std::to_string(pid) + "/" + name;
  const pid_t peer = ::fork();
  if (peer == 0) {
    give_up_rights();
    ::_exit(::open(path.c_str(), O_RDONLY) >= 0 ? 0 : 1);
  }
  int status = 0;
  ::waitpid(peer, &status, 0);
  return status == 0;
}

/// A process that waits for the end of its input.
class Bystander {
 public:
  Bystander() {
    if (::pipe2(input_, O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::dup2(input_[0], STDIN_FILENO);
    ::execl("/bin/cat", "cat", nullptr);
    ::_exit(127);
  }
  ~Bystander() {
    ::close(input_[0]);
    ::close(input_[1]);
    ::waitpid(pid_, nullptr, 0);
  }
  Bystander(const Bystander&) = delete;
  Bystander& operator=(const Bystander&) = delete;
  pid_t pid() const { return pid_; }

 private:
  int input_[2] = {-1, -1};
  pid_t pid_ = -1;
};

}  // namespace

TEST_CASE("Another process of the same user can look into others, and not into the daemon") {
  std::map<std::string, bool> bystanders;
  std::map<std::string, bool> daemons;
  std::thread([&] {
    start_without_rights();
    const Bystander bystander;
    // Not before it is the other program.
    wait_until([&] { return peer_can_open(bystander.pid(), "environ"); });
    const Daemon daemon;
    for (const char* name : {"environ", "maps", "auxv", "mem", "status"}) {
      bystanders[name] = peer_can_open(bystander.pid(), name);
      daemons[name] = peer_can_open(daemon.pid(), name);
    }
  }).join();
  for (const char* name : {"environ", "maps", "auxv", "mem"}) {
    CAPTURE(name);
    // Where the system protects the memory of all processes, this says nothing of the daemon.
    if (std::string(name) != "mem") CHECK(bystanders[name]);
    CHECK_FALSE(daemons[name]);
  }
  CHECK(daemons["status"]);
}
#endif

TEST_CASE("platosd says what is wrong with its flags and its configuration, and where") {
  const std::string platosd = program_path("platosd");
  const TempDir dir;
  const std::string file = dir.path() + "/platos.toml";
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {platosd, "--data-dir", dir.path() + "/data"});
    return run_program(arguments);
  };
  dir.write("platos.toml", "[http]\nmax_body_bytes = 4096\n");
  const auto valid = run({"--config", file, "--check-config"});
  CHECK(valid.exit_code == 0);
  CHECK(valid.out == "the configuration is valid\n");
  const auto shown = run_program({platosd, "--config", file, "--print-config", "--set", "runs.drain_ms=7"},
                                 {{"PLATOS__LOG__LEVEL", "warn"}});
  CHECK(shown.exit_code == 0);
  CHECK(shown.out.find("max_body_bytes = 4096") != std::string::npos);
  CHECK(shown.out.find("(file " + file + ":2)") != std::string::npos);
  CHECK(shown.out.find("(environment PLATOS__LOG__LEVEL)") != std::string::npos);
  CHECK(shown.out.find("drain_ms = 7") != std::string::npos);
  CHECK(shown.out.find("(command line)") != std::string::npos);
  CHECK(shown.out.find("(default)") != std::string::npos);
  struct Wrong {
    const char* text;
    const char* said;
  };
  for (const auto& wrong :
       {Wrong{"[http]\n  lisen = \"127.0.0.1:1\"\n",
              ":2:3: unknown setting \"http.lisen\"; did you mean \"http.listen\"?"},
        Wrong{"[http]\nmax_body_bytes = 1\n", ":2:18: http.max_body_bytes: expected a whole number"},
        Wrong{"[http]\nmax_body_bytes = \"4096\"\n", ":2:18: http.max_body_bytes: expected an integer"},
        Wrong{"[http\n", ":1:6: "}, Wrong{"[http]\nlisten = \"nowhere\"\n", "http.listen: expected address:port"}}) {
    dir.write("platos.toml", wrong.text);
    const auto refused = run({"--config", file, "--check-config"});
    CAPTURE(refused.err);
    CHECK(refused.exit_code == 1);
    CHECK(refused.err.find(wrong.said) != std::string::npos);
  }
  CHECK(run({"--config", dir.path() + "/missing.toml", "--check-config"}).exit_code == 1);
  CHECK(run({"--chek-config"}).exit_code == 2);
  CHECK(run({"--set", "no-equals"}).exit_code == 2);
  for (const char* listen : {"0.0.0.0:0", "[::]:0", "127.evil.example:0"}) {
    const auto open = run({"--listen", listen, "--check-config"});
    CAPTURE(listen);
    CHECK(open.exit_code == 1);
    CHECK(open.err.find("--insecure-listen") != std::string::npos);
  }
  CHECK(run({"--listen", "0.0.0.0:0", "--insecure-listen", "--check-config"}).exit_code == 0);
}

TEST_CASE("secrets of the environment are used, do not stand in /proc, and cannot get into a core") {
  DaemonSettings settings;
  settings.environment = {{"OPENAI_API_KEY", "sk-canary-0000000000000000"}, {"PLATOS__RUNS__DRAIN_MS", "7"}};
  for (int i = 1; i <= 200; ++i) settings.environment["SECRET_" + std::to_string(i)] = "canary" + std::to_string(i);
  const Daemon daemon(settings);
  const Json plugins = get(daemon, "/api/v1/plugins").json();
  std::string openai;
  for (const auto& plugin : plugins["plugins"]) {
    for (const auto& instance : plugin["instances"]) {
      if (instance["name"] == "openai") openai = instance["state"];
    }
  }
  CHECK(openai == "ready");
  const std::string proc = "/proc/" + std::to_string(daemon.pid()) + "/";
  const auto text_of_file = [&](const std::string& name) {
    std::ifstream file(proc + name, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  };
  const std::string shown = text_of_file("environ");
  CHECK(shown.size() > 1'000);  // readable here, and wiped
  CHECK(shown.find_first_not_of('\0') == std::string::npos);
  CHECK(text_of_file("limits").find("Max core file size        0                    0") != std::string::npos);
  CHECK(daemon.log().find("canary") == std::string::npos);
  CHECK(plugins.dump().find("canary") == std::string::npos);
}

TEST_CASE("a second daemon on the same data ends with 5 and names the first") {
  const Daemon daemon;
  const auto second =
      run_program({program_path("platosd"), "--data-dir", daemon.data_dir(), "--listen", "127.0.0.1:0"});
  CHECK(second.exit_code == 5);
  CHECK(second.err.find("data_dir_in_use") != std::string::npos);
  CHECK(second.err.find("process " + std::to_string(daemon.pid()) + ";") != std::string::npos);
  CHECK(get(daemon, "/api/health").status == 200);
}

TEST_CASE("SIGTERM: a turn that ends within the drain is complete, its reader hears of the drain, the exit code is 0") {
  Stage stage;
  const std::string agent = stage.agent("mock-hang3-n8");
  Ask turn = streamed_turn(agent);
  bool stopping = false;
  turn.on_event = [&](const Event& event) {
    if (event.type() == "token" && !std::exchange(stopping, true)) ::kill(stage.daemon->pid(), SIGTERM);
    if (event.data.value("status", "") == "draining") stage.mock.release();
    return true;
  };
  const auto events = events_of(ask(*stage.daemon, turn).body);
  std::size_t told = 0;
  for (const auto& event : events) told += event.data.value("status", "") == "draining" && event.id == 0 ? 1 : 0;
  CHECK(told == 1);
  REQUIRE(!events.empty());
  CHECK(events.back().type() == "done");
  CHECK(stage.daemon->wait() == 0);
  stage.daemon->start_again();
  const Json run = stage.run_record(events.front().data["run_id"]);
  CHECK(run["status"] == "completed");
  CHECK(run["attempt"] == 1);
}

TEST_CASE("SIGTERM: a turn that outlasts the drain is taken over by the next start") {
  Stage stage({"--set", "runs.drain_ms=100"});
  const std::string agent = stage.agent("mock-hang3-n8-once");
  Ask turn = streamed_turn(agent);
  bool stopping = false;
  turn.on_event = [&](const Event& event) {
    if (event.type() == "token" && !std::exchange(stopping, true)) ::kill(stage.daemon->pid(), SIGTERM);
    return true;
  };
  const auto begun = events_of(ask(*stage.daemon, turn).body);
  REQUIRE(!begun.empty());
  CHECK(begun.back().type() != "done");
  CHECK(stage.daemon->wait() == 0);
  stage.daemon->start_again();
  const std::string run = begun.front().data["run_id"];
  auto all = events_of(get(*stage.daemon, "/api/v1/runs/" + run + "/events").body);
  all = transcript(all);
  CHECK(shape_of(all) == "meta status token+ message_persisted done");
  const Json record = stage.run_record(run);
  CHECK(record["status"] == "completed");
  CHECK(record["attempt"] == 2);
}

TEST_CASE(
    "A daemon without the secret or the database that its settings name does not start, and makes no key for it") {
  const TempDir data;
  const auto start = [&](const std::string& setting) {
    return run_program(
        {program_path("platosd"), "--data-dir", data.path(), "--listen", "127.0.0.1:0", "--set", setting});
  };
  const Finished no_secret = start("auth.session_secret=env:PLATOS_TEST_NOT_SET");
  CHECK(no_secret.exit_code == 1);
  CHECK(no_secret.err.find("PLATOS_TEST_NOT_SET") != std::string::npos);
  const Finished no_database = start("store.url=postgresql://me@/db?host=" + data.path());
  CHECK(no_database.exit_code == 1);
  CHECK(no_database.err.find("store_unreachable") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(data.path() + "/master.key"));
}

#include "support/daemon.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "support/postgres.hpp"

namespace platos::tests {
namespace {

namespace fs = std::filesystem;
using SteadyClock = std::chrono::steady_clock;

std::string read_file(const std::string& path) {
  std::ifstream stream(path);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::string first_line(const std::string& path) {
  std::ifstream stream(path);
  std::string line;
  std::getline(stream, line);
  return line;
}

int exit_code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

/// PATH and HOME are there, if nothing else.
Variables with_the_least(Variables environment) {
  environment.insert({{"PATH", "/usr/bin:/bin"}, {"HOME", "/nonexistent"}});
  return environment;
}

/// Waits for changes of a file by inotify: no polling, no sleeping.
class FileWatch {
 public:
  explicit FileWatch(const std::string& path) : fd_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
    ::inotify_add_watch(fd_, path.c_str(), IN_MODIFY);
  }
  ~FileWatch() { ::close(fd_); }
  void wait(int timeout_ms) const {
    pollfd event{fd_, POLLIN, 0};
    ::poll(&event, 1, timeout_ms);
    char buffer[4096];
    while (::read(fd_, buffer, sizeof buffer) > 0) {
    }
  }

 private:
  int fd_;
};

}  // namespace

std::string program_path(const std::string& name) { return std::string(PLATOS_BUILD_DIR) + "/bin/" + name; }

Daemon::Daemon(DaemonSettings settings) : settings_(std::move(settings)) {
  if (settings_.data_dir.empty()) {
    own_dir_ = std::make_unique<TempDir>();
    settings_.data_dir = own_dir_->path();
  }
  start();
}

Daemon::~Daemon() { kill_hard(); }

void Daemon::start() {
  Words words = {program_path("platosd"), "--data-dir", settings_.data_dir, "--listen", "127.0.0.1:0"};
  if (const auto store = store_url(settings_.data_dir); !store.empty()) {
    words.insert(words.end(), {"--set", "store.url=" + store});
  }
  words.insert(words.end(), settings_.arguments.begin(), settings_.arguments.end());
  const PreparedCommand command(std::move(words), with_the_least(settings_.environment));
  const int log = ::open(log_path().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const std::size_t before = read_file(log_path()).size();
  fs::remove(settings_.data_dir + "/url");
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(log, STDERR_FILENO);
    ::dup2(log, STDOUT_FILENO);
    command.execute();
  }
  ::close(log);
  if (!settings_.expect_ready) return;
  const FileWatch watch(log_path());
  const auto until = SteadyClock::now() + std::chrono::seconds(30);
  while (read_file(log_path()).find("\"message\":\"ready\"", before) == std::string::npos) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      throw std::runtime_error("platosd ended with " + std::to_string(exit_code_of(status)) + ":\n" + log_path() +
                               "\n" + this->log());
    }
    if (SteadyClock::now() > until) throw std::runtime_error("platosd was not ready within 30 s:\n" + this->log());
    watch.wait(100);
  }
  url_ = first_line(settings_.data_dir + "/url");
  key_ = first_line(settings_.data_dir + "/admin.key");
}

void Daemon::start_again() { start(); }

void Daemon::kill_hard() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  wait();
}

int Daemon::stop() {
  if (pid_ <= 0) return -1;
  ::kill(pid_, SIGTERM);
  return wait();
}

int Daemon::wait() {
  if (pid_ <= 0) return -1;
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return exit_code_of(status);
}

bool Daemon::wait_for_log(const std::string& text, int timeout_ms) {
  const FileWatch watch(log_path());
  const auto until = SteadyClock::now() + std::chrono::milliseconds(timeout_ms);
  while (log().find(text) == std::string::npos) {
    if (SteadyClock::now() > until) return false;
    watch.wait(100);
  }
  return true;
}

std::string Daemon::log() const { return read_file(log_path()); }

long Daemon::resident_kib() const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
  }
  return 0;
}

Finished run_program(const Words& words, const Variables& environment, const std::string& input) {
  const TempDir files;
  files.write("in", input);
  const std::string in = files.path() + "/in";
  const std::string out = files.path() + "/out";
  const std::string err = files.path() + "/err";
  const PreparedCommand command(words, with_the_least(environment));
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::alarm(60);
    ::dup2(::open(in.c_str(), O_RDONLY), STDIN_FILENO);
    ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT, 0600), STDOUT_FILENO);
    ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT, 0600), STDERR_FILENO);
    command.execute();
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return {exit_code_of(status), read_file(out), read_file(err)};
}

void write_openai_instance(const TempDir& data_dir, const std::string& name, const std::string& base_url) {
  data_dir.write(
      "manifests/instances/" + name + ".json",
      R"({"instance":1,"name":")" + name + R"(","plugin":"dev.platos.provider-openai","component":"openai",)" +
          R"("enabled":true,"config":{"base_url":")" + base_url + R"(","api_key_required":false},"secrets":{}})");
  data_dir.write("manifests/grants/" + name + ".json",
                 R"({"grant":1,"instance":")" + name + R"(","http":["{{config.base_url}}/*"],"secrets":[]})");
}

}  // namespace platos::tests

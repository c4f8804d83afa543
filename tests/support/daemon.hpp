// A real platosd as a child process, with a data directory of its own.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "support/prepared_command.hpp"
#include "support/temp_dir.hpp"

namespace platos::tests {

struct DaemonSettings {
  std::string data_dir;   ///< empty: a temporary one
  Words arguments;        ///< besides --data-dir and --listen
  Variables environment;  ///< besides a minimal one
  bool expect_ready = true;
};

/// Starts on a free port and waits for the line "ready" (at most 30 s; throws std::runtime_error with the log
/// otherwise). The destructor kills it.
class Daemon {
 public:
  explicit Daemon(DaemonSettings settings = {});
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  const std::string& url() const { return url_; }
  const std::string& key() const { return key_; }
  const std::string& data_dir() const { return settings_.data_dir; }
  pid_t pid() const { return pid_; }

  void kill_hard();    ///< SIGKILL, and waits
  int stop();          ///< SIGTERM, and waits; the exit code, or 128 + signal
  int wait();          ///< waits for the end by itself; the exit code, or 128 + signal
  void start_again();  ///< on the same data, after kill_hard() or stop()
  bool wait_for_log(const std::string& text, int timeout_ms = 20'000);  ///< of this or an earlier start
  std::string log() const;                                              ///< all lines so far
  long resident_kib() const;

 private:
  void start();
  std::string log_path() const { return settings_.data_dir + ".log"; }

  DaemonSettings settings_;
  std::unique_ptr<TempDir> own_dir_;
  std::string url_;
  std::string key_;
  pid_t pid_ = -1;
};

/// The exit code and output of a program that runs to its end (at most 60 s).
struct Finished {
  int exit_code = -1;
  std::string out;
  std::string err;
};
Finished run_program(const Words& words, const Variables& environment = {}, const std::string& input = {});

/// build/<preset>/bin/<name>
std::string program_path(const std::string& name);

/// An instance and its grant of provider-openai at this base URL, written to <data-dir>/manifests. No key.
void write_openai_instance(const TempDir& data_dir, const std::string& name, const std::string& base_url);

}  // namespace platos::tests

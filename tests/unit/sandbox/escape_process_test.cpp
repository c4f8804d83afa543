// Processes: those of others, and its own after its end.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "attempts.hpp"
#include "support/processes.hpp"
#include "support/waiting.hpp"

using namespace platos;
using namespace platos::tests;

namespace {

/// A process of the host that does nothing but be there.
struct Bystander {
  pid_t pid = ::fork();
  Bystander() {
    if (pid == 0) {
      for (;;) ::pause();
    }
  }
  ~Bystander() {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  bool lives() const { return ::waitpid(pid, nullptr, WNOHANG) == 0; }
};

}  // namespace

TEST_CASE_METHOD(SandboxStage, "processes of the host can neither be seen nor signalled") {
  const Bystander bystander;
  const std::string pid = std::to_string(bystander.pid);
  expect_denied(*this, {{"listing", "n = [p for p in os.listdir('/proc') if p.isdigit()]\nexpect(len(n) <= 3, n)"},
                        {"a signal", "attempt(lambda: os.kill(" + pid + ", 9))"},
                        {"a signal to the daemon", "attempt(lambda: os.kill(" + std::to_string(::getpid()) + ", 9))"},
                        {"a handle", "call(434, " + pid + ", 0)"},
                        {"a signal to a group", "attempt(lambda: os.killpg(" + pid + ", 9))"}});
  // Everybody that it can reach is itself.
  shell("kill -9 -1");
  python(
      "import os, signal\nfor p in range(1, 400):\n    try:\n        os.kill(p, 9) if p != os.getpid() else 0\n"
      "    except OSError:\n        pass");
  CHECK(bystander.lives());
}

TEST_CASE_METHOD(SandboxStage, "nothing of a program outlives it") {
  const std::string word = unique_word();
  SECTION("a process in the background") { shell("(sleep 300; : " + word + ") & sleep 0.05"); }
  SECTION("a process in a session of its own that has lost its parents") {
    python(
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        os.execvp('sleep', ['" +
        word + "', '300'])\n    os._exit(0)\ntime.sleep(0.05)");
  }
  SECTION("a process that takes no signal") {
    const auto result = python(
        "import os, signal, time\nfor s in range(1, 64):\n    try:\n        signal.signal(s, "
        "signal.SIG_IGN)\n    except (OSError, ValueError):\n        pass\nos.execvp('sleep', ['" +
            word + "', '300'])",
        300);
    CHECK(result.timed_out);
  }
  CHECK(processes_with(word) == 0);
}

TEST_CASE_METHOD(SandboxStage, "a program that is given up at any moment leaves nothing") {
  const std::string word = unique_word();
  sandbox::Sandbox box(options, clock, logger);
  for (int delay_us = 0; delay_us < 12'000; delay_us += 300) {
    base::CancelSource cancel;
    loop.call_after(delay_us, [&] { cancel.cancel("test"); });
    ports::ScriptJob job;
    job.command = {"/bin/sh", "-c", "sleep 300; : " + word};
    const auto result = run_in(box, job, cancel.token());
    REQUIRE_FALSE(result);
    CHECK(result.error().code == "cancelled");
  }
  // bubblewrap's own end may be a moment behind that of what it was told to run.
  CHECK(wait_until([&] { return processes_with(word) == 0; }));
}

// bubblewrap's first process in the sandbox leaves the group of its parent before it dies with it. Here the second
// never comes: nothing ties it to what the supervisor can kill by its number.
TEST_CASE_METHOD(SandboxStage, "a program that is out of reach when it is given up is ended, or does not begin") {
  const bool begins_late = GENERATE(false, true);
  CAPTURE(begins_late);
  const TempDir folder;
  const std::string gate = folder.path() + "/gate";
  REQUIRE(::mkfifo(gate.c_str(), 0600) == 0);
  folder.write("bwrap", "#!/bin/sh\nsetsid --fork /bin/sh -c '" +
                            (begins_late ? "read go < " + gate + "; " : std::string()) +
                            "/usr/bin/bwrap \"$@\" &' sh \"$@\"\nexec sleep 300\n");
  options.bwrap = folder.path() + "/bwrap";
  for (const auto& path : {folder.path(), options.bwrap, gate}) ::chmod(path.c_str(), 0777);

  const std::string word = unique_word();
  const std::string turned(word.rbegin(), word.rend());
  sandbox::Sandbox box(options, clock, logger);
  ports::ScriptJob job;
  job.workspace = box.workspaces().open("env", "thread").value();
  job.command = {"python3", "-I", "-c",
                 "import os\nopen('/workspace/ran', 'w')\nos.execvp('sleep', ['" + word + "'[::-1], '300'])"};
  base::CancelSource cancel;
  const std::function<void()> look = [&] {
    if (processes_with(begins_late ? gate : turned) > 0) return cancel.cancel("test");
    loop.call_after(10'000, look);
  };
  loop.call_after(0, look);
  const auto result = run_in(box, job, cancel.token());
  REQUIRE_FALSE(result);
  CHECK(result.error().code == "cancelled");
  if (begins_late) std::ofstream(gate) << "go\n";
  CHECK(wait_until([&] { return processes_with(word) + processes_with(turned) == 0; }));
  CHECK(std::filesystem::exists(job.workspace + "/ran") == !begins_late);
}

TEST_CASE_METHOD(SandboxStage, "descriptors, environment and input of the daemon do not reach a program") {
  const int leaked[2] = {::open(data.path().c_str(), O_RDONLY | O_DIRECTORY), ::dup(0)};  // neither closes on exec
  ::setenv("PLATOS_TEST_SECRET", "the daemon's own", 1);
  expect_denied(
      *this,
      {{"descriptors", "found = sorted(os.listdir('/proc/self/fd'))\nexpect(found == ['0', '1', '2', '3'], found)"},
       {"environment",
        "expect(set(os.environ) <= {'PATH', 'HOME', 'TMPDIR', 'LANG', 'USER', 'PLATOS_WORKSPACE', 'PWD', "
        "'LC_CTYPE'}, os.environ)"},
       {"input", "expect(sys.stdin.read() == '')"},
       {"writing to the input", "attempt(lambda: os.write(os.open('/proc/self/fd/0', os.O_RDWR), b'x'))"},
       {"a terminal", "expect(not any(map(os.isatty, (0, 1, 2))) and not os.path.exists('/dev/tty'))"},
       {"the command line of bubblewrap", "expect(b'" + data.path() + "' not in read('/proc/1/cmdline'))"},
       {"places of the host in the mount table", "expect('" + data.path() +
                                                     "' not in "
                                                     "open('/proc/self/mountinfo').read())"}});
  ::unsetenv("PLATOS_TEST_SECRET");
  for (const int descriptor : leaked) ::close(descriptor);
}

// Time, memory, processes, files, output: each has an end, and the result says which was reached.
#include <chrono>
#include <filesystem>
#include <fstream>

#include "attempts.hpp"
#include "sandbox/folder.hpp"

using namespace platos;
using namespace platos::tests;

namespace {

constexpr std::int64_t kMiB = 1024 * 1024;

std::int64_t elapsed_ms(const std::chrono::steady_clock::time_point since) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - since).count();
}

/// A sandbox whose jobs share one workspace.
struct WorkspaceStage : SandboxStage {
  ports::ScriptResult in_workspace(const std::string& code) {
    sandbox::Sandbox box(options, clock, logger);
    workspace = box.workspaces().open("env", "thread").value();
    ports::ScriptJob job;
    job.workspace = workspace;
    job.command = {"python3", "-I", "/job/main.py"};
    job.files["main.py"] = code;
    job.start_in_workspace = true;
    auto result = run_in(box, job);
    if (!result) FAIL(result.error().message);
    return std::move(*result);
  }
  std::string workspace;
};

}  // namespace

TEST_CASE_METHOD(SandboxStage, "a program that does not end is ended") {
  const auto began = std::chrono::steady_clock::now();
  SECTION("asleep") {
    const auto result = shell("echo before; sleep 600", 5'000);
    CHECK(result.timed_out);
    CHECK(result.exit_code == 137);
    CHECK(result.output == "before\n");
  }
  SECTION("busy, with children that are busy") {
    CHECK(shell("for i in 1 2 3 4; do while :; do :; done & done; wait", 300).timed_out);
  }
  SECTION("longer than any may run") {
    options.max_timeout_ms = 200;
    CHECK(shell("sleep 600", 3'600'000).timed_out);
  }
  CHECK(elapsed_ms(began) < 60'000);
}

TEST_CASE_METHOD(SandboxStage, "processor time has an end of its own") {
  options.cpu_ms = 1000;
  const auto result = shell("while :; do :; done", 20'000);
  CHECK_FALSE(result.timed_out);
  CHECK(result.exit_code > 128);
}

TEST_CASE_METHOD(SandboxStage, "memory of one process") {
  options.memory_bytes = 128 * kMiB;
  const auto result =
      python("try:\n    x = bytearray(400 << 20)\n    print('ESCAPED')\nexcept MemoryError:\n    print('denied')");
  CHECK(result.output == "denied\n");
}

TEST_CASE_METHOD(SandboxStage, "memory of many processes, of shared memory, and of temporary files") {
  options.memory_bytes = 96 * kMiB;
  options.temporary_bytes = 16 * kMiB;
  std::string code;
  std::string stopped_for = "memory";
  SECTION("of many processes") {
    code =
        "import os, time\nfor i in range(6):\n    if os.fork() == 0:\n        x = bytearray(30 << 20)\n        "
        "time.sleep(60)\ntime.sleep(60)";
  }
  SECTION("shared between processes") {
    code =
        "import mmap, time\nkept = []\nfor i in range(8):\n    m = mmap.mmap(-1, 24 << 20)\n    m.write(b'x' * (24 "
        "<< 20))\n    kept.append(m)\ntime.sleep(60)";
  }
  SECTION("in /tmp and /dev/shm") {
    code =
        "for place in ('/tmp/x', '/dev/shm/x'):\n    try:\n        open(place, 'wb').write(b'x' * (32 << 20))\n        "
        "print('ESCAPED')\n    except OSError as e:\n        print(e.errno)";
    stopped_for.clear();
  }
  const auto result = python(code);
  CHECK(result.stopped_for == stopped_for);
  if (stopped_for.empty()) CHECK(result.output == "28\n28\n");
}

TEST_CASE_METHOD(SandboxStage, "a fork bomb is damp") {
  options.processes = 24;
  const auto forks = python(
      "import os, time\nn = 0\ntry:\n    while n < 500:\n        if os.fork() == 0:\n            "
      "time.sleep(60)\n        n += 1\nexcept BlockingIOError:\n    print('denied', n < 24)");
  CHECK((forks.output == "denied True\n" || forks.stopped_for == "processes"));
  const auto threads = python(
      "import threading, time\nn = 0\ntry:\n    while n < 500:\n        threading.Thread(target="
      "time.sleep, args=(60,), daemon=True).start()\n        n += 1\n    print('ESCAPED')\n"
      "except RuntimeError:\n    print('denied')");
  CHECK(threads.output == "denied\n");
  const auto bomb = shell("b() { b | b & }; b; sleep 60", 500);
  CHECK((bomb.timed_out || bomb.exit_code != 0));
}

TEST_CASE_METHOD(SandboxStage, "open files, and the size of one") {
  options.open_files = 40;
  options.file_bytes = kMiB;
  expect_denied(*this, {{"many open files",
                         "kept = []\ntry:\n    while len(kept) < 100:\n        kept.append(open('/dev/null'))\n    "
                         "print('ESCAPED')\nexcept OSError as e:\n    expect(e.errno == errno.EMFILE, e)"},
                        {"a large file",
                         "import signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\ntry:\n    "
                         "open('/workspace/x', 'wb').write(b'x' * (3 << 20))\n    print('ESCAPED')\nexcept OSError as "
                         "e:\n    expect(e.errno == errno.EFBIG, e)"},
                        {"a large hole",
                         "import signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\ntry:\n    "
                         "os.ftruncate(os.open('/workspace/x', 65), 1 << 40)\n    print('ESCAPED')\nexcept "
                         "OSError as e:\n    expect(e.errno == errno.EFBIG, e)"},
                        {"a core", "import resource\nexpect(resource.getrlimit(resource.RLIMIT_CORE) == (0, 0))"}});
}

TEST_CASE_METHOD(SandboxStage, "output is cut, and a flood of it ends with the time") {
  ports::ScriptJob job;
  job.command = {"/bin/sh", "-c", "yes | head -c 3000000; yes err | head -c 3000000 >&2; echo end"};
  job.max_output_bytes = 1000;
  const auto result = done(job);
  CHECK(result.output.size() == 1000);
  CHECK(result.errors.size() == 1000);
  CHECK(result.output_cut);
  CHECK(result.exit_code == 0);
  job.command = {"yes"};
  job.timeout_ms = 5'000;
  const auto flood = done(job);
  CHECK(flood.timed_out);
  CHECK(flood.output.size() == 1000);
}

TEST_CASE_METHOD(WorkspaceStage, "a workspace that is overrun loses what the program wrote, and nothing else") {
  options.workspace_bytes = 8 * kMiB;
  options.workspace_entries = 200;
  in_workspace("open('kept.txt', 'w').write('from ')");
  std::string code;
  SECTION("by many bytes") {
    code = "for i in range(8):\n    open(f'f{i}', 'wb').write(b'x' * (2 << 20))\nimport time; time.sleep(0.3)";
  }
  SECTION("by many bytes, with an older date") {
    code =
        "import os\nfor i in range(8):\n    open(f'f{i}', 'wb').write(b'x' * (2 << 20))\n    os.utime(f'f{i}', (1, 1))";
  }
  SECTION("by many files") { code = "for i in range(400):\n    open(f'f{i}', 'w').close()"; }
  // After a look the kernel may date the next change finely, ahead of its coarse clock.
  REQUIRE(sandbox::use_of(workspace, 10));
  std::ofstream(workspace + "/kept.txt", std::ios::app) << "before";
  const auto result = in_workspace(code);
  CHECK(result.stopped_for == "workspace");
  const auto use = sandbox::use_of(workspace, 10'000);
  REQUIRE(use);
  CHECK(use->entries == 1);
  std::ifstream kept(workspace + "/kept.txt");
  CHECK(std::string(std::istreambuf_iterator<char>(kept), {}) == "from before");
}

TEST_CASE_METHOD(WorkspaceStage, "folders without end are taken away whole") {
  const auto result =
      in_workspace("import os\nfor i in range(3000):\n    os.mkdir('d')\n    os.chdir('d')\nos.chmod('.', 0)");
  CHECK(result.stopped_for == "workspace");
  CHECK(std::filesystem::is_empty(workspace));
}

// Time, memory, processes, files, output: each has an end, and the result says which was reached.
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

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
  SECTION("of a process whose first thread has ended") {
    code =
        "import ctypes, mmap, threading, time\ndef work():\n    time.sleep(0.2)\n    kept = []\n    for i in "
        "range(8):\n        "
        "m = mmap.mmap(-1, 24 << 20)\n        m.write(b'x' * (24 << 20))\n        kept.append(m)\n    time.sleep(5)\n"
        "threading.Thread(target=work).start()\nctypes.CDLL(None).syscall(ctypes.c_long(60), ctypes.c_long(0))";
  }
  SECTION("in tables of pages that are not there") {
    code =
        "import ctypes, time\nlibc = ctypes.CDLL(None)\nlibc.mmap.restype = ctypes.c_void_p\n"
        "libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + 3 * [ctypes.c_int] + [ctypes.c_long]\n"
        "at = libc.mmap(None, 256 << 30, 1, 0x4022, -1, 0)\nassert at != 2 ** 64 - 1\n"
        "for i in range(256 << 9):\n    ctypes.c_char.from_address(at + (i << 21)).value\ntime.sleep(60)";
  }
  SECTION("in /tmp and /dev/shm") {
    code =
        "for place in ('/tmp/x', '/dev/shm/x'):\n    try:\n        open(place, 'wb').write(b'x' * (32 << 20))\n        "
        "print('ESCAPED')\n    except OSError as e:\n        print(e.errno)";
    stopped_for.clear();
  }
  const auto result = python(code);
  INFO(result.errors);
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
                        {"room beyond the end of a file", "call(285, os.open('/workspace/x', 65), 1, 0, 4096)"},
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

TEST_CASE_METHOD(WorkspaceStage, "files that are open and have no name count as the workspace's") {
  options.workspace_bytes = 8 * kMiB;
  const std::string write_and_wait = "\nos.write(f, b'x' * (48 << 20))\ntime.sleep(5)";
  const std::string unlinked = "f = os.open('f', os.O_RDWR | os.O_CREAT)\nos.unlink('f')";
  std::string code = "import ctypes, os, shutil, sys, time\n";
  SECTION("taken away") { code += unlinked + write_and_wait; }
  SECTION("never there") { code += "f = os.open('.', os.O_RDWR | os.O_TMPFILE)" + write_and_wait; }
  SECTION("below a name that is too long to be told") {
    code += "for i in range(20):\n    os.mkdir('d' * 250)\n    os.chdir('d' * 250)\n" + unlinked + write_and_wait;
  }
  SECTION("of a thread with descriptors of its own") {
    // CLONE_VM, CLONE_SIGHAND and CLONE_THREAD: all is shared but the descriptors.
    code += "libc = ctypes.CDLL(None)\nstack = ctypes.create_string_buffer(1 << 20)\n" + unlinked +
            "\nos.write(f, b'x' * (48 << 20))\ntop = ctypes.c_void_p((ctypes.addressof(stack) + (1 << 20)) & ~15)\n"
            "assert libc.clone(libc.pause, top, 0x100 | 0x800 | 0x10000, None) > 0\nos.close(f)\ntime.sleep(5)";
  }
  SECTION("of a program that cannot be read") {
    options.workspace_bytes = 32 * kMiB;
    code +=
        "shutil.copy(sys.executable, 'p')\nos.chmod('p', 0o111)\nos.execv('p', ['p', '-c', \"\"\"import os, time\n" +
        unlinked + write_and_wait + "\"\"\"])";
  }
  const auto result = in_workspace(code);
  INFO(result.errors);
  CHECK(result.stopped_for == "workspace");
}

TEST_CASE_METHOD(WorkspaceStage, "files without a name that are small, or lie elsewhere, do no harm") {
  options.workspace_bytes = 8 * kMiB;
  const auto result = in_workspace(
      "import os, time\nfor i in range(10):\n    f = os.open('/tmp', os.O_RDWR | os.O_TMPFILE)\n    "
      "os.write(f, b'x' * (2 << 20))\nos.write(os.open('.', os.O_RDWR | os.O_TMPFILE), b'x' * (2 << 20))\n"
      "time.sleep(0.6)\nprint('fine')");
  INFO(result.errors);
  CHECK(result.stopped_for.empty());
  CHECK(result.output == "fine\n");
}

// In mounts of its own: nobody else sees the small disk.
TEST_CASE("files that are nowhere to be seen end with the disk") {
  if (::geteuid() != 0) return;
  std::string stopped_for = "nothing has run";
  std::thread([&] {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return;
    WorkspaceStage stage;
    const std::string disk = stage.data.path() + "/workspaces";
    std::filesystem::create_directory(disk);
    if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=24m,mode=0700") != 0) return;
    stage.options.workspace_bytes = 8 * kMiB;
    stopped_for = stage
                      .in_workspace(
                          "import ctypes, os, time\nlibc = ctypes.CDLL(None)\nlibc.mmap.restype = ctypes.c_void_p\n"
                          "libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + 3 * [ctypes.c_int] + "
                          "[ctypes.c_long]\nfor i in range(3):\n    f = os.open('.', os.O_RDWR | os.O_TMPFILE)\n    "
                          "os.ftruncate(f, 6 << 20)\n    at = libc.mmap(None, 6 << 20, 3, 1, f, 0)\n    "
                          "os.close(f)\n    ctypes.memset(at, 1, 6 << 20)\ntime.sleep(5)")
                      .stopped_for;
    ::umount2(disk.c_str(), MNT_DETACH);
  }).join();
  CHECK(stopped_for == "workspace");
}

TEST_CASE_METHOD(WorkspaceStage, "folders without end are taken away whole") {
  const auto result =
      in_workspace("import os\nfor i in range(3000):\n    os.mkdir('d')\n    os.chdir('d')\nos.chmod('.', 0)");
  CHECK(result.stopped_for == "workspace");
  CHECK(std::filesystem::is_empty(workspace));
}

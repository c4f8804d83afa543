// What a program in the sandbox gets, how it ends, and what cannot be run at all.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "sandbox_stage.hpp"
#include "support/processes.hpp"
#include "support/waiting.hpp"

using namespace platos;
using namespace platos::tests;

TEST_CASE_METHOD(SandboxStage, "a program runs, with its input, its output, its errors and its exit code") {
  ports::ScriptJob job;
  job.command = {"/bin/sh", "-c", "cat; echo err >&2; exit 7"};
  job.input = "what it reads";
  const auto result = done(job);
  CHECK(result.exit_code == 7);
  CHECK(result.output == "what it reads");
  CHECK(result.errors == "err\n");
  CHECK_FALSE(result.timed_out);
  CHECK_FALSE(result.output_cut);
  CHECK(shell("kill -SEGV $$").exit_code == 128 + 11);
}

TEST_CASE_METHOD(SandboxStage, "files lie in the working folder, and the workspace beside it") {
  ports::ScriptJob job;
  job.command = {"scripts/main.sh", "one two"};
  job.files = {{"scripts/main.sh",
                "#!/bin/sh\necho \"$1\"; cat data/in.txt; pwd; echo x > $PLATOS_WORKSPACE/out; "
                "cat /workspace/out; echo $GREETING\n"},
               {"data/in.txt", "content\n"}};
  job.environment = {{"GREETING", "hello"}};
  const auto result = done(job);
  INFO(result.errors);
  CHECK(result.output == "one two\ncontent\n/job\nx\nhello\n");
  job.command = {"/bin/sh", "-c", "pwd"};
  job.start_in_workspace = true;
  CHECK(done(job).output == "/workspace\n");
}

TEST_CASE_METHOD(SandboxStage, "Python, Node and a shell with processes, pipes and temporary files work") {
  CHECK(python("import subprocess, tempfile, threading, json, multiprocessing, sqlite3\n"
               "t = tempfile.NamedTemporaryFile()\nt.write(b'x')\n"
               "c = sqlite3.connect('/workspace/db')\nc.execute('create table t(a)')\nc.commit()\n"
               "print(subprocess.check_output(['sh', '-c', 'echo 1 | cat']).decode().strip())")
            .output == "1\n");
  ports::ScriptJob node;
  node.command = {"node", "-e",
                  "const {execSync} = require('child_process');"
                  "require('fs').writeFileSync('/workspace/x', 'y');"
                  "setTimeout(() => console.log(execSync('cat /workspace/x').toString()), 1)"};
  const auto result = done(node);
  INFO(result.errors);
  CHECK(result.output == "y\n");
  CHECK(shell("mkfifo /tmp/p; (echo deep > /tmp/p &); cat /tmp/p").output == "deep\n");
}

TEST_CASE_METHOD(SandboxStage, "a workspace that is given stays, one that is not goes") {
  sandbox::Sandbox box(options, clock, logger);
  ports::ScriptJob job;
  job.command = {"/bin/sh", "-c", "cat note 2>/dev/null; echo again >> note"};
  REQUIRE(run_in(box, job)->output.empty());
  REQUIRE(run_in(box, job)->output.empty());
  job.workspace = box.workspaces().open("env", "thread").value();
  REQUIRE(run_in(box, job)->output.empty());
  CHECK(run_in(box, job)->output == "again\n");
}

TEST_CASE_METHOD(SandboxStage, "a program that is not there is an error, and so is one that cannot be run") {
  ports::ScriptJob job;
  job.command = {"no-such-program"};
  const auto missing = run(job);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == "program_not_found");
  CHECK(missing.error().message.find("no-such-program") != std::string::npos);
  job.command = {"/usr"};
  const auto folder = run(job);
  REQUIRE_FALSE(folder);
  CHECK(folder.error().code == "program_not_found");
}

TEST_CASE_METHOD(SandboxStage, "where a program cannot be confined nothing is run") {
  ports::ScriptJob job;
  job.command = {"/bin/sh", "-c", "touch /workspace/ran"};
  std::string says;
  SECTION("no bubblewrap") {
    options.bwrap = "/nonexistent/bwrap";
    says = "/nonexistent/bwrap";
  }
  SECTION("a bubblewrap that fails") {
    data.write("bwrap", "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n");
    ::chmod((data.path() + "/bwrap").c_str(), 0755);
    ::chmod(data.path().c_str(), 0755);
    options.bwrap = data.path() + "/bwrap";
    says = "No permissions to create new namespace";
  }
  SECTION("a bubblewrap that runs the program without the helper") {
    data.write("bwrap", "#!/bin/sh\necho unconfined\n");
    ::chmod((data.path() + "/bwrap").c_str(), 0755);
    ::chmod(data.path().c_str(), 0755);
    options.bwrap = data.path() + "/bwrap";
    says = "cannot confine";
  }
  SECTION("no helper") {
    options.helper = "/nonexistent/platos-sandbox";
    says = "platos-sandbox";
  }
  SECTION("an operator's path that is missing") {
    options.read_only_paths = {"/nonexistent/packages"};
    says = "/nonexistent/packages";
  }
  SECTION("an operator's path that shows the data directory") {
    options.read_only_paths = {std::filesystem::path(data.path()).parent_path().string()};
    says = "data directory";
  }
  const auto result = run(job);
  REQUIRE_FALSE(result);
  INFO(result.error().message);
  CHECK(result.error().kind == ErrorKind::FailedPrecondition);
  CHECK(result.error().code == "sandbox_unavailable");
  CHECK(result.error().message.find(says) != std::string::npos);
}

TEST_CASE_METHOD(SandboxStage, "folders of the operator are seen under their names, and not changed") {
  TempDir packages;
  packages.write("python/answer.py", "value = 42\n");
  ::chmod(packages.path().c_str(), 0755);
  ::chmod((packages.path() + "/python").c_str(), 0755);
  options.read_only_paths = {packages.path()};
  ports::ScriptJob job;
  job.command = {"/bin/sh", "-c", "python3 -c 'import answer; print(answer.value)'; echo x > $PYTHONPATH/new"};
  job.environment = {{"PYTHONPATH", packages.path() + "/python"}};
  const auto result = done(job);
  CHECK(result.output == "42\n");
  CHECK(result.exit_code != 0);
  CHECK_FALSE(std::filesystem::exists(packages.path() + "/python/new"));
}

TEST_CASE_METHOD(SandboxStage, "a job that is out of bounds is refused with what is wrong with it") {
  ports::ScriptJob job;
  job.command = {"true"};
  std::string says;
  SECTION("no command") {
    job.command.clear();
    says = "expected a command";
  }
  SECTION("a NUL in the command") {
    job.command.push_back(std::string("a\0b", 3));
    says = "NUL";
  }
  SECTION("a long command") {
    job.command.push_back(std::string(70'000, 'x'));
    says = "64 KiB";
  }
  SECTION("a file above its folder") {
    job.files["../x"] = "";
    says = "../x";
  }
  SECTION("a file with an absolute path") {
    job.files["/etc/x"] = "";
    says = "/etc/x";
  }
  SECTION("a file that climbs later") {
    job.files["a/../../x"] = "";
    says = "a/../../x";
  }
  SECTION("too many files") {
    for (int i = 0; i < 257; ++i) job.files[std::to_string(i)] = "";
    says = "at most 256 files, found 257";
  }
  SECTION("too much in files") {
    job.files["x"] = std::string(17 << 20, 'x');
    says = "16 MiB";
  }
  SECTION("a name that is none") {
    job.environment["A-B"] = "";
    says = "A-B";
  }
  SECTION("a relative workspace") {
    job.workspace = "here";
    says = "absolute path";
  }
  SECTION("no time") {
    job.timeout_ms = 0;
    says = "timeout_ms";
  }
  const auto result = run(job);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == "sandbox_job_invalid");
  CHECK(result.error().message.find(says) != std::string::npos);
}

TEST_CASE_METHOD(SandboxStage, "a program that is cancelled ends at once, one that waits never begins") {
  options.max_parallel = 1;
  sandbox::Sandbox box(options, clock, logger);
  base::CancelSource cancel;
  ports::ScriptJob job;
  job.command = {"sleep", "300"};
  job.timeout_ms = 300'000;
  std::vector<Task<Result<ports::ScriptResult>>> both;
  both.push_back(box.run(loop, job, cancel.token()));
  both.push_back(box.run(loop, job, cancel.token()));
  loop.call_after(100'000, [&] { cancel.cancel("test"); });
  base::TaskSet set(loop, [](std::string_view, std::exception_ptr) {});
  const auto ended = base::run_to_end(loop, base::when_all(loop, set, std::move(both)));
  for (const auto& each : ended) {
    REQUIRE_FALSE(each);
    CHECK(each.error().code == "cancelled");
  }
}

TEST_CASE_METHOD(SandboxStage, "what runs when the sandbox goes away is ended") {
  auto box = std::make_unique<sandbox::Sandbox>(options, clock, logger);
  ports::ScriptJob job;
  const std::string word = unique_word();
  const std::string turned(word.rbegin(), word.rend());  // not on bubblewrap's own command line
  job.command = {"python3", "-I", "-c", "import os\nos.execvp('sleep', ['" + word + "'[::-1], '300'])"};
  job.timeout_ms = 300'000;
  base::TaskSet set(loop, [](std::string_view, std::exception_ptr) {});
  loop.defer([&] {
    set.start("run", [](sandbox::Sandbox& it, base::Loop& on, ports::ScriptJob what) -> Task<void> {
      (void)co_await it.run(on, std::move(what), base::CancelToken());
    }(*box, loop, job));
  });
  const std::function<void()> end_once_it_runs = [&] {
    if (processes_with(turned) == 0) {
      loop.call_after(20'000, end_once_it_runs);
      return;
    }
    box.reset();
    loop.stop();
  };
  loop.defer(end_once_it_runs);
  loop.run();
  // bubblewrap's own end may be a moment behind that of what it was told to run.
  CHECK(wait_until([&] { return processes_with(turned) + processes_with(word) == 0; }));
}

TEST_CASE_METHOD(SandboxStage, "a start costs milliseconds") {
  sandbox::Sandbox box(options, clock, logger);
  ports::ScriptJob job;
  job.command = {"/bin/true"};
  std::vector<std::int64_t> times_us;
  for (int i = 0; i < 40; ++i) {
    const auto began = clock.monotonic_us();
    REQUIRE(run_in(box, job));
    times_us.push_back(clock.monotonic_us() - began);
  }
  std::sort(times_us.begin(), times_us.end());
  WARN("start to end of /bin/true: p50 " << times_us[20] << " us, p95 " << times_us[37] << " us, longest "
                                         << times_us[39] << " us");
}

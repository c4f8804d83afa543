// The folders of threads: whose they are, and when they go.
#include <fcntl.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <optional>

#include "sandbox/workspace_file.hpp"
#include "sandbox_stage.hpp"

using namespace platos;
using namespace platos::tests;

TEST_CASE_METHOD(SandboxStage, "each thread of each environment has a folder of its own, whatever it is called") {
  sandbox::Sandbox box(options, clock, logger);
  auto& workspaces = box.workspaces();
  const std::string one = workspaces.open("env", "thread").value();
  CHECK(workspaces.open("env", "thread").value() == one);
  CHECK(workspaces.open("other", "thread").value() != one);
  CHECK(workspaces.open("env", "../../x").value().starts_with(data.path() + "/workspaces/"));
  CHECK(workspaces.open("env", "../../x").value().find("..") == std::string::npos);
  CHECK(workspaces.open("env", "").error().code == "workspace_needs_thread");
  struct stat found {};
  REQUIRE(::stat((data.path() + "/workspaces").c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0700);
}

TEST_CASE_METHOD(SandboxStage, "old workspaces go, then the longest unused, and none that is in use") {
  options.workspaces_bytes = 1024 * 1024;
  sandbox::Sandbox box(options, clock, logger);
  auto& workspaces = box.workspaces();
  for (const char* thread : {"a", "b"})
    std::ofstream(workspaces.open("env", thread).value() + "/f") << std::string(900 * 1024, 'x');
  const std::int64_t now_s = clock.wall_us() / 1'000'000;
  CHECK(workspaces.sweep(now_s) == 0);
  CHECK(workspaces.sweep(now_s + 7200) == 1);
  CHECK(workspaces.sweep(now_s + 8 * 24 * 3600) == 1);
}

TEST_CASE_METHOD(SandboxStage, "a program does not choose when its workspace was used") {
  options.workspaces_bytes = 1024 * 1024;
  sandbox::Sandbox box(options, clock, logger);
  auto& workspaces = box.workspaces();
  const std::int64_t now_s = clock.wall_us() / 1'000'000;
  const std::string first = workspaces.open("env", "a").value();
  for (const auto& path : {first, workspaces.open("env", "b").value()})
    std::ofstream(path + "/f") << std::string(900 * 1024, 'x');
  const auto date_first = [&](std::time_t second) {
    const timespec times[2] = {{second, 0}, {second, 0}};
    REQUIRE(::utimensat(AT_FDCWD, first.c_str(), static_cast<const timespec*>(times), 0) == 0);
  };
  date_first(0);
  CHECK(workspaces.sweep(now_s) == 0);
  date_first(4'102'444'800);  // in the year 2100
  CHECK(workspaces.sweep(now_s + 8 * 24 * 3600) == 2);
  CHECK_FALSE(std::filesystem::exists(first));
}

TEST_CASE_METHOD(SandboxStage, "the host removes nothing from a workspace that a program is in") {
  sandbox::Sandbox box(options, clock, logger);
  auto& workspaces = box.workspaces();
  const std::string path = workspaces.open("env", "thread").value();
  const std::int64_t later_s = clock.wall_us() / 1'000'000 + 8 * 24 * 3600;
  workspaces.enter(path);
  workspaces.enter(path);
  CHECK(workspaces.sweep(later_s) == 0);
  CHECK_FALSE(workspaces.leave(path, 7));
  CHECK(workspaces.sweep(later_s) == 0);
  CHECK(workspaces.leave(path, sandbox::kNothingOverrun) == 7);
  CHECK(workspaces.sweep(later_s) == 0);

  std::atomic<bool> reopened{false};
  auto entered = std::async(std::launch::async, [&] {
    workspaces.enter(path);
    return reopened.load();
  });
  reopened = true;
  workspaces.reopen(path);
  CHECK(entered.get());
  CHECK_FALSE(workspaces.leave(path, sandbox::kNothingOverrun));
  CHECK(workspaces.sweep(later_s) == 1);
}

TEST_CASE_METHOD(SandboxStage, "a workspace is not swept from under a program") {
  sandbox::Sandbox box(options, clock, logger);
  ports::ScriptJob job;
  job.workspace = box.workspaces().open("env", "thread").value();
  job.command = {"/bin/sh", "-c", "echo x > began; exec sleep 300"};
  job.start_in_workspace = true;
  base::CancelSource cancel;
  std::optional<std::size_t> swept;
  const std::function<void()> look = [&] {
    if (!std::filesystem::exists(job.workspace + "/began")) return (void)loop.call_after(10'000, look);
    swept = box.workspaces().sweep(clock.wall_us() / 1'000'000 + 8 * 24 * 3600);
    cancel.cancel("test");
  };
  loop.call_after(0, look);
  CHECK_FALSE(run_in(box, job, cancel.token()));
  CHECK(swept == 0);
  CHECK(std::filesystem::exists(job.workspace + "/began"));
}

TEST_CASE_METHOD(SandboxStage,
                 "a file that the host puts into a workspace gets a free name, and programs may change it") {
  sandbox::Sandbox box(options, clock, logger);
  const std::string path = box.workspaces().open("env", "thread").value();
  const auto add = [&](const std::string& bytes) {
    return sandbox::add_file(box.options(), path, "images", "fox", "png", bytes);
  };
  CHECK(add("one").value() == "images/fox.png");
  CHECK(add("two").value() == "images/fox-2.png");
  std::ifstream stream(path + "/images/fox.png");
  std::string content;
  stream >> content;
  CHECK(content == "one");
  const auto entries = std::filesystem::directory_iterator(path + "/images");
  CHECK(std::distance(begin(entries), end(entries)) == 2);
  ports::ScriptJob job;
  job.command = {"/bin/sh", "-c", "cat images/fox-2.png && rm images/fox.png && echo changed >> images/fox-2.png"};
  job.workspace = path;
  job.start_in_workspace = true;
  const auto ran = run_in(box, job);
  REQUIRE(ran);
  INFO(ran->errors);
  CHECK(ran->exit_code == 0);
  CHECK(ran->output == "two");
}

TEST_CASE_METHOD(SandboxStage, "links that a program left lead the host nowhere, and a full workspace takes nothing") {
  sandbox::Sandbox box(options, clock, logger);
  const TempDir outside;
  const std::string path = box.workspaces().open("env", "thread").value();
  const auto code_of = [&](const sandbox::Options& with, const std::string& bytes) {
    const auto added = sandbox::add_file(with, path, "images", "fox", "png", bytes);
    return added ? "ok" : added.error().code;
  };
  std::filesystem::create_directory_symlink(outside.path(), path + "/images");
  CHECK(code_of(options, "x") == "workspace_blocked");
  CHECK(std::filesystem::is_empty(outside.path()));
  std::filesystem::remove(path + "/images");
  std::ofstream(path + "/images") << "a file";
  CHECK(code_of(options, "x") == "workspace_blocked");
  std::filesystem::remove(path + "/images");
  std::filesystem::create_directory(path + "/images");
  std::filesystem::create_symlink(outside.path() + "/target", path + "/images/fox.png");
  CHECK(code_of(options, "x") == "ok");
  CHECK(std::filesystem::is_empty(outside.path()));
  CHECK(std::filesystem::is_symlink(path + "/images/fox.png"));

  auto small = options;
  small.workspace_bytes = 64 * 1024;
  CHECK(code_of(small, std::string(60 * 1024, 'x')) == "workspace_full");
  auto few = options;
  few.workspace_entries = 4;
  CHECK(code_of(few, "x") == "workspace_full");
  auto short_files = options;
  short_files.file_bytes = 10;
  CHECK(code_of(short_files, "more than ten") == "workspace_full");
}

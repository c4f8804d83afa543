// The folders of threads: whose they are, and when they go.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

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

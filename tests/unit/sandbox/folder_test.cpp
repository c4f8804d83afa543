// Folders whose maker does not want them to be cleaned.
#include "sandbox/folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "support/temp_dir.hpp"

using namespace platos;
using namespace platos::tests;

namespace fs = std::filesystem;

namespace {

constexpr uid_t kNobody = 65534;

mode_t mode_of(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 ? found.st_mode & 07777 : 0;
}

/// What `body` returns to somebody without rights over the folders of others; programs have the same user there.
bool without_rights(const TempDir& folder, const std::function<bool()>& body) {
  if (::geteuid() == 0 && ::chown(folder.path().c_str(), kNobody, kNobody) != 0) return false;
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGABRT, SIG_DFL);
    bool fine = false;
    try {
      fine = (::geteuid() != 0 || ::setresuid(kNobody, kNobody, kNobody) == 0) && body();
    } catch (...) {
      fine = false;
    }
    ::_exit(fine ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

TEST_CASE("a folder is emptied though its maker took the rights away") {
  const TempDir data;
  const std::string path = data.path() + "/workspace";
  const auto emptied = [&](const std::string& locked, mode_t mode) {
    fs::create_directories(path + "/sub/inner");
    for (const char* name : {"/file", "/sub/file", "/sub/inner/file"}) std::ofstream(path + name) << "x";
    return ::chmod((path + locked).c_str(), mode) == 0 && sandbox::remove_content(path, true) && fs::is_empty(path);
  };
  const std::string locked = GENERATE(as<std::string>(), "", "/sub", "/sub/inner");
  const mode_t mode = GENERATE(as<mode_t>(), 0500, 0400, 0300, 0);
  CAPTURE(locked, mode);
  CHECK(without_rights(data, [&] { return emptied(locked, mode); }));
}

TEST_CASE("what was changed goes from folders that are locked, and what was there stays") {
  const TempDir data;
  const std::string path = data.path() + "/workspace";
  const auto trimmed = [&](mode_t mode) {
    fs::create_directories(path + "/sub/inner");
    for (const char* name : {"/old", "/sub/old", "/sub/inner/old"}) std::ofstream(path + name) << "x";
    const auto before = sandbox::use_of(path, 100);
    for (const char* name : {"/new", "/sub/new", "/sub/inner/new"}) std::ofstream(path + name) << "x";
    for (const char* name : {"/sub/inner", "/sub", ""}) {
      if (::chmod((path + name).c_str(), mode) != 0) return false;
    }
    if (!before || !sandbox::remove_changed_after(path, before->newest_change_ns)) return false;
    for (const std::string name : {"/", "/sub/", "/sub/inner/"}) {
      if (!fs::exists(path + name + "old") || fs::exists(path + name + "new")) return false;
    }
    return true;
  };
  const mode_t mode = GENERATE(as<mode_t>(), 0500, 0400, 0);
  CAPTURE(mode);
  CHECK(without_rights(data, [&] { return trimmed(mode); }));
}

TEST_CASE("what lies in a folder that may be listed only is counted") {
  const TempDir data;
  CHECK(without_rights(data, [&] {
    data.write("workspace/sub/file", std::string(100'000, 'x'));
    if (::chmod((data.path() + "/workspace/sub").c_str(), 0400) != 0) return false;
    const auto use = sandbox::use_of(data.path() + "/workspace", 100);
    return use && use->entries == 2 && use->bytes >= 100'000;
  }));
}

TEST_CASE("what a link leads to keeps its rights, also where the link cannot be removed at first") {
  const TempDir data;
  CHECK(without_rights(data, [&] {
    const std::string path = data.path() + "/workspace";
    const std::string outside = data.path() + "/outside";
    std::ofstream(outside) << "x";
    fs::create_directory(path);
    fs::create_symlink(outside, path + "/link");
    if (::chmod(outside.c_str(), 0644) != 0 || ::chmod(path.c_str(), 0500) != 0) return false;
    return sandbox::remove_content(path, true) && fs::is_empty(path) && mode_of(outside) == 0644;
  }));
}

TEST_CASE("a folder that turns into a link while it is removed leads nowhere") {
  const TempDir data;
  const std::string path = data.path() + "/workspace";
  const std::string outside = data.path() + "/outside";
  data.write("outside", "x");
  REQUIRE(::chmod(outside.c_str(), 0644) == 0);
  fs::create_directory(path);
  std::atomic<bool> over{false};
  std::thread hostile([&] {
    while (!over) ::renameat2(AT_FDCWD, (path + "/a").c_str(), AT_FDCWD, (path + "/b").c_str(), RENAME_EXCHANGE);
  });
  for (int i = 0; i < 2000; ++i) {
    std::error_code ignored;
    fs::create_directories(path + "/a/inner", ignored);
    fs::create_symlink(outside, path + "/b", ignored);
    (void)sandbox::remove_content(path, true);
  }
  over = true;
  hostile.join();
  CHECK(mode_of(outside) == 0644);
  CHECK(sandbox::remove_content(path, true));
  CHECK(fs::is_empty(path));
}

// Rotation, full disks, torn ends.
#include "trace_file.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "support/temp_dir.hpp"

using platos::observer_file::TraceFile;
using platos::tests::TempDir;
namespace fs = std::filesystem;

namespace {

std::string content(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// A line of exactly `size` bytes.
std::string line(std::size_t size, char letter = 'x') { return std::string(size - 1, letter) + '\n'; }

/// Runs `body` in a child whose files may not grow over `limit` bytes; returns whether it was happy.
bool happy_with_file_limit(rlim_t limit, const std::function<bool()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limits = {limit, RLIM_INFINITY};
    ::_exit(::setrlimit(RLIMIT_FSIZE, &limits) == 0 && body() ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

struct Fixture {
  TempDir folder;
  std::string path = folder.path() + "/trace.jsonl";
};

}  // namespace

TEST_CASE_METHOD(Fixture, "nothing touches the disk before the first flush, then the file is private") {
  ::umask(0);
  TraceFile file(path, 1000, 2);
  file.append(line(10));
  CHECK_FALSE(fs::exists(path));
  file.flush();
  CHECK(content(path) == line(10));
  CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  file.flush();
  CHECK(content(path) == line(10));
}

TEST_CASE_METHOD(Fixture, "a file that others could read is made private") {
  folder.write("trace.jsonl", "old\n");
  fs::permissions(path, fs::perms::all);
  TraceFile file(path, 1000, 2);
  file.append("new\n");
  file.flush();
  CHECK(content(path) == "old\nnew\n");
  CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE_METHOD(Fixture, "a full buffer is written by itself, and what is left at the end") {
  {
    TraceFile file(path, 10'000'000, 2);
    for (int i = 0; i < 3000; ++i) file.append(line(100));
    CHECK(content(path).size() >= 200'000);
  }
  CHECK(content(path).size() == 300'000);
}

TEST_CASE_METHOD(Fixture, "a file is filled to the last byte, and not one more, before it rotates") {
  TraceFile file(path, 100, 2);
  file.append(line(60, 'a'));
  file.append(line(40, 'b'));
  file.flush();
  CHECK(content(path).size() == 100);
  CHECK_FALSE(fs::exists(path + ".1"));
  file.append(line(1 + 1, 'c'));
  file.flush();
  CHECK(content(path) == "c\n");
  CHECK(content(path + ".1") == line(60, 'a') + line(40, 'b'));
}

TEST_CASE_METHOD(Fixture, "one flush may fill several files; lines are never split, and keep their order") {
  TraceFile file(path, 100, 4);
  std::string all;
  for (char letter = 'a'; letter < 'k'; ++letter) {
    file.append(line(41, letter));
    all += line(41, letter);
  }
  file.flush();
  CHECK(content(path + ".4") + content(path + ".3") + content(path + ".2") + content(path + ".1") + content(path) ==
        all);
  for (const auto& entry : fs::directory_iterator(folder.path())) CHECK(entry.file_size() == 82);
}

TEST_CASE_METHOD(Fixture, "only so many old files are kept, also after that number was lowered") {
  folder.write("trace.jsonl.3", "from a larger keep\n");
  folder.write("trace.jsonl.4", "from a larger keep\n");
  TraceFile file(path, 10, 2);
  for (char letter = 'a'; letter < 'h'; ++letter) file.append(line(10, letter));
  file.flush();
  CHECK(content(path) == line(10, 'g'));
  CHECK(content(path + ".1") == line(10, 'f'));
  CHECK(content(path + ".2") == line(10, 'e'));
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 3);
}

TEST_CASE_METHOD(Fixture, "with no old files to keep the file begins anew") {
  TraceFile file(path, 10, 0);
  for (char letter = 'a'; letter < 'd'; ++letter) file.append(line(10, letter));
  file.flush();
  CHECK(content(path) == line(10, 'c'));
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE_METHOD(Fixture, "the size of a file that was there before counts") {
  folder.write("trace.jsonl", line(95, 'a'));
  TraceFile file(path, 100, 2);
  file.append(line(6, 'b'));
  file.flush();
  CHECK(content(path + ".1") == line(95, 'a'));
  CHECK(content(path) == line(6, 'b'));
}

TEST_CASE_METHOD(Fixture, "the unfinished line of a killed process is cut off and counted") {
  folder.write("trace.jsonl", "whole\nhal");
  TraceFile file(path, 1000, 2);
  file.append("next\n");
  file.flush();
  CHECK(content(path) == "whole\nnext\n");
  CHECK(file.take_trouble().torn_lines == 1);
  CHECK(file.take_trouble().torn_lines == 0);
}

TEST_CASE_METHOD(Fixture, "an unfinished line may be long, or all there is") {
  const std::string before = GENERATE(as<std::string>{}, "", "whole\n");
  folder.write("trace.jsonl", before + std::string(300'000, 'x'));
  TraceFile file(path, 1'000'000, 2);
  file.append("next\n");
  file.flush();
  CHECK(content(path) == before + "next\n");
}

TEST_CASE_METHOD(Fixture, "a process killed in the middle leaves a file that the next one goes on with") {
  const pid_t child = ::fork();
  if (child == 0) {
    TraceFile file(path, 1'000'000, 2);
    for (int i = 0; i < 1000; ++i) file.append(line(100));
    file.flush();
    file.append(line(100));  // in the buffer only
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  TraceFile file(path, 1'000'000, 2);
  file.append("next\n");
  file.flush();
  CHECK(content(path).size() == 100'005);
  CHECK(file.take_trouble().torn_lines == 0);
}

TEST_CASE_METHOD(Fixture, "on a full disk whole lines stay, the others are counted exactly, and it resumes") {
  CHECK(happy_with_file_limit(1050, [this] {
    TraceFile file(path, 1'000'000, 2);
    for (int i = 0; i < 30; ++i) file.append(line(100));
    file.flush();
    const auto trouble = file.take_trouble();
    if (trouble.lost_lines != 20 || trouble.reason != "cannot write: File too large") return false;
    if (content(path).size() != 1000) return false;  // the half of the eleventh is gone
    file.append(line(100));
    file.flush();
    if (file.take_trouble().lost_lines != 1 || content(path).size() != 1000) return false;
    const rlimit room = {RLIM_INFINITY, RLIM_INFINITY};
    if (::setrlimit(RLIMIT_FSIZE, &room) != 0) return false;
    file.append(line(100, 'y'));
    file.flush();
    return file.take_trouble().lost_lines == 0 && content(path).size() == 1100;
  }));
}

TEST_CASE_METHOD(Fixture, "a folder that is gone costs the lines, and its return ends the trouble") {
  const std::string inside = folder.path() + "/state";
  TraceFile file(inside + "/trace.jsonl", 1000, 2);
  file.append(line(10));
  file.append(line(10));
  file.flush();
  const auto trouble = file.take_trouble();
  CHECK(trouble.lost_lines == 2);
  CHECK(trouble.reason == "cannot open: No such file or directory");
  fs::create_directory(inside);
  file.append(line(10));
  file.flush();
  CHECK(file.take_trouble().lost_lines == 0);
  CHECK(content(inside + "/trace.jsonl") == line(10));
}

TEST_CASE_METHOD(Fixture, "a rotation that fails costs lines, and never loops") {
  fs::create_directory(path + ".1");
  folder.write("trace.jsonl.1/keeps-it", "x");
  TraceFile file(path, 20, 1);
  for (int i = 0; i < 5; ++i) file.append(line(10));
  file.flush();
  CHECK(file.take_trouble().lost_lines == 3);
  CHECK(content(path).size() == 20);
}

TEST_CASE_METHOD(Fixture, "a file that was moved away or deleted is made again") {
  TraceFile file(path, 1000, 2);
  file.append("one\n");
  file.flush();
  fs::rename(path, path + ".moved");
  file.append("two\n");
  file.flush();
  CHECK(content(path) == "two\n");
  CHECK(content(path + ".moved") == "one\n");
  fs::remove(path);
  file.append("three\n");
  file.flush();
  CHECK(content(path) == "three\n");
}

TEST_CASE_METHOD(Fixture, "a link in the place of the file is not followed") {
  folder.write("elsewhere", "mine\n");
  fs::create_symlink(folder.path() + "/elsewhere", path);
  TraceFile file(path, 1000, 2);
  file.append(line(10));
  file.flush();
  CHECK(file.take_trouble().lost_lines == 1);
  CHECK(content(folder.path() + "/elsewhere") == "mine\n");
}

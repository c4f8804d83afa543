// The second line: what Landlock holds when the first one, bubblewrap's own root, were not there.
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>

#include "sandbox/child.hpp"
#include "sandbox_stage.hpp"
#include "support/processes.hpp"

using namespace platos;
using namespace platos::tests;

namespace {

struct Ended {
  int code = -1;
  std::string output;
};

/// The helper alone, around a shell that sees the whole machine.
Ended run_helper(const std::string& script) {
  int status[2];
  int output[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, status) == 0);
  REQUIRE(::pipe2(output, O_CLOEXEC) == 0);
  const sandbox::Descriptor listening(status[0]);
  sandbox::Descriptor reading(output[0]);
  sandbox::Descriptor writing(output[1]);
  sandbox::Command command;
  // Processor seconds, memory, file size, processes, files; what may be read; the program.
  command.arguments = {program_path("platos-sandbox"),
                       "enter",
                       "3",
                       "10",
                       "1073741824",
                       "1048576",
                       "4096",
                       "64",
                       "/usr",
                       "/bin",
                       "/lib",
                       "/lib64",
                       "--",
                       "/bin/sh",
                       "-c",
                       script};
  command.descriptors.emplace_back(status[1]);
  auto nothing = sandbox::file_in_memory("");
  REQUIRE(nothing);
  auto child = sandbox::Child::start(command, nothing->get(), writing.get(), writing.get());
  REQUIRE(child);
  writing.reset();
  Ended ended;
  char buffer[4096];
  for (ssize_t got = 1; got > 0; ended.output.append(buffer, got > 0 ? static_cast<std::size_t>(got) : 0))
    got = ::read(reading.get(), buffer, sizeof buffer);
  ended.code = child->wait();
  return ended;
}

}  // namespace

TEST_CASE(
    "where the kernel has Landlock, a program that got past its root still reads and writes its own places only") {
  const Ended fine = run_helper("cat /usr/bin/env > /dev/null && ls / > /dev/null && echo in");
  INFO(fine.output);
  REQUIRE(fine.code == 0);
  CHECK(fine.output == "in\n");
  const bool has_landlock = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 1;
  // /tmp is its own.
  const std::string elsewhere = "/var/tmp/" + unique_word() + "was-here";
  for (const std::string& script : {std::string("cat /etc/passwd"), std::string("ls /etc/ssl && cat /etc/hostname"),
                                    "echo x > " + elsewhere, "mkdir " + elsewhere}) {
    CAPTURE(script);
    const Ended ended = run_helper(script);
    INFO(ended.output);
    // Without it the first line holds alone, which the other tests are about.
    CHECK((ended.code == 0) != has_landlock);
    std::filesystem::remove_all(elsewhere);
  }
}

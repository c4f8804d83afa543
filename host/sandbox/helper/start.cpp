#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cstdio>

#include "helper.hpp"
#include "protocol.hpp"

namespace platos::sandbox {
namespace {

constexpr unsigned long long kMaxSources = 256;

void bind(int source, unsigned number) {
  char from[64];
  char to[64];
  std::snprintf(from, sizeof from, "/proc/self/fd/%d", source);
  std::snprintf(to, sizeof to, "%s/%u", kStageFolder, number);
  struct stat kind {};
  if (::fstat(source, &kind) != 0) give_up("fstat");
  if (S_ISDIR(kind.st_mode)) {
    if (::mkdir(to, 0755) != 0) give_up(to);
  } else {
    const int file = ::open(to, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    if (file < 0 || ::close(file) != 0) give_up(to);
  }
  if (::mount(from, to, nullptr, MS_BIND | MS_REC, nullptr) != 0) give_up("bind mount");
}

}  // namespace

void start(char** arguments) {
  const auto user = static_cast<uid_t>(number_of(arguments[0]));
  const auto group = static_cast<gid_t>(number_of(arguments[1]));
  const auto count = static_cast<unsigned>(number_of(arguments[2]));
  if (count > kMaxSources) give_up("too many sources");
  char** sources = arguments + 3;
  if (::unshare(CLONE_NEWNS) != 0) give_up("a mount namespace");
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) give_up("private mounts");
  // Opened before the next mount: what is mounted below may hide them, and the other user may not get to them.
  int opened[kMaxSources];
  for (unsigned i = 0; i < count; ++i) {
    opened[i] = ::open(sources[i], O_PATH | O_CLOEXEC);
    if (opened[i] < 0) give_up(sources[i]);
  }
  if (::mount("tmpfs", kStageFolder, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=1m") != 0) give_up(kStageFolder);
  for (unsigned i = 0; i < count; ++i) bind(opened[i], i);
  if (::setgroups(0, nullptr) != 0) give_up("setgroups");
  if (::setresgid(group, group, group) != 0) give_up("setresgid");
  if (::setresuid(user, user, user) != 0) give_up("setresuid");
  char** program = sources + count;
  ::execv(program[0], program);
  give_up(program[0]);
}

}  // namespace platos::sandbox

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "helper.hpp"
#include "protocol.hpp"

namespace platos::sandbox {
namespace {

void limit(__rlimit_resource_t resource, unsigned long long value) {
  rlimit now{};
  if (::getrlimit(resource, &now) != 0) give_up("getrlimit");
  const rlim_t most = value < now.rlim_max ? value : now.rlim_max;
  const rlimit wanted{most, most};
  if (::setrlimit(resource, &wanted) != 0) give_up("setrlimit");
}

// The first to die when the machine is short of memory. Raising it is always allowed; that it fails does no harm.
void die_first() {
  const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  if (::write(file, "1000", 4) != 4) errno = 0;
  ::close(file);
}

// Also proves that the daemon is alive to end what begins here: without it the send fails.
void say_ready(int status) {
  const int processes = ::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (processes < 0) give_up("/proc");
  char word = kReady;
  iovec data{&word, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &processes, sizeof processes);
  if (::sendmsg(status, &message, MSG_NOSIGNAL) != 1) give_up("status");
  ::close(processes);
}

void close_all_but(int kept) {
  if (kept < 3) give_up("status descriptor");
  if (kept > 3 && ::syscall(SYS_close_range, 3U, static_cast<unsigned>(kept) - 1, 0U) != 0) give_up("close_range");
  if (::syscall(SYS_close_range, static_cast<unsigned>(kept) + 1, ~0U, 0U) != 0) give_up("close_range");
  if (::fcntl(kept, F_SETFD, FD_CLOEXEC) != 0) give_up("fcntl");
}

}  // namespace

void enter(char** arguments) {
  const int status = static_cast<int>(number_of(arguments[0]));
  close_all_but(status);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, number_of(arguments[1]));
  limit(RLIMIT_DATA, number_of(arguments[2]));
  limit(RLIMIT_FSIZE, number_of(arguments[3]));
  limit(RLIMIT_NPROC, number_of(arguments[4]));
  limit(RLIMIT_NOFILE, number_of(arguments[5]));
  limit(RLIMIT_MSGQUEUE, 0);
  limit(RLIMIT_MEMLOCK, 0);
  limit(RLIMIT_SIGPENDING, 256);
  limit(RLIMIT_STACK, 8ULL * 1024 * 1024);
  die_first();
  char** read_only = arguments + 6;
  char** program = read_only;
  while (*program != nullptr && std::strcmp(*program, "--") != 0) ++program;
  if (*program == nullptr || program[1] == nullptr) {
    errno = EINVAL;
    give_up("no program");
  }
  *program++ = nullptr;
  confine_files(read_only);
  ::umask(077);
  say_ready(status);
  ::execvp(program[0], program);
  char record[32];
  const int size = std::snprintf(record, sizeof record, "%c%d", kNotRun, errno);
  if (::send(status, record, static_cast<std::size_t>(size), MSG_NOSIGNAL) != size) give_up("status");
  ::_exit(127);
}

}  // namespace platos::sandbox

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "helper.hpp"

namespace platos::sandbox {
namespace {

// Debian 12's header knows the first versions only; kernels are often newer.
struct Ruleset {
  std::uint64_t files = 0;
  std::uint64_t network = 0;
  std::uint64_t scoped = 0;
};
constexpr std::uint64_t kExecute = 1U << 0, kWriteFile = 1U << 1, kReadFile = 1U << 2, kReadDir = 1U << 3;
constexpr std::uint64_t kMakeChar = 1U << 6, kMakeBlock = 1U << 11;
constexpr std::uint64_t kFirstVersion = (1U << 13) - 1, kRefer = 1U << 13, kTruncate = 1U << 14, kIoctl = 1U << 15;
constexpr std::uint64_t kBindAndConnect = 3, kSocketsAndSignals = 3;
constexpr const char* kWritable[] = {"/workspace", "/tmp", "/dev/shm"};
constexpr const char* kDevices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};

void allow(int ruleset, const char* path, std::uint64_t access) {
  landlock_path_beneath_attr rule{};
  rule.parent_fd = ::open(path, O_PATH | O_CLOEXEC);
  if (rule.parent_fd < 0) {
    if (errno == ENOENT) return;
    give_up(path);
  }
  struct stat kind {};
  if (::fstat(rule.parent_fd, &kind) != 0) give_up(path);
  if (!S_ISDIR(kind.st_mode)) access &= kExecute | kWriteFile | kReadFile | kTruncate | kIoctl;
  rule.allowed_access = access;
  if (::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) give_up("landlock rule");
  ::close(rule.parent_fd);
}

}  // namespace

void confine_files(const char* const* read_only) {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return;
  Ruleset handled;
  handled.files = kFirstVersion;
  if (version >= 2) handled.files |= kRefer;
  if (version >= 3) handled.files |= kTruncate;
  if (version >= 5) handled.files |= kIoctl;
  if (version >= 4) handled.network = kBindAndConnect;
  if (version >= 6) handled.scoped = kSocketsAndSignals;
  const std::size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
  const int ruleset = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &handled, size, 0));
  if (ruleset < 0) give_up("landlock");
  allow(ruleset, "/", kReadDir);
  for (const char* const* path = read_only; *path != nullptr; ++path)
    allow(ruleset, *path, kExecute | kReadFile | kReadDir);
  allow(ruleset, "/proc", kReadFile | kReadDir);
  for (const char* device : kDevices)
    allow(ruleset, device, handled.files & (kReadFile | kWriteFile | kTruncate | kIoctl));
  for (const char* folder : kWritable) allow(ruleset, folder, handled.files & ~(kMakeChar | kMakeBlock));
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) give_up("no_new_privs");
  if (::syscall(SYS_landlock_restrict_self, ruleset, 0) != 0) give_up("landlock");
  ::close(ruleset);
}

}  // namespace platos::sandbox

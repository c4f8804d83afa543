#include "sandbox/seccomp_filter.hpp"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

#include "sandbox/descriptor.hpp"

namespace platos::sandbox {
namespace {

// Compute, files, pipes, local sockets, own processes and threads, time, signals to each other.
constexpr const char* kAllowed[] = {"read",
                                    "write",
                                    "close",
                                    "stat",
                                    "fstat",
                                    "lstat",
                                    "newfstatat",
                                    "statx",
                                    "poll",
                                    "ppoll",
                                    "lseek",
                                    "mmap",
                                    "mprotect",
                                    "munmap",
                                    "brk",
                                    "mremap",
                                    "msync",
                                    "mincore",
                                    "madvise",
                                    "pkey_alloc",
                                    "pkey_free",
                                    "pkey_mprotect",
                                    "rt_sigaction",
                                    "rt_sigprocmask",
                                    "rt_sigreturn",
                                    "rt_sigpending",
                                    "rt_sigtimedwait",
                                    "rt_sigqueueinfo",
                                    "rt_tgsigqueueinfo",
                                    "rt_sigsuspend",
                                    "sigaltstack",
                                    "pread64",
                                    "pwrite64",
                                    "preadv",
                                    "pwritev",
                                    "preadv2",
                                    "pwritev2",
                                    "readv",
                                    "writev",
                                    "access",
                                    "faccessat",
                                    "faccessat2",
                                    "pipe",
                                    "pipe2",
                                    "select",
                                    "pselect6",
                                    "sched_yield",
                                    "sched_getaffinity",
                                    "sched_setaffinity",
                                    "sched_getparam",
                                    "sched_getscheduler",
                                    "sched_get_priority_max",
                                    "sched_get_priority_min",
                                    "sched_rr_get_interval",
                                    "dup",
                                    "dup2",
                                    "dup3",
                                    "pause",
                                    "nanosleep",
                                    "clock_nanosleep",
                                    "getitimer",
                                    "setitimer",
                                    "alarm",
                                    "timer_create",
                                    "timer_settime",
                                    "timer_gettime",
                                    "timer_getoverrun",
                                    "timer_delete",
                                    "timerfd_create",
                                    "timerfd_settime",
                                    "timerfd_gettime",
                                    "getpid",
                                    "getppid",
                                    "gettid",
                                    "getpgid",
                                    "getpgrp",
                                    "setpgid",
                                    "getsid",
                                    "setsid",
                                    "getuid",
                                    "geteuid",
                                    "getgid",
                                    "getegid",
                                    "getgroups",
                                    "getresuid",
                                    "getresgid",
                                    "capget",
                                    "sendfile",
                                    "splice",
                                    "tee",
                                    "copy_file_range",
                                    "sendto",
                                    "recvfrom",
                                    "sendmsg",
                                    "recvmsg",
                                    "sendmmsg",
                                    "recvmmsg",
                                    "shutdown",
                                    "bind",
                                    "listen",
                                    "accept",
                                    "accept4",
                                    "connect",
                                    "getsockname",
                                    "getpeername",
                                    "setsockopt",
                                    "getsockopt",
                                    "execve",
                                    "exit",
                                    "exit_group",
                                    "wait4",
                                    "waitid",
                                    "kill",
                                    "tkill",
                                    "tgkill",
                                    "pidfd_open",
                                    "pidfd_send_signal",
                                    "fork",
                                    "vfork",
                                    "uname",
                                    "fcntl",
                                    "flock",
                                    "fsync",
                                    "fdatasync",
                                    "sync_file_range",
                                    "truncate",
                                    "ftruncate",
                                    "fadvise64",
                                    "readahead",
                                    "getdents",
                                    "getdents64",
                                    "getcwd",
                                    "chdir",
                                    "fchdir",
                                    "rename",
                                    "renameat",
                                    "renameat2",
                                    "mkdir",
                                    "mkdirat",
                                    "rmdir",
                                    "link",
                                    "linkat",
                                    "unlink",
                                    "unlinkat",
                                    "symlink",
                                    "symlinkat",
                                    "readlink",
                                    "readlinkat",
                                    "umask",
                                    "chown",
                                    "fchown",
                                    "lchown",
                                    "fchownat",
                                    "utime",
                                    "utimes",
                                    "utimensat",
                                    "futimesat",
                                    "statfs",
                                    "fstatfs",
                                    "gettimeofday",
                                    "time",
                                    "times",
                                    "clock_gettime",
                                    "clock_getres",
                                    "getrlimit",
                                    "setrlimit",
                                    "prlimit64",
                                    "getrusage",
                                    "sysinfo",
                                    "getpriority",
                                    "setpriority",
                                    "arch_prctl",
                                    "set_tid_address",
                                    "set_robust_list",
                                    "get_robust_list",
                                    "rseq",
                                    "futex",
                                    "futex_waitv",
                                    "membarrier",
                                    "restart_syscall",
                                    "epoll_create",
                                    "epoll_create1",
                                    "epoll_ctl",
                                    "epoll_wait",
                                    "epoll_pwait",
                                    "epoll_pwait2",
                                    "eventfd",
                                    "eventfd2",
                                    "signalfd",
                                    "signalfd4",
                                    "inotify_init",
                                    "inotify_init1",
                                    "inotify_add_watch",
                                    "inotify_rm_watch",
                                    "getrandom",
                                    "getcpu",
                                    "close_range",
                                    "seccomp",
                                    "landlock_create_ruleset",
                                    "landlock_add_rule",
                                    "landlock_restrict_self",
                                    "getxattr",
                                    "lgetxattr",
                                    "fgetxattr",
                                    "listxattr",
                                    "llistxattr",
                                    "flistxattr",
                                    "cachestat"};

// Programs that try these expect to be told that they may not, and some give up on ENOSYS.
constexpr const char* kRefused[] = {"ptrace",
                                    "process_vm_readv",
                                    "process_vm_writev",
                                    "pidfd_getfd",
                                    "process_madvise",
                                    "kcmp",
                                    "mount",
                                    "umount2",
                                    "pivot_root",
                                    "chroot",
                                    "setns",
                                    "unshare",
                                    "move_mount",
                                    "open_tree",
                                    "fsopen",
                                    "fsconfig",
                                    "fsmount",
                                    "fspick",
                                    "mount_setattr",
                                    "swapon",
                                    "swapoff",
                                    "reboot",
                                    "kexec_load",
                                    "kexec_file_load",
                                    "init_module",
                                    "finit_module",
                                    "delete_module",
                                    "bpf",
                                    "perf_event_open",
                                    "userfaultfd",
                                    "keyctl",
                                    "add_key",
                                    "request_key",
                                    "syslog",
                                    "acct",
                                    "quotactl",
                                    "quotactl_fd",
                                    "settimeofday",
                                    "clock_settime",
                                    "clock_adjtime",
                                    "adjtimex",
                                    "sethostname",
                                    "setdomainname",
                                    "iopl",
                                    "ioperm",
                                    "modify_ldt",
                                    "open_by_handle_at",
                                    "name_to_handle_at",
                                    "fanotify_init",
                                    "fanotify_mark",
                                    "lookup_dcookie",
                                    "vhangup",
                                    "nfsservctl",
                                    "personality",
                                    "setuid",
                                    "setgid",
                                    "setreuid",
                                    "setregid",
                                    "setresuid",
                                    "setresgid",
                                    "setfsuid",
                                    "setfsgid",
                                    "setgroups",
                                    "capset",
                                    "setxattr",
                                    "lsetxattr",
                                    "fsetxattr",
                                    "removexattr",
                                    "lremovexattr",
                                    "fremovexattr",
                                    "mlock",
                                    "mlock2",
                                    "mlockall",
                                    "mbind",
                                    "set_mempolicy",
                                    "migrate_pages",
                                    "move_pages",
                                    "ioprio_set",
                                    "sched_setscheduler",
                                    "sched_setattr",
                                    "sched_setparam",
                                    "shmget",
                                    "shmat",
                                    "shmctl",
                                    "shmdt",
                                    "semget",
                                    "semop",
                                    "semctl",
                                    "msgget",
                                    "msgsnd",
                                    "msgrcv",
                                    "msgctl",
                                    "mq_open",
                                    "mq_unlink",
                                    "io_setup",
                                    "io_submit"};

constexpr int kNewNamespaces =
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
constexpr std::uint64_t kLow = 0xffffffffU;  // arguments are ints: what is above is noise
constexpr std::uint64_t kSetIdBits = S_ISUID | S_ISGID;
constexpr std::uint64_t kCreates = O_CREAT | (O_TMPFILE & ~O_DIRECTORY);

// Terminal and descriptor questions. Not TIOCSTI and TIOCLINUX, which type into a terminal, nor anything of devices.
constexpr std::uint64_t kIoctls[] = {TCGETS,    TCSETS,   TCSETSW, TCSETSF,  TIOCGWINSZ, TIOCGPGRP,
                                     TIOCSPGRP, FIONREAD, FIONBIO, FIOASYNC, FIOCLEX,    FIONCLEX};
// 47 and 48: capability bits; 0x53564d41: names of mappings.
constexpr std::uint64_t kPrctls[] = {
    PR_SET_NAME,         PR_GET_NAME,         PR_SET_PDEATHSIG, PR_GET_PDEATHSIG,       PR_GET_DUMPABLE,
    PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS, PR_CAPBSET_READ,  PR_GET_SECCOMP,         PR_SET_TIMERSLACK,
    PR_GET_TIMERSLACK,   PR_SET_THP_DISABLE,  PR_GET_KEEPCAPS,  PR_SET_CHILD_SUBREAPER, 0x53564d41};

class Builder {
 public:
  Builder() : context_(seccomp_init(SCMP_ACT_ERRNO(ENOSYS)), seccomp_release) {
    if (!context_) failed_ = true;
  }

  template <typename... Comparisons>
  void allow(const char* name, Comparisons... comparisons) {
    rule(SCMP_ACT_ALLOW, name, comparisons...);
  }
  void refuse(const char* name) { rule(SCMP_ACT_ERRNO(EPERM), name); }

  Result<std::string> exported() const {
    const Descriptor file(::memfd_create("filter", MFD_CLOEXEC));
    if (failed_ || !file || seccomp_export_bpf(context_.get(), file.get()) != 0)
      return fail(ErrorKind::FailedPrecondition, "sandbox_unavailable", "libseccomp cannot make the filter");
    std::string bytes(static_cast<std::size_t>(::lseek(file.get(), 0, SEEK_END)), '\0');
    if (::pread(file.get(), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
      return system_failure("reading the filter");
    return bytes;
  }

 private:
  template <typename... Comparisons>
  void rule(std::uint32_t action, const char* name, Comparisons... comparisons) {
    const int number = seccomp_syscall_resolve_name(name);
    if (failed_ || number < 0) return;  // this architecture, or this libseccomp, has it not: the default applies
    const std::array<scmp_arg_cmp, sizeof...(comparisons)> list{comparisons...};
    if (seccomp_rule_add_array(context_.get(), action, number, sizeof...(comparisons), list.data()) != 0)
      failed_ = true;
  }

  std::unique_ptr<void, decltype(&seccomp_release)> context_;
  bool failed_ = false;
};

scmp_arg_cmp masked(unsigned argument, std::uint64_t mask, std::uint64_t value) {
  return scmp_arg_cmp{argument, SCMP_CMP_MASKED_EQ, mask, value};
}

// A set-user-id file in a workspace would hand the daemon's rights to whoever can get to it.
void allow_files_without_set_id(Builder& filter) {
  filter.allow("open", masked(1, kCreates, 0));
  filter.allow("open", masked(2, kSetIdBits, 0));
  filter.allow("openat", masked(2, kCreates, 0));
  filter.allow("openat", masked(3, kSetIdBits, 0));
  filter.allow("creat", masked(1, kSetIdBits, 0));
  filter.allow("chmod", masked(1, kSetIdBits, 0));
  filter.allow("fchmod", masked(1, kSetIdBits, 0));
  filter.allow("fchmodat", masked(2, kSetIdBits, 0));
  filter.allow("mknod", masked(1, S_IFMT | kSetIdBits, S_IFIFO));
  filter.allow("mknodat", masked(2, S_IFMT | kSetIdBits, S_IFIFO));
}

}  // namespace

Result<std::string> seccomp_filter() {
  Builder filter;
  for (const char* name : kAllowed) filter.allow(name);
  for (const char* name : kRefused) filter.refuse(name);
  allow_files_without_set_id(filter);
  // clone3 hides its flags behind a pointer; on ENOSYS libraries take clone.
  filter.allow("clone", masked(0, kNewNamespaces, 0));
  filter.allow("socket", masked(0, kLow, AF_UNIX));
  filter.allow("socketpair", masked(0, kLow, AF_UNIX));
  // Room kept beyond the end of a file would not count as its size.
  filter.allow("fallocate", masked(1, kLow, 0));
  for (const std::uint64_t request : kIoctls) filter.allow("ioctl", masked(1, kLow, request));
  for (const std::uint64_t option : kPrctls) filter.allow("prctl", masked(0, kLow, option));
  // Nothing else: the supervisor looks at what a program has open.
  filter.allow("prctl", masked(0, kLow, PR_SET_DUMPABLE), masked(1, ~std::uint64_t{0}, 1));
  return filter.exported();
}

}  // namespace platos::sandbox

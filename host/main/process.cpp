#include "main/process.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

#ifndef PLATOS_SANITIZED
#include <jemalloc/jemalloc.h>
#endif

namespace platos::daemon {

void set_limits() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
  // Secrets and sealed texts are readable in memory: no core, and no look at it by others of the same user.
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
#ifndef PLATOS_SANITIZED  // LeakSanitizer looks at the process from outside
  ::prctl(PR_SET_DUMPABLE, 0);
#endif
}

void release_startup_memory() {
#ifndef PLATOS_SANITIZED  // their allocators and shadows look after themselves
  const std::string all = "arena." + std::to_string(MALLCTL_ARENAS_ALL) + ".purge";
  ::mallctl(all.c_str(), nullptr, nullptr, nullptr, 0);
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    // "begin-end r-xp offset device inode path": never written to, so that nothing is lost.
    if (line.find(" r-xp ") == std::string::npos || line.find('/') == std::string::npos) continue;
    char* rest = nullptr;
    const auto begin = std::strtoull(line.c_str(), &rest, 16);
    const auto end = std::strtoull(rest + 1, nullptr, 16);
    ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
#endif
}

std::int64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t total_pages = 0;
  std::int64_t resident_pages = 0;
  statm >> total_pages >> resident_pages;
  return statm ? resident_pages * ::sysconf(_SC_PAGESIZE) : 0;
}

}  // namespace platos::daemon

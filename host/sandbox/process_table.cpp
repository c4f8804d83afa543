#include "sandbox/process_table.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <charconv>
#include <memory>
#include <string>

namespace platos::sandbox {
namespace {

std::string read_status(int folder, const std::string& process) {
  const Descriptor file(::openat(folder, (process + "/status").c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  std::string text(4096, '\0');
  const ssize_t size = file ? ::read(file.get(), text.data(), text.size()) : 0;
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

// Of "\nRssAnon:      1234 kB"; the kernel escapes line breaks in names.
std::int64_t kibibytes(const std::string& status, std::string_view member) {
  const auto at = status.find(member);
  if (at == std::string::npos) return 0;
  const auto digits = status.find_first_of("0123456789", at + member.size());
  std::int64_t number = 0;
  if (digits != std::string::npos) std::from_chars(status.data() + digits, status.data() + status.size(), number);
  return number;
}

}  // namespace

ProcessUse ProcessTable::use() const {
  ProcessUse use;
  const int again = ::openat(folder_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(again < 0 ? nullptr : ::fdopendir(again), ::closedir);
  if (!listing) return use;
  while (const dirent* entry = ::readdir(listing.get())) {
    if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
    const std::string status = read_status(folder_.get(), entry->d_name);
    if (status.empty()) continue;
    ++use.processes;
    use.memory_bytes += 1024 * (kibibytes(status, "\nRssAnon:") + kibibytes(status, "\nRssShmem:"));
  }
  return use;
}

void ProcessTable::kill() const {
  struct stat ours {};
  struct stat theirs {};
  // In the daemon's own /proc the first process is the machine's.
  if (::stat("/proc", &ours) != 0 || ::fstat(folder_.get(), &theirs) != 0 || ours.st_dev == theirs.st_dev) return;
  const Descriptor first(::openat(folder_.get(), "1", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (first) ::syscall(SYS_pidfd_send_signal, first.get(), SIGKILL, nullptr, 0);
}

bool ProcessTable::is_empty() const {
  const std::string status = read_status(folder_.get(), "1");
  return status.empty() || status.find("\nState:\tZ") != std::string::npos ||
         status.find("\nState:\tX") != std::string::npos;
}

}  // namespace platos::sandbox

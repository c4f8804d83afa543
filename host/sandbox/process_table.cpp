#include "sandbox/process_table.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <functional>
#include <memory>
#include <set>
#include <utility>

namespace platos::sandbox {
namespace {

// Of processes, threads and descriptors. False when they cannot be listed; `each` ends the look with false.
bool for_numbers(int parent, const std::string& folder, const std::function<bool(const std::string& number)>& each) {
  const int opened = ::openat(parent, folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(opened < 0 ? nullptr : ::fdopendir(opened), ::closedir);
  if (!listing) return false;
  while (const dirent* entry = ::readdir(listing.get())) {
    if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
    if (!each(entry->d_name)) break;
  }
  return true;
}

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

bool has_memory(const std::string& status) { return status.find("\nRssAnon:") != std::string::npos; }

// The first thread may have ended before the others: then one of them tells.
std::string read_living_status(int folder, const std::string& process) {
  std::string status = read_status(folder, process);
  if (status.empty() || has_memory(status)) return status;
  for_numbers(folder, process + "/task", [&](const std::string& thread) {
    const std::string other = read_status(folder, process + "/task/" + thread);
    if (has_memory(other)) status = other;
    return !has_memory(other);
  });
  return status;
}

/// Adds up files without a name, each once, however many have it open.
class UnlinkedFiles {
 public:
  UnlinkedFiles(const std::string& folder, std::int64_t most) : folder_(folder + "/"), left_(most) {}

  /// `link` is one of /proc that leads to an open file. False when that was enough.
  bool look_at(int parent, const std::string& link) {
    struct stat found {};
    if (--left_ < 0) return false;
    if (::fstatat(parent, link.c_str(), &found, 0) != 0 || !S_ISREG(found.st_mode) || found.st_nlink != 0) return true;
    if (lies_in_folder(parent, link) && seen_.emplace(found.st_dev, found.st_ino).second)
      bytes_ += static_cast<std::int64_t>(found.st_blocks) * 512;
    return true;
  }
  std::int64_t bytes() const { return bytes_; }

 private:
  bool lies_in_folder(int parent, const std::string& link) const {
    std::array<char, 4096> path;
    const ssize_t size = ::readlinkat(parent, link.c_str(), path.data(), path.size());
    // Nobody makes a path this long by mistake.
    if (size < 0) return errno == ENAMETOOLONG;
    return std::string_view(path.data(), static_cast<std::size_t>(size)).substr(0, folder_.size()) == folder_;
  }

  const std::string folder_;
  std::int64_t left_;
  std::int64_t bytes_ = 0;
  std::set<std::pair<dev_t, ino_t>> seen_;
};

}  // namespace

ProcessUse ProcessTable::use() const {
  ProcessUse use;
  for_numbers(folder_.get(), ".", [&](const std::string& process) {
    const std::string status = read_living_status(folder_.get(), process);
    if (status.empty()) return true;
    ++use.processes;
    for (const char* member : {"\nRssAnon:", "\nRssShmem:", "\nVmPTE:"})
      use.memory_bytes += 1024 * kibibytes(status, member);
    return true;
  });
  return use;
}

UnlinkedUse ProcessTable::unlinked(const std::string& folder, std::int64_t most) const {
  UnlinkedFiles files(folder, most);
  UnlinkedUse use;
  const auto look_at_thread = [&](const std::string& thread) {
    const bool listed = for_numbers(folder_.get(), thread + "/fd", [&](const std::string& number) {
      return files.look_at(folder_.get(), thread + "/fd/" + number);
    });
    if (!listed && errno == EACCES && has_memory(read_status(folder_.get(), thread))) use.hidden = true;
    return true;
  };
  for_numbers(folder_.get(), ".", [&](const std::string& process) {
    if (process == "1") return true;  // bubblewrap's own
    files.look_at(folder_.get(), process + "/exe");
    // A thread may have descriptors of its own.
    for_numbers(folder_.get(), process + "/task",
                [&](const std::string& thread) { return look_at_thread(process + "/task/" + thread); });
    return true;
  });
  use.bytes = files.bytes();
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

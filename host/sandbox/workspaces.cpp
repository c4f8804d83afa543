#include "sandbox/workspaces.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <vector>

#include "base/text.hpp"
#include "sandbox/descriptor.hpp"
#include "sandbox/folder.hpp"

namespace platos::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNameDigits = 40;
constexpr std::int64_t kInUseSeconds = 3600;
constexpr std::int64_t kDaySeconds = 24 * 3600;
constexpr std::int64_t kSecondNs = 1'000'000'000;

std::string hashed(const std::string& text) { return base::sha256_hex(text).substr(0, kNameDigits); }

// Of the inode: a program can set no other date than now.
std::int64_t used_ns(const struct stat& folder) { return folder.st_ctim.tv_sec * kSecondNs + folder.st_ctim.tv_nsec; }

struct Kept {
  std::string path;
  std::int64_t used_ns = 0;
  std::int64_t bytes = 0;
};

std::vector<Kept> kept_below(const std::string& folder) {
  std::vector<Kept> all;
  std::error_code error;
  for (const auto& environment : fs::directory_iterator(folder, error)) {
    for (const auto& thread : fs::directory_iterator(environment.path(), error)) {
      struct stat found {};
      if (::lstat(thread.path().c_str(), &found) != 0 || !S_ISDIR(found.st_mode)) continue;
      all.push_back({thread.path().string(), used_ns(found), 0});
    }
  }
  return all;
}

}  // namespace

Workspaces::Workspaces(const Options& options, const Account& account)
    : options_(options), account_(account), folder_(options.data_dir + "/workspaces") {}

Result<void> Workspaces::make_folder(const std::string& path, bool for_programs) const {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return system_failure(path);
  if (!for_programs) return {};
  const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder) return system_failure(path);
  if (account_.change && ::fchown(folder.get(), account_.user, account_.group) != 0) return system_failure(path);
  if (::futimens(folder.get(), nullptr) != 0) return system_failure(path);
  return {};
}

Result<std::string> Workspaces::open(const std::string& environment_id, const std::string& thread_id) {
  if (environment_id.empty() || thread_id.empty())
    return fail(ErrorKind::InvalidArgument, "workspace_needs_thread",
                "a workspace belongs to a thread: expected a call of a thread's turn, found one without");
  const std::string environment = folder_ + "/" + hashed(environment_id);
  const std::string thread = environment + "/" + hashed(environment_id + '\0' + thread_id);
  std::unique_lock lock(mutex_);
  wait_for_host(lock, thread);
  for (const auto& [path, for_programs] : {std::pair(folder_, false), {environment, false}, {thread, true}}) {
    if (auto made = make_folder(path, for_programs); !made) return fail(made.error());
  }
  return thread;
}

void Workspaces::wait_for_host(std::unique_lock<std::mutex>& lock, const std::string& path) {
  reopened_.wait(lock, [&] {
    const auto found = present_.find(path);
    return found == present_.end() || !found->second.host_alone;
  });
}

void Workspaces::enter(const std::string& path) {
  std::unique_lock lock(mutex_);
  wait_for_host(lock, path);
  ++present_[path].programs;
}

std::optional<std::int64_t> Workspaces::leave(const std::string& path, std::int64_t overrun_since_ns) {
  const std::lock_guard lock(mutex_);
  Presence& presence = present_[path];
  presence.overrun_since_ns = std::min(presence.overrun_since_ns, overrun_since_ns);
  if (--presence.programs > 0) return std::nullopt;
  const std::int64_t since_ns = presence.overrun_since_ns;
  presence.host_alone = since_ns != kNothingOverrun;
  if (presence.host_alone) return since_ns;
  present_.erase(path);
  return std::nullopt;
}

void Workspaces::reopen(const std::string& path) {
  const std::lock_guard lock(mutex_);
  present_.erase(path);
  reopened_.notify_all();
}

// False when it was used since it was looked at, or is in use.
bool Workspaces::begin_removal(const std::string& path, std::int64_t last_used_ns) {
  const std::lock_guard lock(mutex_);
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0 || used_ns(found) != last_used_ns || present_.count(path) != 0) return false;
  present_[path].host_alone = true;
  return true;
}

std::size_t Workspaces::sweep(std::int64_t now_s) {
  auto all = kept_below(folder_);
  std::sort(all.begin(), all.end(), [](const Kept& a, const Kept& b) { return a.used_ns < b.used_ns; });
  std::int64_t total = 0;
  for (auto& each : all) {
    if (const auto use = use_of(each.path, 2 * options_.workspace_entries)) each.bytes = use->bytes;
    total += each.bytes;
  }
  std::size_t removed = 0;
  for (const auto& each : all) {
    const std::int64_t used_s = each.used_ns / kSecondNs;
    const bool old = used_s < now_s - options_.workspace_days * kDaySeconds;
    const bool in_the_way = total > options_.workspaces_bytes && used_s < now_s - kInUseSeconds;
    if ((!old && !in_the_way) || !begin_removal(each.path, each.used_ns)) continue;
    const auto gone = remove_content(each.path, false);
    reopen(each.path);
    if (!gone) continue;
    total -= each.bytes;
    ++removed;
  }
  return removed;
}

}  // namespace platos::sandbox

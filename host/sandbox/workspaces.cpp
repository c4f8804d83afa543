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

std::string hashed(const std::string& text) { return base::sha256_hex(text).substr(0, kNameDigits); }

struct Kept {
  std::string path;
  std::int64_t used_s = 0;
  std::int64_t bytes = 0;
};

std::vector<Kept> kept_below(const std::string& folder) {
  std::vector<Kept> all;
  std::error_code error;
  for (const auto& environment : fs::directory_iterator(folder, error)) {
    for (const auto& thread : fs::directory_iterator(environment.path(), error)) {
      struct stat found {};
      if (::lstat(thread.path().c_str(), &found) != 0 || !S_ISDIR(found.st_mode)) continue;
      all.push_back({thread.path().string(), found.st_mtim.tv_sec, 0});
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
  const std::lock_guard lock(mutex_);
  for (const auto& [path, for_programs] : {std::pair(folder_, false), {environment, false}, {thread, true}}) {
    if (auto made = make_folder(path, for_programs); !made) return fail(made.error());
  }
  return thread;
}

std::size_t Workspaces::sweep(std::int64_t now_s) {
  auto all = kept_below(folder_);
  std::sort(all.begin(), all.end(), [](const Kept& a, const Kept& b) { return a.used_s < b.used_s; });
  std::int64_t total = 0;
  for (auto& each : all) {
    if (const auto use = use_of(each.path, 2 * options_.workspace_entries)) each.bytes = use->bytes;
    total += each.bytes;
  }
  std::size_t removed = 0;
  for (const auto& each : all) {
    const bool old = each.used_s < now_s - options_.workspace_days * kDaySeconds;
    const bool in_the_way = total > options_.workspaces_bytes && each.used_s < now_s - kInUseSeconds;
    if (!old && !in_the_way) continue;
    const std::lock_guard lock(mutex_);
    struct stat found {};
    if (::lstat(each.path.c_str(), &found) != 0 || found.st_mtim.tv_sec != each.used_s) continue;  // used meanwhile
    if (!remove_content(each.path, false)) continue;
    total -= each.bytes;
    ++removed;
  }
  return removed;
}

}  // namespace platos::sandbox

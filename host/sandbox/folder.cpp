#include "sandbox/folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <functional>
#include <memory>
#include <vector>

#include "sandbox/descriptor.hpp"

namespace platos::sandbox {
namespace {

using Listing = std::unique_ptr<DIR, int (*)(DIR*)>;

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr int kToLook = R_OK | X_OK;
constexpr int kToRemove = R_OK | W_OK | X_OK;
// Each takes one level away, and no program makes so many before it is stopped. What is left waits for the next time.
constexpr std::int64_t kMaxRounds = 100'000;

// Its maker may have taken rights away. By the handle, never by a name: a link could stand there by then.
bool take_rights(int handle, int rights) {
  if (::faccessat(handle, ".", rights, AT_EACCESS) == 0) return true;
  struct stat found {};
  if (::fstat(handle, &found) != 0 || !S_ISDIR(found.st_mode)) return false;
  return ::chmod(("/proc/self/fd/" + std::to_string(handle)).c_str(), 0700) == 0;
}

Descriptor open_folder(int parent, const char* name, int rights) {
  const Descriptor handle(::openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!handle || !take_rights(handle.get(), rights)) return Descriptor();
  return Descriptor(::openat(handle.get(), ".", kFolderFlags));
}

std::vector<std::string> names_in(int folder) {
  std::vector<std::string> names;
  const int again = ::openat(folder, ".", kFolderFlags);
  const Listing listing(again < 0 ? nullptr : ::fdopendir(again), ::closedir);
  while (const dirent* entry = listing ? ::readdir(listing.get()) : nullptr) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  return names;
}

/// Hears of every entry with its folder, before what is in it; false ends the walk.
using Visit = std::function<bool(int folder, const std::string& name, const struct stat& found, std::int64_t depth)>;

bool walk(int folder, std::int64_t depth, int rights, const Visit& visit) {
  for (const auto& name : names_in(folder)) {
    struct stat found {};
    if (::fstatat(folder, name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) continue;  // gone meanwhile
    if (!visit(folder, name, found, depth)) return false;
    if (!S_ISDIR(found.st_mode) || depth >= kMaxDepth) continue;
    const Descriptor inner = open_folder(folder, name.c_str(), rights);
    if (inner && !walk(inner.get(), depth + 1, rights, visit)) return false;
  }
  return true;
}

Result<Descriptor> open_root(const std::string& path, int rights) {
  Descriptor root = open_folder(AT_FDCWD, path.c_str(), rights);
  if (!root) return system_failure(path);
  return root;
}

std::int64_t change_ns_of(const struct stat& found) {
  return found.st_ctim.tv_sec * 1'000'000'000 + found.st_ctim.tv_nsec;
}

bool move_up(int folder, const std::string& name, int root, std::uint64_t& next) {
  int moved = -1;
  do {  // its maker may have taken the names that come first
    const std::string up = ".removed-" + std::to_string(next++);
    moved = ::renameat2(folder, name.c_str(), root, up.c_str(), RENAME_NOREPLACE);
  } while (moved != 0 && errno == EEXIST);
  return moved == 0;
}

// Takes one folder apart: files go at once, folders move up to `root`, where a later round finds them.
bool take_apart(int root, const std::string& name, std::uint64_t& next) {
  const Descriptor folder = open_folder(root, name.c_str(), kToRemove);
  if (!folder) return false;
  for (const auto& inner : names_in(folder.get())) {
    if (::unlinkat(folder.get(), inner.c_str(), 0) == 0 || errno == ENOENT) continue;
    if (::unlinkat(folder.get(), inner.c_str(), AT_REMOVEDIR) == 0) continue;
    // Moving a folder writes in it.
    if (!open_folder(folder.get(), inner.c_str(), kToRemove)) return false;
    if (!move_up(folder.get(), inner, root, next)) return false;
  }
  return ::unlinkat(root, name.c_str(), AT_REMOVEDIR) == 0;
}

}  // namespace

Result<FolderUse> use_of(const std::string& path, std::int64_t max_entries) {
  const auto root = open_root(path, kToLook);
  if (!root) return fail(root.error());
  FolderUse use;
  walk(root->get(), 1, kToLook, [&](int, const std::string&, const struct stat& found, std::int64_t depth) {
    ++use.entries;
    use.bytes += static_cast<std::int64_t>(found.st_blocks) * 512;
    use.newest_change_ns = std::max(use.newest_change_ns, change_ns_of(found));
    if (S_ISDIR(found.st_mode)) use.depth = std::max(use.depth, depth);
    return use.entries <= max_entries;
  });
  return use;
}

Result<void> remove_changed_after(const std::string& path, std::int64_t change_ns) {
  const auto root = open_root(path, kToRemove);
  if (!root) return fail(root.error());
  walk(root->get(), 1, kToRemove, [&](int folder, const std::string& name, const struct stat& found, std::int64_t) {
    if (!S_ISDIR(found.st_mode) && change_ns_of(found) > change_ns) ::unlinkat(folder, name.c_str(), 0);
    return true;
  });
  return {};
}

Result<void> remove_content(const std::string& path, bool keep) {
  const auto root = open_root(path, kToRemove);
  if (!root) return fail(root.error());
  std::uint64_t next = 0;
  std::int64_t rounds = 0;
  for (auto names = names_in(root->get()); !names.empty(); names = names_in(root->get())) {
    if (++rounds > kMaxRounds)
      return fail(ErrorKind::Internal, "sandbox_failed",
                  "the sandbox failed: " + path + ": it fills up again and again");
    for (const auto& name : names) {
      if (::unlinkat(root->get(), name.c_str(), 0) == 0 || errno == ENOENT) continue;
      if (!take_apart(root->get(), name, next)) return system_failure(path + ": cannot be emptied");
    }
  }
  if (!keep && ::rmdir(path.c_str()) != 0) return system_failure(path);
  return {};
}

}  // namespace platos::sandbox

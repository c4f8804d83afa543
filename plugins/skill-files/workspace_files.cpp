#include "workspace_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <random>

#include "common/bounded_json.hpp"

namespace platos::skill_files {
namespace {

constexpr int kMaxDepth = 60;

struct Handle {
  explicit Handle(int descriptor) : number(descriptor) {}
  ~Handle() {
    if (number >= 0) ::close(number);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  int number;
};

[[noreturn]] void fail(const std::string& path, int reason) {
  const std::string what = "file " + plugin_common::in_quotes(path) + ": ";
  if (reason == ENOENT) throw sdk::Error(PLATOS_NOT_FOUND, what + "there is none; list_dir tells what is there");
  if (reason == ELOOP || reason == EXDEV)
    throw sdk::Error(PLATOS_PERMISSION_DENIED, what + "expected a plain path, found a link on the way");
  if (reason == ENOSPC || reason == EDQUOT) throw sdk::Error(PLATOS_RESOURCE_EXHAUSTED, what + "the disk is full");
  throw sdk::Error(PLATOS_INVALID_ARGUMENT, what + std::strerror(reason));
}

struct Sum {
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;
};

using Listing = std::unique_ptr<DIR, int (*)(DIR*)>;

/// False from `visit` ends the walk. Takes `folder`.
bool walk(int folder, const std::string& prefix, int depth,
          const std::function<bool(const Entry& entry, const struct stat& found)>& visit) {
  const Listing listing(::fdopendir(folder), ::closedir);
  if (!listing) ::close(folder);
  if (!listing) return true;
  std::vector<std::string> names;
  while (const dirent* each = ::readdir(listing.get())) names.emplace_back(each->d_name);
  std::sort(names.begin(), names.end());
  for (const auto& name : names) {
    struct stat found {};
    if (name == "." || name == ".." || ::fstatat(folder, name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) continue;
    const Entry entry{prefix + name, S_ISDIR(found.st_mode), static_cast<std::int64_t>(found.st_size)};
    if (!visit(entry, found)) return false;
    if (!entry.is_folder || depth >= kMaxDepth) continue;
    const int inner = ::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner >= 0 && !walk(inner, entry.path + "/", depth + 1, visit)) return false;
  }
  return true;
}

void write_all(int file, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail(path, errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

std::string plain_path(const std::string& given) {
  std::string path = given.starts_with("/workspace/") ? given.substr(11) : given == "/workspace" ? "" : given;
  while (path.starts_with("./")) path.erase(0, 2);
  while (path.ends_with('/')) path.pop_back();
  if (path == ".") path.clear();
  int depth = 1;
  for (std::size_t from = 0; from <= path.size() && !path.empty(); ++depth) {
    const std::size_t end = std::min(path.find('/', from), path.size());
    const std::string part = path.substr(from, end - from);
    if (part.empty() || part == "." || part == ".." || part.size() > 255 || part.find('\0') != std::string::npos)
      plugin_common::refuse("path", "a relative one such as notes/plan.md", plugin_common::in_quotes(given));
    from = end + 1;
  }
  if (depth > kMaxDepth) plugin_common::refuse("path", "at most 60 folders", plugin_common::in_quotes(given));
  return path;
}

WorkspaceFiles::WorkspaceFiles(sdk::Workspace workspace) : workspace_(std::move(workspace)) {
  root_ = ::open(workspace_.path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (root_ < 0)
    throw sdk::Error(PLATOS_INTERNAL, std::string("the workspace cannot be opened: ") + std::strerror(errno));
}

WorkspaceFiles::~WorkspaceFiles() { ::close(root_); }

int WorkspaceFiles::open(const std::string& path, std::uint64_t flags, std::uint64_t mode) const {
  open_how how{};
  how.flags = flags | O_CLOEXEC | O_NONBLOCK;  // a pipe that somebody put there must not hold us
  how.mode = mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
  const std::string name = path.empty() ? "." : path;
  return static_cast<int>(::syscall(SYS_openat2, root_, name.c_str(), &how, sizeof how));
}

int WorkspaceFiles::open_parent(const std::string& path, bool make, std::string& name) const {
  const auto slash = path.rfind('/');
  name = slash == std::string::npos ? path : path.substr(slash + 1);
  const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash);
  struct stat owner {};
  ::fstat(root_, &owner);
  for (std::size_t end = 0; make && !folder.empty() && end != std::string::npos;) {
    end = folder.find('/', end + 1);
    const std::string part = folder.substr(0, end);
    std::string last;
    const Handle parent(open_parent(part, false, last));
    if (::mkdirat(parent.number, last.c_str(), 0700) == 0 && ::geteuid() == 0)
      if (::fchownat(parent.number, last.c_str(), owner.st_uid, owner.st_gid, AT_SYMLINK_NOFOLLOW) != 0)
        fail(part, errno);
  }
  const int parent = open(folder, O_RDONLY | O_DIRECTORY);
  if (parent < 0) fail(path, errno);
  return parent;
}

std::uint64_t WorkspaceFiles::missing_folders(const std::string& path) const {
  std::uint64_t missing = 0;
  for (std::size_t end = path.find('/'); end != std::string::npos; end = path.find('/', end + 1)) {
    const Handle folder(open(path.substr(0, end), O_PATH | O_DIRECTORY));
    if (folder.number < 0) ++missing;
  }
  return missing;
}

void WorkspaceFiles::check_room(std::uint64_t more_bytes, std::uint64_t more_entries) const {
  Sum sum;
  const int again = ::openat(root_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (again < 0) fail("", errno);
  walk(again, "", 1, [&](const Entry&, const struct stat& found) {
    sum.bytes += static_cast<std::uint64_t>(found.st_blocks) * 512;
    return ++sum.entries < workspace_.max_entries;
  });
  if (sum.bytes + more_bytes <= workspace_.max_bytes && sum.entries + more_entries < workspace_.max_entries &&
      more_bytes <= workspace_.max_file_bytes)
    return;
  throw sdk::Error(PLATOS_RESOURCE_EXHAUSTED,
                   "the workspace is full: it holds " + std::to_string(sum.bytes) + " of " +
                       std::to_string(workspace_.max_bytes) + " bytes in " + std::to_string(sum.entries) + " of " +
                       std::to_string(workspace_.max_entries) + " files and folders, and one file may have " +
                       std::to_string(workspace_.max_file_bytes) + " bytes; delete some");
}

std::string WorkspaceFiles::read(const std::string& given, std::int64_t offset, std::size_t max_bytes,
                                 std::int64_t& size) const {
  const std::string path = plain_path(given);
  const Handle file(open(path, O_RDONLY));
  struct stat found {};
  if (file.number < 0 || ::fstat(file.number, &found) != 0) fail(given, errno);
  if (!S_ISREG(found.st_mode)) fail(given, S_ISDIR(found.st_mode) ? EISDIR : EINVAL);
  size = found.st_size;
  std::string text(max_bytes, '\0');
  std::size_t got = 0;
  while (got < max_bytes) {
    const ssize_t more = ::pread(file.number, text.data() + got, max_bytes - got, offset + static_cast<off_t>(got));
    if (more < 0) fail(given, errno);
    if (more == 0) break;
    got += static_cast<std::size_t>(more);
  }
  text.resize(got);
  return text;
}

void WorkspaceFiles::write(const std::string& given, std::string_view content) const {
  const std::string path = plain_path(given);
  if (path.empty()) fail(given, EISDIR);
  check_room(content.size(), 1 + missing_folders(path));
  std::string name;
  const Handle parent(open_parent(path, true, name));
  const std::string temporary =
      ".writing-" + std::to_string(std::random_device{}()) + std::to_string(std::random_device{}());
  const Handle file(
      ::openat(parent.number, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (file.number < 0) fail(given, errno);
  try {
    write_all(file.number, content, given);
    struct stat owner {};
    ::fstat(root_, &owner);
    if (::geteuid() == 0 && ::fchown(file.number, owner.st_uid, owner.st_gid) != 0) fail(given, errno);
    if (::renameat(parent.number, temporary.c_str(), parent.number, name.c_str()) != 0) fail(given, errno);
  } catch (const sdk::Error&) {
    ::unlinkat(parent.number, temporary.c_str(), 0);
    throw;
  }
}

bool WorkspaceFiles::list(const std::string& given, std::size_t most, std::vector<Entry>& entries) const {
  const std::string prefix = plain_path(given);
  const int folder = open(prefix, O_RDONLY | O_DIRECTORY);
  if (folder < 0) fail(given, errno);
  return walk(folder, prefix.empty() ? "" : prefix + "/", 1, [&](const Entry& entry, const struct stat&) {
    if (entries.size() == most) return false;
    entries.push_back(entry);
    return true;
  });
}

void WorkspaceFiles::remove(const std::string& given) const {
  const std::string path = plain_path(given);
  if (path.empty()) fail(given, EBUSY);
  std::string name;
  const Handle parent(open_parent(path, false, name));
  if (::unlinkat(parent.number, name.c_str(), 0) == 0) return;
  if (errno != EISDIR || ::unlinkat(parent.number, name.c_str(), AT_REMOVEDIR) != 0) fail(given, errno);
}

void WorkspaceFiles::move(const std::string& from, const std::string& to) const {
  const std::string source = plain_path(from);
  const std::string target = plain_path(to);
  if (source.empty() || target.empty()) fail(source.empty() ? from : to, EISDIR);
  if (const auto missing = missing_folders(target); missing > 0) check_room(0, missing);
  std::string source_name;
  std::string target_name;
  const Handle source_folder(open_parent(source, false, source_name));
  const Handle target_folder(open_parent(target, true, target_name));
  if (::renameat(source_folder.number, source_name.c_str(), target_folder.number, target_name.c_str()) != 0)
    fail(from, errno);
}

}  // namespace platos::skill_files

#include "sandbox/workspace_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/text.hpp"
#include "sandbox/descriptor.hpp"
#include "sandbox/folder.hpp"

namespace platos::sandbox {
namespace {

constexpr int kMostNames = 100;

tl::unexpected<Error> full(const std::string& why) {
  return fail(ErrorKind::ResourceExhausted, "workspace_full", "the thread's workspace: " + why + "; delete some files");
}

tl::unexpected<Error> write_failure(const std::string& name) {
  if (errno == ENOSPC || errno == EDQUOT) return full("the disk has no room for " + name);
  return system_failure(name);
}

// The owner of the workspace is the account of programs, which must be able to change what lies there.
bool give_to_owner_of(int root, int descriptor) {
  struct stat owner {};
  if (::fstat(root, &owner) != 0) return false;
  return ::geteuid() != 0 || ::fchown(descriptor, owner.st_uid, owner.st_gid) == 0;
}

Result<Descriptor> open_below(int root, const std::string& folder) {
  const bool made = ::mkdirat(root, folder.c_str(), 0700) == 0;
  if (!made && errno != EEXIST) return write_failure(folder);
  Descriptor inner(::openat(root, folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!inner) {
    return fail(
        ErrorKind::FailedPrecondition, "workspace_blocked",
        "the thread's workspace: expected a folder at \"" + folder + "\", found something else; delete or move it");
  }
  if (made && !give_to_owner_of(root, inner.get())) return system_failure(folder);
  return inner;
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Result<std::string> put_name(int folder, const std::string& temporary, const std::string& stem,
                             const std::string& end) {
  for (int number = 1; number <= kMostNames; ++number) {
    const std::string name = stem + (number == 1 ? "" : "-" + std::to_string(number)) + end;
    if (::renameat2(folder, temporary.c_str(), folder, name.c_str(), RENAME_NOREPLACE) == 0) return name;
    if (errno != EEXIST) return write_failure(name);
  }
  return fail(ErrorKind::FailedPrecondition, "workspace_blocked",
              "the thread's workspace: " + std::to_string(kMostNames) + " files are called like " + stem + end);
}

}  // namespace

Result<void> check_room(const Options& options, const std::string& path, std::int64_t bytes) {
  if (bytes > options.file_bytes) {
    return full("a file may have " + std::to_string(options.file_bytes) + " bytes, " + std::to_string(bytes) +
                " are wanted");
  }
  const auto use = use_of(path, options.workspace_entries);
  if (!use) return fail(use.error());
  // The folder may have to be made, too.
  if (use->bytes + bytes <= options.workspace_bytes && use->entries + 2 <= options.workspace_entries) return {};
  return full("it holds " + std::to_string(use->bytes) + " bytes in " + std::to_string(use->entries) +
              " entries; allowed are " + std::to_string(options.workspace_bytes) + " bytes and " +
              std::to_string(options.workspace_entries) + " entries, and " + std::to_string(bytes) +
              " bytes more are wanted");
}

Result<std::string> add_file(const Options& options, const std::string& path, const std::string& folder,
                             const std::string& stem, std::string_view extension, std::string_view bytes) {
  if (auto fits = check_room(options, path, static_cast<std::int64_t>(bytes.size())); !fits) return fail(fits.error());
  const Descriptor root(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!root) return system_failure(path);
  const auto inner = open_below(root.get(), folder);
  if (!inner) return fail(inner.error());
  const std::string temporary = ".writing-" + base::random_hex(8);
  const Descriptor file(
      ::openat(inner->get(), temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return write_failure(folder);
  auto name = write_all(file.get(), bytes) && give_to_owner_of(root.get(), file.get())
                  ? put_name(inner->get(), temporary, stem, "." + std::string(extension))
                  : Result<std::string>(write_failure(stem));
  if (name) return folder + "/" + *name;
  ::unlinkat(inner->get(), temporary.c_str(), 0);
  return name;
}

}  // namespace platos::sandbox

#include "base/folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/text.hpp"

namespace platos::base {
namespace {

namespace fs = std::filesystem;

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

Error folder_error(ErrorKind kind, const char* code, const fs::path& path, const std::string& reason) {
  return {kind, code, "\"" + printable(path.string()) + "\": " + reason, false, 0, {}};
}

/// What is there now: a link that takes the file's place after it was listed is not followed.
Result<std::string> read_regular(const fs::path& path, std::size_t max_bytes) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
  if (file.fd < 0) {
    const std::error_code why(errno, std::generic_category());
    return fail(folder_error(ErrorKind::Unavailable, "folder_unreadable", path, why.message()));
  }
  struct stat info {};
  if (::fstat(file.fd, &info) != 0 || !S_ISREG(info.st_mode))
    return fail(folder_error(ErrorKind::InvalidArgument, "folder_irregular", path, "expected a regular file"));
  std::string content;
  char buffer[64 * 1024];
  for (;;) {
    const ssize_t count = ::read(file.fd, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      const std::error_code why(errno, std::generic_category());
      return fail(folder_error(ErrorKind::Unavailable, "folder_unreadable", path, why.message()));
    }
    if (count == 0) return content;
    content.append(buffer, static_cast<std::size_t>(count));
    if (content.size() <= max_bytes) continue;
    return fail(folder_error(ErrorKind::TooLarge, "folder_too_large", path,
                             "expected at most " + std::to_string(max_bytes) + " bytes"));
  }
}

class FolderReader {
 public:
  FolderReader(fs::path root, const FolderLimits& limits) : root_(std::move(root)), limits_(limits) {}

  Result<void> read(const fs::path& folder, int depth) {
    if (depth > limits_.max_depth) {
      return fail(folder_error(ErrorKind::TooLarge, "folder_too_large", folder,
                               "expected at most " + std::to_string(limits_.max_depth) + " levels of folders"));
    }
    std::error_code failure;
    for (fs::directory_iterator each(folder, failure), end; !failure && each != end; each.increment(failure)) {
      if (auto done = take(each->path(), depth); !done) return done;
    }
    if (failure) return fail(folder_error(ErrorKind::Unavailable, "folder_unreadable", folder, failure.message()));
    return {};
  }

  std::map<std::string, std::string> files;

 private:
  Result<void> take(const fs::path& path, int depth) {
    if (path.filename().string().starts_with('.')) return {};
    std::error_code failure;
    const auto status = fs::symlink_status(path, failure);
    if (failure) return fail(folder_error(ErrorKind::Unavailable, "folder_unreadable", path, failure.message()));
    if (fs::is_directory(status)) return read(path, depth + 1);
    if (!fs::is_regular_file(status)) {
      return fail(folder_error(ErrorKind::InvalidArgument, "folder_irregular", path,
                               "expected a regular file or a folder, no link or device"));
    }
    if (files.size() >= limits_.max_files) {
      return fail(folder_error(ErrorKind::TooLarge, "folder_too_large", root_,
                               "expected at most " + std::to_string(limits_.max_files) + " files"));
    }
    auto content = read_regular(path, limits_.max_file_bytes);
    if (!content) return fail(content.error());
    total_ += content->size();
    if (total_ > limits_.max_total_bytes) {
      return fail(folder_error(ErrorKind::TooLarge, "folder_too_large", root_,
                               "expected at most " + std::to_string(limits_.max_total_bytes) + " bytes in all"));
    }
    files.emplace(path.lexically_relative(root_).generic_string(), std::move(*content));
    return {};
  }

  fs::path root_;
  FolderLimits limits_;
  std::size_t total_ = 0;
};

}  // namespace

Result<std::map<std::string, std::string>> read_folder(const std::string& path, const FolderLimits& limits) {
  const fs::path root = fs::path(path).lexically_normal();
  std::error_code failure;
  if (!fs::is_directory(root, failure))
    return fail(folder_error(ErrorKind::NotFound, "folder_not_found", root, "there is no such folder"));
  FolderReader reader(root, limits);
  if (auto done = reader.read(root, 1); !done) return fail(done.error());
  return std::move(reader.files);
}

}  // namespace platos::base

#include "secrets/private_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/text.hpp"

namespace platos::secrets {
namespace {

constexpr std::size_t kMaxBytes = 4096;

tl::unexpected<Error> unusable_file(const std::string& path, const std::string& why) {
  return fail(ErrorKind::FailedPrecondition, "key_file_unusable", path + ": " + why);
}

tl::unexpected<Error> failed(const std::string& path, const std::string& what) {
  return unusable_file(path, what + ": " + std::strerror(errno));
}

struct File {
  int fd;
  ~File() {
    if (fd >= 0) ::close(fd);
  }
};

// A name is on disk only when its folder is.
bool sync_folder(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  const File folder{::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  return folder.fd >= 0 && ::fsync(folder.fd) == 0;
}

}  // namespace

Result<std::optional<std::string>> read_private_file(const std::string& path) {
  const File file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0 && errno == ENOENT) return std::optional<std::string>();
  if (file.fd < 0) return failed(path, "cannot be read");
  struct stat facts {};
  if (::fstat(file.fd, &facts) != 0 || (facts.st_mode & 077) != 0) {
    return unusable_file(path, "others may read it; run chmod 600 on it");
  }
  std::string text(kMaxBytes, '\0');
  const ssize_t size = ::read(file.fd, text.data(), text.size());
  if (size < 0) return failed(path, "cannot be read");
  std::optional<std::string> trimmed(base::trim(std::string_view(text).substr(0, static_cast<std::size_t>(size))));
  base::wipe(text);
  return trimmed;
}

Result<void> create_private_file(const std::string& path, const std::string& text) {
  // Under another name first: a file that is there is whole.
  const std::string unfinished = path + ".new";
  ::unlink(unfinished.c_str());
  const File file{::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  if (file.fd < 0) return failed(path, "cannot be made");
  std::string line = text + "\n";
  const bool written =
      ::write(file.fd, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && ::fsync(file.fd) == 0;
  base::wipe(line);
  if (!written) return failed(path, "cannot be written");
  // link() does not replace what another process made meanwhile.
  const bool named = ::link(unfinished.c_str(), path.c_str()) == 0;
  const int reason = errno;
  ::unlink(unfinished.c_str());
  errno = reason;
  if (!named || !sync_folder(path)) return failed(path, "cannot be made");
  return {};
}

Result<void> replace_private_file(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0 || !sync_folder(to)) return failed(to, "cannot be replaced");
  return {};
}

}  // namespace platos::secrets

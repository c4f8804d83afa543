#include "tenancy/bootstrap.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/text.hpp"
#include "store/tenancy.hpp"

namespace platos::tenancy {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kMaxKeyFileBytes = 4096;

tl::unexpected<Error> unusable(const std::string& path, const std::string& why) {
  return fail(ErrorKind::FailedPrecondition, "admin_key_unusable", path + ": " + why);
}

struct File {
  int fd;
  ~File() {
    if (fd >= 0) ::close(fd);
  }
};

Result<std::string> create_key(const std::string& path) {
  const File file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  if (file.fd < 0) return unusable(path, std::string("cannot be made: ") + std::strerror(errno));
  std::string key = "plt_admin_" + base::random_hex(kKeyBytes);
  const std::string line = key + "\n";
  if (::write(file.fd, line.data(), line.size()) != static_cast<ssize_t>(line.size()) || ::fsync(file.fd) != 0) {
    return unusable(path, std::string("cannot be written: ") + std::strerror(errno));
  }
  return key;
}

}  // namespace

model::Principal Bootstrap::administrator() { return {{"org_default", "prj_default", "env_default"}, "usr_admin"}; }

Task<Result<void>> Bootstrap::ensure_scope(store::Database& database, base::Loop& loop) {
  const auto write = database.write(loop, [now = loop.clock().wall_us()](store::Session& session) -> Result<void> {
    store::Tenancy(session).ensure_default(model::SystemScope(), administrator(), now);
    return {};
  });
  co_return co_await write;
}

Result<std::string> Bootstrap::ensure_admin_key(const std::string& path) {
  const File file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0 && errno == ENOENT) return create_key(path);
  if (file.fd < 0) return unusable(path, std::string("cannot be read: ") + std::strerror(errno));
  struct stat facts {};
  if (::fstat(file.fd, &facts) != 0 || (facts.st_mode & 077) != 0) {
    return unusable(path, "others may read it; run chmod 600 on it");
  }
  std::string text(kMaxKeyFileBytes, '\0');
  const ssize_t size = ::read(file.fd, text.data(), text.size());
  std::string key(base::trim(std::string_view(text).substr(0, size > 0 ? static_cast<std::size_t>(size) : 0)));
  if (key.size() < 16) return unusable(path, "holds no key of at least 16 characters; delete it to get a new one");
  return key;
}

}  // namespace platos::tenancy

#include "main/data_dir.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/text.hpp"

namespace platos::daemon {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> unusable(const std::string& path, const std::string& why) {
  return fail(ErrorKind::FailedPrecondition, "data_dir_unusable",
              "the data directory " + path + " " + why + "; data.dir or --data-dir names another");
}

std::string first_line(const std::string& path) {
  std::ifstream stream(path);
  std::string line;
  std::getline(stream, line);
  return std::string(base::trim(line));
}

}  // namespace

Result<std::unique_ptr<DataDir>> DataDir::open(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return unusable(path, "cannot be made: " + error.message());
  ::chmod(path.c_str(), 0700);
  const std::string lock_path = path + "/lock";
  const int fd = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return unusable(path, std::string("cannot be written: ") + std::strerror(errno));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd);
    return fail(ErrorKind::FailedPrecondition, "data_dir_in_use",
                "the data directory " + path + " is in use by process " + first_line(lock_path) +
                    "; stop it first, or give this one another --data-dir");
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) < 0) {
    ::close(fd);
    return unusable(path, std::string("cannot be written: ") + std::strerror(errno));
  }
  const std::string id_path = path + "/host_id";
  std::string host_id = first_line(id_path);
  if (host_id.empty()) {
    base::SystemClock clock;
    host_id = base::IdMaker(clock).make("host");
    std::ofstream stream(id_path);
    stream << host_id << '\n';
    if (!stream.flush()) {
      ::close(fd);
      return unusable(path, "cannot be written: is its disk full?");
    }
  }
  return std::unique_ptr<DataDir>(new DataDir(path, fd, std::move(host_id)));
}

DataDir::~DataDir() { ::close(lock_fd_); }

void DataDir::publish_url(const std::string& url) const {
  std::ofstream stream(path_ + "/url");
  stream << url << '\n';
}

}  // namespace platos::daemon

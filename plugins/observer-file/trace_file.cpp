#include "trace_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace platos::observer_file {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;
constexpr std::int64_t kChunkBytes = 64 * 1024;
constexpr mode_t kMode = 0600;

/// Where the last whole line of the first `size` bytes ends: 0 when there is none, -1 when it cannot be read.
std::int64_t end_of_last_line(int file, std::int64_t size) {
  std::string chunk(static_cast<std::size_t>(kChunkBytes), '\0');
  for (std::int64_t end = size; end > 0;) {
    const std::int64_t begin = std::max<std::int64_t>(0, end - kChunkBytes);
    const auto count = ::pread(file, chunk.data(), static_cast<std::size_t>(end - begin), begin);
    if (count != end - begin) return -1;
    const auto found = chunk.rfind('\n', static_cast<std::size_t>(count) - 1);
    if (found != std::string::npos) return begin + static_cast<std::int64_t>(found) + 1;
    end = begin;
  }
  return 0;
}

}  // namespace

TraceFile::TraceFile(std::string path, std::int64_t max_bytes, int keep)
    : path_(std::move(path)), max_bytes_(max_bytes), keep_(keep) {}

TraceFile::~TraceFile() {
  try {
    flush();
  } catch (const std::bad_alloc&) {
    // Only the text of a trouble allocates, and nobody is left to read it.
  }
  close_file();
}

void TraceFile::append(std::string_view line) {
  if (buffer_.size() + line.size() > kBufferBytes) flush();
  buffer_ += line;
}

void TraceFile::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    if (!open_file()) {
      lose_rest("open", rest);
      break;
    }
    std::size_t count = rest.size();
    if (const std::int64_t room = max_bytes_ - size_; std::cmp_greater(count, room)) {
      const auto last = room > 0 ? rest.rfind('\n', static_cast<std::size_t>(room) - 1) : std::string_view::npos;
      count = last == std::string_view::npos ? 0 : last + 1;
      // Better a file that is too long than a line that is never written.
      if (count == 0 && size_ == 0) count = rest.find('\n') + 1;
    }
    if (count == 0) {
      if (rotate()) continue;
      lose_rest("rotate", rest);
      break;
    }
    const auto before = size_;
    const bool written = write_lines(rest.substr(0, count));
    rest.remove_prefix(static_cast<std::size_t>(size_ - before));
    if (!written) {
      lose_rest("write", rest);
      break;
    }
  }
  buffer_.clear();
}

/// Writes as much as goes; size_ grows by the whole lines that are in the file afterwards.
bool TraceFile::write_lines(std::string_view lines) {
  std::size_t done = 0;
  int reason = 0;
  while (done < lines.size() && reason == 0) {
    const auto count = ::write(file_, lines.data() + done, lines.size() - done);
    if (count > 0) {
      done += static_cast<std::size_t>(count);
    } else if (count == 0 || errno != EINTR) {
      reason = count == 0 ? EIO : errno;
    }
  }
  if (done < lines.size()) {
    const auto last = done == 0 ? std::string_view::npos : lines.rfind('\n', done - 1);
    done = last == std::string_view::npos ? 0 : last + 1;
    // When the end cannot be cut now, the next opening does it.
    if (::ftruncate(file_, size_ + static_cast<std::int64_t>(done)) != 0) close_file();
    errno = reason;
  }
  size_ += static_cast<std::int64_t>(done);
  return done == lines.size();
}

bool TraceFile::open_file() {
  struct stat info {};
  // An operator may have moved or deleted it; writing on to a file without a name would lose everything unseen.
  if (file_ >= 0) {
    struct stat named {};
    const bool same = ::stat(path_.c_str(), &named) == 0 && ::fstat(file_, &info) == 0 && named.st_ino == info.st_ino &&
                      named.st_dev == info.st_dev;
    if (same) return true;
    close_file();
  }
  file_ = ::open(path_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, kMode);
  if (file_ < 0) return false;
  bool usable = ::fstat(file_, &info) == 0;
  if (usable && !S_ISREG(info.st_mode)) {
    errno = EINVAL;
    usable = false;
  }
  usable = usable && ::fchmod(file_, kMode) == 0;
  size_ = info.st_size;
  if (usable && cut_torn_end()) return true;
  const int reason = errno;
  close_file();
  errno = reason;
  return false;
}

bool TraceFile::cut_torn_end() {
  const std::int64_t end = end_of_last_line(file_, size_);
  if (end == size_) return true;
  if (end < 0 || ::ftruncate(file_, end) != 0) return false;
  size_ = end;
  ++trouble_.torn_lines;
  return true;
}

bool TraceFile::rotate() {
  close_file();
  const auto old_name = [this](int number) { return path_ + '.' + std::to_string(number); };
  // Those beyond come from a larger `keep` of the past.
  for (int number = keep_ + 1; ::unlink(old_name(number).c_str()) == 0;) ++number;
  if (keep_ == 0) return ::unlink(path_.c_str()) == 0;
  for (int number = keep_ - 1; number > 0; --number) {
    if (::rename(old_name(number).c_str(), old_name(number + 1).c_str()) != 0 && errno != ENOENT) return false;
  }
  return ::rename(path_.c_str(), old_name(1).c_str()) == 0;
}

void TraceFile::lose_rest(std::string_view action, std::string_view lines) {
  const int reason = errno;
  trouble_.lost_lines += static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
  trouble_.reason = "cannot " + std::string(action) + ": " + std::generic_category().message(reason);
}

TraceFile::Trouble TraceFile::take_trouble() { return std::exchange(trouble_, {}); }

void TraceFile::close_file() {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
}

}  // namespace platos::observer_file

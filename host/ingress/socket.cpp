#include "ingress/socket.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace platos::ingress {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::size_t kKeptBytes = 4 * 1024;
constexpr char kTlsHandshake = 0x16;

}  // namespace

Socket::Socket(int fd, std::shared_ptr<const TlsContext> tls) : fd_(fd) {
  if (tls) tls_.emplace(std::move(tls));
}

Socket::~Socket() { ::close(fd_); }

Socket::Io Socket::read(std::string& input) {
  char buffer[kReadBytes];
  const ssize_t size = ::recv(fd_, buffer, sizeof buffer, 0);
  if (size == 0) return Io::Ended;
  if (size < 0) return errno == EAGAIN || errno == EINTR ? Io::Waits : Io::Broken;
  const std::string_view bytes(buffer, static_cast<std::size_t>(size));
  if (tls_ && !std::exchange(begun_, true) && bytes.front() != kTlsHandshake) {
    tls_.reset();
  }
  if (!tls_) {
    input += bytes;
    return Io::Done;
  }
  const std::size_t before = input.size();
  const auto state = tls_->receive(bytes, input, wire_);
  if (flush() == Io::Broken || state == TlsFilter::State::Broken) return Io::Broken;
  // A last request may come together with the notice that none follows.
  return state == TlsFilter::State::Ended && input.size() == before ? Io::Ended : Io::Done;
}

Socket::Io Socket::write(std::string_view bytes, std::size_t& taken) {
  taken = 0;
  if (tls_) {
    if (!has_unsent() && !bytes.empty()) {
      taken = std::min(bytes.size(), kReadBytes);
      if (tls_->send(bytes.substr(0, taken), wire_) == TlsFilter::State::Broken) return Io::Broken;
    }
    return flush();
  }
  const ssize_t size = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (size < 0) return errno == EAGAIN || errno == EINTR ? Io::Waits : Io::Broken;
  taken = static_cast<std::size_t>(size);
  return Io::Done;
}

Socket::Io Socket::flush() {
  if (!has_unsent()) return Io::Done;
  const ssize_t size = ::send(fd_, wire_.data() + sent_, wire_.size() - sent_, MSG_NOSIGNAL);
  if (size < 0) return errno == EAGAIN || errno == EINTR ? Io::Waits : Io::Broken;
  sent_ += static_cast<std::size_t>(size);
  if (has_unsent()) return Io::Done;
  wire_.clear();
  sent_ = 0;
  if (wire_.capacity() > kKeptBytes) wire_.shrink_to_fit();
  return Io::Done;
}

void Socket::end_writing() {
  if (tls_) {
    tls_->end(wire_);
    flush();
  }
  ::shutdown(fd_, SHUT_WR);
}

}  // namespace platos::ingress

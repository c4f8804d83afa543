#include "mock_provider/connection.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace platos::tests::mock {

bool Connection::receive() {
  // Bytes that come in during an answer wait for its end, so they are limited as one request is.
  if (reader_.buffered_bytes() > RequestReader::kMaxBodyBytes + RequestReader::kMaxHeadBytes) return false;
  std::array<char, kReadBytes> bytes;
  const ssize_t count = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  if (count == 0) return false;
  reader_.append({bytes.data(), static_cast<std::size_t>(count)});
  return true;
}

bool Connection::flush() {
  while (has_output()) {
    const ssize_t count =
        ::send(socket_.get(), output_.data() + sent_bytes_, output_.size() - sent_bytes_, MSG_NOSIGNAL);
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    sent_bytes_ += static_cast<std::size_t>(count);
  }
  output_.clear();
  sent_bytes_ = 0;
  return true;
}

}  // namespace platos::tests::mock

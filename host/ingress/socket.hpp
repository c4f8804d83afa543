// The socket of a client connection, with TLS on it or without. Internal to ingress.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "ingress/tls.hpp"

namespace platos::ingress {

/// Owns a non-blocking descriptor; bound to the connection's loop, which watches fd().
class Socket {
 public:
  enum class Io {
    Unspecified,
    Done,
    Waits,   ///< the kernel has nothing, or takes nothing now
    Ended,   ///< the peer sends nothing further
    Broken,  ///< nothing can be sent or received any more
  };

  /// `tls` may be null: none.
  Socket(int fd, std::shared_ptr<const TlsContext> tls);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  int fd() const { return fd_; }
  bool is_encrypted() const { return tls_.has_value(); }
  /// The TLS handshake is not over: only read() makes sense.
  bool is_greeting() const { return tls_ && tls_->state() == TlsFilter::State::Greeting; }

  /// Appends to `input` what has come. A client that begins without TLS is spoken to without it from there on. With TLS
  /// that may be nothing although it is Done.
  Io read(std::string& input);
  /// Sends some of the bytes and sets `taken` to the number that need not be given again. Done: the kernel took
  /// something. Bytes that were taken may still wait here (has_unsent): call again, even with none.
  Io write(std::string_view bytes, std::size_t& taken);
  bool has_unsent() const { return sent_ < wire_.size(); }
  /// Nothing further will be written.
  void end_writing();

 private:
  Io flush();

  const int fd_;
  std::optional<TlsFilter> tls_;
  bool begun_ = false;
  std::string wire_;  // encrypted, not all sent yet
  std::size_t sent_ = 0;
};

}  // namespace platos::ingress

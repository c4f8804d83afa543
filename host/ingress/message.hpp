// Requests and responses as handlers see them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/cancellation.hpp"
#include "base/loop.hpp"
#include "base/task.hpp"

namespace platos::ingress {

/// A whole request. A value; header names are lower case.
struct Request {
  std::string method;
  std::string path;   ///< decoded segments are the router's business: this is as sent, without the query
  std::string query;  ///< as sent, without '?'
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string peer;        ///< address of the client, which trusted proxies may have told
  bool encrypted = false;  ///< it came over TLS
  std::string request_id;  ///< taken from X-Request-Id or made
  base::Loop* loop = nullptr;
  base::CancelToken gone;  ///< the client has closed its connection

  /// The first value, or empty.
  std::string_view header(std::string_view lower_case_name) const;
  /// All values with commas between them, as if they had come in one header.
  std::string all(std::string_view lower_case_name) const;
};

/// A response body that comes as it is made. Bound to the connection's loop; pulled, never pushed.
class ByteStream {
 public:
  enum class State {
    Unspecified,
    Bytes,    ///< some were appended
    Pending,  ///< on_ready will be called
    End,      ///< nothing follows: the connection ends the body
    Broken,   ///< nothing follows, and the client must not take what it has for the whole
  };
  virtual ~ByteStream() = default;
  /// Appends up to about `max_bytes` to `out`.
  virtual State pull(std::string& out, std::size_t max_bytes) = 0;
  /// Called before the first pull. `ready` is called on the loop, never from inside pull().
  virtual void on_ready(std::function<void()> ready) = 0;
  /// The server stops: the last chance to say so to the client. The next pull() may bring it.
  virtual void drain() {}
};

/// What a connection is after it has changed its protocol: bytes both ways. Its End closes the connection.
class Duplex : public ByteStream {
 public:
  /// Bytes from the client. While much of what was pulled waits to be sent, nothing is read.
  virtual void receive(std::string_view bytes) = 0;
};

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::unique_ptr<ByteStream> stream = nullptr;  ///< instead of body
  std::unique_ptr<Duplex> duplex = nullptr;      ///< with status 101: what the connection is from here on
  /// Called when the kernel has taken the answer to its last byte; never, when the connection broke before.
  std::function<void()> on_delivered = nullptr;
};

/// May wait for whatever it wants; its connection waits with it. Runs on the request's loop.
using Handler = std::function<Task<Response>(Request)>;

std::string_view reason_phrase(int status);

}  // namespace platos::ingress

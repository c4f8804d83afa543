// An HTTP client on a bare socket that may lose its connection at any byte, and reads an event stream as it is written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace platos::tests::chaos {

struct Address {
  std::string url;  ///< "http://127.0.0.1:PORT"
  std::string key;
};

/// One server-sent event, as bytes.
struct Frame {
  std::int64_t id = 0;  ///< 0: without
  std::string data;
  bool operator==(const Frame&) const = default;
  /// By the text, for the types that the tests ask for: {"type":"<type>" begins every event.
  bool is(const std::string& type) const { return data.starts_with("{\"type\":\"" + type + "\""); }
};

struct Exchange {
  std::string method = "GET";
  std::string path;
  std::string body;
  std::vector<std::string> headers;  ///< "Name: value"
  /// The socket is closed when so many bytes of the answer have come, the head included.
  std::size_t cut_after_bytes = std::numeric_limits<std::size_t>::max();
  int timeout_ms = 30'000;
  /// Called with every whole event of a 200 answer; false closes the connection.
  std::function<bool(const Frame&)> on_frame;
};

struct Reply {
  int status = 0;                              ///< 0: no whole head came
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;                            ///< without the framing of a chunked transfer
  std::size_t bytes = 0;                       ///< of the wire
  bool connected = false;
  bool complete = false;  ///< the answer's own framing says that this was all
};

/// Blocks until the answer is complete, the peer closes, it is cut, or the time is over. Thread-safe.
Reply exchange(const Address& address, const Exchange& request);

/// The events of a whole body.
std::vector<Frame> frames_of(const std::string& body);

/// What remains after void events and the boundaries that void them are taken out.
std::vector<Frame> transcript(const std::vector<Frame>& frames);

}  // namespace platos::tests::chaos

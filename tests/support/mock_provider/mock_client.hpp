// A small HTTP client for the tests of the mock: one blocking socket, every wait ends after kPatience.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "mock_provider/descriptor.hpp"
#include "mock_provider/mock_provider.hpp"

namespace platos::tests::mock {

inline constexpr std::chrono::seconds kPatience{30};

struct Reply {
  int status = 0;
  std::string head;
  std::string body;
  bool complete = false;  ///< False when the connection ended before the body did.

  bool has_header(std::string_view line) const { return head.find(line) != std::string::npos; }
  nlohmann::json parsed() const { return nlohmann::json::parse(body); }
  /// The data of each server-sent event. Fails the test when the body is not made of "data: ...\n\n" alone.
  std::vector<std::string> events() const;
  /// The same, parsed, without the closing [DONE]. Fails the test when that is missing.
  std::vector<nlohmann::json> chunks() const;
  /// The data of each named event, parsed. Fails the test when a name is missing or is not the type of its data.
  std::vector<nlohmann::json> named_events() const;
  /// The content of all deltas.
  std::string text() const;
};

/// A request body with one user message "ping pong". Members of `more` are put over it.
nlohmann::json chat(const std::string& model, const nlohmann::json& more = nlohmann::json::object());
/// The same with "stream": true.
nlohmann::json streamed(const std::string& model, nlohmann::json more = nlohmann::json::object());
/// A "tools" array with tools of these names.
nlohmann::json offer(const std::vector<std::string>& names);

/// Throws std::runtime_error when the mock does not answer in time.
class MockClient {
 public:
  /// receive_buffer_bytes: how much the kernel takes in before the client must read. 0: as much as it likes.
  explicit MockClient(std::uint16_t port, int receive_buffer_bytes = 0);

  void send(std::string_view bytes);
  void post(const nlohmann::json& body);
  /// Sends `body` to the Messages route, with the headers that it wants.
  void post_message(const nlohmann::json& body);
  void get(const std::string& path);
  /// The next answer on this connection; status 0 when the connection ends without one.
  Reply reply();
  Reply ask(const nlohmann::json& body) {
    post(body);
    return reply();
  }
  /// Returns what came up to and including `text`, which may be more; it stays there for reply().
  std::string peek_until(std::string_view text);
  /// True when the server has closed the connection and nothing is left to read.
  bool at_end();

 private:
  bool receive();
  bool read_body(Reply& reply);
  bool read_chunked(Reply& reply);
  bool need(std::size_t bytes);

  Descriptor socket_;
  std::string buffer_;
};

}  // namespace platos::tests::mock

// A stand-in for a model vendor: speaks the chat-completions wire on a real socket of this machine.
//
//   MockProvider vendor;
//   client.post(vendor.base_url() + "/chat/completions", R"({"model":"mock-hang","messages":[...]})");
//   REQUIRE(vendor.wait_until([](const MockStats& stats) { return stats.held == 1; }, 5s));
//   vendor.release();
//
// The model name of a request says what becomes of that one request; README.md has the list of words.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace platos::tests {

/// One request as it came in, whatever its path.
struct ReceivedRequest {
  std::string method;
  std::string path;                                          ///< With the query, if there was one.
  std::vector<std::pair<std::string, std::string>> headers;  ///< In the order and spelling of the wire.
  std::string body;                                          ///< Without the framing of a chunked transfer.

  /// The value of the first header of that name in any spelling; empty when there is none. Borrowed from this object.
  std::string_view header(std::string_view name) const;
};

/// Counts of chat requests. A request is active from its last byte read until the last byte of its answer is written
/// or its connection is gone.
struct MockStats {
  std::int64_t active = 0;
  std::int64_t max_active = 0;
  std::int64_t total = 0;    ///< Requests received, also those that were refused with a 400.
  std::int64_t aborted = 0;  ///< Requests whose client went away before the end of the answer.
  std::int64_t held = 0;     ///< Requests that stand still until release(), because of the word `hang`.
};

struct MockOptions {
  std::uint16_t port = 0;              ///< On 127.0.0.1. 0: any free one.
  std::size_t kept_requests = 10'000;  ///< How many requests requests() remembers. The oldest are forgotten first.
};

namespace mock {
class Board;
class Server;
}  // namespace mock

/// Runs from construction to destruction in one thread of its own. Internally synchronised: every function may be
/// called from any thread. Destruction closes all connections, whatever state they are in.
class MockProvider {
 public:
  /// Listens before it returns. Throws std::system_error when it cannot.
  explicit MockProvider(MockOptions options = {});
  ~MockProvider();
  MockProvider(const MockProvider&) = delete;
  MockProvider& operator=(const MockProvider&) = delete;

  /// "http://127.0.0.1:PORT/v1"
  std::string base_url() const;
  std::uint16_t port() const;

  /// Copies, oldest first. A request is in here before the first byte of its answer is sent.
  std::vector<ReceivedRequest> requests() const;

  /// total counts a request before its answer begins. The other counts follow the wire: a client that has just read
  /// the end of its answer may still find it active here, so wait for them with wait_until().
  MockStats stats() const;
  std::int64_t active() const { return stats().active; }
  std::int64_t max_active() const { return stats().max_active; }
  std::int64_t total() const { return stats().total; }
  std::int64_t aborted() const { return stats().aborted; }

  /// Blocks until the predicate holds; false when the time is over first. The predicate runs under a lock: it must not
  /// call this object.
  bool wait_until(const std::function<bool(const MockStats&)>& predicate, std::chrono::milliseconds timeout) const;

  /// Lets every request that is held now go on with its answer. Later ones are held again.
  void release();

 private:
  std::unique_ptr<mock::Board> board_;
  std::unique_ptr<mock::Server> server_;
  std::thread thread_;
};

}  // namespace platos::tests

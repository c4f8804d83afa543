// The service behind echo-provider: a TCP server of one thread that says back what it is told.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace platos::tests {

/// Answers every POST /echo with 200 and these lines: the request's body, then its Authorization value (as an upstream
/// that gossips would), then "end". Internally synchronised; stops in its destructor.
class EchoUpstream {
 public:
  EchoUpstream();
  ~EchoUpstream();
  EchoUpstream(const EchoUpstream&) = delete;
  EchoUpstream& operator=(const EchoUpstream&) = delete;

  std::string base_url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// Head and body of every request so far, as they came.
  std::vector<std::string> requests() const;

 private:
  void serve();
  void answer(int connection);
  int listener_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace platos::tests

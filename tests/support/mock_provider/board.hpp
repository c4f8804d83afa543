// What the server thread tells the test about: counts and received requests. Internally synchronised.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>

#include "mock_provider/mock_provider.hpp"

namespace platos::tests::mock {

enum class RequestEnd { Unspecified, Answered, Aborted };

class Board {
 public:
  explicit Board(std::size_t kept_requests) : kept_requests_(kept_requests) {}

  void received(const ReceivedRequest& request);
  /// Returns the number of the chat request, counted from 1.
  std::int64_t begin();
  void hold();
  void resume();
  void end(RequestEnd how, bool was_held);

  MockStats stats() const;
  std::vector<ReceivedRequest> requests() const;
  bool wait_until(const std::function<bool(const MockStats&)>& predicate, std::chrono::milliseconds timeout) const;

 private:
  const std::size_t kept_requests_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  MockStats stats_;
  std::deque<ReceivedRequest> requests_;
};

}  // namespace platos::tests::mock

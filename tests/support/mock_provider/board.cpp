#include "mock_provider/board.hpp"

#include <algorithm>

namespace platos::tests::mock {

void Board::received(const ReceivedRequest& request) {
  if (kept_requests_ == 0) return;
  const std::lock_guard lock(mutex_);
  if (requests_.size() == kept_requests_) requests_.pop_front();
  requests_.push_back(request);
}

std::int64_t Board::begin() {
  const std::lock_guard lock(mutex_);
  stats_.max_active = std::max(stats_.max_active, ++stats_.active);
  changed_.notify_all();
  return ++stats_.total;
}

void Board::hold() {
  const std::lock_guard lock(mutex_);
  ++stats_.held;
  changed_.notify_all();
}

void Board::resume() {
  const std::lock_guard lock(mutex_);
  --stats_.held;
  changed_.notify_all();
}

void Board::end(RequestEnd how, bool was_held) {
  const std::lock_guard lock(mutex_);
  --stats_.active;
  if (was_held) --stats_.held;
  if (how == RequestEnd::Aborted) ++stats_.aborted;
  changed_.notify_all();
}

MockStats Board::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

std::vector<ReceivedRequest> Board::requests() const {
  const std::lock_guard lock(mutex_);
  return {requests_.begin(), requests_.end()};
}

bool Board::wait_until(const std::function<bool(const MockStats&)>& predicate,
                       std::chrono::milliseconds timeout) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [&] { return predicate(stats_); });
}

}  // namespace platos::tests::mock

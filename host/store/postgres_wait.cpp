#include "store/postgres_wait.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <chrono>

namespace platos::store {
namespace {

// The server itself gives a statement up in time; one that does not say so is waited for a little longer.
constexpr std::int64_t kGraceMs = 1'000;
// How late a waiter may learn that it should give up.
constexpr std::int64_t kSliceMs = 250;

std::int64_t end_of(const PostgresPatience& patience) {
  return patience.give_up_at == nullptr ? 0 : patience.give_up_at->load(std::memory_order_relaxed);
}

/// Bytes may have to leave before an answer can come: the handle does not block on them. False: the connection broke.
bool move_bytes(pg_conn* handle, std::int64_t within_ms) {
  const int unsent = PQflush(handle);
  if (unsent < 0) return false;
  pollfd event{PQsocket(handle), POLLIN, 0};
  if (unsent > 0) event.events |= POLLOUT;
  ::poll(&event, 1, static_cast<int>(within_ms));
  return (event.revents & ~POLLOUT) == 0 || PQconsumeInput(handle) == 1;
}

}  // namespace

std::int64_t monotonic_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

bool PostgresPatience::is_over() const {
  const std::int64_t end = end_of(*this);
  return end != 0 && monotonic_ms() >= end;
}

bool wait_for_answer(pg_conn* handle, const PostgresPatience& patience) {
  const std::int64_t began = monotonic_ms();
  while (PQisBusy(handle) != 0) {
    const std::int64_t now = monotonic_ms();
    std::int64_t left = kSliceMs;
    if (patience.answer_ms > 0) left = std::min(left, began + patience.answer_ms + kGraceMs - now);
    if (const std::int64_t end = end_of(patience); end != 0) left = std::min(left, end - now);
    if (left <= 0) return false;
    if (!move_bytes(handle, left)) return true;
  }
  return true;
}

}  // namespace platos::store

// Waiting for a server that may have fallen silent, and for no longer than is good.
#pragma once

#include <atomic>
#include <cstdint>

struct pg_conn;

namespace platos::store {

/// How long a session waits for an answer.
struct PostgresPatience {
  std::int64_t answer_ms = 0;                             ///< 0: for ever
  const std::atomic<std::int64_t>* give_up_at = nullptr;  ///< of monotonic_ms(), once it is not 0

  bool is_over() const;
};

std::int64_t monotonic_ms();

/// True when PQgetResult() would return at once, with an answer or with why there is none. False: the time is over.
bool wait_for_answer(pg_conn* handle, const PostgresPatience& patience);

}  // namespace platos::store

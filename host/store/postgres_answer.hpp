// For the sources of PostgresSession only.
#pragma once

#include <libpq-fe.h>

#include <utility>

#include "store/postgres_session.hpp"

namespace platos::store {

/// One result of libpq.
class PostgresSession::Answer {
 public:
  explicit Answer(pg_result* result) : result_(result) {}
  ~Answer() { PQclear(result_); }
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  Answer(Answer&& other) noexcept : result_(std::exchange(other.result_, nullptr)) {}
  Answer& operator=(Answer&& other) noexcept {
    std::swap(result_, other.result_);
    return *this;
  }

  const pg_result* get() const { return result_; }
  ExecStatusType status() const { return PQresultStatus(result_); }
  bool good() const { return status() == PGRES_COMMAND_OK || status() == PGRES_TUPLES_OK; }

 private:
  pg_result* result_;
};

}  // namespace platos::store

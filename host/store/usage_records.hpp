// What model calls used and cost.
#pragma once

#include <cstdint>
#include <string>

#include "model/scope.hpp"
#include "model/usage.hpp"
#include "store/session.hpp"

namespace platos::store {

struct UsageRow {
  std::string run_id;
  std::string purpose;  ///< "turn", "compaction" ...
  std::string model;    ///< "instance:model"
  std::string agent_id;
  std::string user_id;
  model::Usage usage;
  std::int64_t created_us = 0;
};

/// A view on a session; made where it is used. Throws SqlError.
class UsageRecords {
 public:
  explicit UsageRecords(Session& session) : session_(session) {}

  /// One row a run, purpose and model; written once, with the run's end.
  void insert(const model::Scope& scope, const UsageRow& row);

 private:
  Session& session_;
};

}  // namespace platos::store

// The safety ledger: what governors found and decided.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/scope.hpp"
#include "store/session.hpp"

namespace platos::store {

struct SafetyEventRow {
  std::string id;
  std::string agent_id;
  std::string thread_id;
  std::string run_id;
  std::string user_id;
  std::string detector;
  std::string action;
  std::string severity;
  std::string detail;
  std::string meta_json = "{}";
  std::string tool_name;
  std::string tool_call_id;
  std::int64_t created_us = 0;
};

/// Empty texts: any.
struct SafetyEventFilter {
  std::string detector;
  std::string action;
  std::string thread_id;
  std::string agent_id;
  std::string user_id;
  std::string severity;
  std::int64_t since_us = 0;
  std::int64_t limit = 50;
  std::int64_t offset = 0;
};

/// A view on a session; made where it is used. Throws SqlError.
class SafetyEvents {
 public:
  explicit SafetyEvents(Session& session) : session_(session) {}

  /// A row whose id is there already is left as it is: a step was done again.
  void insert(const model::Scope& scope, const SafetyEventRow& row);
  /// Newest first.
  std::vector<SafetyEventRow> list(const model::Scope& scope, const SafetyEventFilter& filter);
  std::int64_t count(const model::Scope& scope, const SafetyEventFilter& filter);

 private:
  Session& session_;
};

}  // namespace platos::store

// Results of tool calls that were too long for a model, whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/scope.hpp"
#include "store/session.hpp"

namespace platos::store {

struct WholeResult {
  std::string text;
  std::int64_t bytes = 0;
  std::int64_t created_us = 0;
};

/// A view on a session; made where it is used. Throws SqlError. Sealed like all texts of tools.
class ToolResults {
 public:
  explicit ToolResults(Session& session) : session_(session) {}

  /// Keeps one; a call that is made again after a crash replaces its former one.
  void put(const model::Scope& scope, const std::string& run_id, const std::string& call_id, std::string_view text,
           std::int64_t now_us);
  std::optional<WholeResult> get(const model::Scope& scope, const std::string& run_id, const std::string& call_id);

 private:
  Session& session_;
};

}  // namespace platos::store

// The settings and rules of tools, by environment, from memory.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/task.hpp"
#include "model/scope.hpp"
#include "model/tool_rules.hpp"
#include "store/database.hpp"

namespace platos::tools {

/// Internally synchronised. What this host writes holds at once; where other hosts share the store, what they write
/// holds within two seconds.
class RuleBook {
 public:
  using Rules = std::shared_ptr<const model::ToolRules>;

  explicit RuleBook(store::Database& database) : database_(database) {}

  /// A snapshot. Errors are the store's: without rules nothing is allowed.
  Task<Result<Rules>> of(base::Loop& loop, model::Scope scope);

  /// Runs `work` in a write, and forgets what was known of the environment.
  Task<Result<void>> change(base::Loop& loop, model::Scope scope, std::function<Result<void>(store::Session&)> work);

 private:
  struct Known {
    Rules rules;
    std::int64_t read_us = 0;
  };
  std::uint64_t forget(const std::string& environment_id);

  store::Database& database_;
  std::mutex mutex_;
  std::map<std::string, Known> known_;
  std::uint64_t changes_ = 0;  // a read that began before a change is not kept
};

}  // namespace platos::tools

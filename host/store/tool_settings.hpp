// Settings and rules of an environment's tools.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/scope.hpp"
#include "model/tool_rules.hpp"
#include "store/session.hpp"

namespace platos::store {

/// A view on a session; made where it is used. Throws SqlError.
class ToolSettings {
 public:
  explicit ToolSettings(Session& session) : session_(session) {}

  model::ToolRules all(const model::Scope& scope);
  std::optional<model::ToolSetting> find(const model::Scope& scope, const std::string& tool);
  std::int64_t count(const model::Scope& scope);
  void put(const model::Scope& scope, const model::ToolSetting& setting);
  bool remove(const model::Scope& scope, const std::string& tool);
  /// In place of all former ones.
  void put_rules(const model::Scope& scope, const std::vector<model::ToolRule>& rules);

 private:
  Session& session_;
};

}  // namespace platos::store

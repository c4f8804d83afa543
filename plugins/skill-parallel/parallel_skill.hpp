// The component "parallel": search, extraction and deep research by Parallel.
#pragma once

#include <string_view>

#include "config.hpp"
#include "platos/cpp/skill.hpp"

namespace platos::skill_parallel {

/// Immutable; calls run in parallel.
class ParallelSkill : public sdk::Skill {
 public:
  /// Throws sdk::Error(INVALID_ARGUMENT) on a bad configuration.
  ParallelSkill(sdk::Host host, std::string_view config_json);

  void list(sdk::JsonWriter& out) override;
  void invoke(sdk::Call call, std::string_view name, std::string_view args_json, const sdk::ToolSink& sink) override;

 private:
  Config config_;
};

}  // namespace platos::skill_parallel

// platos.skill/1 behind the ToolSource port.
#pragma once

#include <memory>
#include <vector>

#include "extension/adapters/blocking_calls.hpp"
#include "platos/skill.h"
#include "ports/tool_source.hpp"

namespace platos::extension {

/// Immutable after make(). Calls run on threads of the instance's own (see BlockingCalls).
class SkillAdapter final : public ports::ToolSource {
 public:
  /// Reads the tool list. Internal "plugin_breach" when there is no usable table or list.
  static Result<std::shared_ptr<SkillAdapter>> make(std::shared_ptr<Instance> instance, WorkerOptions options);

  const std::string& instance() const override { return instance_->name(); }
  const std::vector<model::Tool>& tools() const override { return tools_; }
  Task<Result<std::string>> invoke(ports::CallContext context, std::string tool, std::string arguments_json,
                                   base::CancelToken cancel) override;

 private:
  SkillAdapter(std::shared_ptr<Instance> instance, const platos_skill_t* table, WorkerOptions options);
  Result<void> read_tools();

  std::shared_ptr<Instance> instance_;
  const platos_skill_t* table_;
  std::vector<model::Tool> tools_;
  BlockingCalls calls_;
};

}  // namespace platos::extension

// platos.skill/1 behind the ToolSource port.
#pragma once

#include <memory>
#include <vector>

#include "base/worker_pool.hpp"
#include "extension/adapters/instance.hpp"
#include "platos/skill.h"
#include "ports/tool_source.hpp"

namespace platos::extension {

struct SkillOptions {
  std::size_t workers = 4;
  std::size_t max_queued = 256;
};

/// Immutable after make(). Calls run on a pool of the instance's own. A call that goes on two seconds after its
/// deadline or cancellation is written off with its thread, and the instance is switched off.
class SkillAdapter final : public ports::ToolSource {
 public:
  /// Reads the tool list. Internal "plugin_breach" when there is no usable table or list.
  static Result<std::shared_ptr<SkillAdapter>> make(std::shared_ptr<Instance> instance, SkillOptions options);
  ~SkillAdapter() override;

  const std::string& instance() const override { return instance_->name(); }
  const std::vector<model::Tool>& tools() const override { return tools_; }
  Task<Result<std::string>> invoke(ports::CallContext context, std::string tool, std::string arguments_json,
                                   base::CancelToken cancel) override;

 private:
  struct Running;
  SkillAdapter(std::shared_ptr<Instance> instance, const platos_skill_t* table, SkillOptions options);
  Result<void> read_tools();
  void work(const std::shared_ptr<Running>& running) const;
  void interrupt(const std::shared_ptr<Running>& running) const;
  void write_off(const std::shared_ptr<Running>& running);

  std::shared_ptr<Instance> instance_;
  const platos_skill_t* table_;
  std::vector<model::Tool> tools_;
  std::unique_ptr<base::WorkerPool> pool_;
};

}  // namespace platos::extension

// The meta-tools remember, recall, forget, list_memories.
#pragma once

#include "memory/memories.hpp"
#include "ports/tool_source.hpp"

namespace platos::memory {

/// Immutable. Works on the memories of the user whose turn it is; a model cannot name another.
class MemoryTools final : public ports::ToolSource {
 public:
  static constexpr const char* kInstance = "platos.memory";

  explicit MemoryTools(Memories& memories);

  const std::string& instance() const override { return instance_; }
  const std::vector<model::Tool>& tools() const override { return tools_; }
  Task<Result<std::string>> invoke(ports::CallContext context, std::string tool, std::string arguments_json,
                                   base::CancelToken cancel) override;

 private:
  Task<Result<std::string>> remember(ports::CallContext who, model::Json arguments, base::CancelToken cancel);
  Task<Result<std::string>> recall(ports::CallContext who, model::Json arguments, base::CancelToken cancel);
  Task<Result<std::string>> forget(ports::CallContext who, model::Json arguments, base::CancelToken cancel);
  Task<Result<std::string>> list(ports::CallContext who, model::Json arguments, base::CancelToken cancel);

  Memories& memories_;
  std::string instance_ = kInstance;
  std::vector<model::Tool> tools_;
};

}  // namespace platos::memory

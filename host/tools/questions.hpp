// The meta-tools request_approval and request_durable_approval: the agent asks a person and waits for the answer.
#pragma once

#include <optional>

#include "model/approval.hpp"
#include "ports/tool_source.hpp"
#include "tools/prepared_call.hpp"

namespace platos::tools {

inline constexpr const char* kRequestApproval = "request_approval";

/// Immutable. The dispatcher answers these tools from what people decided; there is nothing to invoke.
class Questions final : public ports::ToolSource {
 public:
  static constexpr const char* kInstance = "platos.approvals";

  Questions();

  const std::string& instance() const override { return instance_; }
  const std::vector<model::Tool>& tools() const override { return tools_; }
  Task<Result<std::string>> invoke(ports::CallContext context, std::string tool, std::string arguments_json,
                                   base::CancelToken cancel) override;

 private:
  std::string instance_ = kInstance;
  std::vector<model::Tool> tools_;
};

/// The question that a call of these tools asks; its arguments fit the schema.
Question question_of(const model::ToolCall& call, std::int64_t timeout_s);
/// {"approved", "comment"?, "respondedBy"?, "reason"?, "message"?}: what the model reads.
model::ToolOutcome answer_of(const model::ToolCall& call, const model::Approval& approval);
/// Why a call that people did not approve is not made.
model::ToolOutcome denial_of(const model::ToolCall& call, const model::Approval& approval);

}  // namespace platos::tools

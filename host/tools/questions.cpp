#include "tools/questions.hpp"

#include <nlohmann/json.hpp>

#include "model/json_schema.hpp"
#include "tools/outcomes.hpp"

namespace platos::tools {
namespace {

using model::ApprovalState;
using model::Json;

constexpr const char* kDurable = "request_durable_approval";
constexpr std::int64_t kDayS = 86'400;

constexpr std::string_view kQuestionSchema =
    R"({"type":"object","properties":{"action":{"type":"string","minLength":1,"maxLength":500},)"
    R"("details":{"type":"string","maxLength":8000}},"required":["action"],"additionalProperties":false})";
constexpr std::string_view kDurableSchema =
    R"({"type":"object","properties":{"action":{"type":"string","minLength":1,"maxLength":500},)"
    R"("details":{"type":"string","maxLength":8000},"timeoutSeconds":{"type":"integer","minimum":60,"maximum":604800}},)"
    R"("required":["action"],"additionalProperties":false})";

model::Tool question_tool(const char* name, const char* description, std::string_view schema) {
  model::Tool tool;
  tool.instance = Questions::kInstance;
  tool.name = tool.model_name = name;
  tool.description = description;
  tool.category = "approvals";
  tool.input_schema_json = schema;
  const auto parsed = model::parse_bounded(schema, "schema");
  tool.input_schema = std::make_shared<const model::JsonSchema>(*model::JsonSchema::compile(*parsed));
  tool.effect = model::Effect::Read;
  return tool;
}

const char* reason_of(ApprovalState state) {
  switch (state) {
    case ApprovalState::TimedOut: return "timeout";
    case ApprovalState::Cancelled: return "cancelled";
    default: return "rejected";
  }
}

}  // namespace

Questions::Questions()
    : tools_{
          question_tool(kRequestApproval, "Ask a person before doing something that cannot be undone; waits minutes.",
                        kQuestionSchema),
          question_tool(kDurable, "The same for decisions that may take hours or days.", kDurableSchema)} {}

Task<Result<std::string>> Questions::invoke(ports::CallContext, std::string tool, std::string, base::CancelToken) {
  co_return fail(ErrorKind::FailedPrecondition, "not_in_a_turn", tool + " can only be called by an agent in a turn");
}

Question question_of(const model::ToolCall& call, std::int64_t timeout_s) {
  const Json arguments = model::parse_bounded(call.arguments_json, "the arguments").value_or(Json::object());
  Question question;
  question.call = call;
  question.source = kRequestApproval;
  question.action = arguments.value("action", "");
  question.details = arguments.value("details", "");
  question.policy.timeout_s = call.model_name == kDurable ? arguments.value("timeoutSeconds", kDayS) : timeout_s;
  return question;
}

model::ToolOutcome answer_of(const model::ToolCall& call, const model::Approval& approval) {
  const bool approved = approval.state == ApprovalState::Approved;
  Json answer = {{"approved", approved}};
  if (!approval.comment.empty()) answer["comment"] = approval.comment;
  if (!approval.responded_by.empty()) answer["respondedBy"] = approval.responded_by;
  if (!approved) answer["reason"] = approval.id.empty() ? approval.comment : reason_of(approval.state);
  if (approval.state == ApprovalState::TimedOut) {
    answer["message"] =
        "Nobody answered within " + std::to_string(approval.policy.timeout_s) + " seconds, which counts as a no.";
  }
  model::ToolOutcome outcome;
  outcome.call_id = call.call_id;
  outcome.result_json = model::dump(answer);
  return outcome;
}

model::ToolOutcome denial_of(const model::ToolCall& call, const model::Approval& approval) {
  if (approval.state == ApprovalState::TimedOut) {
    return failed(call.call_id, "approval_expired",
                  "This call needs a person's approval, and nobody answered in time. It was not made.");
  }
  return failed(call.call_id, "approval_denied",
                "A person has refused this call. It was not made." +
                    (approval.comment.empty() ? "" : " They say: " + approval.comment));
}

}  // namespace platos::tools

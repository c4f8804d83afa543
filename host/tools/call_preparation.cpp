#include "tools/call_preparation.hpp"

#include <nlohmann/json.hpp>

#include "governance/ledger.hpp"
#include "model/json.hpp"
#include "model/json_schema.hpp"
#include "tools/call_batch.hpp"
#include "tools/outcomes.hpp"
#include "tools/questions.hpp"

namespace platos::tools {
namespace {

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += (text.empty() ? "" : "; ") + line;
  return text;
}

}  // namespace

std::optional<model::ToolOutcome> check_arguments(const model::ToolCall& call, const model::Tool& tool) {
  auto arguments = model::parse_bounded(call.arguments_json, "the arguments");
  if (!arguments) return failed(call.call_id, "invalid_arguments", arguments.error().message);
  if (!arguments->is_object()) {
    return failed(call.call_id, "invalid_arguments",
                  "The arguments must be one JSON object, found " + model::kind_of(*arguments) + ".");
  }
  if (!tool.input_schema) return std::nullopt;
  arguments->erase("_context");  // the host's own, which no schema knows; what a model wrote there is gone already
  const auto valid = tool.input_schema->validate(*arguments, "the arguments", "invalid_arguments");
  if (valid) return std::nullopt;
  return failed(call.call_id, "invalid_arguments",
                "The arguments do not fit the schema: " + joined(valid.error().validation_errors));
}

governance::Subject subject_of(const engine::Run& run, const PreparedCall& prepared) {
  governance::Subject subject;
  subject.context.scope = run.record().scope;
  subject.context.user_id = run.record().user_id;
  subject.context.run_id = run.id();
  subject.context.trace_id = prepared.parent.trace_id;
  subject.context.span_id = prepared.parent.span_id;
  subject.agent_id = run.record().agent_id;
  subject.thread_id = run.record().thread_id;
  subject.tool = prepared.tool->model_name;
  subject.call_id = prepared.call.call_id;
  subject.effect = model::to_text(prepared.tool->effect);
  return subject;
}

Question CallPreparation::question_about(const PreparedCall& prepared, const model::ApprovalPolicy& policy) const {
  Question question;
  question.call = prepared.call;
  question.source = "tool_call";
  question.action = "Call " + prepared.call.model_name;
  question.details = prepared.tool->description;
  question.schema_json = prepared.tool->input_schema_json;
  question.policy = policy;
  return question;
}

Result<Question> CallPreparation::question_of_governors(const PreparedCall& prepared,
                                                        const governance::Judgement& judged) const {
  model::ApprovalPolicy defaults;
  defaults.timeout_s = options_.approval_timeout_s;
  const std::string& text = judged.approval_json;
  const auto json = model::parse_bounded(text.empty() ? "{}" : text, "the approval");
  if (!json) return fail(json.error());
  const auto policy = model::approval_policy_from_json(*json, defaults);
  if (!policy) return fail(policy.error());
  Question question = question_about(prepared, *policy);
  if (!judged.reason.empty()) question.details = judged.reason;
  const auto shown = model::optional_text(*json, "show");
  if (shown && *shown) question.details = **shown;
  return question;
}

std::optional<model::ToolOutcome> CallPreparation::govern(engine::Run& run, PreparedCall& prepared) const {
  if (!chain_.wants(ports::Point::BeforeTool)) return std::nullopt;
  const auto subject = subject_of(run, prepared);
  auto judged = chain_.check(subject, ports::Point::BeforeTool, prepared.call.arguments_json);
  governance::keep(run, subject, judged.findings, prepared.call.call_id);
  if (judged.decision == ports::Decision::Deny) {
    const Error why = governance::refusal(judged.decision, judged.rule_id, judged.findings);
    return failed(prepared.call.call_id, why.code, "Tool call blocked by safety policy: " + judged.rule_id);
  }
  if (judged.redacted) {
    prepared.call.arguments_json = std::move(judged.text);
    if (auto invalid = check_arguments(prepared.call, *prepared.tool)) {
      invalid->code = "safety_blocked";
      return invalid;
    }
  }
  if (judged.decision != ports::Decision::RequireApproval || prepared.approved) return std::nullopt;
  auto question = question_of_governors(prepared, judged);
  if (!question) {
    // Nobody can tell who may approve: nobody may.
    return failed(prepared.call.call_id, "safety_blocked",
                  "Tool call blocked by safety policy: " + judged.rule_id + " asks for an approval that is not valid");
  }
  prepared.question = std::move(*question);
  return std::nullopt;
}

std::optional<model::ToolOutcome> CallPreparation::refuse(engine::Run& run, const CallSetting& setting,
                                                          PreparedCall& prepared, UnknownOutcomes& unknown) const {
  auto& call = prepared.call;
  prepared.tool = setting.tools.find(call.model_name);
  if (prepared.tool == nullptr && setting.tools.withholds(call.model_name))
    return failed(call.call_id, "tool_not_allowed",
                  "Whoever began this turn does not allow " + call.model_name + " in it. Go on without it.");
  if (prepared.tool == nullptr)
    return failed(call.call_id, "unknown_tool", "There is no tool called " + call.model_name + ".");
  if (prepared.is_part && call.model_name == kExecuteTools)
    return failed(call.call_id, "invalid_arguments", "execute_tools cannot call itself.");
  if (model::parse_bounded(call.arguments_json, "the arguments").value_or(model::Json()).is_object()) {
    auto resolved = setting.tools.resolve(*prepared.tool, call.arguments_json);
    if (!resolved) return failed(call.call_id, resolved.error().code, resolved.error().message);
    call.arguments_json = std::move(*resolved);
  }
  if (auto invalid = check_arguments(call, *prepared.tool)) return invalid;
  if (unknown.contains(prepared.key)) return outcome_unknown(call);
  if (prepared.history == CallHistory::Started && prepared.tool->effect == model::Effect::Once) {
    prepared.in_doubt = !prepared.tool->reconcile_tool.empty();
    if (prepared.in_doubt) return std::nullopt;
    unknown.insert(prepared.key);
    return outcome_unknown(call);
  }
  return govern(run, prepared);
}

std::optional<Question> CallPreparation::ask(const CallSetting& setting, const PreparedCall& prepared) const {
  model::ApprovalPolicy policy;
  policy.timeout_s = options_.approval_timeout_s;
  if (prepared.tool->instance == Questions::kInstance) return question_of(prepared.call, options_.approval_timeout_s);
  if (prepared.tool->requires_approval) return question_about(prepared, policy);
  const auto repeats = static_cast<std::int64_t>(setting.memory.repeats(prepared.key));
  const bool stuck = options_.max_repeats > 0 && repeats > 0 && repeats % options_.max_repeats == 0;
  if (!stuck) return std::nullopt;
  Question question = question_about(prepared, policy);
  question.source = "loop_detector";
  question.action = "Call " + prepared.call.model_name + " again";
  question.details = "The agent has made this call " + std::to_string(repeats) +
                     " times with the same arguments, and each time the result was the same.";
  return question;
}

PreparedCall CallPreparation::prepare(engine::Run& run, const CallSetting& setting, const PendingCall& pending,
                                      UnknownOutcomes& unknown, bool is_part) const {
  PreparedCall prepared;
  prepared.is_part = is_part;
  prepared.parent = setting.parent;
  prepared.call = pending.call;
  prepared.key = call_key(pending.call);
  prepared.history = pending.history;
  prepared.refusal = refuse(run, setting, prepared, unknown);
  if (!prepared.refusal && !prepared.in_doubt && !prepared.question) prepared.question = ask(setting, prepared);
  return prepared;
}

void CallPreparation::decide(engine::Run& run, PreparedCall& prepared, const model::Approval& approval) const {
  if (prepared.question->source == kRequestApproval) {
    prepared.refusal = answer_of(prepared.call, approval);
  } else if (approval.state != model::ApprovalState::Approved) {
    prepared.refusal = denial_of(prepared.call, approval);
  } else if (approval.arguments_json != prepared.call.arguments_json ||
             approval.request_hash != model::approval_hash(prepared.call.model_name, approval.effective_arguments())) {
    prepared.refusal = failed(prepared.call.call_id, "approval_void",
                              "What was approved is not what would run now. It was not made; ask again.");
  } else {
    prepared.approved = true;
    prepared.call.arguments_json = approval.effective_arguments();
    prepared.refusal = check_arguments(prepared.call, *prepared.tool);
    const bool edited = !approval.edited_arguments_json.empty();
    if (!prepared.refusal && edited) prepared.refusal = govern(run, prepared);
  }
  prepared.question.reset();
}

}  // namespace platos::tools

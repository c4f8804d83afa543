#include "tools/call_preparation.hpp"

#include <nlohmann/json.hpp>

#include "governance/ledger.hpp"
#include "model/json.hpp"
#include "model/json_schema.hpp"
#include "tools/call_batch.hpp"
#include "tools/call_judgement.hpp"
#include "tools/call_settlement.hpp"
#include "tools/outcomes.hpp"
#include "tools/questions.hpp"

namespace platos::tools {
namespace {

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += (text.empty() ? "" : "; ") + line;
  return text;
}

bool is_same_member(const model::Json& a, const model::Json& b, const std::string& name) {
  const auto in_a = a.find(name);
  const auto in_b = b.find(name);
  if (in_a == a.end() || in_b == b.end()) return in_a == a.end() && in_b == b.end();
  return *in_a == *in_b;
}

model::ToolOutcome approval_void(const model::ToolCall& call, const std::string& why) {
  return failed(call.call_id, "approval_void", why + " It was not made; ask again.");
}

// Which argument that the host fills in an edit has changed; empty: none. What rules had changed in one before people
// were asked is no edit.
std::string changed_for_the_host(const ToolSet& tools, const model::Tool& tool, const model::Approval& approval) {
  const auto filled_json = tools.resolve(tool, approval.edited_arguments_json);
  if (!filled_json) return filled_json.error().message;
  const auto filled = model::parse_bounded(*filled_json, "the arguments");
  const auto asked = model::parse_bounded(approval.arguments_json, "the arguments");
  const auto edited = model::parse_bounded(approval.edited_arguments_json, "the arguments");
  if (!filled || !asked || !edited) return "all arguments";
  for (const auto& [name, value] : filled->items()) {
    if (!is_same_member(*filled, *edited, name) && !is_same_member(*asked, *edited, name)) return name;
  }
  return {};
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
  arguments->erase(std::string(model::kCallEnvelope));  // what a model wrote there is gone already
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
  question.tool = prepared.call.model_name;
  question.action = "Call " + prepared.call.model_name;
  if (prepared.tool != nullptr) {
    question.details = prepared.tool->description;
    question.schema_json = prepared.tool->input_schema_json;
  }
  question.policy = policy;
  return question;
}

Result<Question> CallPreparation::question_of_governors(const PreparedCall& prepared,
                                                        const governance::Judgement& judged) const {
  model::ApprovalPolicy defaults;
  defaults.timeout_s = options_.approval_timeout_s;
  std::optional<model::ApprovalPolicy> all;
  Question question = question_about(prepared, defaults);
  if (!judged.reason.empty()) question.details = judged.reason;
  for (const auto& text : judged.approvals_json) {
    const auto json = model::parse_bounded(text.empty() ? "{}" : text, "the approval");
    if (!json) return fail(json.error());
    const auto policy = model::approval_policy_from_json(*json, defaults);
    if (!policy) return fail(policy.error());
    const auto both = all ? model::both_of(*all, *policy) : policy;
    if (!both) return fail(both.error());
    all = *both;
    const auto shown = model::optional_text(*json, "show");
    if (shown && *shown) question.details = **shown;
  }
  if (all) question.policy = *all;
  return question;
}

std::optional<model::ToolOutcome> CallPreparation::govern(engine::Run& run, PreparedCall& prepared) const {
  if (!chain_.wants(ports::Point::BeforeTool)) return std::nullopt;
  const auto subject = subject_of(run, prepared);
  auto judged = judge_call(chain_, subject, *prepared.tool, prepared.call.arguments_json);
  governance::keep(run, subject, judged.said.findings, prepared.call.call_id);
  if (judged.said.redacted) prepared.call.arguments_json = std::move(judged.said.text);
  if (judged.refusal) return failed(prepared.call.call_id, judged.refusal->code, judged.refusal->message);
  if (!judged.asks_people()) return std::nullopt;
  auto question = question_of_governors(prepared, judged.said);
  if (!question) {
    // Nobody can tell who may approve: nobody may.
    return failed(
        prepared.call.call_id, "safety_blocked",
        "Tool call blocked by safety policy: " + judged.said.rule_id + " asks for an approval that is not valid");
  }
  prepared.question = std::move(*question);
  return std::nullopt;
}

std::optional<model::ToolOutcome> CallPreparation::refuse(engine::Run& run, const CallSetting& setting,
                                                          PreparedCall& prepared, UnknownOutcomes& unknown) const {
  auto& call = prepared.call;
  prepared.tool = setting.tools.find(call.model_name);
  if (prepared.begun && prepared.begun->effect != model::Effect::Read) return resume(prepared, unknown);
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
  if (const auto former = unknown.find(prepared.key); former != unknown.end()) {
    if (prepared.tool->effect == model::Effect::Once) return outcome_unknown(call);
    prepared.idempotency_key = former->second;
  }
  return govern(run, prepared);
}

// Today's rules, descriptions and approvals say nothing of a call that was begun: it is made again as it was, if that
// does no harm, or is asked about.
std::optional<model::ToolOutcome> CallPreparation::resume(PreparedCall& prepared, UnknownOutcomes& unknown) const {
  const BegunCall& begun = *prepared.begun;
  if (!begun.arguments_json.empty()) prepared.call.arguments_json = begun.arguments_json;
  if (!begun.idempotency_key.empty()) prepared.idempotency_key = begun.idempotency_key;
  const model::Tool* tool = prepared.tool;
  const bool once = begun.effect == model::Effect::Once || (tool != nullptr && tool->effect == model::Effect::Once);
  if (tool != nullptr && !once) return std::nullopt;
  prepared.in_doubt = tool != nullptr && !tool->reconcile_tool.empty();
  if (prepared.in_doubt) return std::nullopt;
  unknown.emplace(prepared.key, prepared.idempotency_key);
  return outcome_unknown(prepared.call);
}

std::optional<Question> CallPreparation::ask(const CallSetting& setting, const PreparedCall& prepared) const {
  model::ApprovalPolicy policy;
  policy.timeout_s = options_.approval_timeout_s;
  if (prepared.tool->instance == Questions::kInstance) return question_of(prepared.call, options_.approval_timeout_s);
  if (prepared.tool->requires_approval) return question_about(prepared, policy);
  return ask_if_stuck(setting, prepared);
}

// Also about a call that is refused: whoever says yes lets the agent go on, and the call stays refused.
std::optional<Question> CallPreparation::ask_if_stuck(const CallSetting& setting, const PreparedCall& prepared) const {
  const auto repeats = static_cast<std::int64_t>(setting.memory.repeats(prepared.key));
  const bool stuck = options_.max_repeats > 0 && repeats > 0 && repeats % options_.max_repeats == 0;
  if (!stuck) return std::nullopt;
  model::ApprovalPolicy policy;
  policy.timeout_s = options_.approval_timeout_s;
  Question question = question_about(prepared, policy);
  question.source = "loop_detector";
  question.action = "Call " + prepared.call.model_name + " again";
  if (prepared.refusal) question.tool.clear();
  question.details = "The agent has made this call " + std::to_string(repeats) + " times with the same arguments, and ";
  question.details += prepared.refusal ? "it was refused each time: " + prepared.refusal->result_json
                                       : "each time the result was the same.";
  return question;
}

// What people were asked before a restart stands, whatever today's settings, rules and time of day would ask.
Question CallPreparation::question_as_asked(const PreparedCall& prepared, const model::Approval& asked) const {
  Question question = question_about(prepared, asked.policy);
  question.source = asked.source;
  question.action = asked.action;
  question.details = asked.details;
  return question;
}

PreparedCall CallPreparation::prepare(engine::Run& run, const CallSetting& setting, const PendingCall& pending,
                                      UnknownOutcomes& unknown, bool is_part) const {
  PreparedCall prepared;
  prepared.is_part = is_part;
  prepared.parent = setting.parent;
  prepared.call = pending.call;
  prepared.key = call_key(pending.call);
  prepared.written_arguments_json = pending.call.arguments_json;
  prepared.idempotency_key = idempotency_key(run.id(), pending.call.call_id);
  prepared.begun = pending.begun;
  prepared.refusal = refuse(run, setting, prepared, unknown);
  // What was begun was allowed then.
  if (prepared.begun) return prepared;
  if (prepared.refusal) {
    prepared.question = ask_if_stuck(setting, prepared);
  } else if (pending.asked) {
    prepared.question = question_as_asked(prepared, *pending.asked);
  } else if (!prepared.question) {
    prepared.question = ask(setting, prepared);
  }
  return prepared;
}

std::optional<model::ToolOutcome> CallPreparation::judge_approved(const PreparedCall& prepared,
                                                                  const model::Approval& approval,
                                                                  const governance::Judgement& judged) const {
  if (judged.decision == ports::Decision::Deny) {
    const Error why = governance::refusal(judged.decision, judged.rule_id, judged.findings);
    return failed(prepared.call.call_id, why.code, "Tool call blocked by safety policy: " + judged.rule_id);
  }
  if (judged.redacted && judged.text != prepared.call.arguments_json)
    return approval_void(prepared.call, "A safety policy hides some of what was approved.");
  if (judged.decision != ports::Decision::RequireApproval) return std::nullopt;
  const auto question = question_of_governors(prepared, judged);
  if (question && model::covers(approval.policy, question->policy)) return std::nullopt;
  return approval_void(prepared.call, "What was approved is for others to approve (" + judged.rule_id + ").");
}

std::optional<model::ToolOutcome> CallPreparation::check_approved(engine::Run& run, const CallSetting& setting,
                                                                  const PreparedCall& prepared,
                                                                  const model::Approval& approval) const {
  const bool is_edited = !approval.edited_arguments_json.empty();
  if (is_edited) {
    const auto changed = changed_for_the_host(setting.tools, *prepared.tool, approval);
    if (!changed.empty())
      return approval_void(prepared.call, "The edit changed what the host fills in: " + changed + ".");
  }
  if (!chain_.wants(ports::Point::BeforeTool)) return std::nullopt;
  const auto subject = subject_of(run, prepared);
  const auto judged = chain_.check(subject, ports::Point::BeforeTool, prepared.call.arguments_json);
  auto refusal = judge_approved(prepared, approval, judged);
  // What they said of the same arguments before people were asked is in the ledger.
  if (is_edited || refusal) governance::keep(run, subject, judged.findings, prepared.call.call_id + ":approved");
  return refusal;
}

void CallPreparation::decide(engine::Run& run, const CallSetting& setting, PreparedCall& prepared,
                             const model::Approval& approval) const {
  if (prepared.question->source == kRequestApproval) {
    prepared.refusal = answer_of(prepared.call, approval);
  } else if (approval.state != model::ApprovalState::Approved) {
    prepared.refusal = denial_of(prepared.call, approval);
  } else if (prepared.refusal) {
    // Nobody lets it run by letting the agent go on.
  } else if (approval.arguments_json != prepared.call.arguments_json ||
             approval.request_hash != model::approval_hash(prepared.call.model_name, approval.effective_arguments())) {
    prepared.refusal = approval_void(prepared.call, "What was approved is not what would run now.");
  } else {
    prepared.call.arguments_json = approval.effective_arguments();
    prepared.refusal = check_arguments(prepared.call, *prepared.tool);
    if (!prepared.refusal) prepared.refusal = check_approved(run, setting, prepared, approval);
  }
  prepared.question.reset();
}

}  // namespace platos::tools

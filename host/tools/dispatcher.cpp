#include "tools/dispatcher.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/failpoint.hpp"
#include "base/json_text.hpp"
#include "base/text.hpp"
#include "governance/ledger.hpp"
#include "model/json.hpp"
#include "model/json_schema.hpp"
#include "store/tool_calls.hpp"

namespace platos::tools {
namespace {

constexpr std::string_view kCallsHelp = "Tool calls by how they ended.";

model::ToolOutcome failed(const std::string& call_id, std::string code, const std::string& text) {
  model::ToolOutcome outcome;
  outcome.call_id = call_id;
  outcome.is_error = true;
  outcome.code = std::move(code);
  outcome.result_json.clear();
  base::append_json_string(outcome.result_json, text);
  return outcome;
}

model::ToolOutcome outcome_unknown(const model::ToolCall& call, const std::string& why = {}) {
  return failed(call.call_id, "outcome_unknown",
                "It is not known whether this call of " + call.model_name +
                    " had its effect. It will not be made again with these arguments; tell the user." +
                    (why.empty() ? "" : " Reason: " + why));
}

std::string code_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::InvalidArgument: return "invalid_arguments";
    case ErrorKind::Deadline: return "tool_timeout";
    case ErrorKind::Unavailable:
    case ErrorKind::FailedPrecondition: return "tool_unavailable";
    default: return "tool_failed";
  }
}

// After these the tool may have done its work: nobody knows.
bool leaves_doubt(const Error& error) {
  return error.kind == ErrorKind::Deadline || error.kind == ErrorKind::Cancelled ||
         error.kind == ErrorKind::Unavailable || error.code == "plugin_breach" || error.code == "tool_bad_output" ||
         error.code == "tool_output_too_large";
}

}  // namespace

std::string unknown_key(const model::ToolCall& call) {
  return call.model_name + ":" + base::sha256_hex(call.arguments_json);
}

Dispatcher::Dispatcher(const Catalogue& catalogue, const governance::Chain& chain, const telemetry::Tracer& tracer,
                       telemetry::Metrics& metrics, DispatcherOptions options)
    : catalogue_(catalogue),
      chain_(chain),
      tracer_(tracer),
      succeeded_(metrics.counter("platos_tool_calls_total", kCallsHelp, {{"status", "success"}})),
      failed_(metrics.counter("platos_tool_calls_total", kCallsHelp, {{"status", "error"}})),
      options_(options) {}

struct Dispatcher::Prepared {
  model::ToolCall call;  // with the arguments that the governors left
  const model::Tool* tool = nullptr;
  std::optional<model::ToolOutcome> refusal;  // known without dispatch
  telemetry::SpanContext parent;
  bool needs_barrier() const { return !refusal && tool->effect != model::Effect::Read; }
};

namespace {

governance::Subject subject_of(const engine::Run& run, const model::ToolCall& call, const model::Tool& tool,
                               const telemetry::SpanContext& parent) {
  governance::Subject subject;
  subject.context.scope = run.record().scope;
  subject.context.user_id = run.record().user_id;
  subject.context.run_id = run.id();
  subject.context.trace_id = parent.trace_id;
  subject.context.span_id = parent.span_id;
  subject.agent_id = run.record().agent_id;
  subject.thread_id = run.record().thread_id;
  subject.tool = tool.model_name;
  subject.call_id = call.call_id;
  subject.effect = model::to_text(tool.effect);
  return subject;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += (text.empty() ? "" : "; ") + line;
  return text;
}

std::optional<model::ToolOutcome> check_arguments(const model::ToolCall& call, const model::Tool& tool) {
  const auto arguments = model::parse_bounded(call.arguments_json, "the arguments");
  if (!arguments) return failed(call.call_id, "invalid_arguments", arguments.error().message);
  if (!arguments->is_object()) {
    return failed(call.call_id, "invalid_arguments",
                  "The arguments must be one JSON object, found " + model::kind_of(*arguments) + ".");
  }
  if (!tool.input_schema) return std::nullopt;
  const auto valid = tool.input_schema->validate(*arguments, "the arguments", "invalid_arguments");
  if (valid) return std::nullopt;
  return failed(call.call_id, "invalid_arguments",
                "The arguments do not fit the schema: " + joined(valid.error().validation_errors));
}

}  // namespace

std::optional<model::ToolOutcome> Dispatcher::govern_arguments(engine::Run& run, Prepared& prepared) const {
  if (!chain_.wants(ports::Point::BeforeTool)) return std::nullopt;
  const auto subject = subject_of(run, prepared.call, *prepared.tool, prepared.parent);
  auto judged = chain_.check(subject, ports::Point::BeforeTool, prepared.call.arguments_json);
  governance::keep(run, subject, judged.findings, prepared.call.call_id);
  if (judged.refused()) {
    const Error why = governance::refusal(judged.decision, judged.rule_id, judged.findings);
    return failed(prepared.call.call_id, why.code, "Tool call blocked by safety policy: " + judged.rule_id);
  }
  if (!judged.redacted) return std::nullopt;
  prepared.call.arguments_json = std::move(judged.text);
  auto invalid = check_arguments(prepared.call, *prepared.tool);
  if (invalid) invalid->code = "safety_blocked";
  return invalid;
}

void Dispatcher::govern_result(engine::Run& run, const Prepared& prepared, model::ToolOutcome& outcome) const {
  if (outcome.code == "outcome_unknown" || !chain_.wants(ports::Point::AfterTool)) return;
  const auto subject = subject_of(run, prepared.call, *prepared.tool, prepared.parent);
  auto judged = chain_.check(subject, ports::Point::AfterTool, outcome.result_json);
  governance::keep(run, subject, judged.findings, prepared.call.call_id);
  if (judged.refused()) {
    outcome = failed(prepared.call.call_id, "tool_output_denied",
                     "The tool has run; its result is withheld by a safety policy: " + judged.rule_id);
  } else if (judged.redacted) {
    const bool valid =
        model::parse_bounded(judged.text, "the result", {options_.max_result_bytes * 4, 64, 1'000'000}).has_value();
    if (valid) {
      outcome.result_json = std::move(judged.text);
    } else {
      outcome = failed(prepared.call.call_id, "tool_output_denied",
                       "The tool has run; its result could not be redacted and is withheld.");
    }
  }
}

std::optional<model::ToolOutcome> Dispatcher::refuse(engine::Run& run, Prepared& prepared, CallHistory history,
                                                     UnknownOutcomes& unknown) const {
  const auto& call = prepared.call;
  if (prepared.tool == nullptr)
    return failed(call.call_id, "unknown_tool", "There is no tool called " + call.model_name + ".");
  if (auto invalid = check_arguments(call, *prepared.tool)) return invalid;
  if (prepared.tool->requires_approval) {
    return failed(call.call_id, "approval_required",
                  "This tool needs a person's approval, which cannot be asked for here.");
  }
  if (unknown.contains(unknown_key(call))) return outcome_unknown(call);
  if (history == CallHistory::Started && prepared.tool->effect == model::Effect::Once) {
    unknown.insert(unknown_key(call));
    return outcome_unknown(call);
  }
  return govern_arguments(run, prepared);
}

Dispatcher::Prepared Dispatcher::prepare(engine::Run& run, const ToolSet& tools, PendingCall pending,
                                         UnknownOutcomes& unknown, const telemetry::SpanContext& parent) const {
  Prepared prepared;
  prepared.parent = parent;
  prepared.call = std::move(pending.call);
  prepared.tool = tools.find(prepared.call.model_name);
  prepared.refusal = refuse(run, prepared, pending.history, unknown);
  if (prepared.refusal || pending.history == CallHistory::Started) return prepared;

  const auto& call = prepared.call;
  store::LedgerRow row;
  row.run_id = run.id();
  row.call_id = call.call_id;
  row.instance = prepared.tool->instance;
  row.tool = prepared.tool->name;
  row.argument_hash = base::sha256_hex(call.arguments_json);
  row.effect = prepared.tool->effect;
  row.idempotency_key = run.id() + ":" + call.call_id;
  row.started_us = run.now_us();
  run.journal(model::journal::kToolStarted,
              model::dump({{"call", call.call_id}, {"effect", model::to_text(row.effect)}}));
  run.store([scope = run.record().scope, row](store::Session& session) -> Result<void> {
    store::ToolCalls(session).start(scope, row);
    return {};
  });
  return prepared;
}

Task<Result<std::vector<model::ToolOutcome>>> Dispatcher::call_all(engine::Run& run, const ToolSet& tools,
                                                                   std::vector<PendingCall> calls,
                                                                   UnknownOutcomes& unknown,
                                                                   telemetry::SpanContext parent) const {
  std::vector<model::ToolOutcome> outcomes;
  for (std::size_t begin = 0; begin < calls.size(); begin += options_.max_parallel) {
    const std::size_t end = std::min(calls.size(), begin + options_.max_parallel);
    std::vector<Prepared> wave;
    for (std::size_t i = begin; i < end; ++i) {
      wave.push_back(prepare(run, tools, std::move(calls[i]), unknown, parent));
    }
    const bool barrier =
        std::any_of(wave.begin(), wave.end(), [](const Prepared& each) { return each.needs_barrier(); });
    base::failpoint("tool.before_started");
    if (barrier) {
      if (auto written = co_await run.barrier(); !written) co_return fail(written.error());
    }
    base::failpoint("tool.after_started");
    if (run.cancel_token().cancelled())
      co_return fail(ErrorKind::Cancelled, run.cancel_token().reason(), "the run was cancelled");
    std::vector<Task<Result<model::ToolOutcome>>> tasks;
    for (auto& each : wave) tasks.push_back(call_one(run, std::move(each), unknown));
    auto finished = co_await base::when_all(run.loop(), run.tasks(), std::move(tasks));
    for (auto& outcome : finished) {
      if (!outcome) co_return fail(outcome.error());
      outcomes.push_back(std::move(*outcome));
    }
  }
  co_return outcomes;
}

Task<Result<model::ToolOutcome>> Dispatcher::call_one(engine::Run& run, Prepared prepared,
                                                      UnknownOutcomes& unknown) const {
  model::ToolOutcome outcome;
  telemetry::Span span(tracer_, "execute_tool", prepared.parent, ports::Record::SpanKind::Client);
  span.set("gen_ai.operation.name", "execute_tool");
  span.set("gen_ai.tool.name", prepared.call.model_name);
  span.set("gen_ai.tool.call.id", prepared.call.call_id);
  if (prepared.refusal) {
    outcome = *prepared.refusal;
  } else {
    prepared.parent = span.context();
    span.set_content("gen_ai.tool.call.arguments", prepared.call.arguments_json);
    base::failpoint("tool.before_invoke");
    outcome = co_await invoke(run, prepared);
    base::failpoint("tool.after_invoke");
    if (run.cancel_token().cancelled() && outcome.code == "cancelled") {
      co_return fail(ErrorKind::Cancelled, run.cancel_token().reason(), "the run was cancelled");
    }
    govern_result(run, prepared, outcome);
  }
  span.set_content("gen_ai.tool.call.result", outcome.result_json);
  span.end(outcome.is_error ? ports::Record::Severity::Error : ports::Record::Severity::Ok, outcome.code);
  (outcome.is_error ? failed_ : succeeded_).add();
  if (outcome.code == "outcome_unknown") unknown.insert(unknown_key(prepared.call));
  run.emit(model::tool_result_event(prepared.call, outcome));
  run.journal(model::journal::kToolSettled, model::dump(model::to_json(outcome)));
  if (prepared.tool != nullptr) {
    const std::string state = outcome.code == "outcome_unknown" ? "unknown" : outcome.is_error ? "failed" : "succeeded";
    run.store([scope = run.record().scope, run_id = run.id(), outcome, state,
               now = run.now_us()](store::Session& session) -> Result<void> {
      store::ToolCalls(session).settle(scope, run_id, outcome.call_id, state, outcome.result_json, now);
      return {};
    });
  }
  if (prepared.needs_barrier()) {
    if (auto written = co_await run.barrier(); !written) co_return fail(written.error());
  }
  base::failpoint("tool.after_settled");
  co_return outcome;
}

Task<model::ToolOutcome> Dispatcher::invoke(engine::Run& run, const Prepared& prepared) const {
  const auto& call = prepared.call;
  const std::int64_t timeout_ms =
      prepared.tool->timeout_ms > 0 ? std::min(prepared.tool->timeout_ms, options_.timeout_ms) : options_.timeout_ms;
  const bool repeatable = prepared.tool->effect != model::Effect::Once;
  for (int attempt = 1;; ++attempt) {
    ports::CallContext context;
    context.scope = run.record().scope;
    context.user_id = run.record().user_id;
    context.run_id = run.id();
    context.agent_id = run.record().agent_id;
    context.thread_id = run.record().thread_id;
    context.trace_id = prepared.parent.trace_id;
    context.span_id = prepared.parent.span_id;
    context.idempotency_key = run.id() + ":" + call.call_id;
    context.deadline_us = run.loop().clock().monotonic_us() + timeout_ms * 1000;
    auto result = co_await catalogue_.invoke(run.loop(), std::move(context), *prepared.tool, call.arguments_json,
                                             run.cancel_token());
    if (result) {
      model::ToolOutcome outcome;
      outcome.call_id = call.call_id;
      outcome.result_json = bounded(std::move(*result));
      co_return outcome;
    }
    const Error& error = result.error();
    if (error.kind == ErrorKind::Unavailable && repeatable && attempt == 1) continue;
    if (!repeatable && leaves_doubt(error) && error.code != "overloaded")
      co_return outcome_unknown(call, error.message);
    if (error.kind == ErrorKind::Cancelled) co_return failed(call.call_id, "cancelled", error.message);
    co_return failed(call.call_id, code_of(error), error.message);
  }
}

std::string Dispatcher::bounded(std::string result_json) const {
  if (result_json.size() <= options_.max_result_bytes) return result_json;
  std::string cut = R"({"truncated":true,"bytes":)" + std::to_string(result_json.size()) + R"(,"text":)";
  base::append_json_string(cut, base::cut_utf8(result_json, options_.max_result_bytes));
  cut += '}';
  return cut;
}

}  // namespace platos::tools

#include "tools/dispatcher.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "base/text.hpp"
#include "model/json.hpp"
#include "store/tool_calls.hpp"

namespace platos::tools {
namespace {

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

struct Dispatcher::Prepared {
  model::ToolCall call;
  const model::Tool* tool = nullptr;
  std::optional<model::ToolOutcome> refusal;  // known without dispatch
  bool needs_barrier() const { return !refusal && tool->effect != model::Effect::Read; }
};

Dispatcher::Prepared Dispatcher::prepare(engine::Run& run, const ToolSet& tools, PendingCall pending,
                                         UnknownOutcomes& unknown) const {
  Prepared prepared;
  prepared.call = std::move(pending.call);
  const auto& call = prepared.call;
  prepared.tool = tools.find(call.model_name);
  const auto arguments = model::parse_bounded(call.arguments_json, "the arguments");
  if (prepared.tool == nullptr) {
    prepared.refusal = failed(call.call_id, "unknown_tool", "There is no tool called " + call.model_name + ".");
  } else if (!arguments || !arguments->is_object()) {
    prepared.refusal =
        failed(call.call_id, "invalid_arguments",
               arguments ? "The arguments must be one JSON object, found " + model::kind_of(*arguments) + "."
                         : arguments.error().message);
  } else if (prepared.tool->requires_approval) {
    prepared.refusal = failed(call.call_id, "approval_required",
                              "This tool needs a person's approval, which cannot be asked for here.");
  } else if (unknown.contains(unknown_key(call))) {
    prepared.refusal = outcome_unknown(call);
  } else if (pending.history == CallHistory::Started && prepared.tool->effect == model::Effect::Once) {
    unknown.insert(unknown_key(call));
    prepared.refusal = outcome_unknown(call);
  }
  if (prepared.refusal || pending.history == CallHistory::Started) return prepared;

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
                                                                   UnknownOutcomes& unknown) const {
  std::vector<model::ToolOutcome> outcomes;
  for (std::size_t begin = 0; begin < calls.size(); begin += options_.max_parallel) {
    const std::size_t end = std::min(calls.size(), begin + options_.max_parallel);
    std::vector<Prepared> wave;
    for (std::size_t i = begin; i < end; ++i) wave.push_back(prepare(run, tools, std::move(calls[i]), unknown));
    const bool barrier =
        std::any_of(wave.begin(), wave.end(), [](const Prepared& each) { return each.needs_barrier(); });
    if (barrier) {
      if (auto written = co_await run.barrier(); !written) co_return fail(written.error());
    }
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
  if (prepared.refusal) {
    outcome = *prepared.refusal;
  } else {
    outcome = co_await invoke(run, prepared);
    if (run.cancel_token().cancelled() && outcome.code == "cancelled") {
      co_return fail(ErrorKind::Cancelled, run.cancel_token().reason(), "the run was cancelled");
    }
  }
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
  co_return outcome;
}

Task<model::ToolOutcome> Dispatcher::invoke(engine::Run& run, const Prepared& prepared) const {
  const auto& call = prepared.call;
  const auto source = plugins_.skill(prepared.tool->instance);
  if (!source) co_return failed(call.call_id, code_of(source.error()), source.error().message);
  const std::int64_t timeout_ms =
      prepared.tool->timeout_ms > 0 ? std::min(prepared.tool->timeout_ms, options_.timeout_ms) : options_.timeout_ms;
  const bool repeatable = prepared.tool->effect != model::Effect::Once;
  for (int attempt = 1;; ++attempt) {
    ports::CallContext context;
    context.scope = run.record().scope;
    context.user_id = run.record().user_id;
    context.run_id = run.id();
    context.idempotency_key = run.id() + ":" + call.call_id;
    context.deadline_us = run.loop().clock().monotonic_us() + timeout_ms * 1000;
    auto result =
        co_await (*source)->invoke(std::move(context), prepared.tool->name, call.arguments_json, run.cancel_token());
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

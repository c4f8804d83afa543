#include "tools/dispatcher.hpp"

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>

#include "base/failpoint.hpp"
#include "base/json_text.hpp"
#include "governance/ledger.hpp"
#include "model/json.hpp"
#include "tools/call_batch.hpp"
#include "tools/call_judgement.hpp"
#include "tools/call_settlement.hpp"
#include "tools/metering.hpp"
#include "tools/outcomes.hpp"
#include "tools/questions.hpp"

namespace platos::tools {
namespace {

constexpr std::string_view kCallsHelp = "Tool calls by how they ended.";

ports::CallContext context_of(const engine::Run& run, const CallSetting& setting, const PreparedCall& prepared,
                              std::int64_t timeout_ms) {
  ports::CallContext context;
  context.scope = run.record().scope;
  context.user_id = run.record().user_id;
  context.run_id = run.id();
  context.agent_id = run.record().agent_id;
  context.thread_id = run.record().thread_id;
  context.session_json = setting.tools.session_json();
  context.user_token = setting.user_token;
  context.allowed_tools = setting.tools.allowed();
  context.trace_id = prepared.parent.trace_id;
  context.span_id = prepared.parent.span_id;
  context.idempotency_key = prepared.idempotency_key;
  context.deadline_us = run.loop().clock().monotonic_us() + timeout_ms * 1000;
  return context;
}

// What a reconcile tool says of a call: {"status": "succeeded" or "failed", "result"?}. Anything else: it does not
// know.
std::optional<CallEnd> read_reconciled(const model::ToolCall& call, const std::string& answer_json,
                                       std::size_t max_result_bytes) {
  const auto answer = model::parse_bounded(answer_json, "the answer", {max_result_bytes * 4, 64, 1'000'000});
  if (!answer || !answer->is_object()) return std::nullopt;
  const auto status = model::optional_text(*answer, "status");
  const std::string result = model::dump(answer->value("result", model::Json()));
  if (status && *status == "succeeded") return success(call, result, max_result_bytes);
  if (status && *status == "failed") return CallEnd{failed(call.call_id, "tool_failed", result)};
  return std::nullopt;
}

}  // namespace

/// A call of the step, or a part of one.
struct Dispatcher::Entry {
  PendingCall pending;
  PreparedCall prepared;
  std::optional<model::ToolOutcome> outcome;
  std::vector<std::size_t> parts;  // of execute_tools: their places in the step
  bool begun = false;              // journal and ledger say so
  bool is_ready() const { return !outcome && parts.empty() && !prepared.question; }
};

/// The calls of one step with what is known of each.
class Dispatcher::Step {
 public:
  Step(engine::Run& the_run, const CallSetting& its_setting, UnknownOutcomes& its_unknown)
      : run(the_run), setting(its_setting), unknown(its_unknown) {}

  void add(const CallPreparation& preparation, PendingCall pending, bool is_part = false) {
    if (const auto found = asked.find(pending.call.call_id); found != asked.end()) pending.asked = found->second;
    Entry entry;
    entry.prepared = preparation.prepare(run, setting, pending, unknown, is_part);
    entry.begun = pending.begun.has_value();
    entry.pending = std::move(pending);
    entries.push_back(std::move(entry));
    unfold(preparation, entries.size() - 1);
  }

  /// Adds the parts of a call of execute_tools that may be made.
  void unfold(const CallPreparation& preparation, std::size_t place) {
    const auto& prepared = entries[place].prepared;
    if (prepared.refusal || prepared.question || prepared.call.model_name != kExecuteTools) return;
    const auto parts = parts_of(prepared.call);
    if (!parts) {
      entries[place].prepared.refusal = failed(prepared.call.call_id, "invalid_arguments", parts.error().message);
      return;
    }
    for (const auto& part : *parts) {
      entries[place].parts.push_back(entries.size());
      add_part(preparation, entries[place].pending, part);
    }
  }

  CallEnd joined(const Entry& batch, std::size_t max_result_bytes) const {
    std::vector<model::ToolCall> calls;
    std::vector<model::ToolOutcome> outcomes;
    for (const std::size_t part : batch.parts) {
      calls.push_back(entries[part].prepared.call);
      outcomes.push_back(*entries[part].outcome);
    }
    auto joined = joined_outcome(batch.prepared.call, calls, outcomes);
    return success(batch.prepared.call, std::move(joined.result_json), max_result_bytes);
  }

  /// Why the turn must stop; says of every call that was begun what became of it.
  tl::unexpected<Error> end() {
    for (auto& entry : entries) {
      if (entry.begun && !entry.outcome && !run.lost()) note_given_up(run, entry.prepared);
    }
    return fail(ErrorKind::Cancelled, run.cancel_token().reason(), "the run was cancelled");
  }

  /// What former attempts asked about calls that are not to be decided by people any more.
  std::vector<model::Approval> not_asked_again() const {
    std::vector<model::Approval> approvals;
    for (const auto& each : asked) approvals.push_back(each.second);
    return approvals;
  }

  engine::Run& run;
  const CallSetting& setting;
  UnknownOutcomes& unknown;
  std::map<std::string, model::Approval> asked;  // by former attempts, by call; without those whose answer is known
  std::deque<Entry> entries;                     // places stay, and so do references

 private:
  void add_part(const CallPreparation& preparation, const PendingCall& whole, const model::ToolCall& part) {
    const auto settled = std::find_if(whole.settled_parts.begin(), whole.settled_parts.end(),
                                      [&](const auto& each) { return each.call_id == part.call_id; });
    if (settled == whole.settled_parts.end()) {
      PendingCall pending{part};
      const auto begun = whole.begun_parts.find(part.call_id);
      if (begun != whole.begun_parts.end()) pending.begun = begun->second;
      add(preparation, std::move(pending), true);
      return;
    }
    entries.emplace_back();
    entries.back().prepared.call = part;
    entries.back().prepared.is_part = true;
    entries.back().outcome = *settled;
  }
};

Dispatcher::Dispatcher(const Catalogue& catalogue, const governance::Chain& chain, const telemetry::Tracer& tracer,
                       telemetry::Metrics& metrics, DispatcherOptions options)
    : catalogue_(catalogue),
      chain_(chain),
      tracer_(tracer),
      metrics_(metrics),
      succeeded_(metrics.counter("platos_tool_calls_total", kCallsHelp, {{"status", "success"}})),
      failed_(metrics.counter("platos_tool_calls_total", kCallsHelp, {{"status", "error"}})),
      options_(options),
      preparation_(chain, {options.approvals.timeout_s, options.max_repeats}),
      gate_(options.approvals) {}

Task<Result<std::vector<model::ToolOutcome>>> Dispatcher::call_all(engine::Run& run, const CallSetting& setting,
                                                                   std::vector<PendingCall> calls,
                                                                   UnknownOutcomes& unknown) const {
  Step step(run, setting, unknown);
  auto asked = co_await gate_.asked_before(run);
  // A turn that is cancelled says all the same what became of the calls that it had begun.
  if (!asked && !run.cancel_token().cancelled()) co_return fail(asked.error());
  if (asked) step.asked = std::move(*asked);
  for (auto& call : calls) step.add(preparation_, std::move(call));
  auto outcomes = co_await run_step(step);
  gate_.withdraw(run, step.not_asked_again());
  co_return outcomes;
}

Task<Result<std::vector<model::ToolOutcome>>> Dispatcher::run_step(Step& step) const {
  engine::Run& run = step.run;
  for (bool again = true; again;) {
    if (run.cancel_token().cancelled()) co_return step.end();
    if (auto ran = co_await run_ready(step); !ran) co_return fail(ran.error());
    const auto asked = co_await ask_people(step);
    if (!asked) co_return fail(asked.error());
    again = *asked;
  }
  std::vector<model::ToolOutcome> outcomes;
  for (auto& entry : step.entries) {
    if (!entry.parts.empty()) {
      auto end = step.joined(entry, options_.max_result_bytes);
      entry.outcome = end.outcome;
      note_settled(run, entry.prepared, std::move(end));
    }
    if (!entry.prepared.is_part) outcomes.push_back(*entry.outcome);
  }
  co_return outcomes;
}

// In waves; what is called by execute_tools and may not be repeated goes alone, in the order that was asked for.
Task<Result<void>> Dispatcher::run_ready(Step& step) const {
  std::vector<Entry*> wave;
  for (auto& entry : step.entries) {
    if (!entry.is_ready()) continue;
    const auto& prepared = entry.prepared;
    const bool alone = prepared.is_part && !prepared.refusal && prepared.tool->effect == model::Effect::Once;
    if (alone || wave.size() == options_.max_parallel) {
      if (auto ran = co_await run_wave(step, wave); !ran) co_return ran;
      wave.clear();
    }
    wave.push_back(&entry);
    if (!alone) continue;
    if (auto ran = co_await run_wave(step, wave); !ran) co_return ran;
    wave.clear();
  }
  co_return co_await run_wave(step, std::move(wave));
}

Task<Result<void>> Dispatcher::run_wave(Step& step, std::vector<Entry*> wave) const {
  if (wave.empty()) co_return Result<void>{};
  engine::Run& run = step.run;
  for (auto* entry : wave) {
    auto& prepared = entry->prepared;
    if (prepared.refusal || entry->begun) continue;
    // The turn's tools are those of its beginning, or of before people were asked.
    const auto usable = co_await catalogue_.is_usable(run.loop(), run.record().scope, *prepared.tool);
    if (!usable || !*usable) {
      prepared.refusal = usable ? tool_blocked(prepared.call) : settings_unreadable(prepared.call, usable.error());
      continue;
    }
    // What a former call of this step came to was not known when this one was prepared.
    if (prepared.tool->effect == model::Effect::Once && step.unknown.contains(prepared.key)) {
      prepared.refusal = outcome_unknown(prepared.call);
      continue;
    }
    note_started(run, prepared);
    entry->begun = true;
  }
  const bool barrier =
      std::any_of(wave.begin(), wave.end(), [](const Entry* each) { return each->prepared.needs_barrier(); });
  base::failpoint("tool.before_started");
  if (barrier) {
    if (auto written = co_await run.barrier(); !written) co_return fail(written.error());
  }
  base::failpoint("tool.after_started");
  if (run.cancel_token().cancelled()) co_return step.end();
  std::vector<Task<Result<model::ToolOutcome>>> tasks;
  for (auto* entry : wave) tasks.push_back(call_one(step, entry->prepared));
  auto finished = co_await base::when_all(run.loop(), run.tasks(), std::move(tasks));
  for (std::size_t i = 0; i < finished.size(); ++i) {
    if (!finished[i]) co_return fail(finished[i].error());
    wave[i]->outcome = std::move(*finished[i]);
  }
  co_return Result<void>{};
}

Task<Result<bool>> Dispatcher::ask_people(Step& step) const {
  std::vector<std::size_t> asking;
  std::vector<Question> questions;
  for (std::size_t i = 0; i < step.entries.size(); ++i) {
    if (!step.entries[i].prepared.question) continue;
    asking.push_back(i);
    step.asked.erase(step.entries[i].prepared.call.call_id);
    questions.push_back(*step.entries[i].prepared.question);
  }
  if (asking.empty()) co_return false;
  auto approvals = co_await gate_.ask(step.run, std::move(questions));
  if (!approvals) co_return fail(approvals.error());
  if (auto waited = co_await gate_.wait(step.run, *approvals); !waited) co_return fail(waited.error());
  for (std::size_t i = 0; i < asking.size(); ++i) {
    auto& prepared = step.entries[asking[i]].prepared;
    preparation_.decide(step.run, step.setting, prepared, (*approvals)[i]);
    step.unfold(preparation_, asking[i]);
  }
  co_return true;
}

Task<Result<model::ToolOutcome>> Dispatcher::call_one(Step& step, PreparedCall prepared) const {
  engine::Run& run = step.run;
  CallEnd end;
  telemetry::Span span(tracer_, "execute_tool", prepared.parent, ports::Record::SpanKind::Client);
  span.set("gen_ai.operation.name", "execute_tool");
  span.set("gen_ai.tool.name", prepared.call.model_name);
  span.set("gen_ai.tool.call.id", prepared.call.call_id);
  if (prepared.refusal) {
    end.outcome = *prepared.refusal;
  } else {
    prepared.parent = span.context();
    prepared.started_us = run.now_us();
    span.set_content("gen_ai.tool.call.arguments", prepared.call.arguments_json);
    base::failpoint("tool.before_invoke");
    if (prepared.in_doubt) {
      end = co_await reconcile(run, step.setting, prepared, "the process ended in the middle of it");
    } else {
      end = co_await invoke(run, step.setting, prepared);
    }
    base::failpoint("tool.after_invoke");
    // What became of it is for the host that has the run now.
    if (run.lost()) co_return fail(ErrorKind::Cancelled, run.cancel_token().reason(), "the run was cancelled");
    govern_result(run, prepared, end);
  }
  auto outcome = end.outcome;
  span.set_content("gen_ai.tool.call.result", outcome.result_json);
  span.end(outcome.is_error ? ports::Record::Severity::Error : ports::Record::Severity::Ok, outcome.code);
  (outcome.is_error ? failed_ : succeeded_).add();
  if (end.usage && end.usage->cost_micro_usd > 0) {
    metrics_
        .counter("platos_cost_cents_total", "What model calls cost, in US cents.",
                 {{"agent", run.record().agent_id}, {"lane", "skill"}})
        .add(static_cast<double>(end.usage->cost_micro_usd) / 10'000);
  }
  if (outcome.is_in_doubt()) {
    step.unknown.emplace(prepared.key, prepared.idempotency_key);
  } else if (!prepared.refusal && prepared.tool->effect == model::Effect::Idempotent) {
    step.unknown.erase(prepared.key);
  }
  note_settled(run, prepared, std::move(end));
  if (prepared.needs_barrier()) {
    if (auto written = co_await run.barrier(); !written) co_return fail(written.error());
  }
  base::failpoint("tool.after_settled");
  co_return outcome;
}

Task<CallEnd> Dispatcher::invoke(engine::Run& run, const CallSetting& setting, const PreparedCall& prepared) const {
  const auto& call = prepared.call;
  const std::int64_t timeout_ms = prepared.tool->timeout_ms > 0
                                      ? std::min(prepared.tool->timeout_ms, options_.max_timeout_ms)
                                      : options_.timeout_ms;
  const bool repeatable = prepared.tool->effect != model::Effect::Once;
  std::optional<Error> first;
  for (int attempt = 1;; ++attempt) {
    auto context = context_of(run, setting, prepared, timeout_ms);
    auto result = co_await catalogue_.invoke(run.loop(), std::move(context), *prepared.tool, call.arguments_json,
                                             run.cancel_token());
    if (result) co_return metered(prepared, std::move(*result));
    const Error& error = result.error();
    const bool passes = error.kind == ErrorKind::Unavailable || leaves_doubt(error);
    if (repeatable && passes && attempt == 1 && !run.cancel_token().cancelled()) {
      first = error;
      continue;
    }
    if (!repeatable && leaves_doubt(error)) co_return co_await reconcile(run, setting, prepared, error.message);
    // A repetition that did not begin, as where a plugin was switched off, tells nothing of what became of the first.
    const Error& why = first && code_of(error) == "tool_unavailable" && !leaves_doubt(error) ? *first : error;
    CallEnd end{failure_of(call.call_id, why)};
    if (why.kind == ErrorKind::Cancelled) end.outcome = failed(call.call_id, "cancelled", why.message);
    end.outcome.maybe_done = prepared.tool->effect == model::Effect::Idempotent && leaves_doubt(why);
    co_return end;
  }
}

Task<CallEnd> Dispatcher::reconcile(engine::Run& run, const CallSetting& setting, const PreparedCall& prepared,
                                    std::string why) const {
  const auto& call = prepared.call;
  if (prepared.tool->reconcile_tool.empty()) co_return CallEnd{outcome_unknown(call, why)};
  model::Tool asked = *prepared.tool;
  asked.name = prepared.tool->reconcile_tool;
  std::string arguments = R"({"idempotencyKey":)";
  base::append_json_string(arguments, prepared.idempotency_key);
  arguments += R"(,"tool":)";
  base::append_json_string(arguments, prepared.tool->name);
  arguments += R"(,"arguments":)" + call.arguments_json + "}";
  auto context = context_of(run, setting, prepared, options_.timeout_ms);
  context.idempotency_key += ":reconcile";
  const auto answer =
      co_await catalogue_.invoke(run.loop(), std::move(context), asked, std::move(arguments), run.cancel_token());
  if (!answer) co_return CallEnd{outcome_unknown(call, why)};
  auto known = read_reconciled(call, *answer, options_.max_result_bytes);
  std::string nothing_said;
  if (known && !known->outcome.is_error)
    known->usage = take_skill_usage(options_.prices, *prepared.tool, call.arguments_json, nothing_said);
  if (known) co_return std::move(*known);
  co_return CallEnd{outcome_unknown(call, why)};
}

CallEnd Dispatcher::metered(const PreparedCall& prepared, std::string result_json) const {
  auto usage = take_skill_usage(options_.prices, *prepared.tool, prepared.call.arguments_json, result_json);
  CallEnd end = success(prepared.call, std::move(result_json), options_.max_result_bytes);
  end.usage = std::move(usage);
  return end;
}

void Dispatcher::govern_result(engine::Run& run, const PreparedCall& prepared, CallEnd& end) const {
  auto& outcome = end.outcome;
  if (outcome.code == "outcome_unknown" || !chain_.wants(ports::Point::AfterTool)) return;
  const auto subject = subject_of(run, prepared);
  auto judged =
      judge_result(chain_, subject, end.whole_result_json.empty() ? outcome.result_json : end.whole_result_json);
  governance::keep(run, subject, judged.findings, prepared.call.call_id);
  if (judged.refusal) {
    outcome = failed(prepared.call.call_id, judged.refusal->code, judged.refusal->message);
    end.whole_result_json.clear();
  }
  if (judged.result_json.empty()) return;
  auto cut = success(prepared.call, std::move(judged.result_json), options_.max_result_bytes);
  outcome.result_json = std::move(cut.outcome.result_json);
  end.whole_result_json = std::move(cut.whole_result_json);
}

}  // namespace platos::tools

#include "agent/turn_run.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "agent/structured_output.hpp"
#include "agent/turn_prompt.hpp"
#include "base/failpoint.hpp"
#include "governance/ledger.hpp"
#include "model/json.hpp"
#include "tools/call_batch.hpp"

namespace platos::agent {
namespace {

// Was this run accepted without being started? Then nobody has heard of it yet.
bool never_began(const engine::Run& run) {
  const auto& journal = run.former_journal();
  return !journal.empty() && std::none_of(journal.begin(), journal.end(), [](const model::JournalRow& row) {
    return row.kind == model::journal::kAccepted;
  });
}

Error cancelled_error(const std::string& reason) {
  if (reason == "deadline") {
    return {ErrorKind::Deadline, "deadline_exceeded", "the turn took longer than it may, and was ended", false, 0, {}};
  }
  return {ErrorKind::Cancelled, reason, "the turn was cancelled", false, 0, {}};
}

// What came since the turn began, find_tools finds: it may be called, too.
bool names_unknown(const tools::ToolSet& tools, const std::vector<tools::PendingCall>& calls) {
  const auto is_unknown = [&tools](const model::ToolCall& call) {
    return tools.find(call.model_name) == nullptr && !tools.withholds(call.model_name);
  };
  return std::any_of(calls.begin(), calls.end(), [&](const tools::PendingCall& each) {
    if (is_unknown(each.call)) return true;
    if (each.call.model_name != tools::kExecuteTools) return false;
    const auto parts = tools::parts_of(each.call);
    return parts && std::any_of(parts->begin(), parts->end(), is_unknown);
  });
}

telemetry::SpanContext trace_of(const engine::Run& run, const TurnInput& input) {
  const auto given = telemetry::parse_traceparent(input.traceparent);
  if (given.trace_id != ports::TraceId{}) return given;
  return {telemetry::trace_id_of(run.id()), {}};
}

}  // namespace

TurnRun::TurnRun(const TurnServices& services, engine::Run& run)
    : services_(services), run_(run), state_(TurnState::rebuild(run)) {
  TurnInput input = turn_input_from_json(run.record().input_json);
  span_ = telemetry::Span(services.tracer, "invoke_agent", trace_of(run, input));
  step_ = span_.context();
  span_.set("gen_ai.operation.name", "invoke_agent");
  span_.set("gen_ai.agent.id", run.record().agent_id);
  span_.set("gen_ai.conversation.id", run.record().thread_id);
  span_.set("platos.run.id", run.id());
  span_.set("platos.env.id", run.record().scope.environment_id);
  span_.set("platos.turn.message_length", static_cast<std::int64_t>(input.message.size()));
  message_id_ = input.message_id;
  user_message_ = input.message;
  setting_.input = std::move(input);
}

Task<void> TurnRun::go() {
  greet();
  base::failpoint("turn.rebuilt");
  auto worked = co_await load();
  base::failpoint("turn.after_load");
  if (worked) worked = co_await work();
  if (run_.lost()) co_return;
  if (worked) {
    co_await complete();
  } else {
    co_await give_up(worked.error());
  }
}

Task<Result<void>> TurnRun::load() {
  auto setting = co_await services_.settings.load(run_, std::move(setting_.input));
  if (!setting) co_return fail(setting.error());
  setting_ = std::move(*setting);
  co_return Result<void>{};
}

void TurnRun::greet() {
  if (never_began(run_)) {
    run_.emit(model::meta_event(run_.record().thread_id, run_.record().agent_id, run_.id()));
    run_.journal(model::journal::kAccepted, "{}");
  } else if (!run_.former_journal().empty()) {
    // Whatever was published after the last decision is void: it was not written, or is done again.
    run_.emit(model::retry_boundary_event(static_cast<int>(state_.steps().size()) + 1, run_.discard_from()));
  }
}

ports::CallContext TurnRun::context() const {
  ports::CallContext context;
  context.scope = run_.record().scope;
  context.user_id = run_.record().user_id;
  context.run_id = run_.id();
  context.agent_id = run_.record().agent_id;
  context.thread_id = run_.record().thread_id;
  context.session_json = setting_.input.session_json;
  context.trace_id = span_.context().trace_id;
  context.span_id = span_.context().span_id;
  return context;
}

governance::Subject TurnRun::subject() const {
  governance::Subject subject;
  subject.context = context();
  subject.agent_id = run_.record().agent_id;
  subject.thread_id = run_.record().thread_id;
  subject.model = setting_.config().model;
  return subject;
}

// Asked again after a crash: the same message gives the same verdicts, and ledger rows have ids of their own.
Result<void> TurnRun::govern_message() {
  const auto& chain = services_.governors;
  if (chain.wants(ports::Point::SessionStart) && setting_.history.empty() && setting_.summary.empty()) {
    const auto judged = chain.check(subject(), ports::Point::SessionStart, "");
    governance::keep(run_, subject(), judged.findings, "session");
    if (judged.refused()) {
      blocked_ = true;
      refusal_findings_ = judged.findings;
      return fail(governance::refusal(judged.decision, judged.rule_id, judged.findings));
    }
  }
  if (!chain.wants(ports::Point::BeforeModel)) return {};
  auto judged = chain.check(subject(), ports::Point::BeforeModel, user_message_);
  governance::keep(run_, subject(), judged.findings, "message");
  if (judged.refused()) {
    blocked_ = true;
    refusal_findings_ = judged.findings;
    return fail(governance::refusal(judged.decision, judged.rule_id, judged.findings));
  }
  user_message_ = std::move(judged.text);
  return {};
}

Result<void> TurnRun::check_limits() const {
  const model::AgentConfig& config = setting_.config();
  // Calls that were begun by a process that is gone: what became of them is said also when the turn ends.
  if (!state_.pending_calls().empty()) return {};
  if (run_.cancel_token().cancelled()) return fail(cancelled_error(run_.cancel_token().reason()));
  if (static_cast<std::int64_t>(state_.steps().size()) >= config.max_steps) {
    return fail(ErrorKind::ResourceExhausted, "max_steps",
                "the agent took " + std::to_string(config.max_steps) + " steps, its limit, without an answer");
  }
  const auto known = [](std::int64_t count) { return std::max<std::int64_t>(count, 0); };
  const std::int64_t used = known(state_.usage().input_tokens) + known(state_.usage().output_tokens);
  if (config.max_turn_tokens > 0 && used >= config.max_turn_tokens) {
    return fail(ErrorKind::ResourceExhausted, "turn_token_limit",
                "the turn has used " + std::to_string(used) + " tokens; the agent's limit is " +
                    std::to_string(config.max_turn_tokens));
  }
  return {};
}

Task<Result<tools::ToolSet>> TurnRun::visible_tools() {
  co_return co_await services_.catalogue.visible_to(run_.loop(), run_.record().scope, setting_.config(),
                                                    setting_.tool_context_json, setting_.input.allowed_tools);
}

// What is needed once is no part of work()'s frame, which lasts as long as the answer streams.
Task<Result<tools::ToolSet>> TurnRun::prepare() {
  if (auto allowed = govern_message(); !allowed) co_return fail(allowed.error());
  const bool structured = setting_.output_schema != nullptr;
  // A schema and tools exclude each other: the model would answer in tool calls.
  Result<tools::ToolSet> tools = tools::ToolSet({});
  if (!structured) tools = co_await visible_tools();
  if (!tools) co_return fail(tools.error());
  setting_.tools_prompt = tools->prompt();
  // Who may not load a skill need not hear of them.
  if (!structured && services_.skills != nullptr && !tools->withholds(skills::SkillTools::kLoadSkill)) {
    setting_.skills_block =
        co_await services_.skills->prompt_block(run_.loop(), run_.record().scope, setting_.config());
  }
  if (setting_.config().remembers() && state_.steps().empty()) {
    telemetry::Span span(services_.tracer, "recall_memory", span_.context());
    setting_.recalled = co_await memory::recall_block(services_.memories, context(), user_message_, services_.recall,
                                                      run_.cancel_token());
    span.set("platos.memory.block_bytes", static_cast<std::int64_t>(setting_.recalled.size()));
    span.end();
  }
  co_return tools;
}

Task<Result<void>> TurnRun::work() {
  auto tools = co_await prepare();
  if (!tools) co_return fail(tools.error());
  while (state_.wants_another_step()) {
    if (auto within = check_limits(); !within) co_return within;
    auto stepped = co_await step(*tools);
    if (!stepped) co_return stepped;
  }
  if (setting_.output_schema == nullptr) co_return Result<void>{};
  co_return co_await structure();
}

CallOptions TurnRun::call_options(bool quiet) const {
  CallOptions options;
  options.plan = plan_of(setting_.config());
  options.step = static_cast<int>(state_.steps().size()) + 1;
  options.quiet = quiet;
  options.parent = step_;
  return options;
}

void TurnRun::record(model::ChatResponse response) {
  governance::keep(run_, subject(), report_.findings, "step-" + std::to_string(state_.steps().size() + 1));
  output_findings_.insert(output_findings_.end(), report_.findings.begin(), report_.findings.end());
  for (const auto& [name, usage] : report_.wasted) state_.add_usage(name, usage);
  report_ = {};
  for (const auto& call : response.tool_calls) run_.emit(model::tool_call_event(call));
  run_.journal(model::journal::kModelResponse, model::encode(response));
  state_.record(std::move(response));
}

Task<Result<void>> TurnRun::step(tools::ToolSet& tools) {
  // After a crash a step may begin with its calls: the model's answer stands.
  const bool answered = !state_.pending_calls().empty();
  telemetry::Span span(services_.tracer, "step", span_.context());
  span.set("platos.step", static_cast<std::int64_t>(state_.steps().size()) + (answered ? 0 : 1));
  step_ = span.context();
  Result<void> done;
  if (!answered) done = co_await call_model(tools);
  if (done) done = co_await call_tools(tools);
  step_ = span_.context();
  span.end(done ? ports::Record::Severity::Ok : ports::Record::Severity::Error, done ? "" : done.error().code);
  co_return done;
}

Task<Result<void>> TurnRun::call_model(const tools::ToolSet& tools) {
  if (!state_.steps().empty() && !state_.steps().back().response.text.empty()) run_.emit(model::text_boundary_event());
  run_.emit(model::status_event("thinking", run_.record().agent_id));
  auto request = assemble_request(setting_, user_message_, state_.messages(), tools.displayed());
  base::failpoint("turn.before_model");
  auto response = co_await services_.models.call(run_, call_options(false), std::move(request), report_);
  if (!response) co_return fail(response.error());
  base::failpoint("turn.before_response");
  record(std::move(*response));
  base::failpoint("turn.after_response");
  co_return Result<void>{};
}

Task<Result<void>> TurnRun::call_tools(tools::ToolSet& tools) {
  auto pending = state_.pending_calls();
  if (pending.empty()) co_return Result<void>{};
  if (setting_.output_schema == nullptr && names_unknown(tools, pending)) {
    auto now = co_await visible_tools();
    if (now) tools = std::move(*now);
  }
  if (!run_.cancel_token().cancelled()) run_.emit(model::status_event("executing", run_.record().agent_id));
  const auto memory = state_.call_memory();
  const tools::CallSetting setting{tools, memory, step_, setting_.input.user_token};
  auto outcomes = co_await services_.dispatcher.call_all(run_, setting, std::move(pending), state_.unknown_outcomes);
  if (!outcomes) co_return fail(outcomes.error());
  state_.record(*outcomes);
  co_return Result<void>{};
}

// Two attempts: the first has streamed; the second is told what is wrong, and is heard only when it is right.
Task<Result<void>> TurnRun::structure() {
  constexpr std::size_t kAttempts = 2;
  for (;;) {
    const std::size_t attempts = state_.steps().size();
    auto object = read_structured(*setting_.output_schema, state_.steps().back().response.text);
    if (object) {
      object_json_ = std::move(*object);
      run_.emit(model::structured_output_event(object_json_, static_cast<int>(attempts)));
      co_return Result<void>{};
    }
    if (attempts >= kAttempts) co_return fail(object.error());
    if (run_.cancel_token().cancelled()) co_return fail(cancelled_error(run_.cancel_token().reason()));
    auto said = state_.messages();
    said.push_back(correction_of(state_.steps().back().response.text, object.error()));
    auto request = assemble_request(setting_, user_message_, std::move(said), {});
    auto response = co_await services_.models.call(run_, call_options(true), std::move(request), report_);
    if (!response) co_return fail(response.error());
    record(std::move(*response));
  }
}

std::string TurnRun::answer_text() const {
  if (setting_.output_schema && !state_.steps().empty()) return state_.steps().back().response.text;
  return state_.text();
}

}  // namespace platos::agent

#include "agent/completion.hpp"

#include <nlohmann/json.hpp>

#include "agent/model_plan.hpp"
#include "base/json_text.hpp"
#include "governance/ledger.hpp"
#include "store/usage_records.hpp"
#include "telemetry/tracer.hpp"

namespace platos::agent {
namespace {

governance::Subject subject_of(const engine::Run& run, const std::string& model_name) {
  governance::Subject subject;
  subject.context.scope = run.record().scope;
  subject.context.user_id = run.record().user_id;
  subject.context.run_id = run.id();
  subject.model = model_name;
  return subject;
}

void store_cost(engine::Run& run, const std::string& model_name, const model::Usage& usage) {
  if (!usage.known()) return;
  store::UsageRow row;
  row.run_id = run.id();
  row.purpose = "completion";
  row.model = model_name;
  row.user_id = run.record().user_id;
  row.usage = usage;
  row.created_us = run.now_us();
  run.store([scope = run.record().scope, row](store::Session& session) -> Result<void> {
    store::UsageRecords(session).insert(scope, row);
    return {};
  });
}

}  // namespace

Task<Result<void>> CompletionBody::work(engine::Run& run, std::string& model_name, model::Usage& usage) const {
  const auto input = model::parse_bounded(run.record().input_json, "a run's input");
  if (!input || !input->is_object()) co_return fail(ErrorKind::DataLoss, "data_unreadable", "the run has no input");
  model_name = input->value("model", "");
  auto judged = governors_.check(subject_of(run, model_name), ports::Point::BeforeModel, input->value("prompt", ""));
  governance::keep(run, subject_of(run, model_name), judged.findings, "message");
  if (judged.refused()) co_return fail(governance::refusal(judged.decision, judged.rule_id, judged.findings));
  model::ChatRequest request;
  request.system = input->value("system", "");
  model::ChatMessage asked;
  asked.text = std::move(judged.text);
  request.messages.push_back(std::move(asked));
  CallOptions options;
  options.plan = plan_of(model_name);
  options.parent.trace_id = telemetry::trace_id_of(run.id());
  CallReport report;
  auto response = co_await models_.call(run, std::move(options), std::move(request), report);
  for (const auto& [name, wasted] : report.wasted) {
    usage.add(wasted);
    model_name = name;
  }
  if (!response) co_return fail(response.error());
  usage.add(response->usage);
  model_name = response->model;
  co_return Result<void>{};
}

Task<void> CompletionBody::run(engine::Run& run) {
  // Whatever was published before a crash is void: the question is asked again.
  if (!run.former_journal().empty()) run.emit(model::retry_boundary_event(1, run.discard_from()));
  run.emit(model::status_event("thinking", ""));
  std::string model_name;
  model::Usage usage;
  const auto worked = co_await work(run, model_name, usage);
  if (run.lost()) co_return;
  store_cost(run, model_name, usage);
  model::RunOutcome outcome;
  const bool cancelled = run.cancel_token().cancelled();
  if (!worked) {
    outcome.state = cancelled ? model::RunState::Cancelled : model::RunState::Failed;
    outcome.error_code = worked.error().code;
    outcome.error_message = worked.error().message;
    if (!cancelled) run.emit(model::error_event(worked.error()));
  }
  run.emit(model::done_event(usage, cancelled ? "stopped" : ""));
  const auto finished =
      co_await run.finish(std::move(outcome), base::JsonObject().json("usage", model::encode(usage)).take());
  if (!finished) run.context().logger.warn("agent", "a completion could not be ended here", {{"run", run.id()}});
}

Task<Result<std::string>> begin_completion(base::Loop& loop, engine::Engine& engine, model::Principal who,
                                           CompletionRequest request, std::int64_t deadline_us) {
  if (auto admitted = engine.admits(); !admitted) co_return fail(admitted.error());
  model::RunRecord run;
  run.id = engine.context().ids.make("run");
  run.scope = who.scope;
  run.user_id = who.user_id;
  run.kind = "completion";
  run.input_json = base::JsonObject()
                       .text("model", request.model)
                       .text("system", request.system)
                       .text("prompt", request.prompt)
                       .take();
  run.request_id = who.request_id;
  run.created_us = run.started_us = loop.clock().wall_us();
  run.deadline_us = run.created_us + deadline_us;
  const std::string id = run.id;
  const auto nothing = [](store::Session&) -> Result<void> { return {}; };
  const auto submission = engine.submit(std::move(run), nothing, model::meta_event("", "", id));
  const auto accepted = co_await submission.accepted;
  if (!accepted) co_return fail(accepted.error());
  co_return id;
}

}  // namespace platos::agent

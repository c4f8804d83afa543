#include "agent/model_caller.hpp"

#include <algorithm>
#include <utility>

#include "agent/answer_sink.hpp"
#include "base/failpoint.hpp"
#include "base/json_text.hpp"
#include "egress/exchange_driver.hpp"

namespace platos::agent {
namespace {
// Shorter waits of a codec are not worth two commits.
constexpr std::int64_t kSuspendAboveMs = 1000;

std::vector<model::RetryRule> host_rules(std::int64_t max_retries) {
  auto rules = model::default_retry_rules();
  for (auto& rule : rules) {
    if (rule.action == model::RetryRule::Action::Retry) rule.retry_count = max_retries;
  }
  return rules;
}

std::string breaker_key(const engine::Run& run, const std::string& model_name, const std::string& key_id) {
  return run.record().scope.environment_id + '/' + model_name + '/' + key_id;
}

// Not the request itself: it is made again from the conversation, which stands in the store already.
void note_request(engine::Run& run, const std::string& model_name, int step, std::size_t bytes) {
  run.journal(model::journal::kModelRequest, base::JsonObject()
                                                 .text("model", model_name)
                                                 .number("step", step)
                                                 .number("bytes", static_cast<std::int64_t>(bytes))
                                                 .take());
}
}  // namespace

ModelCaller::ModelCaller(Providers& providers, std::function<egress::Client&(base::Loop&)> client_of,
                         const governance::Chain& chain, const model::Catalogue& prices,
                         const telemetry::Tracer& tracer, telemetry::Metrics& metrics, ModelCallerOptions options)
    : providers_(providers),
      client_of_(std::move(client_of)),
      chain_(chain),
      prices_(prices),
      tracer_(tracer),
      metrics_(metrics),
      options_(std::move(options)) {}

ModelCaller::Aim ModelCaller::aim_at(const model::ModelRoute& route, const model::ChatRequest& request) const {
  const auto colon = route.model.find(':');
  Aim aim;
  aim.instance = colon == std::string::npos ? options_.default_instance : route.model.substr(0, colon);
  model::ChatRequest sent = request;
  sent.model = colon == std::string::npos ? route.model : route.model.substr(colon + 1);
  for (auto& message : sent.messages) {
    if (!message.extras_of.starts_with(aim.instance + ":")) message.extras.clear();
  }
  aim.model_name = aim.instance + ":" + sent.model;
  aim.key_id = route.provider_key_id;
  aim.request_json = model::encode(sent);
  // The frame lives as long as the answer streams.
  aim.request_json.shrink_to_fit();
  return aim;
}

// Past models that are known to be down; where all are, the plan is gone through as it stands.
ModelCaller::Aim ModelCaller::first_aim(const engine::Run& run, const ModelPlan& plan,
                                        const model::ChatRequest& request, PlanWalker& walker) const {
  const auto is_down = [&](const Aim& at) {
    return breakers_.is_open(breaker_key(run, at.model_name, at.key_id), run.now_us());
  };
  Aim first = aim_at(plan.primary, request);
  if (!is_down(first)) return first;
  PlanWalker scout = walker;
  while (const auto other = scout.next_fallback()) {
    Aim instead = aim_at(*other, request);
    if (is_down(instead)) continue;
    walker = std::move(scout);
    return instead;
  }
  return first;
}

Task<Result<model::ChatResponse>> ModelCaller::call(engine::Run& run, CallOptions call, model::ChatRequest request,
                                                    CallReport& report) const {
  PlanWalker walker(call.plan, host_rules(options_.max_retries), options_.max_backoff_ms);
  Aim aim = first_aim(run, call.plan, request, walker);
  // Kept only for those who may have to be asked, too.
  if (call.plan.rules.empty()) (void)std::exchange(request, {});
  note_request(run, aim.model_name, call.step, aim.request_json.size());
  for (;;) {
    report.text.clear();
    report.reasoning.clear();
    const std::int64_t before_seq = run.events()->last_seq();
    auto response = co_await attempt(run, aim, call, report);
    if (response) {
      breakers_.note_success(breaker_key(run, aim.model_name, aim.key_id));
      response->model = aim.model_name;
      co_return response;
    }
    if (run.cancel_token().cancelled() || run.lost()) co_return response;
    const bool said_something = run.events()->last_seq() != before_seq;
    const auto goes_on = co_await recover(run, call, request, walker, aim, response.error(), said_something);
    if (!goes_on) co_return fail(goes_on.error());
  }
}

Task<Result<void>> ModelCaller::recover(engine::Run& run, const CallOptions& call, const model::ChatRequest& request,
                                        PlanWalker& walker, Aim& aim, Error error, bool said_something) const {
  if (model::trigger_of(error) != model::RetryRule::Trigger::Unspecified) {
    breakers_.note_failure(breaker_key(run, aim.model_name, aim.key_id), run.now_us());
  }
  const NextMove move = walker.after(error);
  if (move.kind == NextMove::Kind::GiveUp) co_return fail(std::move(error));
  base::failpoint("turn.back_off");
  if (said_something) run.emit(model::retry_boundary_event(call.step, run.discard_from()));
  if (move.kind == NextMove::Kind::Retry) {
    auto waited = co_await back_off(run, move.wait_ms, std::move(error));
    if (!waited) co_return waited;
  } else {
    aim = aim_at(move.route, request);
    run.context().logger.warn("agent", "a model call failed and goes to another model",
                              {{"run", run.id()}, {"code", error.code}, {"model", aim.model_name}});
    note_request(run, aim.model_name, call.step, aim.request_json.size());
  }
  // The boundary voided the step's status too.
  if (said_something) run.emit(model::status_event("thinking", run.record().agent_id));
  co_return Result<void>{};
}

namespace {

governance::Subject subject_of(const engine::Run& run, const std::string& model_name, const telemetry::Span& span) {
  governance::Subject subject;
  subject.context.scope = run.record().scope;
  subject.context.user_id = run.record().user_id;
  subject.context.run_id = run.id();
  subject.context.trace_id = span.context().trace_id;
  subject.context.span_id = span.context().span_id;
  subject.agent_id = run.record().agent_id;
  subject.thread_id = run.record().thread_id;
  subject.model = model_name;
  return subject;
}

void describe(telemetry::Span& span, const std::string& instance, const model::ChatResponse& response) {
  span.set("gen_ai.provider.name", instance);
  span.set("gen_ai.usage.input_tokens", response.usage.input_tokens);
  span.set("gen_ai.usage.output_tokens", response.usage.output_tokens);
  if (response.usage.cost_micro_usd >= 0) span.set("platos.cost_cents", response.usage.cost_cents());
  span.set("gen_ai.response.finish_reasons", std::string(model::to_text(response.stop)));
}

}  // namespace

Result<void> ModelCaller::permit(const governance::Subject& subject, std::string_view method,
                                 std::string_view url) const {
  governance::Subject outgoing = subject;
  outgoing.method = method;
  outgoing.url = url;
  const auto judged = chain_.check(outgoing, ports::Point::Egress, "");
  if (!judged.refused()) return {};
  return fail(governance::refusal(judged.decision, judged.rule_id, judged.findings));
}

void ModelCaller::count(const std::string& instance, const std::string& model, const model::Usage& usage) const {
  const auto add = [&](const char* direction, const char* kind, std::int64_t tokens) {
    if (tokens <= 0) return;
    metrics_
        .counter("platos_tokens_total", "Tokens that model calls used.",
                 {{"direction", direction}, {"kind", kind}, {"model", model}, {"provider", instance}})
        .add(static_cast<double>(tokens));
  };
  const auto known = [](std::int64_t count) { return std::max<std::int64_t>(count, 0); };
  add("input", "text", usage.input_tokens - known(usage.cached_tokens) - known(usage.cache_write_tokens));
  add("input", "cache_read", usage.cached_tokens);
  add("input", "cache_write", usage.cache_write_tokens);
  add("output", "text", usage.output_tokens - known(usage.reasoning_tokens));
  add("output", "reasoning", usage.reasoning_tokens);
}

Task<Result<model::ChatResponse>> ModelCaller::attempt(engine::Run& run, const Aim& aim, const CallOptions& call,
                                                       CallReport& report) const {
  const auto provider = co_await providers_.link(run.loop(), run.record().scope, aim.instance, aim.key_id);
  if (!provider) co_return fail(provider.error());
  telemetry::Span span(tracer_, "chat", call.parent, ports::Record::SpanKind::Client);
  span.set("gen_ai.operation.name", "chat");
  span.set("gen_ai.request.model", aim.model_name);
  const governance::Subject subject = subject_of(run, aim.model_name, span);
  AnswerSink sink(run, options_.max_response_bytes, chain_, subject, call.quiet);
  auto exchange = (*provider)->begin(subject.context, aim.request_json, sink);
  if (!exchange) co_return fail(exchange.error());
  egress::DriveOptions drive{
      **provider, [&run](std::int64_t wait_ms) -> Task<Result<bool>> { return ModelCaller::codec_wait(run, wait_ms); },
      [&run] { return !run.events()->congested(); }};
  if (chain_.wants(ports::Point::Egress)) {
    drive.permit = [this, &subject](std::string_view method, std::string_view url) {
      return permit(subject, method, url);
    };
  }
  const auto done = co_await egress::drive(client_of_(run.loop()), **exchange, std::move(drive), run.cancel_token());
  co_return conclude(aim, report, sink, span, done);
}

// Apart from attempt(): its frame lasts as long as the answer streams.
Result<model::ChatResponse> ModelCaller::conclude(const Aim& aim, CallReport& report, AnswerSink& sink,
                                                  telemetry::Span& span, const Result<void>& done) const {
  const auto found = sink.findings();
  report.findings.insert(report.findings.end(), found.begin(), found.end());
  report.text = sink.so_far().text;
  report.reasoning = sink.so_far().reasoning;
  model::Usage used = sink.so_far().usage;
  prices_.price(aim.model_name, used);
  auto response = done ? sink.take() : Result<model::ChatResponse>(fail(done.error()));
  count(aim.instance, aim.model_name.substr(aim.instance.size() + 1), used);
  if (!response) {
    if (used.known()) report.wasted[aim.model_name].add(used);
    span.end(ports::Record::Severity::Error, response.error().code);
    return response;
  }
  response->usage = used;
  describe(span, aim.instance, *response);
  span.end();
  return response;
}

Task<Result<bool>> ModelCaller::codec_wait(engine::Run& run, std::int64_t wait_ms) {
  if (wait_ms >= kSuspendAboveMs) {
    co_return co_await run.wait_until(run.now_us() + wait_ms * 1000, "the provider asked to wait");
  }
  const bool elapsed =
      co_await base::sleep_for(run.loop(), std::max<std::int64_t>(wait_ms, 0) * 1000, run.cancel_token());
  co_return elapsed;
}

Task<Result<void>> ModelCaller::back_off(engine::Run& run, std::int64_t wait_ms, Error error) const {
  run.context().logger.warn("agent", "a model call failed and is repeated",
                            {{"run", run.id()}, {"code", error.code}, {"wait_ms", wait_ms}});
  const auto waited = co_await run.wait_until(run.now_us() + wait_ms * 1000, error.code);
  if (!waited) co_return fail(waited.error());
  if (!*waited) co_return fail(ErrorKind::Cancelled, run.cancel_token().reason(), "the run was cancelled");
  co_return Result<void>{};
}

}  // namespace platos::agent

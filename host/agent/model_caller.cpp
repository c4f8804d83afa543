#include "agent/model_caller.hpp"

#include <algorithm>

#include "agent/answer_sink.hpp"
#include "egress/exchange_driver.hpp"

namespace platos::agent {
namespace {
constexpr std::int64_t kFirstBackoffMs = 500;
// Shorter waits of a codec are not worth two commits.
constexpr std::int64_t kSuspendAboveMs = 1000;
}  // namespace

ModelCaller::ModelCaller(const ports::PluginDirectory& plugins, std::function<egress::Client&(base::Loop&)> client_of,
                         ModelCallerOptions options)
    : plugins_(plugins), client_of_(std::move(client_of)), options_(std::move(options)) {}

Task<Result<model::ChatResponse>> ModelCaller::call(engine::Run& run, int step, std::string model_name,
                                                    model::ChatRequest request, PartialAnswer& partial) const {
  const auto colon = model_name.find(':');
  const std::string instance = colon == std::string::npos ? options_.default_instance : model_name.substr(0, colon);
  request.model = colon == std::string::npos ? model_name : model_name.substr(colon + 1);
  const std::string request_json = model::encode(request);
  run.journal(model::journal::kModelRequest, request_json);
  for (int attempt = 1;; ++attempt) {
    partial = {};
    const std::int64_t before_seq = run.events()->last_seq();
    auto response = co_await this->attempt(run, instance, request_json, partial);
    if (response) co_return response;
    const bool again = response.error().retryable && attempt <= options_.max_retries &&
                       response.error().retry_after_ms <= options_.max_backoff_ms && !run.cancel_token().cancelled() &&
                       !run.lost();
    if (!again) co_return response;
    const bool said_something = run.events()->last_seq() != before_seq;
    auto waited = co_await back_off(run, step, attempt, response.error(), said_something);
    if (!waited) co_return fail(waited.error());
    // The boundary voided the step's status too.
    if (said_something) run.emit(model::status_event("thinking", run.record().agent_id));
  }
}

Task<Result<model::ChatResponse>> ModelCaller::attempt(engine::Run& run, std::string instance, std::string request_json,
                                                       PartialAnswer& partial) const {
  const auto provider = plugins_.provider(instance);
  if (!provider) co_return fail(provider.error());
  AnswerSink sink(run, options_.max_response_bytes);
  ports::CallContext context;
  context.scope = run.record().scope;
  context.user_id = run.record().user_id;
  context.run_id = run.id();
  auto exchange = (*provider)->begin(std::move(context), request_json, sink);
  if (!exchange) co_return fail(exchange.error());
  egress::DriveOptions drive{
      **provider, [&run](std::int64_t wait_ms) -> Task<Result<bool>> { return ModelCaller::codec_wait(run, wait_ms); },
      [&run] { return !run.events()->congested(); }};
  const auto done = co_await egress::drive(client_of_(run.loop()), **exchange, std::move(drive), run.cancel_token());
  partial = {sink.so_far().text, sink.so_far().reasoning};
  if (!done) co_return fail(done.error());
  co_return sink.take();
}

Task<Result<bool>> ModelCaller::codec_wait(engine::Run& run, std::int64_t wait_ms) {
  if (wait_ms >= kSuspendAboveMs) {
    co_return co_await run.wait_until(run.now_us() + wait_ms * 1000, "the provider asked to wait");
  }
  const bool elapsed =
      co_await base::sleep_for(run.loop(), std::max<std::int64_t>(wait_ms, 0) * 1000, run.cancel_token());
  co_return elapsed;
}

Task<Result<void>> ModelCaller::back_off(engine::Run& run, int step, int attempt, Error error,
                                         bool said_something) const {
  const std::int64_t doubled_ms = kFirstBackoffMs << std::min(attempt - 1, 10);
  const std::int64_t wait_ms =
      error.retry_after_ms > 0 ? error.retry_after_ms : std::min(doubled_ms, options_.max_backoff_ms);
  run.context().logger.warn("agent", "a model call failed and is repeated",
                            {{"run", run.id()}, {"code", error.code}, {"attempt", attempt}, {"wait_ms", wait_ms}});
  if (said_something) run.emit(model::retry_boundary_event(step, run.discard_from()));
  const auto waited = co_await run.wait_until(run.now_us() + wait_ms * 1000, error.code);
  if (!waited) co_return fail(waited.error());
  if (!*waited) co_return fail(ErrorKind::Cancelled, run.cancel_token().reason(), "the run was cancelled");
  co_return Result<void>{};
}

}  // namespace platos::agent

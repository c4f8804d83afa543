#include "egress/exchange_driver.hpp"

namespace platos::egress {
namespace {

constexpr int kMaxSteps = 64;

/// Passes the answer on to the codec, and remembers whether the codec itself failed.
class CodecHandler final : public ResponseHandler {
 public:
  CodecHandler(ports::Exchange& exchange, const std::function<bool()>& ready) : exchange_(exchange), ready_(ready) {}

  Result<void> on_head(int status, std::span<const ports::Header> headers) override {
    return note(exchange_.on_head(status, headers));
  }
  Result<void> on_frame(std::string_view event, std::string_view data) override {
    return note(exchange_.on_frame(event, data));
  }
  bool ready() override { return !ready_ || ready_(); }
  bool codec_failed() const { return codec_failed_; }

 private:
  Result<void> note(Result<void> result) {
    codec_failed_ = codec_failed_ || !result;
    return result;
  }
  ports::Exchange& exchange_;
  const std::function<bool()>& ready_;
  bool codec_failed_ = false;
};

Result<HttpRequest> to_request(ports::Step& step, const ports::Upstream& upstream) {
  if (auto allowed = upstream.may_reach(step.url); !allowed) return fail(allowed.error());
  HttpRequest request;
  request.method = step.method;
  request.url = step.url;
  request.body = std::move(step.body);
  request.framing = step.framing;
  request.silence_timeout_ms = step.silence_timeout_ms;
  // Other patterns are granted by the operator.
  request.trust = upstream.is_tenants(step.url) ? HostTrust::Tenant : HostTrust::Operator;
  for (const auto& header : step.headers) {
    auto value = upstream.secrets().fill_in(header.value);
    if (!value) return fail(value.error());
    request.headers.emplace_back(header.name, std::move(*value));
  }
  return request;
}

Error cancelled_by(const base::CancelToken& cancel) {
  return {ErrorKind::Cancelled, cancel.reason(), "the model call was cancelled", false, 0, {}};
}

// What stands in drive()'s frame lasts as long as the answer streams: so this much is done outside of it.
struct Next {
  ports::Step::Kind kind = ports::Step::Kind::Done;
  std::int64_t wait_ms = 0;
  HttpRequest request;
};

Result<Next> next_of(ports::Exchange& exchange, const DriveOptions& options) {
  auto step = exchange.next();
  if (!step) return fail(step.error());
  Next next{step->kind, step->wait_ms, {}};
  if (step->kind != ports::Step::Kind::Http) return next;
  if (options.permit) {
    if (auto permitted = options.permit(step->method, step->url); !permitted) return fail(permitted.error());
  }
  auto request = to_request(*step, options.upstream);
  if (!request) return fail(request.error());
  next.request = std::move(*request);
  return next;
}

ports::TransportStatus transport_status(const Error& error) {
  switch (error.kind) {
    case ErrorKind::Deadline: return ports::TransportStatus::TimedOut;
    case ErrorKind::Cancelled: return ports::TransportStatus::Cancelled;
    default: return ports::TransportStatus::Failed;
  }
}

// The transport knows better than the codec why nothing came; the codec decides whether that is an error.
Result<void> end_of(ports::Exchange& exchange, const CodecHandler& handler, const Result<void>& sent) {
  if (handler.codec_failed()) return sent;
  const auto ended = exchange.on_end(sent ? ports::TransportStatus::Complete : transport_status(sent.error()));
  const bool hopeless =
      !sent && (sent.error().kind == ErrorKind::Cancelled || sent.error().kind == ErrorKind::PermissionDenied);
  if (hopeless) return sent;
  return ended || sent ? ended : sent;
}

}  // namespace

Task<Result<void>> drive(Client& client, ports::Exchange& exchange, DriveOptions options, base::CancelToken cancel) {
  for (int steps = 0; steps < kMaxSteps; ++steps) {
    if (cancel.cancelled()) co_return fail(cancelled_by(cancel));
    auto next = next_of(exchange, options);
    if (!next) co_return fail(next.error());
    if (next->kind == ports::Step::Kind::Done) co_return Result<void>{};
    if (next->kind == ports::Step::Kind::Wait) {
      const auto waited = co_await options.wait(next->wait_ms);
      if (!waited) co_return fail(waited.error());
      if (!*waited) co_return fail(cancelled_by(cancel));
      continue;
    }
    CodecHandler handler(exchange, options.ready);
    const auto sent = co_await client.exchange(std::move(next->request), handler, cancel);
    if (auto ended = end_of(exchange, handler, sent); !ended) co_return ended;
  }
  co_return fail(ErrorKind::Internal, "codec_never_done",
                 "the provider plugin asked for more than " + std::to_string(kMaxSteps) + " steps");
}

}  // namespace platos::egress

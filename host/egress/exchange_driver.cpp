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

ports::TransportStatus transport_status(const Error& error) {
  switch (error.kind) {
    case ErrorKind::Deadline: return ports::TransportStatus::TimedOut;
    case ErrorKind::Cancelled: return ports::TransportStatus::Cancelled;
    default: return ports::TransportStatus::Failed;
  }
}

}  // namespace

Task<Result<void>> drive(Client& client, ports::Exchange& exchange, DriveOptions options, base::CancelToken cancel) {
  for (int steps = 0; steps < kMaxSteps; ++steps) {
    if (cancel.cancelled()) co_return fail(ErrorKind::Cancelled, cancel.reason(), "the model call was cancelled");
    auto step = exchange.next();
    if (!step) co_return fail(step.error());
    if (step->kind == ports::Step::Kind::Done) co_return Result<void>{};
    if (step->kind == ports::Step::Kind::Wait) {
      const auto waited = co_await options.wait(step->wait_ms);
      if (!waited) co_return fail(waited.error());
      if (!*waited) co_return fail(ErrorKind::Cancelled, cancel.reason(), "the model call was cancelled");
      continue;
    }
    if (options.permit) {
      if (auto permitted = options.permit(step->method, step->url); !permitted) co_return fail(permitted.error());
    }
    auto request = to_request(*step, options.upstream);
    if (!request) co_return fail(request.error());
    CodecHandler handler(exchange, options.ready);
    const auto sent = co_await client.exchange(std::move(*request), handler, cancel);
    if (handler.codec_failed()) co_return fail(sent.error());
    const auto ended = exchange.on_end(sent ? ports::TransportStatus::Complete : transport_status(sent.error()));
    const bool hopeless =
        !sent && (sent.error().kind == ErrorKind::Cancelled || sent.error().kind == ErrorKind::PermissionDenied);
    if (hopeless) co_return fail(sent.error());
    // The transport knows better than the codec why nothing came; the codec decides whether that is an error.
    if (!ended) co_return fail(sent ? ended.error() : sent.error());
  }
  co_return fail(ErrorKind::Internal, "codec_never_done",
                 "the provider plugin asked for more than " + std::to_string(kMaxSteps) + " steps");
}

}  // namespace platos::egress

#include "entities/callback.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "entities/frame_reader.hpp"

namespace platos::entities {
namespace {

constexpr std::size_t kMaxUrlBytes = 2048;
constexpr std::size_t kMaxSaidBytes = 2000;  // of a body that says what went wrong
constexpr std::size_t kShownBytes = 500;
constexpr std::int64_t kRetryAfterS = 30;
constexpr std::int64_t kMaxRetryAfterS = 86'400;
constexpr std::int64_t kGraceMs = 60'000;
constexpr std::uint16_t kHttpPort = 80, kHttpsPort = 443;

std::string tool_of_call(const OutgoingCall& call) {
  return "\"" + call.tool + "\" of the entity \"" + call.entity + "\"";
}

/// Keeps a good answer up to a size, and the beginning of any other.
class CallbackAnswer final : public egress::ResponseHandler {
 public:
  Result<void> on_head(int status, std::span<const ports::Header> headers) override {
    status_ = status;
    for (const auto& header : headers) {
      if (base::equals_ignoring_case(header.name, "retry-after")) retry_after_ = header.value;
    }
    return {};
  }
  Result<void> on_frame(std::string_view, std::string_view data) override {
    if (is_good() && body_.size() + data.size() > kMaxFrameBytes) {
      return fail(ErrorKind::TooLarge, "tool_output_too_large",
                  "expected an answer of at most " + std::to_string(kMaxFrameBytes) + " bytes");
    }
    body_ += is_good() ? data : data.substr(0, kMaxSaidBytes - std::min(kMaxSaidBytes, body_.size()));
    return {};
  }

  int status() const { return status_; }
  bool is_good() const { return status_ >= 200 && status_ < 300; }
  std::string take_body() { return std::move(body_); }
  std::int64_t retry_after_s() const {
    std::uint64_t seconds = 0;
    if (!base::parse_uint64(retry_after_, seconds)) return kRetryAfterS;
    return static_cast<std::int64_t>(std::min<std::uint64_t>(seconds, kMaxRetryAfterS));
  }

 private:
  int status_ = 0;
  std::string retry_after_;
  std::string body_;
};

/// Gives up when the call is cancelled, or late.
class CallbackEnd {
 public:
  CallbackEnd(base::Loop& loop, std::int64_t due_us, const base::CancelToken& cancel)
      : loop_(loop),
        timer_(loop.call_at(due_us, [this] { source_.cancel("deadline"); })),
        listening_(cancel.on_cancel([this] { source_.cancel("cancelled"); })) {}
  ~CallbackEnd() { loop_.cancel(timer_); }
  CallbackEnd(const CallbackEnd&) = delete;
  CallbackEnd& operator=(const CallbackEnd&) = delete;
  base::CancelToken token() const { return source_.token(); }

 private:
  base::Loop& loop_;
  base::CancelSource source_;
  base::Loop::TimerId timer_;
  base::CancelToken::Registration listening_;
};

tl::unexpected<Error> lost(const OutgoingCall& call, const std::string& how) {
  return fail(ErrorKind::Unavailable, "entity_connection_lost",
              "the call of " + tool_of_call(call) + " by its callback_url " + how + "; it may have had its effect");
}

// What became of a call whose exchange did not end well.
tl::unexpected<Error> explained(const OutgoingCall& call, const Error& error, const std::string& ended_by) {
  if (ended_by == "cancelled")
    return fail(ErrorKind::Cancelled, "cancelled", "the call of " + tool_of_call(call) + " was cancelled");
  if (ended_by == "deadline") {
    return fail(ErrorKind::Deadline, "entity_timeout",
                tool_of_call(call) + " did not answer in time; it may have had its effect");
  }
  if (error.code == "tool_output_too_large") return fail(error);
  if (error.code == "upstream_cut") return lost(call, "broke off");
  // Silence is measured by `due_us` alone: what else takes too long is connecting.
  const bool is_nobody_there = error.code == "upstream_unreachable" || error.code == "upstream_timeout";
  const bool is_refused = error.code == "address_refused" || error.code == "invalid_url" ||
                          error.code == "invalid_header" || error.code == "tls_unusable";
  if (!is_nobody_there && !is_refused) return lost(call, "was answered with what is not HTTP");
  const std::string why = is_nobody_there                   ? "cannot be reached"
                          : error.code == "address_refused" ? "is not public, and not among entities.callback_hosts"
                          : error.code == "invalid_header"  ? "cannot be told ids with line breaks"
                                                            : "cannot be called";
  return fail(ErrorKind::FailedPrecondition, "callback_unreachable",
              "ENTITY_OFFLINE: the entity \"" + call.entity + "\" is not connected, and its callback_url " + why +
                  "; nothing was called");
}

tl::unexpected<Error> rate_limited(const OutgoingCall& call, std::int64_t after_s) {
  Error error;
  error.kind = ErrorKind::ResourceExhausted;
  error.code = "rate_limit";
  error.message =
      tool_of_call(call) + " takes no more calls now; call it again in " + std::to_string(after_s) + " seconds";
  error.retryable = true;
  error.retry_after_ms = after_s * 1000;
  error.limited_by = "entity";
  return fail(std::move(error));
}

Result<std::string> judged(const OutgoingCall& call, CallbackAnswer& answer) {
  const int status = answer.status();
  if (answer.is_good()) return answer.take_body();
  if (status == 429) return rate_limited(call, answer.retry_after_s());
  if (status >= 502 && status <= 504) return lost(call, "was answered by HTTP " + std::to_string(status));
  if (status >= 300 && status < 400) {
    return fail(ErrorKind::FailedPrecondition, "callback_refused",
                "the callback_url of the entity \"" + call.entity + "\" redirects (HTTP " + std::to_string(status) +
                    "), which is not followed; nothing was called. Declare the address it leads to");
  }
  return fail(ErrorKind::Aborted, "tool_failed",
              "HTTP " + std::to_string(status) + ": " + base::printable(answer.take_body(), kShownBytes));
}

}  // namespace

std::optional<CallbackRules::Host> CallbackRules::read_host(const std::string& text) {
  const auto secure = egress::check_url("https://" + text, egress::HostTrust::Operator);
  const auto plain = egress::check_url("http://" + text, egress::HostTrust::Operator);
  if (!secure || !plain || text.find_first_of("/?#") != std::string::npos) return std::nullopt;
  // A port that both have was written.
  return Host{secure->host, secure->port == plain->port ? secure->port : std::uint16_t{0}};
}

CallbackRules::CallbackRules(const std::vector<std::string>& hosts) {
  for (const auto& text : hosts) {
    if (auto host = read_host(text)) hosts_.push_back(std::move(*host));
  }
}

egress::HostTrust CallbackRules::trust_of(std::string_view url) const {
  const auto target = egress::check_url(url, egress::HostTrust::Operator);
  if (!target) return egress::HostTrust::Tenant;
  const bool is_listed = std::any_of(hosts_.begin(), hosts_.end(), [&](const Host& host) {
    const bool is_usual = target->port == kHttpPort || target->port == kHttpsPort;
    return host.name == target->host && (host.port == 0 ? is_usual : host.port == target->port);
  });
  return is_listed ? egress::HostTrust::Operator : egress::HostTrust::Tenant;
}

Result<void> CallbackRules::check(const std::string& url) const {
  if (url.size() > kMaxUrlBytes) {
    return fail(ErrorKind::InvalidArgument, "invalid_url",
                "expected at most 2048 bytes, found " + std::to_string(url.size()));
  }
  const auto target = egress::check_url(url, trust_of(url));
  return target ? Result<void>() : fail(target.error());
}

Task<Result<std::string>> call_back(base::Loop& loop, egress::Client& client, OutgoingCall call, Callback callback,
                                    base::CancelToken cancel) {
  const std::int64_t now_us = loop.clock().monotonic_us();
  const Stamp stamp = make_stamp(loop.clock().wall_us());
  egress::HttpRequest request;
  request.method = "POST";
  request.body = signed_body(call);
  request.headers = callback_headers(call, stamp, signature_of(callback.secret, stamp, request.body));
  request.url = std::move(callback.url);
  request.framing = ports::Framing::Raw;
  request.silence_timeout_ms = std::max<std::int64_t>(callback.due_us - now_us, 0) / 1000 + kGraceMs;
  request.trust = callback.trust;
  // A kept connection that was closed meanwhile is tried again by the client: the call might be made twice.
  request.reuse_connection = false;
  const CallbackEnd end(loop, callback.due_us, cancel);
  CallbackAnswer answer;
  const auto done = co_await client.exchange(std::move(request), answer, end.token());
  if (!done) co_return explained(call, done.error(), end.token().reason());
  co_return judged(call, answer);
}

}  // namespace platos::entities

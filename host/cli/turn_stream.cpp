#include "cli/turn_stream.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/json.hpp"

namespace platos::cli {
namespace {

/// Ten tries, 30 s in all.
constexpr std::array<std::int64_t, 10> kWaitsMs = {100, 200, 400, 800, 1600, 3200, 5000, 6000, 6300, 6400};
constexpr model::JsonLimits kEventLimits{64 * 1024 * 1024, 64, 2'000'000};
constexpr std::size_t kMaxRefusalBytes = 64 * 1024;

}  // namespace

class TurnStream::Handler final : public egress::ResponseHandler {
 public:
  explicit Handler(TurnStream& stream) : stream_(stream) {}

  Result<void> on_head(int status, std::span<const ports::Header> headers) override {
    status_ = status;
    stream_.answered_ = true;
    for (const auto& header : headers) {
      if (header.name == "x-platos-run-id" && stream_.run_id_.empty()) stream_.run_id_ = std::string(header.value);
    }
    if (good()) stream_.cancel_run();
    return {};
  }

  Result<void> on_frame(std::string_view, std::string_view data) override {
    if (!good()) {
      refusal_ += data.substr(0, kMaxRefusalBytes - refusal_.size());
      return {};
    }
    const auto event = model::parse_bounded(data, "an event", kEventLimits);
    if (!event || !event->is_object()) {
      return fail(ErrorKind::Internal, "not_platos",
                  stream_.connection_.address().url + " sent an event that is no JSON object");
    }
    stream_.take(*event);
    return {};
  }

  bool good() const { return status_ >= 200 && status_ < 300; }
  int status() const { return status_; }
  const std::string& refusal() const { return refusal_; }

 private:
  TurnStream& stream_;
  int status_ = 0;
  std::string refusal_;
};

TurnStream::TurnStream(Connection& connection, TurnListener& listener)
    : connection_(connection),
      listener_(listener),
      tasks_(connection.loop(), [](std::string_view, std::exception_ptr escaped) { std::rethrow_exception(escaped); }) {
}

Task<Result<void>> TurnStream::submit(TurnRequest turn) {
  turn_ = std::move(turn);
  idempotency_key_ = "cli-" + base::random_hex(16);
  return run_to_end();
}

Task<Result<void>> TurnStream::follow(std::string run_id, std::int64_t after) {
  run_id_ = std::move(run_id);
  last_seq_ = after;
  return run_to_end();
}

Task<Result<void>> TurnStream::run_to_end() {
  std::size_t tries = 0;
  while (true) {
    const std::int64_t seq_before = last_seq_;
    const Attempt result = co_await attempt();
    if (done_ || result.ended) co_return Result<void>{};
    if (!result.lost) co_return fail(result.error);
    if (last_seq_ > seq_before) tries = 0;
    if (tries == kWaitsMs.size()) co_return fail(gone());
    if (tries == 0) listener_.on_connection_lost();
    const bool waited = co_await base::sleep_for(connection_.loop(), kWaitsMs[tries] * 1000, abandon_.token());
    if (!waited) co_return fail(ErrorKind::Cancelled, "interrupted", "given up; run " + run_id_ + " may go on");
    connection_.refresh();
    ++tries;
  }
}

Task<TurnStream::Attempt> TurnStream::attempt() {
  egress::HttpRequest request = next_request();
  const std::string path = request.url.substr(connection_.address().url.size());
  Handler handler(*this);
  const auto outcome = co_await connection_.http().exchange(std::move(request), handler, abandon_.token());
  co_return judge(handler, outcome, path);
}

egress::HttpRequest TurnStream::next_request() const {
  if (!run_id_.empty()) {
    auto request = connection_.request("GET", "/api/v1/runs/" + encode_component(run_id_) + "/events");
    request.framing = ports::Framing::ServerSentEvents;
    if (last_seq_ > 0) request.headers.emplace_back("Last-Event-ID", std::to_string(last_seq_));
    return request;
  }
  Json body = {{"message", turn_.message}};
  std::string path = "/api/v1/agent/threads/" + encode_component(turn_.thread_id) + "/stream";
  if (!turn_.agent.empty()) {
    path = "/api/v1/agent/agents/" + encode_component(turn_.agent) + "/chat/stream";
    if (!turn_.thread_id.empty()) body["threadId"] = turn_.thread_id;
  }
  auto request = connection_.request("POST", path);
  request.framing = ports::Framing::ServerSentEvents;
  request.body = model::dump(body);
  request.headers.emplace_back("Content-Type", "application/json");
  request.headers.emplace_back("Idempotency-Key", idempotency_key_);
  return request;
}

TurnStream::Attempt TurnStream::judge(const Handler& handler, const Result<void>& outcome,
                                      const std::string& path) const {
  Attempt result;
  if (!outcome) {
    const bool transport =
        outcome.error().kind == ErrorKind::Unavailable || outcome.error().kind == ErrorKind::Deadline;
    // Where nobody ever answered, waiting would only hide that.
    result.lost = transport && (answered_ || outcome.error().code == "upstream_cut");
    result.error = transport ? connection_.unreachable(outcome.error()) : outcome.error();
    if (outcome.error().kind == ErrorKind::Cancelled) result.error.message = "given up; run " + run_id_ + " may go on";
    return result;
  }
  if (!handler.good()) {
    result.error = connection_.refusal(handler.status(), handler.refusal(), path);
    // A daemon that starts again, or is about to: the run is still there.
    result.lost = handler.status() == 503 && !run_id_.empty();
    return result;
  }
  result.ended = handler.status() == 204;
  result.lost = !result.ended;
  return result;
}

Error TurnStream::gone() const {
  const std::string rest = run_id_.empty()
                               ? "it may have taken the message: see \"platos runs list\""
                               : "the rest: platos runs events " + run_id_ + " --after " + std::to_string(last_seq_);
  return {ErrorKind::Unavailable,
          "connection_lost",
          "the connection to " + connection_.address().url + " was lost and did not come back within 30 s; " + rest,
          true,
          0,
          {}};
}

void TurnStream::take(const Json& event) {
  const std::int64_t seq = event.value("_seq", std::int64_t{0});
  if (seq > 0 && seq <= last_seq_) return;
  if (seq > 0) last_seq_ = seq;
  const auto type = event.find("type");
  if (type == event.end() || !type->is_string()) return;
  if (*type == "done") done_ = true;
  listener_.on_event(event);
}

void TurnStream::interrupt() {
  if (++interrupts_ > 1) {
    abandon_.cancel("interrupted");
    return;
  }
  cancel_run();
}

void TurnStream::cancel_run() {
  if (interrupts_ == 0 || run_id_.empty() || cancel_sent_ || done_) return;
  cancel_sent_ = true;
  tasks_.start("cancel", send_cancel());
}

Task<void> TurnStream::send_cancel() {
  // Not at once: the caller may be a callback of a transfer, where none can be begun.
  co_await base::sleep_for(connection_.loop(), 0, abandon_.token());
  auto request = connection_.request("POST", "/api/v1/runs/" + encode_component(run_id_) + "/cancel");
  const auto answer = co_await egress::fetch(connection_.http(), std::move(request), abandon_.token());
  // Asked again when the stream is back. A run that has ended meanwhile needs no cancelling.
  if (!answer) cancel_sent_ = false;
}

}  // namespace platos::cli

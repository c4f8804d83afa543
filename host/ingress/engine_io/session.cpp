#include "ingress/engine_io/session.hpp"

#include "base/json_text.hpp"
#include "base/text.hpp"
#include "ingress/engine_io/packet.hpp"

namespace platos::ingress {
namespace {

constexpr std::size_t kBatchBytes = 64 * 1024;
constexpr std::int64_t kUpgradeUs = 10'000'000;
constexpr std::int64_t kConfirmationUs = 500'000;

std::string packet(char type) { return std::string(1, type); }

}  // namespace

Session::Session(std::string id, base::Loop& loop, const EngineOptions& options, Request handshake, Notes notes)
    : id_(std::move(id)), loop_(loop), options_(options), handshake_(std::move(handshake)), notes_(std::move(notes)) {}

Session::~Session() {
  if (closed_) return;  // the last who held it may be on another loop
  loop_.cancel(ping_timer_);
  loop_.cancel(confirmation_timer_);
  loop_.cancel(upgrade_timer_);
}

void Session::note_known() {
  if (!std::exchange(known_, true)) notes_.known(id_);
}

std::string Session::open_packet(bool may_upgrade) const {
  base::JsonObject open;
  open.text("sid", id_)
      .json("upgrades", may_upgrade ? R"(["websocket"])" : "[]")
      .number("pingInterval", options_.ping_interval_ms)
      .number("pingTimeout", options_.ping_timeout_ms)
      .number("maxPayload", static_cast<std::int64_t>(options_.max_payload_bytes));
  return engine_packet::kOpen + open.take();
}

void Session::start(std::unique_ptr<EngineApp> app, std::shared_ptr<SocketLink> link) {
  app_ = std::move(app);
  link_ = std::move(link);
  if (link_) queue_.push_back(open_packet(false));
  arm_ping();
  wake();
}

void Session::wake() {
  if (closed_ || std::exchange(flush_due_, true)) return;
  loop_.at_stage_end([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->flush_due_ = false;
    self->flush();
  });
}

std::vector<std::string> Session::collect() {
  std::vector<std::string> packets = std::exchange(queue_, {});
  const std::size_t own = packets.size();
  app_->pull(packets, kBatchBytes);
  for (std::size_t i = own; i < packets.size(); ++i) packets[i].insert(packets[i].begin(), engine_packet::kMessage);
  if (!std::exchange(ping_due_, false)) return packets;
  packets.push_back(packet(engine_packet::kPing));
  ++pings_;
  if (std::exchange(confirmation_wanted_, false)) {
    confirming_ = pings_;
    app_->on_pinged();
  }
  return packets;
}

void Session::flush() {
  if (closed_ || sending_ || (!link_ && !waiting_)) return;
  auto packets = collect();
  if (packets.empty()) {
    if (closing_) finish();
    return;
  }
  if (link_) {
    sending_ = true;
    link_->send(std::move(packets));
  } else {
    answer_poll(join_packets(packets));
  }
}

void Session::answer_poll(std::string body) {
  if (auto waiting = std::exchange(waiting_, std::nullopt)) waiting->complete(std::move(body));
}

// A client that is between two polls gets the rest with its next one; the ping finds out who polls no more.
void Session::close() {
  if (std::exchange(closing_, true) || closed_) return;
  wake();
}

void Session::finish() {
  if (std::exchange(closed_, true)) return;
  loop_.cancel(ping_timer_);
  loop_.cancel(confirmation_timer_);
  loop_.cancel(upgrade_timer_);
  answer_poll(packet(engine_packet::kClose));
  if (link_) link_->close("");
  if (probing_) probing_->close("");
  link_.reset();
  probing_.reset();
  // Not now: the application may be the caller.
  loop_.defer([self = shared_from_this()] { self->app_.reset(); });
  notes_.closed(id_);
}

void Session::drain() {
  if (!closed_ && !std::exchange(draining_, true)) app_->on_drain();
}

void Session::abandon() {
  closed_ = true;
  app_.reset();
}

void Session::poll(base::Completion<PollAnswer> answer) {
  if (closed_ || link_) return answer.complete(std::nullopt);
  if (waiting_) {  // two at once would lose the order
    answer.complete(std::nullopt);
    return finish();
  }
  waiting_ = std::move(answer);
  flush();
  if (probed_) release_poll();
}

// With what there is, or with nothing.
void Session::release_poll() {
  flush();
  answer_poll(packet(engine_packet::kNoop));
}

bool Session::take_body(std::string_view body) {
  if (closed_ || link_) return false;
  for (const auto each : base::split(body, kPacketSeparator)) {
    if (!take_packet(std::string(each))) return false;
    if (closed_) break;
  }
  return true;
}

bool Session::take_packet(std::string text) {
  const char type = text.empty() ? '\0' : text.front();
  switch (type) {
    case engine_packet::kMessage:
      text.erase(0, 1);
      if (!closing_) app_->on_message(std::move(text));
      return true;
    case engine_packet::kPong: take_pong(); return true;
    case engine_packet::kClose: finish(); return true;
    case engine_packet::kPing:
    case engine_packet::kNoop: return true;
    default: finish(); return false;  // attachments among them
  }
}

bool Session::begin_upgrade(std::shared_ptr<SocketLink> link) {
  if (closed_ || link_ || probing_) return false;
  probing_ = std::move(link);
  upgrade_timer_ = loop_.call_after(kUpgradeUs, [this] {
    probed_ = false;
    if (auto late = std::exchange(probing_, nullptr)) late->close("no upgrade");
  });
  return true;
}

void Session::on_text(SocketLink& link, std::string text) {
  if (closed_) return;
  if (&link == probing_.get()) return take_probe(text);
  if (&link == link_.get()) take_packet(std::move(text));
}

void Session::take_probe(const std::string& text) {
  if (text == "2probe") {
    probing_->send({"3probe"});
    probed_ = true;
    return release_poll();
  }
  loop_.cancel(upgrade_timer_);
  probed_ = false;
  auto link = std::exchange(probing_, nullptr);
  if (text != packet(engine_packet::kUpgrade)) return link->close("expected an upgrade");
  release_poll();
  if (closed_) return link->close("");
  link_ = std::move(link);
  sending_ = false;
  wake();
}

void Session::on_sent(SocketLink& link) {
  if (&link != link_.get()) return;
  sending_ = false;
  flush();
}

void Session::on_closed(SocketLink& link) {
  if (&link == probing_.get()) {
    probing_.reset();
    probed_ = false;
    loop_.cancel(upgrade_timer_);
  }
  if (&link == link_.get()) finish();
}

void Session::arm_ping() {
  loop_.cancel(ping_timer_);
  if (closed_) return;
  ping_timer_ = loop_.call_after(options_.ping_interval_ms * 1000, [this] { on_ping_due(); });
}

void Session::confirm() {
  confirmation_wanted_ = true;
  arm_confirmation();
}

// One at a time: the answers do not say which ping they are for.
void Session::arm_confirmation() {
  if (closed_ || !confirmation_wanted_ || confirming_ != 0 || confirmation_timer_.second != 0) return;
  confirmation_timer_ = loop_.call_after(kConfirmationUs, [this] {
    confirmation_timer_ = {0, 0};
    ping_due_ = true;
    wake();
  });
}

void Session::take_pong() {
  arm_ping();
  if (pongs_ < pings_) ++pongs_;
  if (confirming_ == 0 || pongs_ < confirming_) return;
  confirming_ = 0;
  app_->on_confirmed();
  arm_confirmation();
}

void Session::on_ping_due() {
  ping_due_ = true;
  ping_timer_ = loop_.call_after(options_.ping_timeout_ms * 1000, [this] { on_pong_missing(); });
  wake();
}

// Some clients never answer; while a turn streams to one, the connection itself shows that it lives.
void Session::on_pong_missing() {
  ping_timer_ = {0, 0};
  if (link_ && app_->is_delivering()) return arm_ping();
  finish();
}

}  // namespace platos::ingress

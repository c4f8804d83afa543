#include "egress/transfer.hpp"

#include <sys/epoll.h>

#include <array>
#include <utility>

#include "base/text.hpp"
#include "egress/connection_pool.hpp"
#include "egress/request_text.hpp"

namespace platos::egress {
namespace {

constexpr std::int64_t kResumeUs = 20'000;

Error upstream_error(ErrorKind kind, std::string code, std::string message) {
  return {kind, std::move(code), std::move(message), true, 0, {}};
}

/// The proxy when it is to pass the request on itself: of others it sees a tunnel.
const Proxy* passes_on(const Proxy& proxy, const HttpRequest& request, const TargetUrl& target) {
  const bool tunnelled = target.https || request.trust != HostTrust::Operator;
  return !tunnelled && proxy.is_for(target.host) ? &proxy : nullptr;
}

}  // namespace

Transfer::Transfer(Client& client, const HttpRequest& request, const TargetUrl& target, ResponseHandler& handler)
    : client_(client),
      handler_(handler),
      origin_(origin_of(target, request.trust)),
      output_(request_text(request, target, passes_on(client.options_.proxy, request, target))),
      framing_(request.framing),
      silence_us_((request.silence_timeout_ms > 0 ? request.silence_timeout_ms : client.options_.silence_timeout_ms) *
                  1000),
      to_head_(request.method == "HEAD"),
      done_(client.loop_) {
  ++client_.active_;
}

Transfer::~Transfer() {
  client_.loop_.cancel(timer_);
  client_.loop_.cancel(resume_timer_);
  if (channel_) client_.loop_.unwatch(channel_->fd());
  --client_.active_;
}

base::Completion<Result<void>> Transfer::start(std::unique_ptr<Channel> channel, From from,
                                               std::int64_t connect_by_us) {
  channel_ = std::move(channel);
  from_ = from;
  sent_ = 0;
  answered_ = worth_another_ = false;
  reader_.emplace(to_head_);
  framer_.reset();
  done_ = base::Completion<Result<void>>(client_.loop_);
  establishing_ = from == From::Dial;
  if (!establishing_) {
    talk();
    return done_;
  }
  client_.loop_.watch(channel_->fd(), EPOLLOUT, *this);
  timer_ = client_.loop_.call_at(connect_by_us, [this] {
    timer_ = {0, 0};
    finish(fail(upstream_error(ErrorKind::Deadline, "upstream_timeout", "connecting to the upstream took too long")));
  });
  return done_;
}

void Transfer::abort(Error error) { finish(fail(std::move(error))); }

void Transfer::on_ready(std::uint32_t events) {
  if (establishing_) return establish();
  if (sent_ < output_.size()) send();
  if (channel_ && !paused_ && (events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) receive();
}

void Transfer::establish() {
  switch (channel_->establish()) {
    case Channel::Io::Done: break;
    case Channel::Io::WantsRead: return client_.loop_.watch(channel_->fd(), EPOLLIN, *this);
    case Channel::Io::WantsWrite: return client_.loop_.watch(channel_->fd(), EPOLLOUT, *this);
    default:
      worth_another_ = true;
      return finish(fail(upstream_error(ErrorKind::Unavailable, "upstream_unreachable",
                                        "the upstream cannot be reached: " + channel_->failure())));
  }
  client_.loop_.cancel(timer_);
  establishing_ = false;
  talk();
}

void Transfer::talk() {
  last_activity_us_ = client_.loop_.clock().monotonic_us();
  watch_silence();
  send();
}

void Transfer::send() {
  while (sent_ < output_.size()) {
    std::size_t moved = 0;
    const auto io = channel_->write(std::string_view(output_).substr(sent_), moved);
    if (io == Channel::Io::Done) {
      sent_ += moved;
      continue;
    }
    if (io == Channel::Io::WantsWrite || io == Channel::Io::WantsRead)
      return client_.loop_.watch(channel_->fd(), EPOLLIN | EPOLLOUT, *this);
    // The answer may have come before the request was through: it says more than the broken pipe.
    const std::string why = channel_->failure();
    std::array<char, 4096> buffer;
    std::size_t size = 0;
    if (channel_->read(buffer.data(), buffer.size(), size) != Channel::Io::Done) return broke(why);
    take({buffer.data(), size});
    if (channel_) broke("the upstream took only a part of the request");
    return;
  }
  client_.loop_.watch(channel_->fd(), EPOLLIN, *this);
}

void Transfer::receive() {
  do {
    if (!handler_.ready()) return pause();
    std::size_t size = 0;
    switch (channel_->read(client_.buffer_.data(), client_.buffer_.size(), size)) {
      case Channel::Io::Done: break;
      case Channel::Io::WantsRead:
      case Channel::Io::WantsWrite: return;
      case Channel::Io::Closed: return peer_closed();
      default: return broke(channel_->failure());
    }
    last_activity_us_ = client_.loop_.clock().monotonic_us();
    if (!take({client_.buffer_.data(), size})) return;
  } while (channel_->has_buffered());
}

// False when the transfer has ended.
bool Transfer::take(std::string_view bytes) {
  answered_ = true;
  if (sent_ == output_.size() && !output_.empty()) {
    (void)std::exchange(output_, {});
    sent_ = 0;
  }
  for (;;) {
    const auto more = take_piece(bytes);
    if (!more) finish(fail(more.error()));
    if (!channel_) return false;  // ended here, or cancelled by the handler
    if (!*more) return true;
  }
}

Result<bool> Transfer::take_piece(std::string_view& bytes) {
  const auto piece = reader_->next(bytes);
  if (!piece) return fail(piece.error());
  Result<void> taken;
  switch (piece->kind) {
    case ResponseReader::Piece::Kind::Head: taken = deliver_head(); break;
    case ResponseReader::Piece::Kind::Body: taken = feed(piece->body); break;
    case ResponseReader::Piece::Kind::End: complete(bytes.empty()); return false;
    default: return false;
  }
  if (!taken) return fail(taken.error());
  return channel_ != nullptr;
}

Result<void> Transfer::deliver_head() {
  const int status = reader_->status();
  const bool ok = status >= 200 && status < 300;
  const std::size_t limit =
      framing_ == ports::Framing::Whole ? client_.options_.max_body_bytes : client_.options_.max_frame_bytes;
  framer_ = make_framer(ok ? framing_ : ports::Framing::Raw, limit);
  const auto received = std::move(reader_->headers());
  std::vector<ports::Header> headers;
  headers.reserve(received.size());
  for (const auto& [name, value] : received) headers.push_back({name, value});
  return handler_.on_head(status, headers);
}

Framer::OnFrame Transfer::to_handler() {
  return [this](std::string_view event, std::string_view data) -> Result<void> {
    // What the handler cancelled in the frame before is over.
    if (!channel_) return fail(ErrorKind::Cancelled, "cancelled", "the request was cancelled");
    return handler_.on_frame(event, data);
  };
}

Result<void> Transfer::feed(std::string_view body) { return framer_->feed(body, to_handler()); }

void Transfer::peer_closed() {
  if (reader_->ends_with_connection()) return complete(false);
  broke(answered_ ? "it was closed in the middle of the answer" : "it was closed without an answer");
}

void Transfer::complete(bool clean) {
  auto ended = framer_->finish(to_handler());
  if (!channel_) return;
  const bool reusable = ended && clean && reader_->keeps_connection() && sent_ == output_.size();
  if (reusable) {
    client_.loop_.unwatch(channel_->fd());
    client_.pool_->keep(origin_, std::move(channel_));
  }
  finish(std::move(ended));
}

void Transfer::broke(const std::string& why) {
  // A kept connection may have been closed while the request was on its way to it.
  worth_another_ = from_ == From::Pool && !answered_;
  finish(fail(upstream_error(ErrorKind::Unavailable, "upstream_cut", "the connection to the upstream broke: " + why)));
}

void Transfer::finish(Result<void> result) {
  client_.loop_.cancel(timer_);
  client_.loop_.cancel(resume_timer_);
  if (channel_) client_.loop_.unwatch(channel_->fd());
  channel_.reset();
  paused_ = false;
  done_.complete(std::move(result));
}

void Transfer::watch_silence() {
  timer_ = client_.loop_.call_at(last_activity_us_ + silence_us_, [this] {
    timer_ = {0, 0};
    const std::int64_t now_us = client_.loop_.clock().monotonic_us();
    if (paused_) last_activity_us_ = now_us;
    if (now_us - last_activity_us_ < silence_us_) return watch_silence();
    finish(fail(upstream_error(ErrorKind::Deadline, "upstream_timeout",
                               "the upstream sent nothing for " + std::to_string(silence_us_ / 1000) + " ms")));
  });
}

void Transfer::pause() {
  paused_ = true;
  const std::uint32_t events = sent_ < output_.size() ? EPOLLOUT : 0U;
  client_.loop_.watch(channel_->fd(), events, *this);
  resume_when_ready();
}

void Transfer::resume_when_ready() {
  resume_timer_ = client_.loop_.call_after(kResumeUs, [this] {
    if (!handler_.ready()) return resume_when_ready();
    paused_ = false;
    const bool sending = sent_ < output_.size();
    client_.loop_.watch(channel_->fd(), sending ? EPOLLIN | EPOLLOUT : EPOLLIN, *this);
    receive();
  });
}

}  // namespace platos::egress

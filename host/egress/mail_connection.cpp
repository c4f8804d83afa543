#include "egress/mail_connection.hpp"

#include <sys/epoll.h>

#include <array>

namespace platos::egress {

MailConnection::MailConnection(base::Loop& loop, std::unique_ptr<Channel> channel, std::int64_t silence_us)
    : loop_(loop), channel_(std::move(channel)), silence_us_(silence_us), woken_(loop) {}

MailConnection::~MailConnection() {
  loop_.cancel(timer_);
  loop_.unwatch(channel_->fd());
}

std::int64_t MailConnection::silent_until() const { return loop_.clock().monotonic_us() + silence_us_; }

Error MailConnection::broke(const std::string& why) const {
  Error error;
  error.kind = ErrorKind::Unavailable;
  error.code = "mail_cut";
  error.message = "the connection to the mail server broke: " + why;
  return error;
}

void MailConnection::abort(Error error) {
  if (!aborted_) aborted_ = std::move(error);
  woken_.complete(Wake::Aborted);
}

void MailConnection::on_ready(std::uint32_t) { woken_.complete(Wake::Ready); }

Task<Result<void>> MailConnection::wait(Channel::Io io, std::int64_t by_us) {
  if (aborted_) co_return fail(*aborted_);
  if (io == Channel::Io::Closed) co_return fail(broke("the server closed it"));
  if (io == Channel::Io::Failed) co_return fail(broke(channel_->failure()));
  const base::Completion<Wake> woken(loop_);
  woken_ = woken;
  loop_.watch(channel_->fd(), io == Channel::Io::WantsRead ? EPOLLIN : EPOLLOUT, *this);
  timer_ = loop_.call_at(by_us, [woken] { woken.complete(Wake::TimedOut); });
  const Wake wake = co_await woken;
  loop_.cancel(timer_);
  // Level-triggered: nobody reads until the next wait.
  loop_.unwatch(channel_->fd());
  if (aborted_) co_return fail(*aborted_);
  if (wake == Wake::TimedOut) co_return fail(ErrorKind::Deadline, "mail_timeout", "the mail server is silent");
  co_return Result<void>();
}

Task<Result<void>> MailConnection::establish(std::int64_t by_us) {
  for (;;) {
    const auto io = channel_->establish();
    if (io == Channel::Io::Done) co_return Result<void>();
    if (auto waited = co_await wait(io, by_us); !waited) co_return waited;
  }
}

Task<Result<void>> MailConnection::start_tls(const TlsContext& context, std::string host) {
  // What was said in the clear could be meant for after the greeting, by somebody in between.
  if (reader_.has_more())
    co_return fail(ErrorKind::FailedPrecondition, "mail_bad_reply", "the mail server spoke before TLS was begun");
  if (auto begun = channel_->begin_tls(context, host); !begun) co_return begun;
  co_return co_await establish(silent_until());
}

Task<Result<void>> MailConnection::write(std::string bytes) {
  std::string_view left = bytes;
  while (!left.empty()) {
    if (aborted_) co_return fail(*aborted_);
    std::size_t moved = 0;
    const auto io = channel_->write(left, moved);
    if (io == Channel::Io::Done) {
      left.remove_prefix(moved);
      continue;
    }
    if (auto waited = co_await wait(io, silent_until()); !waited) co_return waited;
  }
  co_return Result<void>();
}

Task<Result<MailReply>> MailConnection::read_reply() {
  const std::int64_t by_us = silent_until();
  for (;;) {
    auto reply = reader_.next();
    if (!reply) co_return fail(reply.error());
    if (*reply) co_return std::move(**reply);
    std::array<char, 4096> buffer;
    std::size_t size = 0;
    const auto io = channel_->read(buffer.data(), buffer.size(), size);
    if (io == Channel::Io::Done) {
      reader_.add({buffer.data(), size});
      continue;
    }
    if (auto waited = co_await wait(io, by_us); !waited) co_return fail(waited.error());
  }
}

Task<Result<MailReply>> MailConnection::ask(std::string command) {
  command += "\r\n";
  auto writing = write(std::move(command));
  if (auto written = co_await std::move(writing); !written) co_return fail(written.error());
  co_return co_await read_reply();
}

}  // namespace platos::egress

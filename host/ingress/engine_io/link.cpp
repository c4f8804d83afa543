#include "ingress/engine_io/link.hpp"

#include <wslay/wslay.h>

#include "ingress/engine_io/session.hpp"

namespace platos::ingress {
namespace {

/// Later, also on the own loop: a socket is never spoken to from inside its own calls.
void run_on(base::Loop& loop, std::function<void()> work) {
  if (loop.in_thread()) {
    loop.defer(std::move(work));
  } else {
    loop.post(std::move(work));
  }
}

}  // namespace

void SocketLink::send(std::vector<std::string> packets) {
  run_on(socket_loop_, [self = shared_from_this(), packets = std::move(packets)] {
    if (self->socket_ == nullptr) return;
    self->sending_ = true;
    for (const auto& packet : packets) self->socket_->send(packet);
  });
}

void SocketLink::close(std::string reason) {
  run_on(socket_loop_, [self = shared_from_this(), reason = std::move(reason)] {
    if (self->socket_ != nullptr) self->socket_->close(WSLAY_CODE_NORMAL_CLOSURE, reason);
  });
}

void SocketLink::on_text(std::string text) {
  run_on(session_loop_, [self = shared_from_this(), text = std::move(text)]() mutable {
    if (const auto session = self->session_.lock()) session->on_text(*self, std::move(text));
  });
}

void SocketLink::tell_session(void (*what)(Session&, SocketLink&)) {
  run_on(session_loop_, [self = shared_from_this(), what] {
    if (const auto session = self->session_.lock()) what(*session, *self);
  });
}

void SocketLink::on_sent() {
  if (std::exchange(sending_, false)) tell_session([](Session& session, SocketLink& link) { session.on_sent(link); });
}

void SocketLink::on_drain() {
  tell_session([](Session& session, SocketLink&) { session.drain(); });
}

void SocketLink::on_closed() {
  socket_ = nullptr;
  tell_session([](Session& session, SocketLink& link) { session.on_closed(link); });
}

}  // namespace platos::ingress

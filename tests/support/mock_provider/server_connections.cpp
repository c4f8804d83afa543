// The part of the event loop that moves one connection forward.
#include <sys/epoll.h>

#include "mock_provider/server.hpp"

namespace platos::tests::mock {

void Server::handle_connection(Connection& connection, std::uint32_t events) {
  const bool readable = (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0;
  if (readable && !connection.receive()) return drop(connection, RequestEnd::Aborted);
  settle(connection);
}

/// Does all that can be done now. The connection may be gone afterwards.
void Server::settle(Connection& connection) {
  if (pump(connection)) serve(connection);
}

/// Begins the requests that are there, as long as each is answered at once.
void Server::serve(Connection& connection) {
  while (!connection.answer && !connection.has_output()) {
    ReceivedRequest request;
    const ReadOutcome outcome = connection.reader().next(request);
    if (outcome == ReadOutcome::NeedMore) {
      if (!connection.reader().take_continue()) return;
      connection.output() += "HTTP/1.1 100 Continue\r\n\r\n";
    } else {
      start_answer(connection, outcome, request);
    }
    if (!pump(connection)) return;
  }
}

void Server::start_answer(Connection& connection, ReadOutcome outcome, const ReceivedRequest& request) {
  AnswerContext context;
  context.start_ns = monotonic_ns();
  if (outcome != ReadOutcome::Ready) {
    context.keep_alive = false;
    connection.answer = error_answer(context, RefusedRequest(400, "bad_http", connection.reader().problem()));
    return;
  }
  board_.received(request);
  context.keep_alive = connection.reader().keep_alive();
  if (is_chat(request)) {
    context.request_number = connection.request_number = board_.begin();
    connection.answer = vendor_.chat_answer(request, context);
  } else {
    connection.answer = vendor_.other_answer(request, board_.stats(), context);
  }
}

/// Makes and writes what is due. False when the connection is gone.
bool Server::pump(Connection& connection) {
  if (!connection.flush()) return drop(connection, RequestEnd::Aborted), false;
  if (connection.answer && !connection.has_output()) {
    connection.answer->produce(connection.output(), monotonic_ns());
    if (!connection.flush()) return drop(connection, RequestEnd::Aborted), false;
  }
  report_hold(connection);
  watch_output(connection, connection.has_output());
  if (connection.has_output() || !connection.answer) return true;
  switch (connection.answer->phase()) {
    case AnswerPhase::Running: schedule(connection, connection.answer->due_ns()); return true;
    case AnswerPhase::Done: end_answer(connection, RequestEnd::Answered); return true;
    case AnswerPhase::Cut: drop(connection, RequestEnd::Answered); return false;
    case AnswerPhase::Held:
    case AnswerPhase::Unspecified: break;
  }
  return true;
}

void Server::watch_output(Connection& connection, bool wanted) {
  if (wanted == connection.watches_output) return;
  connection.watches_output = wanted;
  epoll_event event{};
  event.events = wanted ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.u64 = connection.id();
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, connection.socket(), &event);
}

void Server::report_hold(Connection& connection) {
  const bool held = connection.answer && connection.answer->phase() == AnswerPhase::Held;
  if (held == connection.held) return;
  connection.held = held;
  held ? board_.hold() : board_.resume();
}

void Server::end_answer(Connection& connection, RequestEnd how) {
  if (connection.request_number > 0) board_.end(how, connection.held);
  connection.held = false;
  connection.request_number = 0;
  connection.answer.reset();
  connection.timer_ns = kNeverNs;
}

void Server::drop(Connection& connection, RequestEnd how) {
  if (connection.answer) end_answer(connection, how);
  connections_.erase(connection.id());
  set_accepting(true);
}

void Server::schedule(Connection& connection, std::int64_t due_ns) {
  if (due_ns == kNeverNs || due_ns == connection.timer_ns) return;
  connection.timer_ns = due_ns;
  timers_.push({due_ns, connection.id()});
}

}  // namespace platos::tests::mock

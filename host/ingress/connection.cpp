#include "ingress/connection.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/text.hpp"
#include "ingress/client_address.hpp"

namespace platos::ingress {
namespace {

bool is_request_id(std::string_view id) {
  return !id.empty() && id.size() <= 128 &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace

Connection::Connection(Server& server, int fd, std::string peer)
    : server_(server),
      socket_(fd, server.options_.tls),
      peer_(std::move(peer)),
      tasks_(std::make_unique<base::TaskSet>(server.loop_, [this](std::string_view, std::exception_ptr) {
        server_.logger_.error("ingress", "an exception left a request handler", {{"request_id", request_id_}});
        const Error error{ErrorKind::Internal,
                          "internal_error",
                          "an internal error; the log names it by the request id",
                          false,
                          0,
                          {}};
        answer(server_.on_refusal_(error, request_id_), true);
      })) {}

Connection::~Connection() {
  *alive_ = false;
  server_.loop_.cancel(timer_);
  server_.loop_.unwatch(socket_.fd());
}

void Connection::start() {
  // A handshake must come as quickly as a request.
  arm(socket_.is_greeting() ? server_.options_.read_timeout_ms : server_.options_.idle_timeout_ms);
  watch();
}

bool Connection::wants_input() const {
  // Nor while an answer waits to be read: a client that only sends costs nothing further.
  if (stage_ == Stage::Head || duplex_ != nullptr) return drained();
  return stage_ == Stage::Body || stage_ == Stage::Closing;
}

void Connection::watch() {
  if (closed_) return;
  std::uint32_t events = EPOLLRDHUP;
  // While an answer is made, nothing more is read: pipelined requests wait in the kernel.
  if (wants_input()) events |= EPOLLIN;
  if (!drained()) events |= EPOLLOUT;
  if (peer_closed_) events &= ~static_cast<std::uint32_t>(EPOLLRDHUP | EPOLLIN);
  if (events == watched_events_) return;
  watched_events_ = events;
  server_.loop_.watch(socket_.fd(), events, *this);
}

void Connection::on_ready(std::uint32_t events) {
  if (closed_) return;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) return close();
  if ((events & EPOLLOUT) != 0) {
    write_some();
    if (closed_) return;
    if (stage_ == Stage::Streaming) pump();
    if (stage_ == Stage::Head) go_on_with_input();
  }
  if ((events & EPOLLIN) != 0 && wants_input()) {
    read_some();
  } else if ((events & EPOLLRDHUP) != 0) {
    // Half-closed in the middle of an answer: it may still read, but a handler that waits for nobody should know.
    peer_closed_ = true;
    if (stage_ == Stage::Head || stage_ == Stage::Body || duplex_ != nullptr) return close();
    gone_.cancel("client_gone");
  }
  if (!closed_) watch();
}

void Connection::read_some() {
  const bool was_greeting = socket_.is_greeting();
  const bool was_empty = input_.empty();
  const auto io = socket_.read(input_);
  if (io == Socket::Io::Ended || io == Socket::Io::Broken) return close();
  if (stage_ == Stage::Closing) return input_.clear();  // what follows a refused request is thrown away
  if (duplex_ != nullptr) {
    duplex_->receive(std::exchange(input_, {}));
    return;
  }
  if (was_greeting && !socket_.is_greeting()) {
    arm(server_.options_.idle_timeout_ms);
    if (!socket_.is_encrypted()) {
      return refuse({ErrorKind::InvalidArgument,
                     "tls_expected",
                     "this port speaks HTTPS, and the request came without TLS",
                     false,
                     0,
                     {}});
    }
  }
  if (input_.empty()) return;
  if (was_empty && stage_ == Stage::Head) arm(server_.options_.read_timeout_ms);
  parse();
}

void Connection::parse() {
  bool more = true;
  while (more && !closed_) {
    if (stage_ == Stage::Head) {
      more = take_head();
    } else if (stage_ == Stage::Body) {
      more = take_body();
    } else {
      more = false;
    }
  }
}

bool Connection::take_head() {
  // Empty lines before a request are allowed by RFC 9112, 2.2.
  while (input_.starts_with("\r\n")) input_.erase(0, 2);
  // Also at line ends that parse_head() will refuse.
  const auto crlf = input_.find("\n\r\n");
  const auto bare = input_.find("\n\n");
  if (crlf == std::string::npos && bare == std::string::npos) {
    if (input_.size() <= server_.options_.max_head_bytes) return false;
    refuse({ErrorKind::TooLarge,
            "head_too_large",
            "the request line and headers are over " + std::to_string(server_.options_.max_head_bytes) + " bytes",
            false,
            0,
            {}});
    return false;
  }
  const std::size_t size = bare < crlf ? bare + 2 : crlf + 3;
  request_id_ = server_.make_request_id_();
  if (size > server_.options_.max_head_bytes) {
    refuse({ErrorKind::TooLarge,
            "head_too_large",
            "the request line and headers are over " + std::to_string(server_.options_.max_head_bytes) + " bytes",
            false,
            0,
            {}});
    return false;
  }
  auto head = parse_head(std::string_view(input_).substr(0, size));
  if (!head) {
    refuse(head.error());
    return false;
  }
  input_.erase(0, size);
  if (is_request_id(head->request.header("x-request-id"))) request_id_ = head->request.header("x-request-id");
  if (!server_.host_allowed(head->request.header("host"))) {
    refuse({ErrorKind::PermissionDenied,
            "host_not_allowed",
            "the Host header names no host of this server; http.allowed_hosts lists further ones",
            false,
            0,
            {}});
    return false;
  }
  if (head->content_length > server_.options_.max_body_bytes) {
    refuse({ErrorKind::TooLarge,
            "body_too_large",
            "the request body is over " + std::to_string(server_.options_.max_body_bytes) + " bytes",
            false,
            0,
            {}});
    return false;
  }
  head_ = std::move(*head);
  chunks_.reset();
  if (head_->chunked) chunks_.emplace(server_.options_.max_body_bytes);
  const bool has_body = head_->chunked || head_->content_length > 0;
  if (has_body && head_->expects_continue && input_.empty()) {
    output_ += "HTTP/1.1 100 Continue\r\n\r\n";
    write_some();
  }
  stage_ = Stage::Body;
  if (has_body) arm(server_.options_.read_timeout_ms);
  return true;
}

bool Connection::take_body() {
  if (chunks_) {
    if (auto fed = chunks_->feed(input_); !fed) {
      refuse(fed.error());
      return false;
    }
    if (!chunks_->complete()) return false;
    head_->request.body = chunks_->take();
  } else {
    if (input_.size() < head_->content_length) return false;
    head_->request.body = input_.substr(0, head_->content_length);
    input_.erase(0, head_->content_length);
  }
  call_handler();
  return false;
}

void Connection::call_handler() {
  stage_ = Stage::Answering;
  server_.loop_.cancel(timer_);
  timer_ = {0, 0};
  gone_ = base::CancelSource();
  head_only_ = head_->request.method == "HEAD";
  Request request = std::move(head_->request);
  request.peer = client_address(peer_, request.all("x-forwarded-for"), server_.options_.trusted_proxies);
  request.request_id = request_id_;
  request.encrypted = socket_.is_encrypted();
  request.loop = &server_.loop_;
  request.gone = gone_.token();
  tasks_->start("request", handle(*this, std::move(request)));
  watch();
}

Task<void> Connection::handle(Connection& connection, Request request) {
  Response response = co_await connection.server_.handler_(std::move(request));
  connection.answer(std::move(response), !connection.head_->keep_alive || connection.server_.draining_);
}

void Connection::refuse(const Error& error) {
  if (request_id_.empty()) request_id_ = server_.make_request_id_();
  head_.reset();
  head_only_ = false;
  answer(server_.on_refusal_(error, request_id_), true);
}

void Connection::arm(std::int64_t delay_ms) {
  server_.loop_.cancel(timer_);
  timer_ = server_.loop_.call_after(delay_ms * 1000, [this] {
    timer_ = {0, 0};
    on_timeout();
  });
}

void Connection::on_timeout() {
  const bool mid_request = (stage_ == Stage::Head && !input_.empty()) || stage_ == Stage::Body;
  if (mid_request && drained()) {
    refuse({ErrorKind::Deadline,
            "request_timeout",
            "the request was not complete within " + std::to_string(server_.options_.read_timeout_ms) + " ms",
            false,
            0,
            {}});
    return;
  }
  close();
}

void Connection::drain() {
  if (closed_) return;
  if (stage_ == Stage::Head && input_.empty() && drained()) return close();
  close_after_ = true;
  if (stage_ != Stage::Streaming || !stream_) return;
  stream_->drain();
  stream_pending_ = false;
  pump();
  if (!closed_) watch();
}

void Connection::close() {
  if (std::exchange(closed_, true)) return;
  server_.loop_.cancel(timer_);
  server_.loop_.unwatch(socket_.fd());
  ::shutdown(socket_.fd(), SHUT_RDWR);
  gone_.cancel("client_gone");
  server_.forget(*this);
}

}  // namespace platos::ingress

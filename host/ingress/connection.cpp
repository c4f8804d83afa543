#include "ingress/connection.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/text.hpp"
#include "ingress/client_address.hpp"

namespace platos::ingress {
namespace {

constexpr std::size_t kPullBytes = 64 * 1024;
constexpr std::size_t kKeptOutputBytes = 512;  // of a stream between two events
constexpr std::size_t kMaxOutputBytes = 256 * 1024;
constexpr std::int64_t kLingerMs = 1000;

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

void Connection::write_head(const Response& response, bool close_after) {
  constexpr std::size_t kUsualHead = 512;
  output_.reserve(output_.size() + kUsualHead);
  output_ += "HTTP/1.1 " + std::to_string(response.status) + " ";
  output_ += reason_phrase(response.status);
  output_ += "\r\n";
  const bool upgrades = response.duplex != nullptr;
  for (const auto& [name, value] : response.headers) output_.append(name).append(": ").append(value).append("\r\n");
  output_ += "X-Content-Type-Options: nosniff\r\nX-Request-Id: " + request_id_ +
             "\r\nX-Platos-Version: " + server_.options_.version + "\r\n";
  if (response.stream) {
    if (chunked_answer_) output_ += "Transfer-Encoding: chunked\r\n";
  } else if (response.status != 204 && response.status != 304 && !upgrades) {
    output_ += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  }
  if (upgrades) {
    output_ += "Connection: Upgrade\r\n";
  } else if (close_after) {
    output_ += "Connection: close\r\n";
  } else if (head_ && head_->http10) {
    output_ += "Connection: keep-alive\r\n";
  }
  output_ += "\r\n";
}

void Connection::answer(Response response, bool close_after) {
  if (closed_) return;
  close_after_ = close_after || peer_closed_;
  // HTTP/1.0 knows no chunks: a streamed body ends with the connection.
  chunked_answer_ = !(head_ && head_->http10);
  close_after_ = close_after_ || (response.stream && !chunked_answer_);
  write_head(response, close_after_);
  on_delivered_ = std::move(response.on_delivered);
  if (response.duplex) return upgrade(std::move(response.duplex));
  if (!response.stream || head_only_) {
    if (!head_only_) output_ += response.body;
    return finish_answer();
  }
  begin_stream(std::move(response.stream));
}

// The protocol has its own way to end; afterwards the connection is of no further use.
void Connection::upgrade(std::unique_ptr<Duplex> duplex) {
  duplex_ = duplex.get();
  chunked_answer_ = false;
  close_after_ = true;
  begin_stream(std::move(duplex));
  // The client may have gone on without waiting for the answer.
  if (!closed_ && duplex_ != nullptr && !input_.empty()) duplex_->receive(std::exchange(input_, {}));
}

void Connection::begin_stream(std::unique_ptr<ByteStream> stream) {
  stage_ = Stage::Streaming;
  stream_ = std::move(stream);
  // Pumped at the end of the stage, not at once: the stream may end there, and it must not be destroyed from inside its
  // own call. And not later: the consequences of what arrived are worked on when the client has what it waits for.
  stream_->on_ready([this, alive = alive_] {
    server_.loop_.at_stage_end([this, alive] {
      if (!*alive || closed_ || stage_ != Stage::Streaming) return;
      stream_pending_ = false;
      pump();
      if (!closed_) watch();
    });
  });
  pump();
  if (!closed_) watch();
}

void Connection::pump() {
  // Again as long as the kernel takes everything at once: no event would come for what was left in the stream.
  do {
    if (!pull_into_output()) return finish_answer();
    write_some();
  } while (stage_ == Stage::Streaming && !closed_ && !stream_pending_ && drained());
}

// False when the stream has ended.
bool Connection::pull_into_output() {
  while (stage_ == Stage::Streaming && !closed_ && !stream_pending_ && output_.size() - written_ < kMaxOutputBytes) {
    std::string piece;
    const auto state = stream_->pull(piece, kPullBytes);
    if (!piece.empty() && !chunked_answer_) output_ += piece;
    if (!piece.empty() && chunked_answer_) {
      char size[20];
      const int length = std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
      output_.append(size, static_cast<std::size_t>(length));
      output_ += piece;
      output_ += "\r\n";
    }
    if (state == ByteStream::State::Pending) stream_pending_ = true;
    if (state != ByteStream::State::End && state != ByteStream::State::Broken) continue;
    // Without the last chunk a client knows that the body was cut.
    if (state == ByteStream::State::End && chunked_answer_) output_ += "0\r\n\r\n";
    if (state == ByteStream::State::Broken) {
      close_after_ = true;
      on_delivered_ = nullptr;
    }
    duplex_ = nullptr;
    stream_.reset();
    return false;
  }
  return true;
}

void Connection::finish_answer() {
  stage_ = close_after_ ? Stage::Closing : Stage::Head;
  head_.reset();
  write_some();
  if (closed_) return;
  if (stage_ == Stage::Head) {
    request_id_.clear();
    if (drained()) arm(server_.options_.idle_timeout_ms);
    go_on_with_input();
  }
  watch();
}

// A pipelined request may be here already. It is parsed when its predecessor's answer has left, and not from inside the
// handler that gave it.
void Connection::go_on_with_input() {
  if (input_.empty() || !drained()) return;
  server_.loop_.defer([this, alive = alive_] {
    if (!*alive || closed_ || stage_ != Stage::Head) return;
    arm(server_.options_.read_timeout_ms);
    parse();
    if (!closed_) watch();
  });
}

void Connection::write_some() {
  while (!drained()) {
    std::size_t taken = 0;
    const auto io = socket_.write(std::string_view(output_).substr(written_), taken);
    written_ += taken;
    if (io == Socket::Io::Broken) return close();
    if (io == Socket::Io::Waits) break;
    if (stage_ != Stage::Body) arm(server_.options_.write_stall_ms);
  }
  if (!drained()) {
    if (timer_.second == 0) arm(server_.options_.write_stall_ms);
    if (written_ > kPullBytes) {
      output_.erase(0, written_);
      written_ = 0;
    }
    return;
  }
  output_.clear();
  written_ = 0;
  const bool is_whole = stage_ == Stage::Head || stage_ == Stage::Closing;
  // Who has closed its side may be gone altogether.
  if (is_whole && on_delivered_ && !peer_closed_) std::exchange(on_delivered_, nullptr)();
  if (output_.capacity() > kKeptOutputBytes) std::string().swap(output_);
  if (stage_ == Stage::Streaming || stage_ == Stage::Answering) {
    server_.loop_.cancel(timer_);
    timer_ = {0, 0};
  } else if (stage_ == Stage::Closing) {
    // Lets the client read the answer before the connection is reset by what it still sends.
    socket_.end_writing();
    arm(kLingerMs);
    if (peer_closed_) close();
  }
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

// What a connection says: heads, bodies, streams, and what is left when the client reads slowly.
#include <cstdio>

#include "ingress/connection.hpp"

namespace platos::ingress {
namespace {

constexpr std::size_t kPullBytes = 64 * 1024;
constexpr std::size_t kKeptOutputBytes = 512;  // of a stream between two events
constexpr std::size_t kMaxOutputBytes = 256 * 1024;
constexpr std::int64_t kLingerMs = 1000;

}  // namespace

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

}  // namespace platos::ingress

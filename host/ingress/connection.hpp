// One client connection: reads requests one after the other, writes answers. Internal to ingress.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/task_set.hpp"
#include "ingress/chunked_body.hpp"
#include "ingress/head_parser.hpp"
#include "ingress/server.hpp"
#include "ingress/socket.hpp"

namespace platos::ingress {

/// Bound to its loop. Reads nothing further while a request is being answered, but notices when the client goes away.
class Connection final : public base::FdHandler {
 public:
  Connection(Server& server, int fd, std::string peer);
  ~Connection() override;

  void start();
  void on_ready(std::uint32_t events) override;
  /// Closes now when idle, else after the answer under way.
  void drain();

 private:
  enum class Stage { Unspecified, Head, Body, Answering, Streaming, Closing };

  void read_some();
  void parse();
  bool take_head();
  bool take_body();
  void call_handler();
  static Task<void> handle(Connection& connection, Request request);
  void refuse(const Error& error);
  void answer(Response response, bool close_after);
  void begin_stream(std::unique_ptr<ByteStream> stream);
  void upgrade(std::unique_ptr<Duplex> duplex);
  bool wants_input() const;
  void write_head(const Response& response, bool close_after);
  void pump();
  bool pull_into_output();
  void finish_answer();
  void go_on_with_input();
  void write_some();
  /// Everything that was said has left.
  bool drained() const { return written_ >= output_.size() && !socket_.has_unsent(); }
  void watch();
  void arm(std::int64_t delay_ms);
  void on_timeout();
  void close();

  Server& server_;
  Socket socket_;
  const std::string peer_;
  Stage stage_ = Stage::Head;
  std::string input_;
  std::string output_;
  std::size_t written_ = 0;
  std::optional<Head> head_;
  std::optional<ChunkedBody> chunks_;
  std::unique_ptr<ByteStream> stream_;
  std::function<void()> on_delivered_;
  Duplex* duplex_ = nullptr;  // stream_, after a change of protocol
  bool stream_pending_ = false;
  bool close_after_ = false;
  bool peer_closed_ = false;
  bool head_only_ = false;
  bool chunked_answer_ = true;
  bool closed_ = false;
  std::uint32_t watched_events_ = 0;
  base::Loop::TimerId timer_{0, 0};
  std::string request_id_;
  base::CancelSource gone_;
  std::unique_ptr<base::TaskSet> tasks_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace platos::ingress

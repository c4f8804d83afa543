// One request on its way. Internal to egress.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/completion.hpp"
#include "egress/channel.hpp"
#include "egress/client.hpp"
#include "egress/framer.hpp"
#include "egress/response_reader.hpp"

namespace platos::egress {

/// Lives in the frame of Client::exchange, which starts it on one connection after the other until one answers. Its
/// destructor closes the connection.
class Transfer final : public base::FdHandler {
 public:
  Transfer(Client& client, const HttpRequest& request, const TargetUrl& target, ResponseHandler& handler);
  ~Transfer() override;
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  enum class From { Unspecified, Pool, Dial };
  /// Sends the request on a connection, which must stand by `connect_by_us`. Completes with the end of the answer; at
  /// most once.
  base::Completion<Result<void>> start(std::unique_ptr<Channel> channel, From from, std::int64_t connect_by_us);
  /// Ends it early with this error.
  void abort(Error error);

  /// The attempt that has just ended may be made again on another connection: nobody has heard of it.
  bool worth_another() const { return worth_another_; }

  void on_ready(std::uint32_t events) override;

 private:
  void establish();
  void talk();
  void send();
  void receive();
  bool take(std::string_view bytes);
  Result<bool> take_piece(std::string_view& bytes);
  Result<void> deliver_head();
  Result<void> feed(std::string_view body);
  void peer_closed();
  void watch_silence();
  void pause();
  void resume_when_ready();
  void broke(const std::string& why);
  void complete(bool clean);
  void finish(Result<void> result);
  Framer::OnFrame to_handler();

  Client& client_;
  ResponseHandler& handler_;
  std::string origin_;
  std::string output_;  // the whole request, until it has been heard
  std::size_t sent_ = 0;
  ports::Framing framing_;
  std::int64_t silence_us_;
  bool to_head_;
  From from_ = From::Dial;
  bool establishing_ = false;
  bool answered_ = false;
  bool paused_ = false;
  bool worth_another_ = false;
  std::unique_ptr<Channel> channel_;
  std::optional<ResponseReader> reader_;
  std::unique_ptr<Framer> framer_;
  std::int64_t last_activity_us_ = 0;
  base::Loop::TimerId timer_{0, 0};
  base::Loop::TimerId resume_timer_{0, 0};
  base::Completion<Result<void>> done_;
};

}  // namespace platos::egress

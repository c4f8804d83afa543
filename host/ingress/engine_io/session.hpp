// One client of Engine.IO 4, whatever carries it at the moment: long polling or a WebSocket.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/completion.hpp"
#include "base/loop.hpp"
#include "ingress/engine_io/link.hpp"
#include "ingress/message.hpp"

namespace platos::ingress {

struct EngineOptions {
  std::int64_t ping_interval_ms = 25'000;
  std::int64_t ping_timeout_ms = 10'000;
  std::size_t max_payload_bytes = 1'000'000;
  std::size_t max_sessions = 20'000;
  std::size_t max_strangers = 256;  ///< of them, those of one address whose clients are not known yet
};

/// The protocol above a session. Called on the session's loop.
class EngineApp {
 public:
  virtual ~EngineApp() = default;
  virtual void on_message(std::string text) = 0;
  /// Appends messages, about `max_bytes` of them. After one that appended nothing, Session::wake() asks again.
  virtual void pull(std::vector<std::string>& messages, std::size_t max_bytes) = 0;
  /// True while the client is being sent something that should not break off for a missing pong.
  virtual bool is_delivering() const = 0;
  /// A ping follows what was pulled so far.
  virtual void on_pinged() = 0;
  /// The client has answered it: what was pulled before that ping has come.
  virtual void on_confirmed() = 0;
  /// The server stops: close the session when nothing is left to deliver.
  virtual void on_drain() = 0;
};

/// Bound to the loop it began on. Messages are pulled when the client can take them, so one that reads slowly holds
/// nothing but its place.
class Session : public std::enable_shared_from_this<Session> {
 public:
  /// What is told to whoever keeps the sessions.
  struct Notes {
    std::function<void(const std::string& id)> known;
    std::function<void(const std::string& id)> closed;
  };

  /// `handshake`: the request that began it.
  Session(std::string id, base::Loop& loop, const EngineOptions& options, Request handshake, Notes notes);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const std::string& id() const { return id_; }
  base::Loop& loop() const { return loop_; }
  const Request& handshake() const { return handshake_; }
  bool is_closed() const { return closed_; }
  /// Credentials of the client were good: it is no stranger any more.
  void note_known();
  bool is_known() const { return known_; }

  /// Begins; over `link` when it is not null, else over polling.
  void start(std::unique_ptr<EngineApp> app, std::shared_ptr<SocketLink> link);
  /// The packet `open`.
  std::string open_packet(bool may_upgrade) const;

  /// The application has something to send.
  void wake();
  /// The application wants to know when what it lets be pulled has come: the client is pinged within half a second.
  void confirm();
  /// Ends the session after what the application still has to say.
  void close();
  /// Ends it at once.
  void break_off() { finish(); }
  /// The server stops; told to the application once.
  void drain();
  /// The loop runs no more: lets go of the application, from any thread.
  void abandon();

  // Long polling. Answers are bodies; nullopt: the session is not to be polled.

  using PollAnswer = std::optional<std::string>;
  void poll(base::Completion<PollAnswer> answer);
  /// False when the body is not what the protocol allows, which ends the session.
  bool take_body(std::string_view body);

  // The WebSocket.

  /// A second transport for a session that began with polling: it waits for the client's probe. False: it has one.
  bool begin_upgrade(std::shared_ptr<SocketLink> link);
  void on_text(SocketLink& link, std::string packet);
  void on_sent(SocketLink& link);
  void on_closed(SocketLink& link);

 private:
  bool take_packet(std::string packet);
  void take_probe(const std::string& packet);
  void flush();
  std::vector<std::string> collect();
  void answer_poll(std::string body);
  void release_poll();
  void arm_ping();
  void arm_confirmation();
  void on_ping_due();
  void take_pong();
  void on_pong_missing();
  void finish();

  const std::string id_;
  base::Loop& loop_;
  const EngineOptions& options_;
  const Request handshake_;
  const Notes notes_;
  std::unique_ptr<EngineApp> app_;
  std::vector<std::string> queue_;    // packets of the session itself
  std::shared_ptr<SocketLink> link_;  // null: polling
  std::shared_ptr<SocketLink> probing_;
  bool ping_due_ = false;
  std::uint64_t pings_ = 0;
  std::uint64_t pongs_ = 0;
  std::uint64_t confirming_ = 0;  // the ping whose answer confirms something; 0: none is under way
  bool confirmation_wanted_ = false;
  bool sending_ = false;
  bool flush_due_ = false;
  bool probed_ = false;  // the client waits for its poll to end, and upgrades then
  bool draining_ = false;
  bool known_ = false;
  bool closing_ = false;
  bool closed_ = false;
  std::optional<base::Completion<PollAnswer>> waiting_;
  base::Loop::TimerId ping_timer_{0, 0};
  base::Loop::TimerId confirmation_timer_{0, 0};
  base::Loop::TimerId upgrade_timer_{0, 0};
};

}  // namespace platos::ingress

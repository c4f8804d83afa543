// The sessions of Engine.IO: what answers requests to /socket.io/.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.hpp"
#include "base/task.hpp"
#include "ingress/engine_io/session.hpp"

namespace platos::ingress {

/// Internally synchronised; used from all loops.
class EngineServer {
 public:
  using MakeApp = std::function<std::unique_ptr<EngineApp>(Session& session)>;

  EngineServer(EngineOptions options, MakeApp make_app) : options_(options), make_app_(std::move(make_app)) {}
  /// When the loops no longer run.
  ~EngineServer();
  EngineServer(const EngineServer&) = delete;
  EngineServer& operator=(const EngineServer&) = delete;

  /// `query`: decoded. A request that begins, polls, posts to or upgrades a session. What the protocol refuses is
  /// answered as it says: 400 {"code", "message"}; 429 when `address` holds too many sessions of strangers, 503 when
  /// there are too many in all. Strangers of an empty one are not counted.
  Task<Response> handle(Request request, std::map<std::string, std::string, std::less<>> query, std::string address);

  /// Begins no further sessions, and tells those that there are.
  void drain();
  std::size_t sessions() const;

 private:
  struct Place {
    std::shared_ptr<Session> session;
    std::string address;  // where it counts as a stranger; empty: nowhere
  };
  using Opened = tl::expected<std::shared_ptr<Session>, int>;  // or the status that refuses it
  std::shared_ptr<Session> find(const std::string& id) const;
  Opened open(const Request& request, const std::string& address);
  void note_known(const std::string& id);
  void note_closed(const std::string& id);
  void count_no_more(Place& place);
  Response begin_polling(const Request& request, const std::string& address);
  Response connect_socket(const Request& request, std::shared_ptr<Session> session, const std::string& address);
  Task<Response> poll(base::Loop& loop, base::CancelToken gone, std::shared_ptr<Session> session);
  Task<Response> post(Request request, std::shared_ptr<Session> session);

  EngineOptions options_;
  MakeApp make_app_;
  mutable std::mutex mutex_;
  bool draining_ = false;
  std::map<std::string, Place, std::less<>> sessions_;
  std::map<std::string, std::size_t, std::less<>> strangers_;  // by address, at least one each
};

}  // namespace platos::ingress

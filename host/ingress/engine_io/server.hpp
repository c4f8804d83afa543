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
  /// answered as it says: 400 {"code", "message"}.
  Task<Response> handle(Request request, std::map<std::string, std::string, std::less<>> query);

  /// Begins no further sessions, and tells those that there are.
  void drain();
  std::size_t sessions() const;

 private:
  std::shared_ptr<Session> find(const std::string& id) const;
  std::shared_ptr<Session> open(const Request& request);
  Response begin_polling(const Request& request);
  Response connect_socket(const Request& request, std::shared_ptr<Session> session);
  Task<Response> poll(base::Loop& loop, base::CancelToken gone, std::shared_ptr<Session> session);
  Task<Response> post(Request request, std::shared_ptr<Session> session);

  EngineOptions options_;
  MakeApp make_app_;
  mutable std::mutex mutex_;
  bool draining_ = false;
  std::map<std::string, std::shared_ptr<Session>, std::less<>> sessions_;
};

}  // namespace platos::ingress

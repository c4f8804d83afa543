// Socket.IO as part of the API: its routes, and what all its sockets share.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/sockets/socket_session.hpp"
#include "ingress/engine_io/server.hpp"

namespace platos::api {

/// Whether browsers on pages of this origin may use the server.
using PageCheck = std::function<Task<bool>(base::Loop& loop, std::string origin)>;

/// Internally synchronised; used from all loops.
class SocketServer {
 public:
  /// `origin_allowed`: of browsers on other pages than ours.
  SocketServer(Services& services, const Admission& admission, const ApiOptions& options, PageCheck origin_allowed);

  /// GET and POST /socket.io/. Credentials come with the namespaces, so the routes themselves want none.
  std::vector<Route> routes();
  std::size_t sessions() const { return engine_.sessions(); }
  void drain() { engine_.drain(); }

 private:
  Task<ingress::Response> handle(Call call);

  Services& services_;
  const Admission& admission_;
  const std::int64_t recheck_us_;
  PageCheck origin_allowed_;
  ResumePoints resume_points_;
  ingress::EngineServer engine_;
};

}  // namespace platos::api

// The table is the API: routing, permissions and documentation are read from it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.hpp"
#include "ingress/message.hpp"
#include "model/scope.hpp"

namespace platos::api {

/// A request that found its route and its principal. A value.
struct Call {
  ingress::Request request;
  model::Principal who;
  std::string route;                                      ///< method and template: "GET /api/v1/runs/{id}"
  std::map<std::string, std::string, std::less<>> path;   ///< decoded
  std::map<std::string, std::string, std::less<>> query;  ///< decoded; the last of a name counts

  std::string path_value(std::string_view name) const;
  std::string query_value(std::string_view name) const;
  base::Loop& loop() const { return *request.loop; }
};

using RouteHandler = std::function<Task<ingress::Response>(Call)>;

/// Of a route that wants no credentials.
inline constexpr model::Rights kPublic = 0;

struct Route {
  std::string_view method;
  std::string_view pattern;                 ///< "/api/v1/agent/threads/{id}"
  model::Rights rights = model::kOperator;  ///< of which one is enough
  RouteHandler handler;
  std::string_view summary;
  bool streams = false;  ///< answers with events: refusals are events too, for a client that accepts them
  bool submits = false;  ///< begins a turn: HEAD is not GET here
  bool watches = false;  ///< public, and asked by whoever looks whether the process lives: no limit holds for it
};

struct RouteMatch {
  const Route* route = nullptr;
  std::map<std::string, std::string, std::less<>> path;
  std::string allowed_methods;  ///< of the path, when only the method does not fit
};

/// Immutable after construction. `/agent/v1/...` is another name of `/api/v1/agent/...`.
class Router {
 public:
  explicit Router(std::vector<Route> routes);
  RouteMatch match(std::string_view method, std::string_view path) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
  std::vector<std::vector<std::string_view>> segments_;  // of each route's pattern
};

/// Percent-decoding; '+' stays. Invalid escapes stay as they are.
std::string decode_component(std::string_view text);
/// "a=1&b=x+y": '+' is a space here.
std::map<std::string, std::string, std::less<>> decode_query(std::string_view query);

}  // namespace platos::api

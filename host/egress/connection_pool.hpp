// Connections that are kept for the next request to the same origin. Internal to egress.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/loop.hpp"
#include "egress/channel.hpp"

namespace platos::egress {

/// Bound to one loop. A kept connection that its server closes, or speaks on unasked, is dropped at once; the others
/// after a minute without use. The one used last is used next, so that the pool shrinks with the load.
class ConnectionPool {
 public:
  explicit ConnectionPool(base::Loop& loop);
  ~ConnectionPool();
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  /// Null when there is none.
  std::unique_ptr<Channel> take(const std::string& origin);
  void keep(const std::string& origin, std::unique_ptr<Channel> channel);

 private:
  class Idle;
  using Shelf = std::vector<std::unique_ptr<Idle>>;  // oldest first
  void drop(const std::string& origin, const Idle* idle);
  void sweep();

  base::Loop& loop_;
  std::map<std::string, Shelf> shelves_;
  std::size_t size_ = 0;
  base::Loop::TimerId timer_{0, 0};
};

}  // namespace platos::egress

// How far a client has come for certain when its socket breaks or its turn ends: for clients that come back without
// saying so.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "model/scope.hpp"

namespace platos::api {

/// Internally synchronised; holds the newest 10,000 places of turns that were left, and as many of turns that were told
/// to their end; in memory only. A client that comes after a restart and names no event hears the run from its
/// beginning.
class ResumePoints {
 public:
  struct Point {
    std::string run_id;
    std::int64_t confirmed = 0;  ///< the client has all events up to here
    std::int64_t given = 0;      ///< and may have those up to here
    bool is_end = false;         ///< nothing follows `given`
  };

  /// Which of a user's sockets comes back is not known: of those that heard one run, all have what was confirmed to
  /// each of them, and any may have what was given to one.
  void put(const model::Principal& who, const std::string& thread_id, Point point);
  /// Takes it away: one socket goes on from there.
  std::optional<Point> take(const model::Principal& who, const std::string& thread_id);

 private:
  struct Entry {
    std::string key;
    Point point;
  };
  using Order = std::list<Entry>;  // newest first
  static std::string key_of(const model::Principal& who, const std::string& thread_id);
  Order& order_of(const Point& point) { return orders_[point.is_end ? 1 : 0]; }

  std::mutex mutex_;
  std::array<Order, 2> orders_;  // ends apart: there are many, and each is of little use
  std::map<std::string, Order::iterator> points_;
};

}  // namespace platos::api

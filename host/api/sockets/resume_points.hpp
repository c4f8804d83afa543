// How far a client had come when its socket broke or its turn ended: for clients that come back without saying so.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "model/scope.hpp"

namespace platos::api {

/// Internally synchronised; holds the newest 10,000 places, in memory only. A client that comes after a restart and
/// names no event hears the run from its beginning.
class ResumePoints {
 public:
  struct Point {
    std::string run_id;
    std::int64_t seq = 0;
  };

  /// A user whose sockets had come to different places of one run has none there: which of them comes back first is not
  /// known.
  void put(const model::Principal& who, const std::string& thread_id, Point point);
  /// Takes it away: one socket goes on from there.
  std::optional<Point> take(const model::Principal& who, const std::string& thread_id);

 private:
  using Entry = std::pair<std::string, Point>;
  static std::string key_of(const model::Principal& who, const std::string& thread_id);

  std::mutex mutex_;
  std::list<Entry> order_;  // newest first
  std::map<std::string, std::list<Entry>::iterator> points_;
};

}  // namespace platos::api

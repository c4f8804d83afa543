// The hosts that share a database, and what they count together.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/scope.hpp"
#include "store/session.hpp"

namespace platos::store {

/// A view on a session; made where it is used. Throws SqlError.
class Hosts {
 public:
  explicit Hosts(Session& session) : session_(session) {}

  /// The host lives until then, unless it says so again.
  void renew(const model::SystemScope&, const std::string& host_id, std::int64_t until_us);
  void remove(const model::SystemScope&, const std::string& host_id);
  /// Those that live, but this one.
  std::vector<std::string> others(const model::SystemScope&, const std::string& host_id, std::int64_t now_us);

 private:
  Session& session_;
};

/// Requests of one bucket in the window that begins at `window_us`.
struct RateCount {
  std::string bucket;
  std::int64_t window_us = 0;
  std::int64_t requests = 0;
};

/// A view on a session; made where it is used. Throws SqlError.
class RateCounters {
 public:
  explicit RateCounters(Session& session) : session_(session) {}

  /// What this host has counted, all of it.
  void put(const model::SystemScope&, const std::string& host_id, const std::vector<RateCount>& counts);
  /// The sums of the other hosts, or of this one, in windows that begin at `from_us` or later.
  std::vector<RateCount> of_others(const model::SystemScope&, const std::string& host_id, std::int64_t from_us);
  std::vector<RateCount> of_host(const model::SystemScope&, const std::string& host_id, std::int64_t from_us);
  void remove_before(const model::SystemScope&, std::int64_t window_us);

 private:
  std::vector<RateCount> read(const model::SystemScope& system, std::string_view sql, const std::string& host_id,
                              std::int64_t from_us);
  Session& session_;
};

}  // namespace platos::store

#include "store/hosts.hpp"

namespace platos::store {

using model::SystemScope;

void Hosts::renew(const SystemScope& system, const std::string& host_id, std::int64_t until_us) {
  session_.send(system, "INSERT INTO hosts (id, until_us) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET until_us = $2",
                {host_id, until_us});
}

void Hosts::remove(const SystemScope& system, const std::string& host_id) {
  session_.send(system, "DELETE FROM hosts WHERE id = $1", {host_id});
}

std::vector<std::string> Hosts::others(const SystemScope& system, const std::string& host_id, std::int64_t now_us) {
  std::vector<std::string> ids;
  session_.query(system, "SELECT id FROM hosts WHERE id <> $1 AND until_us > $2 ORDER BY id", {host_id, now_us},
                 [&](const Row& row) {
                   ids.push_back(row.text(0));
                   return true;
                 });
  return ids;
}

void RateCounters::put(const SystemScope& system, const std::string& host_id, const std::vector<RateCount>& counts) {
  for (const auto& count : counts) {
    session_.send(system,
                  "INSERT INTO rate_counters (bucket, window_us, host_id, requests) VALUES ($1, $2, $3, $4) "
                  "ON CONFLICT (bucket, window_us, host_id) DO UPDATE SET requests = $4",
                  {count.bucket, count.window_us, host_id, count.requests});
  }
}

std::vector<RateCount> RateCounters::read(const SystemScope& system, std::string_view sql, const std::string& host_id,
                                          std::int64_t from_us) {
  std::vector<RateCount> counts;
  session_.query(system, sql, {host_id, from_us}, [&](const Row& row) {
    counts.push_back({row.text(0), row.integer(1), row.integer(2)});
    return true;
  });
  return counts;
}

std::vector<RateCount> RateCounters::of_others(const SystemScope& system, const std::string& host_id,
                                               std::int64_t from_us) {
  return read(system,
              "SELECT bucket, window_us, CAST(sum(requests) AS BIGINT) FROM rate_counters "
              "WHERE host_id <> $1 AND window_us >= $2 GROUP BY bucket, window_us",
              host_id, from_us);
}

std::vector<RateCount> RateCounters::of_host(const SystemScope& system, const std::string& host_id,
                                             std::int64_t from_us) {
  return read(system, "SELECT bucket, window_us, requests FROM rate_counters WHERE host_id = $1 AND window_us >= $2",
              host_id, from_us);
}

void RateCounters::remove_before(const SystemScope& system, std::int64_t window_us) {
  session_.send(system, "DELETE FROM rate_counters WHERE window_us < $1", {window_us});
}

}  // namespace platos::store

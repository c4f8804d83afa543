// What backends say of the health of their tools, in heartbeats.
#pragma once

#include <map>
#include <string>

#include "model/json.hpp"

namespace platos::entities {

/// A value.
struct ToolHealth {
  std::string status = {};        ///< "healthy", "degraded", "down"; empty: nothing was said
  std::string details_json = {};  ///< {avg_latency_ms, error_count_1h, last_error}, as far as it was said; may be empty

  bool operator==(const ToolHealth&) const = default;
};

struct HealthReport {
  std::map<std::string, ToolHealth> tools;  ///< by name
  std::string problem;                      ///< why the first bad member was left out; empty: none was
};

/// Reads `tools_health` of a heartbeat with suspicion: what is wrong with one tool leaves the others alone.
HealthReport read_health(const model::Json& frame);

/// Healthy, then what nothing is known of, then degraded, then down.
bool is_better(const std::string& status, const std::string& than);
/// Whether people are to hear of it.
bool is_alarming(const std::string& status);

/// The frame `tool_health_alert`.
std::string alert_frame(const std::string& tool, const ToolHealth& health);

}  // namespace platos::entities

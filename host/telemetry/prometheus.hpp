// All series as Prometheus text, version 0.0.4.
#pragma once

#include <string>

#include "telemetry/metrics.hpp"

namespace platos::telemetry {

/// Refreshes what mirrors something, then writes every family with HELP and TYPE. Any thread.
std::string prometheus_text(const Metrics& metrics);

}  // namespace platos::telemetry

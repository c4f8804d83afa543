// Metrics on their way to observers.
#pragma once

#include "telemetry/metrics.hpp"
#include "telemetry/tracer.hpp"

namespace platos::telemetry {

/// Pushes one record for every series: value of a counter or gauge; of a histogram its sum, with the number of
/// observations as attribute "count".
void push_metrics(const Metrics& metrics, const Tracer& tracer);

}  // namespace platos::telemetry

// What a run of the load generator saw, and the line it prints.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "load/options.hpp"
#include "load/process_usage.hpp"

namespace platos::bench {

/// Of good turns only, except `errors`. Times in microseconds.
struct Measurements {
  std::int64_t turns = 0;
  std::vector<float> ttft_us;
  std::vector<float> turn_us;
  std::vector<float> late_us;  ///< of every token, also of turns that went wrong later
  std::map<std::string, std::int64_t> errors;
  std::int64_t unfinished = 0;     ///< turns under way when the time was over
  std::int64_t max_streaming = 0;  ///< streams that had begun and not ended, at the same time
  double seconds = 0;
  ProcessUsage before;
  ProcessUsage after;
  std::int64_t peak_resident_kib = 0;
};

/// The value that this share of the values is not above; 0 without values. Changes the order.
double quantile(std::vector<float>& values, double share);

/// One JSON object without nested values besides "errors_by_kind", for scripts; keys are stable.
std::string report_line(const Options& options, Measurements& seen);

}  // namespace platos::bench

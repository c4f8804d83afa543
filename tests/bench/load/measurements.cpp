#include "load/measurements.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace platos::bench {
namespace {

double to_ms(double us) { return std::round(us) / 1000; }
double rounded(double value, double steps) { return std::round(value * steps) / steps; }

}  // namespace

double quantile(std::vector<float>& values, double share) {
  if (values.empty()) return 0;
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1) - 1);
  std::nth_element(values.begin(), at, values.end());
  return static_cast<double>(*at);
}

std::string report_line(const Options& options, Measurements& seen) {
  std::int64_t errors = 0;
  for (const auto& [kind, count] : seen.errors) errors += count;
  nlohmann::ordered_json report;
  report["name"] = options.name;
  report["target"] = options.wire == Wire::Vendor ? "direct" : "platos";
  report["clients"] = options.clients;
  report["seconds"] = rounded(seen.seconds, 1000);
  report["turns"] = seen.turns;
  report["turns_per_s"] = rounded(static_cast<double>(seen.turns) / seen.seconds, 10);
  report["ttft_p50_ms"] = to_ms(quantile(seen.ttft_us, 0.50));
  report["ttft_p99_ms"] = to_ms(quantile(seen.ttft_us, 0.99));
  report["turn_p50_ms"] = to_ms(quantile(seen.turn_us, 0.50));
  report["turn_p99_ms"] = to_ms(quantile(seen.turn_us, 0.99));
  report["late_p50_ms"] = to_ms(quantile(seen.late_us, 0.50));
  report["late_p99_ms"] = to_ms(quantile(seen.late_us, 0.99));
  report["max_streaming"] = seen.max_streaming;
  report["unfinished"] = seen.unfinished;
  if (!options.pids.empty()) {
    const double turns = static_cast<double>(std::max<std::int64_t>(seen.turns, 1));
    const auto grown = static_cast<double>(seen.peak_resident_kib - seen.before.resident_kib);
    report["cpu_ms_per_turn"] = rounded((seen.after.cpu_ms - seen.before.cpu_ms) / turns, 10'000);
    report["resident_before_kib"] = seen.before.resident_kib;
    report["resident_peak_kib"] = seen.peak_resident_kib;
    report["kib_per_stream"] = rounded(grown / options.clients, 10);
  }
  report["errors"] = errors;
  report["errors_by_kind"] = seen.errors;
  return report.dump();
}

}  // namespace platos::bench

// The points of all metric series since the instance was made, summed up between exports.
//
// A counter record is what the counter grew by, a histogram record is one observation, a gauge record is the new value.
// Counters and histograms are exported with cumulative temporality: each export says everything since the start, so an
// export that fails loses nothing, needs no copy, and is followed by a newer one. Histograms have explicit buckets:
// seconds (1 ms to 5 minutes) when the name speaks of time ("duration", "time", "latency" or "seconds" in it), else
// powers of four from 1 to 67,108,864, as the GenAI conventions advise for tokens. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "platos/observer.h"

namespace platos::observer_otlp {

class MetricTable {
 public:
  enum class Taken {
    Unspecified = 0,
    Kept,
    Invalid,        ///< not a number where one is needed, a counter that shrinks, no name, or an unknown kind
    TooManySeries,  ///< a new series, and there are kMaxSeries already
  };
  static constexpr std::size_t kMaxSeries = 2000;

  /// `start_ns`: wall clock, from which counters and histograms count.
  explicit MetricTable(std::int64_t start_ns) : start_ns_(start_ns) {}

  /// `now_ns` (wall clock) is the time of a record that brings none.
  Taken add(const platos_record_t& record, std::int64_t now_ns);

  /// Elements of "metrics", grouped by name.
  struct Batch {
    std::string json;
    std::size_t points = 0;
  };
  /// The next points that changed since settle() named them; at most 512 and 4 MiB. Empty: all were settled.
  Batch next_changed();
  /// The last batch need not be sent again (until its series change).
  void settle();

 private:
  struct Histogram {
    std::vector<std::uint64_t> buckets;
    std::uint64_t count = 0;
    double sum = 0, lowest = 0, highest = 0;
  };
  struct Series {
    double value = 0;
    std::int64_t start_ns = 0;
    std::int64_t time_ns = 0;
    Histogram histogram;
    bool changed = false;
  };
  using Key = std::tuple<std::string, std::int32_t, std::string>;  // name, kind, attributes

  static std::string encode_point(const Key& key, const Series& series);
  static void observe(Histogram& histogram, std::string_view name, double value);

  const std::int64_t start_ns_;
  std::map<Key, Series> series_;
  std::vector<Series*> last_batch_;
};

}  // namespace platos::observer_otlp

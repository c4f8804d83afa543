// CPU time and memory of processes and their descendants, as /proc counts them.
#pragma once

#include <cstdint>
#include <vector>

namespace platos::bench {

struct ProcessUsage {
  double cpu_ms = 0;  ///< user and system; the kernel counts it in steps of 10 ms
  std::int64_t resident_kib = 0;
};

/// A process that is gone counts as nothing.
ProcessUsage usage_of(const std::vector<int>& pids);

}  // namespace platos::bench

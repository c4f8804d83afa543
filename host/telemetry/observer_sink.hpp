// One observer: its bounded ring and the thread that drains it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/logger.hpp"
#include "ports/observer.hpp"
#include "telemetry/metrics.hpp"

namespace platos::telemetry {

struct SinkOptions {
  std::size_t ring_records = 16'384;
  std::size_t batch_records = 512;
  std::int64_t flush_every_us = 5'000'000;
  std::int64_t call_limit_us = 10'000'000;  ///< deadline that a call to the observer is given
  std::int64_t stop_limit_us = 2'000'000;   ///< how long the end waits for the observer
};

/// Internally synchronised. push() never waits: a full ring drops the record and counts it in
/// platos_observer_dropped_total{observer, reason="ring_full"}; a failed batch counts with reason "failed".
class ObserverSink {
 public:
  ObserverSink(std::shared_ptr<ports::Observer> observer, const base::Clock& clock, base::Logger& logger,
               Metrics& metrics, SinkOptions options);
  ~ObserverSink() { stop(); }
  ObserverSink(const ObserverSink&) = delete;
  ObserverSink& operator=(const ObserverSink&) = delete;

  void push(std::shared_ptr<const ports::Record> record);

  /// Hands over what is left and flushes, within the limit. False when the thread is stuck in the observer: it is left
  /// behind, and the process must end without waiting for it.
  bool stop();

 private:
  struct Shared;
  static void drain(const std::shared_ptr<Shared>& shared);

  std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace platos::telemetry

#include "telemetry/observer_sink.hpp"

#include <algorithm>
#include <chrono>

namespace platos::telemetry {
namespace {
constexpr std::string_view kDroppedHelp = "Records that an observer did not get.";
constexpr std::int64_t kComplainEveryUs = 60'000'000;
}  // namespace

/// Outlives the sink when its thread is left behind.
struct ObserverSink::Shared {
  Shared(std::shared_ptr<ports::Observer> to, const base::Clock& time, base::Logger& log, Metrics& metrics,
         SinkOptions limits)
      : observer(std::move(to)),
        clock(time),
        logger(log),
        options(limits),
        ring_full(metrics.counter("platos_observer_dropped_total", kDroppedHelp,
                                  {{"observer", observer->instance()}, {"reason", "ring_full"}})),
        failed(metrics.counter("platos_observer_dropped_total", kDroppedHelp,
                               {{"observer", observer->instance()}, {"reason", "failed"}})) {}

  std::shared_ptr<ports::Observer> observer;
  const base::Clock& clock;
  base::Logger& logger;
  SinkOptions options;
  Series& ring_full;
  Series& failed;
  std::mutex mutex;
  std::condition_variable wake;
  std::condition_variable ended_wake;
  std::deque<std::shared_ptr<const ports::Record>> ring;
  bool stopping = false;
  bool ended = false;
  std::int64_t complained_us = -kComplainEveryUs;

  void complain(const Error& error) {
    const std::int64_t now_us = clock.monotonic_us();
    if (now_us - complained_us < kComplainEveryUs) return;
    complained_us = now_us;
    logger.warn("telemetry", "an observer failed",
                {{"observer", observer->instance()}, {"code", error.code}, {"reason", error.message}});
  }
};

ObserverSink::ObserverSink(std::shared_ptr<ports::Observer> observer, const base::Clock& clock, base::Logger& logger,
                           Metrics& metrics, SinkOptions options)
    : shared_(std::make_shared<Shared>(std::move(observer), clock, logger, metrics, options)) {
  thread_ = std::thread([shared = shared_] { drain(shared); });
}

bool ObserverSink::stop() {
  if (!thread_.joinable()) return true;
  std::unique_lock lock(shared_->mutex);
  shared_->stopping = true;
  shared_->wake.notify_all();
  const bool ended = shared_->ended_wake.wait_for(lock, std::chrono::microseconds(shared_->options.stop_limit_us),
                                                  [this] { return shared_->ended; });
  lock.unlock();
  if (ended) {
    thread_.join();
  } else {
    thread_.detach();
  }
  return ended;
}

void ObserverSink::push(std::shared_ptr<const ports::Record> record) {
  {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->stopping) return;
    if (shared_->ring.size() >= shared_->options.ring_records) {
      shared_->ring_full.add();
      return;
    }
    shared_->ring.push_back(std::move(record));
    // The thread looks by itself every so often; it is woken for a full batch only.
    if (shared_->ring.size() != shared_->options.batch_records) return;
  }
  shared_->wake.notify_one();
}

void ObserverSink::drain(const std::shared_ptr<Shared>& shared) {
  constexpr auto kLookEvery = std::chrono::milliseconds(200);
  std::int64_t flushed_us = shared->clock.monotonic_us();
  std::unique_lock lock(shared->mutex);
  for (bool last = false; !last;) {
    shared->wake.wait_for(lock, kLookEvery,
                          [&] { return shared->stopping || shared->ring.size() >= shared->options.batch_records; });
    last = shared->stopping;
    while (!shared->ring.empty()) {
      const std::size_t count = std::min(shared->ring.size(), shared->options.batch_records);
      const std::vector<std::shared_ptr<const ports::Record>> batch(
          shared->ring.begin(), shared->ring.begin() + static_cast<std::ptrdiff_t>(count));
      shared->ring.erase(shared->ring.begin(), shared->ring.begin() + static_cast<std::ptrdiff_t>(count));
      lock.unlock();
      const auto taken = shared->observer->consume(batch, shared->clock.monotonic_us() + shared->options.call_limit_us);
      if (!taken) {
        shared->failed.add(static_cast<double>(count));
        shared->complain(taken.error());
      }
      lock.lock();
    }
    const std::int64_t now_us = shared->clock.monotonic_us();
    if (!last && now_us - flushed_us < shared->options.flush_every_us) continue;
    flushed_us = now_us;
    lock.unlock();
    const auto flushed =
        shared->observer->flush(now_us + (last ? shared->options.stop_limit_us / 2 : shared->options.call_limit_us));
    if (!flushed) shared->complain(flushed.error());
    lock.lock();
  }
  shared->ended = true;
  shared->ended_wake.notify_all();
}

}  // namespace platos::telemetry

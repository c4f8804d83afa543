#include "telemetry/observer_sink.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>

namespace platos::telemetry {
namespace {

/// Keeps what it gets; while `closed`, consume() does not return.
struct FakeObserver final : ports::Observer {
  const std::string& instance() const override { return name; }
  bool sees_content() const override { return false; }
  Result<void> consume(std::span<const std::shared_ptr<const ports::Record>> records, std::int64_t) override {
    std::unique_lock lock(mutex);
    ++batches;
    inside.notify_all();
    open.wait(lock, [this] { return !closed; });
    for (const auto& record : records) names.push_back(record->name);
    if (failing) return fail(ErrorKind::Unavailable, "observer_unavailable", "gone");
    return {};
  }
  Result<void> flush(std::int64_t) override {
    const std::lock_guard lock(mutex);
    ++flushes;
    return {};
  }

  std::string name = "fake";
  std::mutex mutex;
  std::condition_variable open;
  std::condition_variable inside;
  bool closed = false;
  bool failing = false;
  int batches = 0;
  int flushes = 0;
  std::vector<std::string> names;
};

std::shared_ptr<const ports::Record> record(int number) {
  auto made = std::make_shared<ports::Record>();
  made->name = std::to_string(number);
  return made;
}

struct SinkFixture {
  base::SystemClock clock;
  base::Logger logger{clock, base::LogLevel::Error, base::LogFormat::Json, "/dev/null"};
  Metrics metrics;
  std::shared_ptr<FakeObserver> observer = std::make_shared<FakeObserver>();
  SinkOptions options;

  std::unique_ptr<ObserverSink> sink() {
    return std::make_unique<ObserverSink>(observer, clock, logger, metrics, options);
  }
  double dropped(const char* reason) {
    return metrics.counter("platos_observer_dropped_total", "", {{"observer", "fake"}, {"reason", reason}}).value();
  }
};

}  // namespace

TEST_CASE_METHOD(SinkFixture, "everything that was pushed arrives in order, and is flushed at the end") {
  const auto made = sink();
  for (int i = 0; i < 2000; ++i) made->push(record(i));
  CHECK(made->stop());
  REQUIRE(observer->names.size() == 2000);
  for (int i = 0; i < 2000; ++i) REQUIRE(observer->names[static_cast<std::size_t>(i)] == std::to_string(i));
  CHECK(observer->flushes >= 1);
  CHECK(dropped("ring_full") == 0);
}

TEST_CASE_METHOD(SinkFixture, "an observer that blocks costs records, counted one by one, and nothing else") {
  options.ring_records = 600;
  options.batch_records = 100;
  observer->closed = true;
  const auto made = sink();
  {
    std::unique_lock lock(observer->mutex);
    for (int i = 0; i < 100; ++i) made->push(record(i));
    observer->inside.wait(lock, [this] { return observer->batches == 1; });
  }
  // 100 are with the observer; the ring takes 600 more.
  for (int i = 0; i < 1000; ++i) made->push(record(i));
  CHECK(dropped("ring_full") == 400);
  {
    const std::lock_guard lock(observer->mutex);
    observer->closed = false;
  }
  observer->open.notify_all();
  CHECK(made->stop());
  CHECK(observer->names.size() == 700);
}

TEST_CASE_METHOD(SinkFixture, "a failed batch is counted and the next is tried") {
  observer->failing = true;
  const auto made = sink();
  for (int i = 0; i < 10; ++i) made->push(record(i));
  CHECK(made->stop());
  CHECK(dropped("failed") == 10);
}

TEST_CASE_METHOD(SinkFixture, "an observer that never returns is left behind at the end") {
  options.stop_limit_us = 50'000;
  options.batch_records = 1;
  observer->closed = true;
  const auto made = sink();
  {
    std::unique_lock lock(observer->mutex);
    made->push(record(1));
    observer->inside.wait(lock, [this] { return observer->batches == 1; });
  }
  CHECK_FALSE(made->stop());
  {
    const std::lock_guard lock(observer->mutex);
    observer->closed = false;
  }
  // Let the thread go on before the clock and the logger of this test are gone.
  observer->open.notify_all();
  while (true) {
    const std::lock_guard lock(observer->mutex);
    if (observer->flushes > 0) break;
  }
}

}  // namespace platos::telemetry

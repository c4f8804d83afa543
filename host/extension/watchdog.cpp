#include "extension/watchdog.hpp"

#include <algorithm>
#include <chrono>
#include <map>

namespace platos::extension {
namespace {
constexpr std::int64_t kSlowUs = 250'000;
// One watchdog a process, several in tests: keyed by its address.
thread_local std::map<const Watchdog*, CodecStamp*> stamps_of_thread;
}  // namespace

Watchdog::Watchdog(const base::Clock& clock, base::Logger& logger, std::int64_t limit_ms, OnHang on_hang)
    : clock_(clock), logger_(logger), limit_ms_(limit_ms), on_hang_(std::move(on_hang)) {
  thread_ = std::thread([this] { watch(); });
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
  stamps_of_thread.erase(this);
}

CodecStamp& Watchdog::stamp() {
  CodecStamp*& mine = stamps_of_thread[this];
  if (mine == nullptr) {
    const std::lock_guard lock(mutex_);
    stamps_.push_back(std::make_unique<CodecStamp>());
    mine = stamps_.back().get();
  }
  return *mine;
}

void Watchdog::note_slow(const std::string& plugin_id, std::int64_t took_us) {
  if (took_us < kSlowUs) return;
  logger_.warn("extension", "a codec call was slow: it held up everything on its loop",
               {{"plugin", plugin_id}, {"took_ms", took_us / 1000}});
}

void Watchdog::watch() {
  const auto pause = std::chrono::milliseconds(std::max<std::int64_t>(10, limit_ms_ / 10));
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, pause, [this] { return stopping_; })) {
    const std::int64_t now_us = clock_.monotonic_us();
    for (const auto& stamp : stamps_) {
      const std::string* plugin = stamp->plugin.load();
      const std::int64_t since_us = stamp->since_us.load();
      if (plugin == nullptr || stamp->plugin.load() != plugin || now_us - since_us < limit_ms_ * 1000) continue;
      const OnHang on_hang = std::exchange(on_hang_, nullptr);
      if (on_hang) on_hang(*plugin, (now_us - since_us) / 1000);
    }
  }
}

CodecGuard::CodecGuard(Watchdog& watchdog, const std::string& plugin_id)
    : watchdog_(watchdog),
      stamp_(watchdog.stamp()),
      plugin_id_(plugin_id),
      started_us_(watchdog.clock().monotonic_us()) {
  stamp_.since_us.store(started_us_);
  stamp_.plugin.store(&plugin_id_);
}

CodecGuard::~CodecGuard() {
  stamp_.plugin.store(nullptr);
  watchdog_.note_slow(plugin_id_, watchdog_.clock().monotonic_us() - started_us_);
}

}  // namespace platos::extension

// Codecs run on loops; one that hangs stops everything. The watchdog sees it, names it, and restarts the daemon without
// it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/logger.hpp"

namespace platos::extension {

/// Where a thread notes which plugin it is inside of. One writer, the watchdog reads.
class CodecStamp {
 public:
  std::atomic<const std::string*> plugin{nullptr};
  std::atomic<std::int64_t> since_us{0};
};

/// Internally synchronised. `on_hang(plugin_id, since_ms)` is called once, on the watchdog's thread; it does not return
/// in the daemon (quarantine, then exec).
class Watchdog {
 public:
  using OnHang = std::function<void(const std::string& plugin_id, std::int64_t stuck_ms)>;

  Watchdog(const base::Clock& clock, base::Logger& logger, std::int64_t limit_ms, OnHang on_hang);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// The stamp of the calling thread; made at its first call.
  CodecStamp& stamp();
  const base::Clock& clock() const { return clock_; }
  /// Names calls of more than 250 ms.
  void note_slow(const std::string& plugin_id, std::int64_t took_us);

 private:
  void watch();

  const base::Clock& clock_;
  base::Logger& logger_;
  const std::int64_t limit_ms_;
  OnHang on_hang_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::vector<std::unique_ptr<CodecStamp>> stamps_;
  std::thread thread_;
};

/// Stamps the calling thread for its own lifetime.
class CodecGuard {
 public:
  CodecGuard(Watchdog& watchdog, const std::string& plugin_id);
  ~CodecGuard();
  CodecGuard(const CodecGuard&) = delete;
  CodecGuard& operator=(const CodecGuard&) = delete;

 private:
  Watchdog& watchdog_;
  CodecStamp& stamp_;
  const std::string& plugin_id_;
  std::int64_t started_us_;
};

}  // namespace platos::extension

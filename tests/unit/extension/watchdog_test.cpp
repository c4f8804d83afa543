#include "extension/watchdog.hpp"

#include <catch2/catch.hpp>
#include <condition_variable>
#include <fstream>
#include <sstream>

#include "support/daemon.hpp"

using namespace platos;
using extension::CodecGuard;
using extension::Watchdog;

namespace {

/// A watchdog over a clock that stands still; what it reports is kept.
struct Kennel {
  tests::TempDir folder;
  base::ManualClock clock;
  base::Logger logger{clock, base::LogLevel::Warn, base::LogFormat::Json, folder.path() + "/log"};
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::pair<std::string, std::int64_t>> hangs;
  Watchdog watchdog{clock, logger, 300, [this](const std::string& plugin, std::int64_t stuck_ms) {
                      const std::lock_guard lock(mutex);
                      hangs.emplace_back(plugin, stuck_ms);
                      changed.notify_all();
                    }};

  bool wait_for_hang() {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(10), [this] { return !hangs.empty(); });
  }
  std::string log() const {
    std::ifstream stream(folder.path() + "/log");
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
  }
};

}  // namespace

TEST_CASE("a call that is longer than the limit is reported once, with its plugin and for how long") {
  Kennel kennel;
  const std::string plugin = "com.example.slow";
  const CodecGuard guard(kennel.watchdog, plugin);
  kennel.clock.advance_ms(450);
  REQUIRE(kennel.wait_for_hang());
  const std::lock_guard lock(kennel.mutex);
  REQUIRE(kennel.hangs.size() == 1);
  CHECK(kennel.hangs[0].first == plugin);
  CHECK(kennel.hangs[0].second == 450);
}

TEST_CASE("calls below the limit, and the time between calls, are nobody's hang") {
  Kennel kennel;
  const std::string quick = "com.example.quick";
  const std::string stuck = "com.example.stuck";
  for (int i = 0; i < 10; ++i) {
    const CodecGuard guard(kennel.watchdog, quick);
    kennel.clock.advance_ms(200);
  }
  kennel.clock.advance_ms(10'000);
  // The next one hangs, so the watchdog has looked since.
  const CodecGuard guard(kennel.watchdog, stuck);
  kennel.clock.advance_ms(400);
  REQUIRE(kennel.wait_for_hang());
  const std::lock_guard lock(kennel.mutex);
  CHECK(kennel.hangs[0].first == stuck);
}

TEST_CASE("of two threads the one that hangs is named") {
  Kennel kennel;
  const std::string stuck = "com.example.stuck";
  std::mutex gate;
  std::condition_variable opened;
  bool inside = false;
  bool open = false;
  std::thread thread([&] {
    const CodecGuard guard(kennel.watchdog, stuck);
    std::unique_lock lock(gate);
    inside = true;
    opened.notify_all();
    opened.wait(lock, [&] { return open; });
  });
  {
    std::unique_lock lock(gate);
    opened.wait(lock, [&] { return inside; });
  }
  kennel.clock.advance_ms(250);
  const std::string fresh = "com.example.fresh";
  {
    const CodecGuard guard(kennel.watchdog, fresh);
    kennel.clock.advance_ms(100);
    CHECK(kennel.wait_for_hang());
  }
  {
    const std::lock_guard lock(gate);
    open = true;
  }
  opened.notify_all();
  thread.join();
  const std::lock_guard lock(kennel.mutex);
  REQUIRE(kennel.hangs.size() == 1);
  CHECK(kennel.hangs[0].first == stuck);
}

TEST_CASE("a call of more than a quarter of a second that returned is named in the log") {
  Kennel kennel;
  const std::string plugin = "com.example.lazy";
  {
    const CodecGuard guard(kennel.watchdog, plugin);
    kennel.clock.advance_ms(249);
  }
  CHECK(kennel.log().empty());
  {
    const CodecGuard guard(kennel.watchdog, plugin);
    kennel.clock.advance_ms(251);
  }
  CHECK(kennel.log().find(plugin) != std::string::npos);
  CHECK(kennel.log().find("\"took_ms\":251") != std::string::npos);
}

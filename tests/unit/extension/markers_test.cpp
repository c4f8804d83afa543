#include "extension/loader/markers.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <vector>

#include "support/daemon.hpp"

using namespace platos;
using Catch::Matchers::Contains;
using extension::Markers;

namespace {

/// A process that begins to load a plugin and then comes to its end in this way.
template <typename End>
void die_loading(const std::string& data_dir, End end) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    base::ManualClock clock;
    Markers markers(data_dir, clock);
    markers.begin_loading("com.example.dies");
    markers.begin_loading("com.example.lives");
    markers.end_loading("com.example.lives");
    markers.begin_loading("com.example.dies");
    end();
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
}

std::optional<std::string> quarantine_after(const std::string& data_dir, const char* plugin) {
  base::ManualClock clock;
  Markers markers(data_dir, clock);
  markers.adopt_crashed_loads();
  return markers.quarantined(plugin);
}

}  // namespace

TEST_CASE("a plugin that ends the process while it is loaded is quarantined by the next one") {
  for (const auto& end : std::vector<std::function<void()>>{[] { std::abort(); }, [] { ::raise(SIGSEGV); },
                                                            [] { ::raise(SIGFPE); }, [] { std::exit(0); }}) {
    const tests::TempDir data;
    die_loading(data.path(), end);
    const auto reason = quarantine_after(data.path(), "com.example.dies");
    REQUIRE(reason);
    CHECK_THAT(*reason, Contains("crashed during load"));
    CHECK_FALSE(quarantine_after(data.path(), "com.example.lives"));
    // Once adopted, it is not adopted again.
    std::filesystem::remove(data.path() + "/plugin-state/quarantine/com.example.dies");
    CHECK_FALSE(quarantine_after(data.path(), "com.example.dies"));
  }
}

TEST_CASE("a process that was killed from outside while it loaded a plugin does not blame the plugin, twice") {
  const tests::TempDir data;
  // begin_loading is called twice a process here, as at a restart in between.
  die_loading(data.path(), [] { ::raise(SIGKILL); });
  CHECK_FALSE(quarantine_after(data.path(), "com.example.dies"));
  die_loading(data.path(), [] { ::raise(SIGKILL); });
  CHECK_THAT(quarantine_after(data.path(), "com.example.dies").value(), Contains("three times in a row"));
}

TEST_CASE("a load that ends well forgets the ones before it that did not") {
  const tests::TempDir data;
  die_loading(data.path(), [] { ::raise(SIGKILL); });
  base::ManualClock clock;
  Markers markers(data.path(), clock);
  markers.begin_loading("com.example.dies");
  markers.end_loading("com.example.dies");
  die_loading(data.path(), [] { ::raise(SIGKILL); });
  CHECK_FALSE(quarantine_after(data.path(), "com.example.dies"));
}

TEST_CASE("the reason of a quarantine says when, why, and which file to delete to lift it") {
  const tests::TempDir data;
  base::ManualClock clock;
  Markers markers(data.path(), clock);
  markers.quarantine("com.example.x", "it hung");
  const std::string reason = markers.quarantined("com.example.x").value();
  CHECK_THAT(reason, Contains("2030-01-01T00:00:00.000Z it hung"));
  const std::string file = data.path() + "/plugin-state/quarantine/com.example.x";
  CHECK_THAT(reason, Contains("delete " + file));
  std::filesystem::remove(file);
  CHECK_FALSE(markers.quarantined("com.example.x"));
}

TEST_CASE("restarts are counted over ten minutes, across processes") {
  const tests::TempDir data;
  base::ManualClock clock;
  CHECK(Markers(data.path(), clock).note_restart() == 1);
  clock.advance_ms(300'000);
  CHECK(Markers(data.path(), clock).note_restart() == 2);
  clock.advance_ms(299'999);
  CHECK(Markers(data.path(), clock).note_restart() == 3);
  clock.advance_ms(300'000);
  CHECK(Markers(data.path(), clock).note_restart() == 3);
  clock.advance_ms(600'001);
  CHECK(Markers(data.path(), clock).note_restart() == 1);
}

TEST_CASE("a file of restarts that holds nonsense counts as empty") {
  const tests::TempDir data;
  base::ManualClock clock;
  data.write("plugin-state/restarts", "yesterday\n\n-5\n99999999999999999999999\n");
  CHECK(Markers(data.path(), clock).note_restart() == 1);
}

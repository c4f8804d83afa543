#include "extension/loader/markers.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

#include "support/daemon.hpp"

using namespace platos;
using Catch::Matchers::Contains;
using extension::Markers;

TEST_CASE("a plugin whose load was begun and not ended is quarantined by the next process") {
  const tests::TempDir data;
  base::ManualClock clock;
  {
    Markers markers(data.path(), clock);
    markers.begin_loading("com.example.dies");
    markers.begin_loading("com.example.lives");
    markers.end_loading("com.example.lives");
    CHECK_FALSE(markers.quarantined("com.example.dies"));
  }
  Markers markers(data.path(), clock);
  markers.adopt_crashed_loads();
  REQUIRE(markers.quarantined("com.example.dies"));
  CHECK_THAT(*markers.quarantined("com.example.dies"), Contains("crashed during load"));
  CHECK_FALSE(markers.quarantined("com.example.lives"));
  // Once adopted, it is not adopted again.
  std::filesystem::remove(data.path() + "/plugin-state/quarantine/com.example.dies");
  markers.adopt_crashed_loads();
  CHECK_FALSE(markers.quarantined("com.example.dies"));
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

#include "base/clock.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <new>
#include <optional>

#include "base/loop.hpp"

namespace platos::base {

TEST_CASE("Times are written as ISO 8601 with milliseconds and Z") {
  CHECK(format_iso8601(0) == "1970-01-01T00:00:00.000Z");
  CHECK(format_iso8601(1'893'456'000'000'000) == "2030-01-01T00:00:00.000Z");
  CHECK(format_iso8601(951'827'696'789'999) == "2000-02-29T12:34:56.789Z");
  CHECK(format_iso8601(1'000'999) == "1970-01-01T00:00:01.000Z");
  CHECK(format_iso8601(253'402'300'799'999'999) == "9999-12-31T23:59:59.999Z");
}

TEST_CASE("A time before 1970 is written as one, too", "[finding]") {
  CHECK(format_iso8601(-1'500'000) == "1969-12-31T23:59:58.500Z");
}

TEST_CASE("The manual clock stands still until it is moved, and both times move together") {
  ManualClock clock;
  const auto wall = clock.wall_us();
  const auto monotonic = clock.monotonic_us();
  CHECK(format_iso8601(wall) == "2030-01-01T00:00:00.000Z");
  CHECK(clock.wall_us() == wall);
  int told = 0;
  clock.on_change([&] { ++told; });
  clock.advance_ms(2);
  clock.advance_us(5);
  CHECK(clock.wall_us() - wall == 2005);
  CHECK(clock.monotonic_us() - monotonic == 2005);
  CHECK(told == 2);
}

TEST_CASE("The system clock's monotonic time does not go back") {
  const SystemClock clock;
  auto last = clock.monotonic_us();
  for (int i = 0; i < 1000; ++i) {
    const auto now = clock.monotonic_us();
    REQUIRE(now >= last);
    last = now;
  }
  CHECK(clock.runs_by_itself());
}

TEST_CASE("Moving a clock after one of its loops has gone touches nothing of that loop") {
  ManualClock clock;
  std::optional<Loop> loop;
  loop.emplace(clock);
  loop.reset();
  // These take the numbers of the descriptors that the loop had.
  const int first = ::eventfd(0, EFD_NONBLOCK);
  const int second = ::eventfd(0, EFD_NONBLOCK);
  clock.advance_ms(1);
  std::uint64_t count = 0;
  CHECK(::read(first, &count, sizeof count) < 0);
  CHECK(::read(second, &count, sizeof count) < 0);
  ::close(first);
  ::close(second);
}

}  // namespace platos::base

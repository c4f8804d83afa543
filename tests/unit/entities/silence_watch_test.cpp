#include "entities/silence_watch.hpp"

#include <catch2/catch.hpp>

namespace platos::entities {
namespace {

struct Watched {
  base::ManualClock clock;
  base::Loop loop{clock};
  int ended = 0;
  SilenceWatch watch{loop, 90'000'000, [this] { ++ended; }};

  void pass_after(std::int64_t ms) {
    clock.advance_ms(ms);
    loop.run_until([] { return true; });
  }
};

}  // namespace

TEST_CASE("A connection that is silent for ninety seconds is ended, and not before") {
  Watched f;
  f.watch.start();
  f.pass_after(89'999);
  CHECK(f.ended == 0);
  f.pass_after(1);
  CHECK(f.ended == 1);
  f.pass_after(1'000'000);
  CHECK(f.ended == 1);
}

TEST_CASE("Each word gives it ninety seconds more") {
  Watched f;
  f.watch.start();
  for (int i = 0; i < 10; ++i) {
    f.pass_after(60'000);
    f.watch.heard();
  }
  CHECK(f.ended == 0);
  f.pass_after(89'999);
  CHECK(f.ended == 0);
  f.pass_after(1);
  CHECK(f.ended == 1);
}

TEST_CASE("What is no longer watched is not ended") {
  Watched f;
  f.watch.start();
  f.watch.stop();
  f.pass_after(90'000);
  CHECK(f.ended == 0);
}

}  // namespace platos::entities

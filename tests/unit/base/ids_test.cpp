#include "base/ids.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <thread>
#include <vector>

namespace platos::base {
namespace {
/// A clock whose wall time a test sets, also backwards.
class SetClock final : public Clock {
 public:
  std::int64_t wall_us() const override { return now_us; }
  std::int64_t monotonic_us() const override { return now_us; }
  std::int64_t now_us = 1'700'000'000'000'000;
};
}  // namespace

TEST_CASE("Ids are a prefix, an underscore and 26 characters of Crockford base 32") {
  SystemClock clock;
  IdMaker ids(clock);
  const std::string id = ids.make("run");
  REQUIRE(id.size() == 30);
  CHECK(id.substr(0, 4) == "run_");
  CHECK(id.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 4) == std::string::npos);
  CHECK(ids.make_ulid().size() == 26);
}

TEST_CASE("The first ten characters of a ULID are its milliseconds") {
  SetClock clock;
  clock.now_us = 1'469'918'176'385'000;  // the example of the ULID specification
  IdMaker ids(clock);
  CHECK(ids.make_ulid().substr(0, 10) == "01ARYZ6S41");
}

TEST_CASE("Ids made within one millisecond sort in the order they were made") {
  SetClock clock;
  IdMaker ids(clock);
  std::string last = ids.make_ulid();
  for (int i = 0; i < 20'000; ++i) {
    const std::string next = ids.make_ulid();
    REQUIRE(last < next);
    last = next;
  }
}

TEST_CASE("Ids still rise when the clock jumps back") {
  SetClock clock;
  IdMaker ids(clock);
  const std::string first = ids.make_ulid();
  clock.now_us -= 3'600'000'000;
  const std::string second = ids.make_ulid();
  clock.now_us += 7'200'000'000;
  const std::string third = ids.make_ulid();
  CHECK(first < second);
  CHECK(second < third);
}

TEST_CASE("Two makers at the same time make different ids") {
  SetClock clock;
  IdMaker left(clock);
  IdMaker right(clock);
  CHECK(left.make_ulid() != right.make_ulid());
}

TEST_CASE("Ids of many threads are unique, and rise within each thread") {
  SystemClock clock;
  IdMaker ids(clock);
  std::vector<std::vector<std::string>> made(4);
  std::vector<std::thread> threads;
  for (auto& own : made) {
    threads.emplace_back([&ids, &own] {
      for (int i = 0; i < 5000; ++i) own.push_back(ids.make("t"));
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<std::string> all;
  for (const auto& own : made) {
    CHECK(std::is_sorted(own.begin(), own.end()));
    all.insert(own.begin(), own.end());
  }
  CHECK(all.size() == 20'000);
}

}  // namespace platos::base

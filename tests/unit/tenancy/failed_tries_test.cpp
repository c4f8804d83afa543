#include "tenancy/failed_tries.hpp"

#include <catch2/catch.hpp>

namespace platos::tenancy {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000;
constexpr std::int64_t kMinuteUs = 60 * kSecondUs;

struct Guessing {
  FailedTries tries{3};
  std::int64_t now_us = 1'000 * kMinuteUs;

  void fail_from(const std::string& address, int times = 3) {
    for (int i = 0; i < times; ++i) tries.note(address, now_us);
  }
  /// How long it is locked out, in seconds; 0: it is not.
  std::int64_t locked_s(const std::string& address) {
    const auto allowed = tries.check(address, now_us);
    if (allowed) return 0;
    CHECK(allowed.error().code == "too_many_failures");
    return allowed.error().retry_after_ms / 1000;
  }
};

}  // namespace

TEST_CASE_METHOD(Guessing, "Who goes on guessing is locked out for longer each time, until it stays quiet") {
  for (const std::int64_t minutes : {1, 2, 4, 8, 15, 15}) {
    fail_from("10.0.0.1", 2);
    CHECK(locked_s("10.0.0.1") == 0);
    fail_from("10.0.0.1", 1);
    CHECK(locked_s("10.0.0.1") == minutes * 60);
    now_us += minutes * kMinuteUs - kSecondUs;
    CHECK(locked_s("10.0.0.1") == 1);
    now_us += kSecondUs;
    CHECK(locked_s("10.0.0.1") == 0);
  }
  now_us += 15 * kMinuteUs;
  fail_from("10.0.0.1");
  CHECK(locked_s("10.0.0.1") == 60);
}

TEST_CASE_METHOD(Guessing, "Failures that are spread over minutes lock nobody out") {
  for (int i = 0; i < 20; ++i) {
    fail_from("10.0.0.1", 2);
    CHECK(locked_s("10.0.0.1") == 0);
    now_us += kMinuteUs;
  }
}

TEST_CASE_METHOD(Guessing, "Addresses of one IPv6 network are one, and this machine's are never locked out") {
  fail_from("2001:db8:1:2::1", 2);
  fail_from("2001:db8:1:2:ffff::9", 1);
  CHECK(locked_s("2001:db8:1:2::7") == 60);
  CHECK(locked_s("2001:db8:1:3::1") == 0);
  for (const char* own : {"127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"}) {
    fail_from(own);
    CHECK(locked_s(own) == 0);
  }
  FailedTries unlimited(0);
  unlimited.note("10.0.0.1", now_us);
  CHECK(unlimited.check("10.0.0.1", now_us));
}

TEST_CASE_METHOD(Guessing, "Who is locked out is not let in again by failures from very many addresses") {
  fail_from("10.0.0.1");
  for (int i = 0; i < 25'000; ++i) {
    tries.note(
        "10." + std::to_string(1 + i / 65'536) + "." + std::to_string(i / 256 % 256) + "." + std::to_string(i % 256),
        now_us + i);
  }
  CHECK(locked_s("10.0.0.1") == 60);
}

}  // namespace platos::tenancy

#include "api/sockets/resume_points.hpp"

#include <catch2/catch.hpp>

namespace platos::api {
namespace {

model::Principal user(const std::string& name) {
  model::Principal who;
  who.scope = {"org_1", "prj_1", "env_1"};
  who.user_id = name;
  return who;
}

}  // namespace

TEST_CASE("A place is for one socket of its user, in its thread") {
  ResumePoints points;
  points.put(user("alice"), "thr_1", {"run_1", 7});
  CHECK_FALSE(points.take(user("bob"), "thr_1"));
  CHECK_FALSE(points.take(user("alice"), "thr_2"));
  auto elsewhere = user("alice");
  elsewhere.scope.environment_id = "env_2";
  CHECK_FALSE(points.take(elsewhere, "thr_1"));
  const auto point = points.take(user("alice"), "thr_1");
  REQUIRE(point.has_value());
  CHECK(point->run_id == "run_1");
  CHECK(point->seq == 7);
  CHECK_FALSE(points.take(user("alice"), "thr_1"));
}

TEST_CASE("Two places in one run are none; the newer run's place is the one that counts") {
  ResumePoints points;
  points.put(user("alice"), "thr_1", {"run_1", 7});
  points.put(user("alice"), "thr_1", {"run_1", 7});
  points.put(user("alice"), "thr_1", {"run_1", 9, true});
  points.put(user("alice"), "thr_1", {"run_1", 9, true});
  CHECK_FALSE(points.take(user("alice"), "thr_1"));
  points.put(user("alice"), "thr_1", {"run_1", 9, true});
  points.put(user("alice"), "thr_1", {"run_2", 1});
  CHECK(points.take(user("alice"), "thr_1")->run_id == "run_2");
}

TEST_CASE("The oldest places are forgotten, and ends crowd out nothing but ends") {
  ResumePoints points;
  points.put(user("alice"), "left", {"run_1", 7});
  points.put(user("alice"), "ended", {"run_2", 9, true});
  for (int i = 0; i < 10'000; ++i) points.put(user("alice"), "thr_" + std::to_string(i), {"run", i, true});
  CHECK_FALSE(points.take(user("alice"), "ended"));
  CHECK(points.take(user("alice"), "left")->seq == 7);
  for (int i = 0; i < 10'001; ++i) points.put(user("bob"), "thr_" + std::to_string(i), {"run", i});
  CHECK_FALSE(points.take(user("bob"), "thr_0"));
  CHECK(points.take(user("bob"), "thr_1")->seq == 1);
}

}  // namespace platos::api

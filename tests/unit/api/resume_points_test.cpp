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
  points.put(user("alice"), "thr_1", {"run_1", 7, 9});
  CHECK_FALSE(points.take(user("bob"), "thr_1"));
  CHECK_FALSE(points.take(user("alice"), "thr_2"));
  auto elsewhere = user("alice");
  elsewhere.scope.environment_id = "env_2";
  CHECK_FALSE(points.take(elsewhere, "thr_1"));
  const auto point = points.take(user("alice"), "thr_1");
  REQUIRE(point.has_value());
  CHECK(point->run_id == "run_1");
  CHECK(point->confirmed == 7);
  CHECK(point->given == 9);
  CHECK_FALSE(points.take(user("alice"), "thr_1"));
}

TEST_CASE("Of two sockets in one run, what both have is certain; the newer run's place is the one that counts") {
  ResumePoints points;
  points.put(user("alice"), "thr_1", {"run_1", 7, 8});
  points.put(user("alice"), "thr_1", {"run_1", 6, 9, true});
  const auto both = points.take(user("alice"), "thr_1");
  REQUIRE(both.has_value());
  CHECK(both->confirmed == 6);
  CHECK(both->given == 9);
  CHECK_FALSE(both->is_end);
  points.put(user("alice"), "thr_1", {"run_1", 9, 9, true});
  points.put(user("alice"), "thr_1", {"run_2", 1, 1});
  CHECK(points.take(user("alice"), "thr_1")->run_id == "run_2");
}

TEST_CASE("The oldest places are forgotten, and ends crowd out nothing but ends") {
  ResumePoints points;
  points.put(user("alice"), "left", {"run_1", 7, 7});
  points.put(user("alice"), "ended", {"run_2", 9, 9, true});
  for (int i = 0; i < 10'000; ++i) points.put(user("alice"), "thr_" + std::to_string(i), {"run", i, i, true});
  CHECK_FALSE(points.take(user("alice"), "ended"));
  CHECK(points.take(user("alice"), "left")->confirmed == 7);
  for (int i = 0; i < 10'001; ++i) points.put(user("bob"), "thr_" + std::to_string(i), {"run", i, i});
  CHECK_FALSE(points.take(user("bob"), "thr_0"));
  CHECK(points.take(user("bob"), "thr_1")->confirmed == 1);
}

}  // namespace platos::api

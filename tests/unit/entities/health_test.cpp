#include "entities/health.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace platos::entities {
namespace {

using model::Json;

HealthReport heard(const Json& said) { return read_health({{"type", "heartbeat"}, {"tools_health", said}}); }

}  // namespace

TEST_CASE("A heartbeat says of each tool how it does") {
  const auto report = heard({{"pay", {{"status", "down"}, {"avg_latency_ms", 12.5}, {"last_error", "no bank"}}},
                             {"find", {{"status", "healthy"}, {"error_count_1h", 0}, {"last_error", nullptr}}}});
  CHECK(report.problem.empty());
  REQUIRE(report.tools.size() == 2);
  CHECK(report.tools.at("pay").status == "down");
  CHECK(Json::parse(report.tools.at("pay").details_json) ==
        Json({{"avg_latency_ms", 12.5}, {"last_error", "no bank"}}));
  CHECK(report.tools.at("find").details_json == R"({"error_count_1h":0})");
}

TEST_CASE("Nothing is said by a heartbeat without a report") {
  CHECK(read_health({{"type", "heartbeat"}}).tools.empty());
  CHECK(read_health({{"type", "heartbeat"}}).problem.empty());
  CHECK(heard(nullptr).problem.empty());
  CHECK(heard(Json::object()).problem.empty());
  CHECK_FALSE(heard(Json::array()).problem.empty());
}

TEST_CASE("What is wrong with one tool is said, and leaves the others alone") {
  for (const Json& bad :
       {Json(7), Json::object(), Json{{"status", "great"}}, Json{{"status", 1}}, Json{{"status", ""}},
        Json{{"status", "down"}, {"avg_latency_ms", -1}}, Json{{"status", "down"}, {"avg_latency_ms", "1"}},
        Json{{"status", "down"}, {"avg_latency_ms", 1e300}}, Json{{"status", "down"}, {"error_count_1h", -3}},
        Json{{"status", "down"}, {"error_count_1h", 1.5}}, Json{{"status", "down"}, {"last_error", 5}}}) {
    INFO(bad.dump());
    const auto report = heard({{"bad\n", bad}, {"good", {{"status", "healthy"}}}});
    CHECK(report.tools.size() == 1);
    CHECK(report.tools.count("good") == 1);
    CHECK(report.problem.find("\"bad?\"") != std::string::npos);
  }
}

TEST_CASE("A report holds so many tools and so long texts, and no more") {
  Json said = Json::object();
  for (int i = 0; i < 1500; ++i) said["t" + std::to_string(i)] = {{"status", "down"}, {"last_error", "e"}};
  said["t0"]["last_error"] = "x" + std::string(20'000, '\xC3').append("");
  for (std::size_t i = 2; i <= 20'000; i += 2) said["t0"]["last_error"].get_ref<std::string&>()[i] = '\xA9';
  const auto report = heard(said);
  CHECK(report.tools.size() == 1000);
  CHECK_FALSE(report.problem.empty());
  const std::string kept = Json::parse(report.tools.at("t0").details_json)["last_error"];
  CHECK(kept.size() <= 500);
  CHECK(base::is_valid_utf8(kept));
}

TEST_CASE("Of two words the better counts, and bad ones are alarming") {
  CHECK(is_better("healthy", ""));
  CHECK(is_better("", "degraded"));
  CHECK(is_better("degraded", "down"));
  CHECK_FALSE(is_better("down", "down"));
  CHECK(is_alarming("down"));
  CHECK(is_alarming("degraded"));
  CHECK_FALSE(is_alarming("healthy"));
  CHECK_FALSE(is_alarming(""));
}

TEST_CASE("An alert says which tool, how it does, and what was said besides") {
  CHECK(
      Json::parse(alert_frame("pay", {"down", R"({"error_count_1h":3})"})) ==
      Json({{"type", "tool_health_alert"}, {"tool", "pay"}, {"status", "down"}, {"details", {{"error_count_1h", 3}}}}));
  CHECK(Json::parse(alert_frame("pay", {"down", ""}))["details"] == Json::object());
}

}  // namespace platos::entities

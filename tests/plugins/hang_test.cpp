// Codecs that hang: the watchdog quarantines them and the daemon restarts itself, a few times.
#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <iterator>

#include "plugins/stage/plugin_stage.hpp"

using namespace platos::tests;

namespace {

const std::vector<std::string> kShortPatience = {"--set", "plugins.codec_hang_ms=300"};

std::size_t starts_in(const Daemon& daemon) { return count_of(daemon.log(), "\"message\":\"ready\""); }

/// Posts a turn and gives its run's id; the stream breaks off when the daemon restarts.
std::string begin_turn(const std::string& url, const Daemon& daemon, const std::string& agent) {
  const std::string body = ask_at(url, daemon, "/api/v1/agent/agents/" + agent + "/chat/stream", R"({"message":"Hi"})");
  const auto events = events_of(body);
  return events.empty() ? "" : events.front().data.value("run_id", "");
}

std::string only_run_of(const std::string& url, const Daemon& daemon, const std::string& agent) {
  const Json page = Json::parse(ask_at(url, daemon, "/api/v1/runs?agentId=" + agent));
  REQUIRE(page["total"] == 1);
  return page["runs"][0]["id"];
}

}  // namespace

TEST_CASE("a codec that hangs is quarantined, the daemon restarts in place, and the turn ends for who resumes it") {
  MockProvider mock;
  PluginStage stage;
  const std::string what = GENERATE(as<std::string>(), "next_hangs", "on_frame_hangs", "begin_hangs");
  CAPTURE(what);
  stage.add("rogue-provider");
  stage.add("rogue-provider-b");
  stage.configure("hangs", "rogue-provider", {{"do", what}, {"base_url", mock.base_url()}});
  stage.configure("works", "rogue-provider-b", {{"do", "works"}});
  Daemon& daemon = stage.start(kShortPatience, {{"PLATOS__RUNS__DEADLINE_MS", "1234567"}, {"SECRET", "canary"}});
  const std::string agent = make_agent(daemon, "hangs:any");
  const std::string healthy = make_agent(daemon, "works:any");
  std::string run = begin_turn(daemon.url(), daemon, agent);
  REQUIRE(wait_until([&] { return starts_in(daemon) == 2; }));
  // The same process: its log says the same pid twice, and it is still our child.
  CHECK(count_of(daemon.log(), "\"pid\":" + std::to_string(daemon.pid())) >= 2);
  const std::string url = url_now(daemon);
  // A codec that hangs in the middle of an answer has let its client hear of the run; the others hang before that.
  if (what == "on_frame_hangs") CHECK_FALSE(run.empty());
  if (run.empty()) run = only_run_of(url, daemon, agent);
  const auto events = events_of(ask_at(url, daemon, "/api/v1/runs/" + run + "/events?after=0"));
  REQUIRE_FALSE(events.empty());
  CHECK(event_of(events, "error")["code"] == "plugin_quarantined");
  CHECK(events.back().type() == "done");
  CHECK(Json::parse(ask_at(url, daemon, "/api/v1/runs/" + run))["status"] == "failed");
  const Json row = Json::parse(ask_at(url, daemon, "/api/v1/plugins/" + rogue_id("rogue-provider")));
  CHECK(row["state"] == "quarantined");
  CHECK(says(row["error"], "a codec call did not return for"));
  const auto others =
      events_of(ask_at(url, daemon, "/api/v1/agent/agents/" + healthy + "/chat/stream", R"({"message":"Hi"})"));
  CHECK(text_of(others) == "fine");
  // What the environment said before still holds, and still nobody can read it.
  ::kill(daemon.pid(), SIGHUP);
  REQUIRE(daemon.wait_for_log("the configuration is taken over"));
  CHECK_FALSE(says(daemon.log(), "hold after the next start only"));
  std::ifstream environment("/proc/" + std::to_string(daemon.pid()) + "/environ", std::ios::binary);
  const std::string left(std::istreambuf_iterator<char>(environment), {});
  CHECK(left.find("canary") == std::string::npos);
  CHECK(daemon.stop() == 0);
}

TEST_CASE("the third restart within ten minutes is an exit with code 75") {
  PluginStage stage;
  const std::vector<std::string> fixtures = {"rogue-provider", "rogue-provider-b", "rogue-provider-c"};
  for (const auto& fixture : fixtures) {
    stage.add(fixture);
    stage.configure("at-" + fixture, fixture, {{"do", "next_hangs"}});
  }
  Daemon& daemon = stage.start(kShortPatience);
  std::vector<std::string> agents;
  for (const auto& fixture : fixtures) agents.push_back(make_agent(daemon, "at-" + fixture + ":any"));
  for (std::size_t i = 0; i < 2; ++i) {
    begin_turn(url_now(daemon), daemon, agents[i]);
    REQUIRE(wait_until([&] { return starts_in(daemon) == i + 2; }));
  }
  begin_turn(url_now(daemon), daemon, agents[2]);
  CHECK(daemon.wait() == 75);
  CHECK(daemon.log().find("too many restarts within ten minutes") != std::string::npos);
  // Whoever starts it again finds all three set aside.
  stage.start(kShortPatience);
  for (const auto& fixture : fixtures) CHECK(stage.plugin(rogue_id(fixture))["state"] == "quarantined");
}

// Observers that break the contract: nobody waits for them, and what they do not get is counted.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <sstream>

#include "plugins/stage/asking.hpp"

using namespace platos::tests;

namespace {

constexpr auto kTurnWithAnswer = "meta status token+ message_persisted done";
const std::string kDropped = "platos_observer_dropped_total";

std::string file_text(const std::string& path) {
  std::ifstream stream(path);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// A daemon with one observer and a skill that acts.
struct ObserverStage : PluginStage {
  MockProvider mock;
  TempDir notes;
  explicit ObserverStage(const std::string& mode) {
    add("rogue-observer");
    add("rogue-skill");
    without_shipped_governor(*this);
    write_openai_instance(data(), "mock", mock.base_url());
    configure("watcher", "rogue-observer", {{"mode", mode}, {"path", notes.path() + "/seen"}});
    configure("skill", "rogue-skill", {{"do", "works"}, {"effect", "read"}});
  }
  void begin(const std::map<std::string, std::string>& environment = {}) {
    start(settings_with({"observers.ring_records=512", "observers.flush_ms=100", "observers.metrics_ms=1000"}),
          environment);
  }
  std::string seen() const { return file_text(notes.path() + "/seen"); }
  bool has_seen(const std::string& text) const {
    return wait_until([&] { return seen().find(text) != std::string::npos; });
  }
  double dropped(const std::string& reason) const {
    return metric(daemon(), kDropped, {"observer=\"watcher\"", "reason=\"" + reason + "\""});
  }
  Json row() const { return instance(rogue_id("rogue-observer"), "watcher"); }
};

}  // namespace

TEST_CASE("an observer that blocks for a minute holds up no turn; what its ring cannot keep is dropped and counted") {
  ObserverStage stage("blocks");
  stage.begin();
  REQUIRE(stage.has_seen("hung"));
  // 32 tool calls a turn, a record each: twenty turns are more than the ring holds.
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) {
    const auto events = stage.turn("mock:mock-tools32", {"skill"});
    REQUIRE(std::count_if(events.begin(), events.end(),
                          [](const Event& event) { return event.type() == "tool_result"; }) == 32);
    REQUIRE(events.back().type() == "done");
  }
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(55));
  CHECK(stage.dropped("ring_full") > 0);
  CHECK(count_of(stage.seen(), "hung") == 1);
  CHECK(stage.row()["state"] == "ready");
}

TEST_CASE("an observer whose calls fail stays in use, and every record it did not take is counted") {
  ObserverStage stage("fails");
  stage.begin();
  CHECK(shape_of(stage.turn("mock:mock-n2")) == kTurnWithAnswer);
  CHECK(wait_until([&] { return stage.dropped("failed") > 0; }));
  CHECK(stage.dropped("ring_full") == 0);
  CHECK(stage.row()["state"] == "ready");
  CHECK(stage.daemon().log().find("nobody is at home") != std::string::npos);
  CHECK(stage.daemon().stop() == 0);
}

TEST_CASE("an observer that throws is switched off and named, and turns go on") {
  const std::string mode = GENERATE(as<std::string>(), "throws", "flush_throws");
  CAPTURE(mode);
  ObserverStage stage(mode);
  stage.begin();
  CHECK(shape_of(stage.turn("mock:mock-n2")) == kTurnWithAnswer);
  REQUIRE(wait_until([&] { return stage.row()["state"] == "failed"; }));
  CHECK(says(stage.row()["error"], "an exception crossed the C boundary"));
  CHECK(shape_of(stage.turn("mock:mock-n2")) == kTurnWithAnswer);
  CHECK(wait_until([&] { return stage.dropped("failed") > 0; }));
  CHECK(stage.daemon().stop() == 0);
}

TEST_CASE("an observer that hangs does not keep the daemon from stopping within a few seconds") {
  const std::string mode = GENERATE(as<std::string>(), "hangs", "flush_hangs", "blocks");
  CAPTURE(mode);
  ObserverStage stage(mode);
  stage.begin();
  CHECK(shape_of(stage.turn("mock:mock-n2")) == kTurnWithAnswer);
  REQUIRE(stage.has_seen("hung"));
  const auto began = std::chrono::steady_clock::now();
  CHECK(stage.daemon().stop() == 0);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(10));
}

TEST_CASE("the last records reach an observer before the daemon ends") {
  ObserverStage stage("works");
  stage.begin();
  stage.turn("mock:mock-n2");
  CHECK(stage.daemon().stop() == 0);
  const std::string seen = stage.seen();
  for (const char* span : {"invoke_agent", "step", "chat"}) {
    CAPTURE(span);
    CHECK(says(seen, "1 " + std::string(span)));
  }
}

TEST_CASE("an observer without the grant sees that a turn was, and neither its texts nor a secret") {
  const std::string secret = "sk-0123456789abcdef-of-the-operator";
  ObserverStage stage("works");
  Configured vendor;
  vendor.name = "vendor";
  vendor.plugin = "dev.platos.provider-openai";
  vendor.component = "openai";
  vendor.config = {{"base_url", stage.mock.base_url()}};
  vendor.secrets = {{"api_key", "env:VENDOR_KEY"}};
  vendor.granted_secrets = {"api_key"};
  stage.configure(vendor);
  stage.begin({{"VENDOR_KEY", secret}});
  const std::string message = "Whisper-Ada";
  const Json prompt = {{"systemPrompt", "Prompt-Babbage"}};
  // The first call's argument is the message, and its result "acted".
  const auto events = stage.turn("vendor:mock-tool", {"skill"}, message, prompt);
  REQUIRE(says(event_of(events, "tool_result")["result"], "acted"));
  const std::string answer = text_of(events);
  REQUIRE_FALSE(answer.empty());
  // A vendor that refuses, so that an error is told too.
  stage.turn("vendor:mock-s401", {}, message, prompt);
  REQUIRE(stage.has_seen("execute_tool"));
  REQUIRE(wait_until([&] { return count_of(stage.seen(), "1 invoke_agent") == 2; }));
  REQUIRE(stage.has_seen("platos_turns_total"));
  const std::string seen = stage.seen();
  CHECK(says(seen, events.front().data["run_id"]));
  for (const auto& hidden : {secret, std::string("0123456789abcdef"), stage.daemon().key(), message, answer,
                             std::string("Prompt-Babbage"), std::string("=acted"), std::string("\"acted")}) {
    CAPTURE(hidden);
    CHECK(seen.find(hidden) == std::string::npos);
  }
}

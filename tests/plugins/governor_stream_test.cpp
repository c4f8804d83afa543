// Governors that break the contract while an answer streams through them.
#include <catch2/catch.hpp>

#include "plugins/stage/governor_stage.hpp"

using namespace platos::tests;

namespace {

/// The model says this back, word by word; every letter has two bytes.
const std::string kWords = "éèê àâä ôöò ûüù îïì ñõã çåø";

struct StreamStage : GovernorStage {
  explicit StreamStage(const std::string& mode, const std::string& text = "") {
    govern("guard", mode, kAnswerPoint, text);
  }
};

}  // namespace

TEST_CASE("a stream that a governor breaks ends with an error, and nothing that was not released has gone out") {
  struct Case {
    std::string mode;
    std::string reason;
    std::string told;  // to the client, before the end
    bool switched_off = false;
  };
  const auto each = GENERATE(values<Case>({
      {"releases_more", "released more than it was given", ""},
      {"releases_huge", "released more than it was given", ""},
      {"cuts_character", "cut inside a character", ""},
      {"throws_midway", "an exception crossed the C boundary", "éèê àâä ôöò ", true},
      {"replacement_half_character", "not UTF-8", "", true},
      {"replacement_huge", "18446744073709551615 bytes", "", true},
      {"feed_fails", "the rules are lost", ""},
  }));
  CAPTURE(each.mode);
  StreamStage stage(each.mode);
  stage.begin();
  const auto events = stage.turn("mock:mock-echo", {}, kWords);
  REQUIRE_FALSE(events.empty());
  CHECK(event_of(events, "error")["code"] == "safety_blocked");
  CHECK(events.back().type() == "done");
  CHECK(text_of(events) == each.told);
  const Json rows = safety_events(stage.daemon());
  REQUIRE_FALSE(rows.empty());
  CHECK(rows[0]["runId"] == events.front().data["run_id"]);
  CHECK(rows[0]["action"] == "block");
  CHECK(rows[0]["meta"]["rule_id"] == kGovernorFailed);
  CHECK(rows[0]["meta"]["plugin"] == rogue_id("rogue-governor") + " 1.0.0");
  CHECK(says(rows[0]["meta"]["reason"], each.reason));
  CHECK(stage.row("guard")["state"] == (each.switched_off ? "failed" : "ready"));

  stage.begin({"governance.on_error_allow=guard"});
  const auto passing = stage.turn("mock:mock-echo", {}, kWords);
  CHECK(shape_of(passing).ends_with("message_persisted done"));
  CHECK(text_of(passing) == kWords);
  CHECK(stage.daemon().stop() == 0);
}

TEST_CASE("a governor that denies midway ends the answer there, whatever the operator says of failures") {
  StreamStage stage("denies_midway");
  stage.begin({"governance.on_error_allow=guard"});
  const auto events = stage.turn("mock:mock-echo", {}, kWords);
  CHECK(shape_of(events) == "meta status token+ error done");
  CHECK(text_of(events) == "éèê àâä ôöò ");
  CHECK(event_of(events, "error")["code"] == "safety_blocked");
  // What was said so far is no answer, so the thread does not keep it.
  const std::string thread = events.front().data["thread_id"];
  const std::string messages = get(stage.daemon(), "/api/v1/agent/threads/" + thread + "/messages").body;
  CHECK(messages.find("\"user\"") != std::string::npos);
  CHECK(messages.find("\"assistant\"") == std::string::npos);
  CHECK(safety_events(stage.daemon())[0]["action"] == "block");
}

TEST_CASE("what a governor holds back goes out at the end of the answer, and not before") {
  StreamStage stage("holds_for_ever");
  stage.begin();
  const auto events = stage.turn("mock:mock-echo", {}, kWords);
  CHECK(shape_of(events) == "meta status token message_persisted done");
  CHECK(text_of(events) == kWords);
}

TEST_CASE("a governor that holds back more than 2 KiB has failed") {
  StreamStage stage("holds_for_ever");
  stage.begin();
  const auto events = stage.turn("mock:mock-n200");
  CHECK(shape_of(events) == "meta status error done");
  CHECK(text_of(events).empty());
  CHECK(says(safety_events(stage.daemon())[0]["meta"]["reason"], "holds back more than 2 KiB"));
  stage.begin({"governance.on_error_allow=guard"});
  // 200 stamps of 18 bytes.
  CHECK(text_of(stage.turn("mock:mock-n200")).size() == 3600);
}

TEST_CASE("a failure that may pass is written down once a check, not once a piece of the answer") {
  StreamStage stage("feed_throws");
  stage.begin({"governance.on_error_allow=guard"});
  const auto events = stage.turn("mock:mock-n200");
  REQUIRE(shape_of(events).ends_with("message_persisted done"));
  // One check of the answer's text, one of its reasoning.
  CHECK(safety_events(stage.daemon()).size() <= 2);
  CHECK(metric(stage.daemon(), "platos_governor_failures_total", {"governor=\"guard\""}) <= 2);
}

TEST_CASE("an answer passes a governor that redacts it piece by piece, and only the replacement is kept") {
  StreamStage stage("redacts", "x");
  stage.begin();
  const auto events = stage.turn("mock:mock-echo", {}, kWords);
  REQUIRE(shape_of(events).ends_with("message_persisted done"));
  const std::string answer = text_of(events);
  CHECK(answer.find_first_not_of('x') == std::string::npos);
  CHECK(answer.size() >= 8);
  const std::string thread = events.front().data["thread_id"];
  const std::string messages = get(stage.daemon(), "/api/v1/agent/threads/" + thread + "/messages").body;
  CHECK(messages.find("\"content\":\"" + answer + "\"") != std::string::npos);
}

// What a provider can do wrong, seen by a client: a typed error event, then done; nothing hangs, nothing is doubled.
#include <catch2/catch.hpp>
#include <chrono>

#include "support/stage.hpp"

using namespace platos::tests;

namespace {

/// A turn of a fresh agent on this model.
std::vector<Event> turn_on(const Stage& stage, const std::string& model, const Json& more = Json::object()) {
  return stage.say(stage.agent(model, more));
}

const Json kWithDocs = {{"skills", {"docs"}}};

std::string error_code(const std::vector<Event>& events) {
  const Json error = event_of(events, "error");
  return error.is_null() ? "" : error.value("code", "");
}

std::string run_state(const Stage& stage, const std::vector<Event>& events) {
  return stage.run_record(events.front().data.at("run_id"))["status"];
}

}  // namespace

TEST_CASE("each failure of a provider is a typed error event, then done, and the run is failed") {
  const Stage stage({"--set", "models.max_retries=0", "--set", "egress.silence_timeout_ms=1000"});
  struct Row {
    const char* model;
    const char* code;
  };
  const Row rows[] = {
      {"mock-s401", "provider_unauthenticated"},
      {"mock-s403", "provider_permission_denied"},
      {"mock-s404", "provider_not_found"},
      {"mock-s400", "provider_invalid_request"},
      {"mock-s429-retry2", "provider_rate_limited"},
      {"mock-s500", "provider_unavailable"},
      {"mock-garbage", "provider_bad_response"},
      {"mock-halfutf8", "provider_bad_response"},
      {"mock-cut3", "upstream_cut"},
      {"mock-hang", "upstream_timeout"},
      {"mock-hang3", "upstream_timeout"},
      {"mock-refuse", "upstream_cut"},
  };
  for (const auto& row : rows) {
    INFO(row.model);
    const auto events = turn_on(stage, row.model);
    REQUIRE(events.size() >= 3);
    CHECK(error_code(events) == row.code);
    CHECK(events[events.size() - 2].type() == "error");
    CHECK(events.back().type() == "done");
    CHECK(run_state(stage, events) == "failed");
  }
}

TEST_CASE("an answer that is not an event stream is an error, not an empty answer") {
  const Stage stage({"--set", "models.max_retries=0"});
  const auto events = turn_on(stage, "mock-html");
  CHECK_FALSE(error_code(events).empty());
  CHECK(run_state(stage, events) == "failed");
}

TEST_CASE("a failure that passes is repeated after a suspended wait, and the answer is whole") {
  const Stage stage;
  const auto events = turn_on(stage, "mock-s503-times2-n5");
  CHECK(shape_of(events) == "meta status token+ message_persisted done");
  CHECK(stage.mock.requests().size() == 3);
  CHECK(run_state(stage, events) == "completed");
}

TEST_CASE("Retry-After is waited for") {
  const Stage stage;
  const auto began = std::chrono::steady_clock::now();
  const auto events = turn_on(stage, "mock-s429-retry1-once-n3");
  CHECK(std::chrono::steady_clock::now() - began >= std::chrono::milliseconds(950));
  CHECK(error_code(events).empty());
}

TEST_CASE("a wait longer than the limit is not waited for") {
  const Stage stage({"--set", "models.max_backoff_ms=1000"});
  const auto events = turn_on(stage, "mock-s429-retry3600");
  CHECK(error_code(events) == "provider_rate_limited");
  CHECK(stage.mock.requests().size() == 1);
}

TEST_CASE("a stream cut after tokens is done again behind a boundary, and the transcript is the second attempt's") {
  const Stage stage;
  const auto events = turn_on(stage, "mock-cut4-once-n6-r100");
  std::size_t boundaries = 0;
  for (const auto& event : events) boundaries += event.data.contains("discardFrom") ? 1 : 0;
  CHECK(boundaries == 1);
  const auto kept = transcript(events);
  REQUIRE(shape_of(kept) == "meta status token+ message_persisted done");
  const std::string thread = events.front().data["thread_id"];
  const Json messages = stage.messages_of(thread);
  CHECK(messages["messages"][1]["content"] == text_of(kept));
}

TEST_CASE("a provider that never ends is ended by the deadline, and its connection closed") {
  const Stage stage({"--set", "runs.deadline_ms=1000"});
  const auto events = turn_on(stage, "mock-never-r50");
  CHECK(error_code(events) == "deadline_exceeded");
  CHECK(events.back().data.value("aborted", false));
  CHECK(stage.mock.wait_until([](const MockStats& stats) { return stats.active == 0; }, std::chrono::seconds(10)));
  CHECK(stage.mock.aborted() == 1);
}

TEST_CASE("cancelling a run stops the upstream at once and keeps what was said") {
  const Stage stage;
  const std::string agent = stage.agent("mock-never-r100");
  std::vector<Event> seen;
  Ask question = streamed_turn(agent);
  question.on_event = [&](const Event& event) {
    seen.push_back(event);
    if (seen.size() == 6) {
      const std::string run = seen.front().data["run_id"];
      CHECK(post(*stage.daemon, "/api/v1/runs/" + run + "/cancel", Json::object()).status == 202);
    }
    return true;
  };
  ask(*stage.daemon, question);
  CHECK(seen.back().type() == "done");
  CHECK(seen.back().data.value("stopped", false));
  CHECK(error_code(seen).empty());
  CHECK(stage.mock.wait_until([](const MockStats& stats) { return stats.active == 0; }, std::chrono::seconds(10)));
  CHECK(run_state(stage, seen) == "canceled");
  const std::string thread = seen.front().data["thread_id"];
  const Json messages = stage.messages_of(thread);
  REQUIRE(messages["total"] == 2);
  CHECK(messages["messages"][1]["content"] == text_of(seen));
}

TEST_CASE("bad tool arguments and unknown tools are results for the model, and the turn goes on") {
  const Stage stage;
  struct Row {
    const char* model;
    const char* code;
  };
  for (const auto& row :
       {Row{"mock-badargs-tool-once", "invalid_arguments"}, Row{"mock-arrayargs-tool-once", "invalid_arguments"},
        Row{"mock-unknowntool-tool-once", "unknown_tool"}}) {
    INFO(row.model);
    const auto events = turn_on(stage, row.model, kWithDocs);
    std::string code;
    for (const auto& event : events) {
      if (event.type() == "tool_result" && event.data.value("isError", false)) code = event.data["code"];
    }
    CHECK(code == row.code);
    CHECK(run_state(stage, events) == "completed");
  }
}

TEST_CASE("several tool calls of one step run, and their results stand in order") {
  const Stage stage;
  const auto events = turn_on(stage, "mock-tools3-n2", kWithDocs);
  std::size_t calls = 0;
  std::size_t results = 0;
  for (const auto& event : events) {
    calls += event.type() == "tool_call" ? 1 : 0;
    results += event.type() == "tool_result" ? 1 : 0;
  }
  CHECK(calls == 3);
  CHECK(results == 3);
  CHECK(run_state(stage, events) == "completed");
}

TEST_CASE("a model that asks for tools for ever is stopped by maxSteps") {
  const Stage stage;
  const auto events = turn_on(stage, "mock-toolloop", {{"skills", {"docs"}}, {"maxSteps", 3}});
  CHECK(error_code(events) == "max_steps");
  CHECK(stage.mock.requests().size() == 3);
}

TEST_CASE("an upstream that is not there, an unknown instance and an unbound key are named") {
  const Stage stage({"--set", "models.max_retries=0"});
  write_openai_instance(stage.data, "gone", "http://127.0.0.1:1/v1");
  stage.daemon->kill_hard();
  stage.daemon->start_again();
  const auto stream_of = [&](const std::string& model) { return stage.say(make_agent(*stage.daemon, model)); };
  CHECK(error_code(stream_of("gone:x")) == "upstream_unreachable");
  CHECK(error_code(stream_of("nothing:x")) == "unknown_instance");
  CHECK(error_code(stream_of("openai:gpt-4o")) == "secret_unbound");
  CHECK(error_code(stream_of("gpt-4o")) == "secret_unbound");
}

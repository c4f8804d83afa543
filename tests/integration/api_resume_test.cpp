// The REST API of a real platosd: keys for repeats, resuming a run behind a cursor, several readers of one run.
#include <catch2/catch.hpp>
#include <future>
#include <set>

#include "integration/api_stage.hpp"

using namespace platos::tests;

namespace {

std::vector<std::int64_t> ids_of(const std::vector<Event>& events) {
  std::vector<std::int64_t> ids;
  for (const auto& event : events) ids.push_back(event.id);
  return ids;
}

}  // namespace

TEST_CASE("an Idempotency-Key: one run for one body, replayed after its end, refused with another body") {
  ApiStage stage;
  const std::string agent = stage.agent("mock-hang3-n6");
  const std::string path = kAgents + agent + "/chat/stream";
  const std::vector<std::string> key = {"Idempotency-Key: k 1"};
  auto first = stage.held_turn(path, key);
  auto second = std::async(std::launch::async, [&] {
    Ask question;
    question.path = path;
    question.body = R"({ "message" : "Hi", "unknown": 1 })";
    question.headers = key;
    question.on_event = [&](const Event& event) {
      if (event.type() == "token") stage.mock.release();  // it has come while the run is live
      return true;
    };
    return ask(*stage.daemon, question);
  });
  const auto original = events_of(first.get().body);
  const auto attached = events_of(second.get().body);
  REQUIRE(shape_of(original) == "meta status token+ message_persisted done");
  CHECK(ids_of(attached) == ids_of(original));
  CHECK(attached.front().data == original.front().data);
  Answer replay = stage.call("POST", path, {{"message", "Hi"}}, key);
  CHECK(replay.status == 200);
  CHECK(replay.headers["idempotent-replayed"] == "true");
  const auto replayed = events_of(replay.body);
  REQUIRE(ids_of(replayed) == ids_of(original));
  for (std::size_t i = 0; i < original.size(); ++i) CHECK(replayed[i].data == original[i].data);
  check_error(stage.call("POST", path, {{"message", "Other"}}, key), 422, "idempotency_mismatch");
  check_error(stage.call("POST", path, {{"message", "Hi"}, {"onBusy", "queue"}}, key), 422, "idempotency_mismatch");
  CHECK(stage.run_count() == 1);
  CHECK(stage.mock.total() == 1);
}

TEST_CASE("an Idempotency-Key is of one route, survives refusals and restarts, and has a longest length") {
  ApiStage stage;
  const std::string agent = stage.agent("mock-r0");
  const std::vector<std::string> key = {"Idempotency-Key: k"};
  const Json body = {{"message", "Hi"}};
  CHECK(stage.call("POST", kAgents + "none/messages", body, key).status == 404);
  CHECK(stage.call("POST", kAgents + agent + "/messages", Json::object(), key).status == 400);
  const Answer first = stage.call("POST", kAgents + agent + "/messages", body, key);
  CHECK(first.status == 201);
  CHECK(first.headers.count("idempotent-replayed") == 0);
  const Answer other_route = stage.call("POST", kAgents + agent + "/chat/stream", body, key);
  CHECK(events_of(other_route.body).front().data["run_id"] != first.json()["runId"]);
  stage.daemon->kill_hard();
  stage.daemon->start_again();
  Answer again = stage.call("POST", kAgents + agent + "/messages", body, key);
  CHECK(again.status == 201);
  CHECK(again.headers["idempotent-replayed"] == "true");
  CHECK(again.json() == first.json());
  CHECK(stage.run_count() == 2);
  CHECK(stage.call("POST", kAgents + agent + "/messages", body, {"Idempotency-Key: " + std::string(255, 'k')}).status ==
        201);
  check_error(stage.call("POST", kAgents + agent + "/messages", body, {"Idempotency-Key: " + std::string(256, 'k')}),
              400, "invalid_field");
}

TEST_CASE("eight requests at once with one key make one run") {
  ApiStage stage;
  const std::string path = kAgents + stage.agent("mock-d100-r0") + "/messages";
  for (int round = 0; round < 3; ++round) {
    const std::string key = "Idempotency-Key: round-" + std::to_string(round);
    std::vector<std::future<Answer>> answers;
    for (int i = 0; i < 8; ++i)
      answers.push_back(std::async(std::launch::async, [&] {
        return stage.call("POST", path, {{"message", "Hi"}}, {key});
      }));
    std::set<std::string> runs;
    for (auto& each : answers) {
      const Answer answer = each.get();
      CHECK(answer.status == 201);
      runs.insert(answer.json().value("runId", "none"));
    }
    CHECK(runs.size() == 1);
    CHECK(stage.run_count() == round + 1);
  }
}

TEST_CASE("a run is resumed behind a cursor, and a cursor that was never given out is refused") {
  ApiStage stage;
  const std::string agent = stage.agent("mock-n6-r0");
  const auto all = events_of(stage.call("POST", kAgents + agent + "/chat/stream", {{"message", "Hi"}}).body);
  const std::string run = all.front().data["run_id"];
  const std::string path = kRuns + run + "/events";
  const auto size = all.size();
  const auto rest = [&](const std::string& query, std::vector<std::string> headers = {}) {
    return events_of(stage.fetch(path + query, std::move(headers)).body).size();
  };
  CHECK(rest("") == size);
  CHECK(rest("?after=0") == size);
  CHECK(rest("?after=2") == size - 2);
  CHECK(rest("?after=2", {"Last-Event-ID: 5"}) == size - 5);
  CHECK(rest("?after=2", {"Last-Event-ID:"}) == size - 2);
  CHECK(stage.fetch(path + "?after=" + std::to_string(size)).status == 204);
  CHECK(stage.fetch(path, {"Last-Event-ID: " + std::to_string(size)}).body.empty());
  for (const char* cursor : {"x", "-1", "1.5", "1e1", "99999999", "99999999999999999999999", "+1", "0x1", "%00"}) {
    CAPTURE(cursor);
    check_error(stage.fetch(path + "?after=" + cursor), 400, "invalid_cursor");
    if (cursor[0] != '%')
      check_error(stage.fetch(path, {"Last-Event-ID: " + std::string(cursor)}), 400, "invalid_cursor");
  }
  const std::string submit = kAgents + agent + "/chat/stream";
  for (const char* method : {"GET", "POST"}) {
    const Json body = method[0] == 'P' ? Json({{"message", "Hi"}}) : Json();
    CHECK(stage.call(method, submit + "?message=Hi", body, {"Last-Event-ID: 3"}).status == 204);
    const auto resumed = stage.call(method, submit + "?message=Hi&runId=" + run, body, {"Last-Event-ID: 3"});
    CHECK(events_of(resumed.body).size() == size - 3);
    check_error(stage.call(method, submit + "?message=Hi&runId=none", body, {"Last-Event-ID: 3"}), 404,
                "run_not_found");
  }
  CHECK(stage.run_count() == 1);
}

TEST_CASE("a late reader of a live run gets everything, and a cancel ends the run for all") {
  ApiStage stage;
  const std::string agent = stage.agent("mock-hang3");
  auto first = stage.held_turn(kAgents + agent + "/chat/stream");
  const std::string run = stage.fetch("/api/v1/runs?status=running").json()["runs"][0]["id"];
  Ask late;
  late.path = kRuns + run + "/events";
  late.on_event = [&](const Event& event) {
    if (event.type() == "token" && event.id >= 5) CHECK(stage.call("POST", kRuns + run + "/cancel").status == 202);
    return true;
  };
  const auto seen = events_of(ask(*stage.daemon, late).body);
  const auto original = events_of(first.get().body);
  CHECK(ids_of(seen) == ids_of(original));
  CHECK(seen.back().type() == "done");
  CHECK(stage.fetch(kRuns + run).json()["status"] == "canceled");
  check_error(stage.call("POST", kRuns + run + "/cancel"), 409, "run_finished");
}

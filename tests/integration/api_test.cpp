// The REST API of a real platosd: what is found, what is refused and how, keys for repeats, resuming, agents, threads.
#include <catch2/catch.hpp>
#include <future>
#include <set>

#include "mock_provider/mock_provider.hpp"
#include "support/daemon.hpp"
#include "support/http.hpp"

using namespace platos::tests;
using namespace std::chrono_literals;

namespace {

const std::string kAgents = "/api/v1/agent/agents/";
const std::string kThreads = "/api/v1/agent/threads/";
const std::string kRuns = "/api/v1/runs/";

struct Stage {
  MockProvider mock;
  TempDir data;
  std::unique_ptr<Daemon> daemon;

  Stage() {
    write_openai_instance(data, "mock", mock.base_url());
    DaemonSettings settings;
    settings.data_dir = data.path();
    daemon = std::make_unique<Daemon>(settings);
  }
  Answer call(const std::string& method, const std::string& path, const Json& body = Json(),
              std::vector<std::string> headers = {}) const {
    Ask question;
    question.method = method;
    question.path = path;
    if (!body.is_null()) question.body = body.dump();
    question.headers = std::move(headers);
    return ask(*daemon, question);
  }
  Answer fetch(const std::string& path, std::vector<std::string> headers = {}) const {
    return call("GET", path, Json(), std::move(headers));
  }
  std::int64_t runs() const { return fetch("/api/v1/runs").json()["total"]; }
  /// A turn on a model that holds still; returns once the turn is accepted and the model was asked.
  std::future<Answer> held_turn(const std::string& path, std::vector<std::string> headers = {}) const {
    const auto held = mock.stats().held;
    const auto before = runs();
    auto answer = std::async(std::launch::async, [this, path, headers] {
      return call("POST", path, {{"message", "Hi"}}, headers);
    });
    if (!mock.wait_until([held](const MockStats& stats) { return stats.held == held + 1; }, 10s))
      throw std::runtime_error("the model was not asked");
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (runs() == before) {
      if (std::chrono::steady_clock::now() > until) throw std::runtime_error("the turn was not accepted");
    }
    return answer;
  }
};

void check_error(const Answer& answer, long status, const std::string& code) {
  INFO(answer.body);
  CHECK(answer.status == status);
  const Json json = answer.json();
  REQUIRE(json.is_object());
  CHECK(json["statusCode"] == status);
  CHECK(json["code"] == code);
  CHECK(json["message"].is_string());
  CHECK(json["error"].is_string());
  CHECK(json["requestId"].is_string());
}

std::vector<std::int64_t> ids_of(const std::vector<Event>& events) {
  std::vector<std::int64_t> ids;
  for (const auto& event : events) ids.push_back(event.id);
  return ids;
}

const std::string kHi = R"({"message":"Hi"})";

}  // namespace

TEST_CASE("what is not there is 404 with the code of its kind, and leaves nothing behind") {
  Stage stage;
  const std::string thread = make_thread(*stage.daemon, "hello");
  for (const std::string& id :
       std::vector<std::string>{"none", "agt_01", "%00", "%2e%2e", "a%2Fb", "%FF", "' OR 1=1 --"}) {
    std::string path;
    for (const char c : id) path += c == ' ' ? std::string("%20") : std::string(1, c);
    CAPTURE(path);
    check_error(stage.fetch(kAgents + path), 404, "agent_not_found");
    check_error(stage.call("PATCH", kAgents + path, {{"name", "x"}}), 404, "agent_not_found");
    check_error(stage.call("DELETE", kAgents + path), 404, "agent_not_found");
    check_error(stage.fetch(kAgents + path + "/versions"), 404, "agent_not_found");
    check_error(stage.call("POST", kAgents + path + "/messages", {{"message", "Hi"}}), 404, "agent_not_found");
    check_error(stage.fetch(kThreads + path), 404, "thread_not_found");
    check_error(stage.call("PATCH", kThreads + path, {{"title", "x"}}), 404, "thread_not_found");
    check_error(stage.call("DELETE", kThreads + path), 404, "thread_not_found");
    check_error(stage.fetch(kThreads + path + "/messages"), 404, "thread_not_found");
    check_error(stage.call("POST", kThreads + path + "/archive"), 404, "thread_not_found");
    check_error(stage.call("POST", kThreads + path + "/messages", {{"message", "Hi"}}), 404, "thread_not_found");
    check_error(stage.fetch(kRuns + path), 404, "run_not_found");
    check_error(stage.fetch(kRuns + path + "/events"), 404, "run_not_found");
    check_error(stage.call("POST", kRuns + path + "/cancel"), 404, "run_not_found");
    check_error(stage.fetch("/api/v1/plugins/" + path), 404, "plugin_not_found");
  }
  check_error(stage.call("POST", kThreads + thread + "/messages", {{"message", "Hi"}, {"agentId", "none"}}), 404,
              "agent_not_found");
  check_error(stage.call("POST", "/api/v1/agent/threads", {{"agentId", "none"}}), 404, "agent_not_found");
  CHECK(stage.fetch("/api/v1/agent/threads").json()["total"] == 1);
  CHECK(stage.runs() == 0);
}

TEST_CASE("a busy thread refuses a second turn, queues up to 16 in order, and refuses the 17th") {
  Stage stage;
  const std::string agent = make_agent(*stage.daemon, "mock:mock-hang-once");
  const std::string thread = make_thread(*stage.daemon, agent);
  const std::string path = kThreads + thread + "/messages";
  auto first = stage.held_turn(path);
  check_error(stage.call("POST", path, {{"message", "Hi"}}), 409, "turn_in_progress");
  const auto total = [&] {
    return stage.fetch(kRuns.substr(0, 12) + "?threadId=" + thread).json()["total"].get<int>();
  };
  std::vector<std::future<Answer>> queued;
  for (int i = 1; i <= 16; ++i) {
    queued.push_back(std::async(std::launch::async, [&stage, path, i] {
      return stage.call("POST", path, {{"message", "queued " + std::to_string(i)}, {"onBusy", "queue"}});
    }));
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (total() != i + 1 && std::chrono::steady_clock::now() < until) {
    }
    REQUIRE(total() == i + 1);
  }
  check_error(stage.call("POST", path, {{"message", "Hi"}, {"onBusy", "queue"}}), 429, "thread_queue_full");
  check_error(stage.call("POST", path, {{"message", "Hi"}}), 409, "turn_in_progress");
  check_error(stage.call("POST", path, {{"message", "Hi"}, {"onBusy", "wait"}}), 400, "invalid_field");
  CHECK(stage.mock.total() == 1);
  stage.mock.release();
  CHECK(first.get().json()["status"] == "completed");
  for (auto& each : queued) CHECK(each.get().json()["status"] == "completed");
  const Json messages = stage.fetch(path + "?limit=100").json();
  REQUIRE(messages["total"] == 34);
  CHECK(messages["messages"][0]["content"] == "Hi");
  std::vector<std::string> asked;
  for (const auto& request : stage.mock.requests())
    asked.push_back(Json::parse(request.body)["messages"].back()["content"]);
  REQUIRE(asked.size() == 17);
  for (std::size_t i = 1; i < 17; ++i) CHECK(asked[i] == "queued " + std::to_string(i));
}

TEST_CASE("the next turn of a thread is taken as soon as its reader has seen done") {
  Stage stage;
  const std::string thread = make_thread(*stage.daemon, make_agent(*stage.daemon, "mock:mock-r0"));
  for (int i = 0; i < 20; ++i) {
    const auto answer = stage.call("POST", kThreads + thread + "/stream", {{"message", "Hi"}});
    REQUIRE(answer.status == 200);
    REQUIRE(events_of(answer.body).back().type() == "done");
  }
}

TEST_CASE("archived threads, inactive agents and the agent of another thread refuse a turn") {
  Stage stage;
  const std::string agent = make_agent(*stage.daemon, "mock:mock-r0");
  const std::string thread = make_thread(*stage.daemon, agent);
  const std::string path = kThreads + thread + "/messages";
  check_error(stage.call("POST", path, {{"message", "Hi"}, {"agentId", "hello"}}), 400, "invalid_field");
  CHECK(stage.call("POST", path, {{"message", "Hi"}, {"agentId", "test-agent"}}).status == 201);
  stage.call("POST", kThreads + thread + "/archive");
  check_error(stage.call("POST", path, {{"message", "Hi"}}), 409, "thread_archived");
  stage.call("POST", kThreads + thread + "/unarchive");
  stage.call("PATCH", kAgents + agent, {{"isActive", false}});
  check_error(stage.call("POST", path, {{"message", "Hi"}}), 409, "agent_inactive");
  check_error(stage.call("POST", kAgents + agent + "/messages", {{"message", "Hi"}}), 409, "agent_inactive");
  stage.call("PATCH", kAgents + agent, {{"isActive", true}});
  CHECK(stage.call("POST", path, {{"message", "Hi"}}).status == 201);
  CHECK(stage.runs() == 2);
}

TEST_CASE("an agent can be made inactive") {
  Stage stage;
  const Answer made =
      stage.call("POST", "/api/v1/agent/agents", {{"name", "Off"}, {"model", "mock:mock"}, {"isActive", false}});
  CHECK(made.json()["isActive"] == false);
  CHECK(stage.fetch(kAgents + "off").json()["isActive"] == false);
}

TEST_CASE("a stream route that refuses says so as events to those who want events, as JSON to others") {
  Stage stage;
  const std::string path = kAgents + "none/chat/stream";
  check_error(stage.call("POST", path, {{"message", "Hi"}}), 404, "agent_not_found");
  const auto refused = [&](const std::string& target, const Json& body, const std::string& code, long status) {
    Answer answer = stage.call("POST", target, body, {"Accept: text/event-stream"});
    CHECK(answer.status == status);
    CHECK(answer.headers["content-type"] == "text/event-stream");
    const auto events = events_of(answer.body);
    REQUIRE(shape_of(events) == "error done");
    CHECK(events[0].data["code"] == code);
    CHECK(answer.body.find("id:") == std::string::npos);
  };
  refused(path, {{"message", "Hi"}}, "agent_not_found", 404);
  refused(kAgents + "hello/chat/stream", Json::object(), "invalid_field", 400);
  refused(kThreads + "none/stream", {{"message", "Hi"}}, "thread_not_found", 404);
  CHECK(stage.runs() == 0);
}

TEST_CASE("a stream route says as events that a key is missing, too") {
  Stage stage;
  const Answer answer = stage.call("POST", kAgents + "hello/chat/stream", {{"message", "Hi"}},
                                   {"Accept: text/event-stream", "Authorization:"});
  CHECK(answer.status == 401);
  CHECK(shape_of(events_of(answer.body)) == "error done");
}

TEST_CASE("an Idempotency-Key: one run for one body, replayed after its end, refused with another body") {
  Stage stage;
  const std::string agent = make_agent(*stage.daemon, "mock:mock-hang3-n6");
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
  CHECK(stage.runs() == 1);
  CHECK(stage.mock.total() == 1);
}

TEST_CASE("an Idempotency-Key is of one route, survives refusals and restarts, and has a longest length") {
  Stage stage;
  const std::string agent = make_agent(*stage.daemon, "mock:mock-r0");
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
  CHECK(stage.runs() == 2);
  CHECK(stage.call("POST", kAgents + agent + "/messages", body, {"Idempotency-Key: " + std::string(255, 'k')}).status ==
        201);
  check_error(stage.call("POST", kAgents + agent + "/messages", body, {"Idempotency-Key: " + std::string(256, 'k')}),
              400, "invalid_field");
}

TEST_CASE("eight requests at once with one key make one run") {
  Stage stage;
  const std::string path = kAgents + make_agent(*stage.daemon, "mock:mock-d100-r0") + "/messages";
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
    CHECK(stage.runs() == round + 1);
  }
}

TEST_CASE("a run is resumed behind a cursor, and a cursor that was never given out is refused") {
  Stage stage;
  const std::string agent = make_agent(*stage.daemon, "mock:mock-n6-r0");
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
  CHECK(stage.runs() == 1);
}

TEST_CASE("a late reader of a live run gets everything, and a cancel ends the run for all") {
  Stage stage;
  const std::string agent = make_agent(*stage.daemon, "mock:mock-hang3");
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

TEST_CASE("an agent has defaults, and each wrong field is named") {
  Stage stage;
  const Answer made = stage.call("POST", "/api/v1/agent/agents", {{"name", "Support  Bot!"}, {"model", "mock:mock"}});
  REQUIRE(made.status == 201);
  const Json agent = made.json();
  CHECK(agent["slug"] == "support-bot");
  CHECK(agent["systemPrompt"].is_null());
  CHECK(agent["skills"] == Json::array());
  CHECK(agent["maxSteps"] == 20);
  CHECK(agent["contextLimit"] == 20);
  CHECK(agent["isActive"] == true);
  CHECK(agent["versionNumber"] == 1);
  CHECK(agent["organizationId"] == "org_default");
  CHECK(agent["id"].get<std::string>().starts_with("agt_"));
  CHECK(stage.call("POST", "/api/v1/agent/agents", {{"name", "support bot"}, {"model", "m"}}).json()["slug"] ==
        "support-bot-2");
  CHECK(stage.call("POST", "/api/v1/agent/agents", {{"name", "\xc3\xa4\xf0\x9f\x98\x80"}, {"model", "m"}})
            .json()["slug"] == "agent");
  check_error(stage.call("POST", "/api/v1/agent/agents", {{"name", "x"}, {"model", "m"}, {"slug", "support-bot"}}), 409,
              "slug_taken");
  const std::vector<std::pair<std::string, std::vector<Json>>> wrong = {
      {"name", {nullptr, "", "  ", 1, true, Json::array(), std::string(201, 'n')}},
      {"model", {nullptr, "", 1, ":m", "m:", std::string(201, 'm')}},
      {"slug", {"", "Upper", "a--b", "-a", "a-", "a b", "\xc3\xa4", 1, std::string(65, 's')}},
      {"systemPrompt", {1, Json::array(), Json::object(), std::string(262'145, 'p')}},
      {"skills", {"docs", 1, {{"a", 1}}, Json::array({1}), Json(std::vector<std::string>(65, "s"))}},
      {"maxSteps", {0, 101, -1, 1.5, "1", 1e300, 18446744073709551615ULL}},
      {"contextLimit", {-1, 1001, 0.5, "1"}},
      {"isActive", {0, "true", Json::array()}},
      {"versionNote", {1, Json::array()}},
  };
  const auto before = stage.fetch("/api/v1/agent/agents").json()["total"];
  for (const auto& [field, values] : wrong) {
    for (const auto& value : values) {
      Json body = {{"name", "Wrong"}, {"model", "mock:mock"}};
      body[field] = value;
      CAPTURE(field, value.dump().substr(0, 60));
      const Answer answer = stage.call("POST", "/api/v1/agent/agents", body);
      check_error(answer, 400, "invalid_field");
      REQUIRE(answer.json()["validationErrors"].size() == 1);
      CHECK(answer.json()["validationErrors"][0].get<std::string>().starts_with(field + ": expected "));
      CHECK(answer.json()["message"] == answer.json()["validationErrors"][0]);
      if (!value.is_null())
        check_error(stage.call("PATCH", kAgents + "support-bot", {{field, value}}), 400, "invalid_field");
    }
  }
  CHECK(stage.fetch("/api/v1/agent/agents").json()["total"] == before);
  CHECK(stage.fetch(kAgents + "support-bot").json()["versionNumber"] == 1);
}

TEST_CASE("a change of behaviour makes a version, other changes make none") {
  Stage stage;
  const std::string agent = make_agent(*stage.daemon, "mock:mock", {}, {{"systemPrompt", "Be kind."}});
  const auto version = [&](const Json& patch) {
    const Answer answer = stage.call("PATCH", kAgents + agent, patch);
    CHECK(answer.status == 200);
    return answer.json()["versionNumber"].get<int>();
  };
  CHECK(version(Json::object()) == 1);
  CHECK(version({{"model", "mock:mock"}, {"maxSteps", 20}, {"skills", Json::array()}, {"systemPrompt", "Be kind."}}) ==
        1);
  CHECK(version({{"name", "Renamed"}, {"isActive", false}}) == 1);
  CHECK(version({{"model", nullptr}, {"maxSteps", nullptr}, {"skills", nullptr}, {"name", nullptr}}) == 1);
  CHECK(version({{"maxSteps", 5}, {"versionNote", "five"}}) == 2);
  CHECK(version({{"systemPrompt", nullptr}}) == 3);
  CHECK(stage.fetch(kAgents + agent).json()["systemPrompt"].is_null());
  CHECK(stage.fetch(kAgents + agent).json()["slug"] == "test-agent");
  check_error(stage.call("PATCH", kAgents + agent, {{"slug", "other"}}), 400, "invalid_field");
  for (int i = 6; i <= 9; ++i) version({{"maxSteps", i}});
  const std::string path = kAgents + agent + "/versions";
  std::vector<int> numbers;
  std::string cursor;
  for (int page = 0; page < 10; ++page) {
    const Json found = stage.fetch(path + "?take=3" + (cursor.empty() ? "" : "&cursor=" + cursor)).json();
    CHECK(found["pageSize"] == 3);
    for (const auto& each : found["versions"]) {
      numbers.push_back(each["versionNumber"]);
      CHECK(each["isCurrent"] == (each["versionNumber"] == 7));
    }
    if (found["nextCursor"].is_null()) break;
    cursor = found["nextCursor"];
  }
  CHECK(numbers == std::vector<int>{7, 6, 5, 4, 3, 2, 1});
  const Json all = stage.fetch(path).json();
  CHECK(all["versions"][5]["note"] == "five");
  CHECK(all["versions"][5]["snapshot"]["systemPrompt"] == "Be kind.");
  CHECK(all["versions"][6]["note"] == "Initial version");
  check_error(stage.fetch(path + "?cursor=none"), 400, "invalid_cursor");
  const std::string foreign = stage.fetch(kAgents + "hello").json()["currentVersionId"];
  check_error(stage.fetch(path + "?cursor=" + foreign), 400, "invalid_cursor");
}

TEST_CASE("a deleted agent is gone and its conversations stay; its slug is free again; default is the oldest agent") {
  Stage stage;
  CHECK(stage.fetch(kAgents + "default").json()["slug"] == "hello");
  const std::string agent = make_agent(*stage.daemon, "mock:mock-r0");
  const std::string thread = make_thread(*stage.daemon, agent);
  REQUIRE(stage.call("POST", kThreads + thread + "/messages", {{"message", "Hi"}}).status == 201);
  CHECK(stage.fetch(kAgents + agent).json()["_count"]["threads"] == 1);
  CHECK(stage.call("DELETE", kAgents + agent).json() == Json({{"deleted", true}}));
  check_error(stage.call("DELETE", kAgents + agent), 404, "agent_not_found");
  check_error(stage.fetch(kAgents + agent), 404, "agent_not_found");
  CHECK(stage.fetch(kThreads + thread).json()["agentId"] == agent);
  CHECK(stage.fetch(kThreads + thread + "/messages").json()["total"] == 2);
  check_error(stage.call("POST", kThreads + thread + "/messages", {{"message", "Hi"}}), 404, "agent_not_found");
  const std::string heir = make_agent(*stage.daemon, "mock:mock-r0");
  CHECK(heir != agent);
  CHECK(stage.fetch(kAgents + "test-agent").json()["id"] == heir);
  CHECK(stage.call("POST", "/api/v1/agent/threads").json()["agentId"] == stage.fetch(kAgents + "hello").json()["id"]);
  stage.call("DELETE", kAgents + "hello");
  CHECK(stage.fetch(kAgents + "default").json()["id"] == heir);
  stage.call("DELETE", kAgents + heir);
  check_error(stage.fetch(kAgents + "default"), 404, "agent_not_found");
  check_error(stage.call("POST", "/api/v1/agent/threads"), 404, "agent_not_found");
  CHECK(stage.fetch("/api/v1/agent/agents").json() == Json({{"agents", Json::array()}, {"total", 0}}));
}

TEST_CASE("pages: limits are clamped, what is no number is refused, and a page beyond the end is empty") {
  Stage stage;
  for (int i = 0; i < 5; ++i) make_thread(*stage.daemon, "hello");
  const std::string list = "/api/v1/agent/threads";
  const auto rows = [&](const std::string& query) { return stage.fetch(list + query).json()["threads"].size(); };
  CHECK(rows("") == 5);
  CHECK(rows("?limit=2") == 2);
  CHECK(rows("?limit=0") == 1);
  CHECK(rows("?limit=-5") == 1);
  CHECK(rows("?limit=99999999999") == 5);
  CHECK(rows("?offset=4") == 1);
  CHECK(rows("?offset=-1") == 5);
  CHECK(rows("?offset=9223372036854775807") == 0);
  CHECK(rows("?limit=&offset=") == 5);
  CHECK(stage.fetch(list + "?limit=2").json()["total"] == 5);
  for (const char* path : {"/api/v1/agent/threads?limit=", "/api/v1/agent/agents?limit=", "/api/v1/runs?offset=",
                           "/api/v1/agent/agents/hello/versions?take="}) {
    for (const char* number : {"NaN", "1.5", "1e3", "0x10", "--1", "-", "%31%00", "1+", "99999999999999999999999"}) {
      CAPTURE(path, number);
      check_error(stage.fetch(path + std::string(number)), 400, "invalid_field");
    }
  }
}

TEST_CASE("threads: titles, archive filters, and the agent as a filter") {
  Stage stage;
  const std::string agent = make_agent(*stage.daemon, "mock:mock-r0");
  const Json made = stage.call("POST", "/api/v1/agent/threads", {{"agentId", agent}, {"title", " A\nb \r\n"}}).json();
  const std::string thread = made["id"];
  CHECK(made["title"] == "A b");
  CHECK(made["status"] == "active");
  CHECK(made["turnCount"] == 0);
  CHECK(made["archivedAt"].is_null());
  CHECK(stage.call("POST", "/api/v1/agent/threads", {{"title", nullptr}}).json()["title"].is_null());
  const Json cut = stage.call("PATCH", kThreads + thread, {{"title", std::string(199, 'a') + "\xc3\xa4"}}).json();
  CHECK(cut["title"] == std::string(199, 'a'));
  check_error(stage.call("PATCH", kThreads + thread, {{"title", 1}}), 400, "invalid_field");
  check_error(stage.call("POST", "/api/v1/agent/threads", {{"agentId", 1}}), 400, "invalid_field");
  const auto total = [&](const std::string& query) {
    return stage.fetch("/api/v1/agent/threads" + query).json()["total"].get<int>();
  };
  CHECK(total("?agentId=" + agent) == 1);
  CHECK(total("?agentId=none") == 0);
  const Json archived = stage.call("DELETE", kThreads + thread).json();
  CHECK(archived["status"] == "archived");
  CHECK(archived["archivedAt"].is_string());
  CHECK(total("") == 1);
  CHECK(total("?archived=true") == 2);
  CHECK(total("?archived=only") == 1);
  CHECK(stage.fetch(kThreads + thread).json()["status"] == "archived");
  CHECK(stage.call("POST", kThreads + thread + "/unarchive").json()["archivedAt"].is_null());
  CHECK(total("") == 2);
}

TEST_CASE("a message is kept as it was sent, whatever is in it") {
  Stage stage;
  const std::string thread = make_thread(*stage.daemon, make_agent(*stage.daemon, "mock:mock-r0"));
  const std::string path = kThreads + thread + "/messages";
  const std::vector<std::string> texts = {std::string("a\0b", 3), "\xf0\x9f\x98\x80 \xe2\x80\xa8 \r\n\r\ndata: x\n\n",
                                          "'; DROP TABLE runs; --", "\"\\/\b\f\x7f", std::string(524'288, 'm')};
  for (const auto& text : texts) REQUIRE(stage.call("POST", path, {{"message", text}}).status == 201);
  const Json messages = stage.fetch(path).json()["messages"];
  REQUIRE(messages.size() == 2 * texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) CHECK((messages[2 * i]["content"] == texts[i]));
  for (std::size_t i = 0; i < texts.size(); ++i)
    CHECK((Json::parse(stage.mock.requests()[i].body)["messages"].back()["content"] == texts[i]));
  check_error(stage.call("POST", path, {{"message", std::string(524'289, 'm')}}), 400, "invalid_field");
  check_error(stage.call("POST", path, {{"message", " \n\t "}}), 400, "invalid_field");
}

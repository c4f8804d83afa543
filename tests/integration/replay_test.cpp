// POSTs without a key that a client repeats because it never heard the answer.
#include <sqlite3.h>

#include <catch2/catch.hpp>

#include "integration/talk.hpp"
#include "support/waiting.hpp"

namespace platos::tests {
namespace {

std::string raw_post(const Stage& stage, const std::string& path, const std::string& body,
                     const std::string& more_headers = {}) {
  return "POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + stage.daemon->key() +
         "\r\nContent-Type: application/json\r\n" + more_headers + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

/// Asks, and leaves before the answer, which must not come before the daemon has seen that.
void ask_and_leave(const Stage& stage, const std::string& path, const std::string& body) {
  static int number = 0;
  const std::string id = "leaves-" + std::to_string(++number);
  {
    RawConnection asks(stage.daemon->url());
    asks.send(raw_post(stage, path, body, "X-Request-Id: " + id + "\r\n"));
  }
  CHECK(stage.daemon->wait_for_log(id));
}

/// Nothing is written meanwhile: no answer of a change leaves.
class HeldDatabase {
 public:
  explicit HeldDatabase(const Stage& stage) {
    REQUIRE(sqlite3_open((stage.daemon->data_dir() + "/platos.db").c_str(), &handle_) == SQLITE_OK);
    sqlite3_busy_timeout(handle_, 20'000);
    REQUIRE(sqlite3_exec(handle_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
  }
  ~HeldDatabase() { sqlite3_close(handle_); }
  HeldDatabase(const HeldDatabase&) = delete;
  HeldDatabase& operator=(const HeldDatabase&) = delete;

 private:
  sqlite3* handle_ = nullptr;
};

/// The answer to a request whose first sender left before it was carried out.
std::string answer_to_repeated(const Stage& stage, const std::string& path, const Json& body) {
  const std::string text = body.is_null() ? "" : body.dump();
  RawConnection again(stage.daemon->url());
  {
    const HeldDatabase held(stage);
    ask_and_leave(stage, path, text);
    again.send(raw_post(stage, path, text));
  }
  return again.read_until("}");
}

std::int64_t threads_of(const ApiStage& stage) { return stage.fetch("/api/v1/agent/threads").json()["total"]; }

/// What a repeated request finds, once the daemon has noticed that the first connection is gone.
template <typename Ask, typename Found>
bool finds(Ask ask, Found found) {
  return wait_until([&] { return found(ask()); });
}

}  // namespace

TEST_CASE("the same words twice are two requests when the first was answered, and when both are under way") {
  const ApiStage stage;
  const Json body = {{"agentId", stage.agent("mock-n1-r0")}};
  const Json first = stage.made("POST", "/api/v1/agent/threads", body);
  const Json second = stage.made("POST", "/api/v1/agent/threads", body);
  CHECK(first["id"] != second["id"]);
  const std::string request = raw_post(stage, "/api/v1/agent/threads", body.dump());
  RawConnection left(stage.daemon->url());
  RawConnection right(stage.daemon->url());
  left.send(request);
  right.send(request);
  CHECK(left.read_until("\"userId\"").find("201 Created") != std::string::npos);
  CHECK(right.read_until("\"userId\"").find("201 Created") != std::string::npos);
  CHECK(threads_of(stage) == 4);
}

TEST_CASE("a thread with an Idempotency-Key is made once") {
  const ApiStage stage;
  const Json body = {{"agentId", stage.agent("mock-n1-r0")}};
  const Json first = stage.made("POST", "/api/v1/agent/threads", body, {"Idempotency-Key: once"});
  CHECK(stage.made("POST", "/api/v1/agent/threads", body, {"Idempotency-Key: once"})["id"] == first["id"]);
  CHECK(stage.made("POST", "/api/v1/agent/threads", body, {"Idempotency-Key: twice"})["id"] != first["id"]);
  for (const Json& other : {Json({{"agentId", body["agentId"]}, {"title", "Other"}}), Json::object()}) {
    check_error(stage.call("POST", "/api/v1/agent/threads", other, {"Idempotency-Key: once"}), 422,
                "idempotency_mismatch");
  }
  CHECK(threads_of(stage) == 2);
}

TEST_CASE("a turn whose stream broke is found by the same request, not begun again") {
  const ApiStage stage;
  const std::string agent = stage.agent("mock-hang");
  const std::string thread = make_thread(*stage.daemon, agent);
  const std::string path = "/api/v1/agent/threads/" + thread + "/stream";
  const std::string body = R"({"message":"Hi"})";
  {
    RawConnection broken(stage.daemon->url());
    broken.send(raw_post(stage, path, body));
    REQUIRE(broken.read_until("\"meta\"").find("\"meta\"") != std::string::npos);
  }
  const std::string run = stage.runs()["runs"][0]["id"];
  const auto ask_again = [&] {
    RawConnection again(stage.daemon->url());
    again.send(raw_post(stage, path, body));
    return again.read_until("}");  // of the first event, or of the refusal
  };
  // As long as the daemon does not know of the loss, the thread is busy.
  CHECK(finds(ask_again, [](const std::string& answer) {
    return answer.find("200 OK") != std::string::npos && answer.find("\"meta\"") != std::string::npos;
  }));
  CHECK(stage.run_count() == 1);
  CHECK(stage.call("POST", kRuns + run + "/cancel").status == 202);
}

TEST_CASE("a turn that is answered in one piece is joined by its repetition, and begun once") {
  const ApiStage stage({"--set", "log.level=debug"});
  const std::string agent = stage.agent("mock-hang");
  const std::string thread = make_thread(*stage.daemon, agent);
  std::int64_t runs = 0;
  for (const std::string& path : {kThreads + thread + "/messages", kAgents + agent + "/messages"}) {
    const std::string body = R"({"message":"Hi"})";
    ask_and_leave(stage, path, body);
    RawConnection again(stage.daemon->url());
    again.send(raw_post(stage, path, body));
    CHECK(wait_until([&] { return stage.run_count() == runs + 1; }));
    const std::string run = stage.runs()["runs"][0]["id"];
    CHECK(stage.call("POST", kRuns + run + "/cancel").status == 202);
    CHECK(again.read_until(run).find("201 Created") != std::string::npos);
    CHECK(stage.run_count() == ++runs);
  }
  CHECK(threads_of(stage) == 2);
}

TEST_CASE("forks, edits, retries and pins that are repeated are made once") {
  const Talk talk("mock-echo-r0", Json::object(), {}, {"--set", "log.level=debug"});
  talk.turn(talk.thread, "one");
  const std::string question = talk.id(0);

  const std::string fork = answer_to_repeated(talk, talk.path("/fork"), {{"upToMessageId", question}});
  CHECK(fork.find("201 Created") != std::string::npos);
  const Json forks = talk.fetch(talk.path("/branches")).json()["forks"];
  REQUIRE(forks.size() == 1);
  CHECK(fork.find(forks[0]["id"].get<std::string>()) != std::string::npos);

  CHECK(answer_to_repeated(talk, talk.path("/pin"), Json()).find("200 OK") != std::string::npos);
  CHECK_FALSE(talk.fetch(talk.path()).json()["pinnedAt"].is_null());

  const std::string edited = answer_to_repeated(talk, talk.path("/messages/" + question + "/edit-and-rerun"),
                                                {{"content", "uno"}, {"rerun", true}});
  CHECK(edited.find("201 Created") != std::string::npos);
  CHECK(talk.run_count() == 2);
  CHECK(wait_until([&] { return talk.standing() == "u:uno a:uno "; }));

  const std::string answer = talk.line().back()["id"];
  const std::string retried = answer_to_repeated(talk, talk.path("/messages/" + answer + "/retry"), {{"rerun", true}});
  CHECK(retried.find("201 Created") != std::string::npos);
  CHECK(talk.run_count() == 3);
}

TEST_CASE("a decision that is repeated because nobody heard of its success is that decision") {
  const People stage({"--set", "log.level=debug"});
  const std::string agent = make_agent(*stage.daemon, "mock:mock-toolsay-r0", {"csv"});
  stage.made("PATCH", "/api/v1/agent/tools/csv__csv_list_sheets", {{"permission", "require_approval"}});
  const Json call = {{"tool", "csv__csv_list_sheets"}, {"arguments", {{"source", "a,b\n1,2\n"}}}};
  const Answer begun = stage.call("POST", kAgents + agent + "/messages", {{"message", call.dump()}});
  REQUIRE(begun.status == 202);
  const std::string id = stage.fetch("/api/v1/agent/monitoring/approvals?status=pending").json()["approvals"][0]["id"];
  const std::string path = "/api/v1/agent/durable-approvals/" + id + "/resolve";
  const std::string answer = answer_to_repeated(stage, path, {{"approved", true}});
  CHECK(answer.find("201 Created") != std::string::npos);
  CHECK(answer.find("\"token\":\"" + id) != std::string::npos);
  CHECK(stage.wait_for_status(begun.json()["runId"], "completed"));
}

}  // namespace platos::tests

// Edits beside summaries, turns that race, and crashes.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <mutex>

#include "integration/talk.hpp"

using namespace platos::tests;

TEST_CASE("a summary goes with a fork that reaches as far, and is forgotten when what it tells of is edited") {
  const Talk talk("mock-echo-r0", {{"historyMode", "compact"}, {"compactThreshold", 8}, {"contextLimit", 2}});
  for (int i = 1; i <= 4; ++i) talk.turn(talk.thread, "m" + std::to_string(i));
  const auto summary = [&](const std::string& thread) {
    return talk.fetch(kThreads + thread).json()["compactedSummary"];
  };
  REQUIRE(wait_until([&] { return summary(talk.thread).is_string(); }));
  const auto fork_at = [&](std::size_t number) {
    return talk.made("POST", talk.path("/fork"), {{"upToMessageId", talk.id(number)}})["id"].get<std::string>();
  };
  // Six of eight messages are told of.
  CHECK(summary(fork_at(4)).is_null());
  const std::string whole = fork_at(6);
  CHECK(summary(whole) == summary(talk.thread));
  talk.turn(whole, "go on");
  CHECK(talk.seen().front() == "m4");
  REQUIRE(talk.edit(talk.id(6), {{"content", "four"}}).status == 201);
  CHECK(summary(talk.thread).is_string());
  REQUIRE(talk.edit(talk.id(2), {{"content", "two"}}).status == 201);
  CHECK(summary(talk.thread).is_null());
  CHECK(talk.standing() == "u:m1 a:m1 u:two ");
}

namespace {

/// Messages of the main line from this one on.
Json line_from(const Talk& talk, int offset) {
  Json line = Json::array();
  for (;;) {
    const std::string page = "/messages?limit=500&offset=" + std::to_string(offset + static_cast<int>(line.size()));
    const Json messages = talk.fetch(talk.path(page)).json()["messages"];
    line.insert(line.end(), messages.begin(), messages.end());
    if (messages.size() < 500) return line;
  }
}

/// Taken, or refused for a reason that the race gives.
bool is_expected(const Answer& answer) {
  if (answer.status == 201) return true;
  const std::string code = answer.json().value("code", "");
  return answer.status == 409 && (code == "turn_in_progress" || code == "message_not_active");
}

std::string last_question(const Talk& talk) {
  const int total = talk.fetch(talk.path("/messages?limit=1")).json()["total"];
  const Json line = line_from(talk, std::max(0, total - 20));
  std::string last;
  for (const auto& each : line) {
    if (each["role"] == "user" && each["status"] == "active") last = each["id"];
  }
  return last;
}

}  // namespace

TEST_CASE("edits and turns that race leave every answer behind its own question") {
  const Talk talk("mock-echo-d3");
  talk.turn(talk.thread, "start");
  std::atomic<bool> over = false;
  std::atomic<int> round = 0;  // turns keep step with edits, so that neither starves the other
  std::mutex mutex;
  Texts strange;
  const auto expect = [&](const Answer& answer) {
    if (is_expected(answer)) return;
    const std::lock_guard lock(mutex);
    strange.push_back(std::to_string(answer.status) + " " + answer.body);
  };
  auto other = std::async(std::launch::async, [&] {
    int taken = 0;
    for (int i = 0; !over; ++i) {
      const int seen = round;
      const Answer said = talk.call("POST", talk.path("/messages"), {{"message", "said " + std::to_string(i)}});
      expect(said);
      taken += said.status == 201 ? 1 : 0;
      if (!over) round.wait(seen);
    }
    return taken;
  });
  int edits = 0;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  for (int i = 0; edits < 200 && std::chrono::steady_clock::now() < until; ++i) {
    ++round;
    round.notify_one();
    const std::string last = last_question(talk);
    if (last.empty()) continue;
    const Answer edited = talk.edit(last, {{"content", "edit " + std::to_string(i)}, {"rerun", i % 2 == 0}});
    expect(edited);
    edits += edited.status == 201 ? 1 : 0;
  }
  over = true;
  ++round;
  round.notify_one();
  CHECK(other.get() > 10);
  CHECK(edits == 200);
  CHECK(strange == Texts{});
  const auto ended = [&] { return talk.runs("?status=running&threadId=" + talk.thread)["runs"].empty(); };
  while (!ended() && std::chrono::steady_clock::now() < until + std::chrono::seconds(60)) {
  }
  REQUIRE(ended());
  const Json line = line_from(talk, 0);
  Json before;
  for (const auto& each : line) {
    INFO(each.dump() << " behind " << before.dump());
    CHECK((each["status"] == "active" || each["status"] == "edited_out"));
    if (each["status"] != "active") continue;
    if (each["role"] == "assistant") {
      CHECK(before["role"] == "user");
      CHECK(before["runId"] == each["runId"]);
      CHECK(before["content"] == each["content"]);
    }
    before = each;
  }
  // No model was asked with a question that is not the last.
  for (const auto& request : talk.mock.requests())
    CHECK(Json::parse(request.body)["messages"].back()["role"] == "user");
}

TEST_CASE("a rerun that a SIGKILL interrupts is taken up again, on the edited thread and with its own settings") {
  Talk talk;
  for (const char* text : {"one", "two"}) talk.turn(talk.thread, text);
  const Answer answer = talk.edit(talk.id(0), {{"content", "uno"}, {"rerun", true}},
                                  {R"(X-Platos-Config: {"model": "mock:mock-hang-once-echo-r0"})"});
  REQUIRE(answer.status == 201);
  const std::string run = answer.json()["runId"];
  REQUIRE(talk.mock.wait_until([](const MockStats& stats) { return stats.held == 1; }, std::chrono::seconds(20)));
  talk.daemon->kill_hard();
  talk.mock.release();
  talk.daemon->start_again();
  REQUIRE(talk.wait_for_status(run, "completed"));
  CHECK(talk.standing() == "u:uno a:uno ");
  CHECK(talk.seen() == Texts{"uno"});
  CHECK(Json::parse(talk.mock.requests().back().body)["model"] == "mock-hang-once-echo-r0");
  const Json line = talk.line();
  CHECK(line.back()["runId"] == run);
  CHECK(line.back()["responseJson"]["model"] == "mock:mock-hang-once-echo-r0");
  CHECK(line.size() == 6);
  CHECK(text_of(transcript(events_of_run(talk, run))) == "uno");
}

TEST_CASE("a summary that is written while its messages are edited out is not kept") {
  Talk talk("mock-hang-echo-r0", {{"historyMode", "compact"}, {"compactThreshold", 8}, {"contextLimit", 2}});
  // Turns speak with another model than the one that summarises.
  for (int i = 1; i <= 4; ++i) {
    talk.made("POST", talk.path("/messages"), {{"message", "m" + std::to_string(i)}},
              {R"(X-Platos-Config: {"model": "mock:mock-echo-r0"})"});
  }
  REQUIRE(talk.mock.wait_until([](const MockStats& stats) { return stats.held == 1; }, std::chrono::seconds(20)));
  REQUIRE(talk.edit(talk.id(2), {{"content", "two"}}).status == 201);
  talk.mock.release();
  std::string run;
  const Json listed = talk.runs("?threadId=" + talk.thread);
  for (const auto& each : listed["runs"]) {
    if (each["kind"] == "compaction") run = each["id"];
  }
  REQUIRE(talk.wait_for_status(run, "completed"));
  CHECK(talk.fetch(talk.path()).json()["compactedSummary"].is_null());
  CHECK(talk.standing() == "u:m1 a:m1 u:two ");
}

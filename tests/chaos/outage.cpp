#include "chaos/outage.hpp"

#include <poll.h>

#include "chaos/elapsed.hpp"
#include "support/http.hpp"
#include "support/postgres.hpp"

namespace platos::tests::chaos {
namespace {

// A client that was refused tries again so soon.
constexpr int kAgainMs = 20;

std::int64_t now_ms() { return ms_since(Clock::time_point()); }

/// A request, how long it took, and what is wrong with its answer unless it is the 503 of a database that is away.
void expect_refusal(const ChaosStage& stage, const Ask& question, Heard& heard) {
  const auto asked = Clock::now();
  const Answer answer = ask(stage.daemon(), question);
  heard.slowest_refusal_ms = std::max(heard.slowest_refusal_ms, ms_since(asked));
  const std::string code = answer.json().is_object() ? answer.json().value("code", "") : "";
  if (answer.status == 503 && code == "store_unreachable" && answer.headers.count("retry-after") == 1) return;
  heard.wrong.push_back(question.path + ": " + std::to_string(answer.status) + " " + answer.body.substr(0, 200));
}

void expect_health(const ChaosStage& stage, Heard& heard) {
  const auto asked = Clock::now();
  const Answer alive = get(stage.daemon(), "/api/health");
  const Answer ready = get(stage.daemon(), "/api/health/ready");
  heard.slowest_health_ms = std::max(heard.slowest_health_ms, ms_since(asked));
  if (alive.status != 200) heard.wrong.push_back("/api/health: " + std::to_string(alive.status));
  if (ready.status != 503 || ready.json()["checks"]["store"] != "store_unreachable")
    heard.wrong.push_back("/api/health/ready: " + std::to_string(ready.status) + " " + ready.body);
}

}  // namespace

Outage::Outage(Way way) : state_(State::Silent), began_ms_(now_ms()) {
  PostgresServer::shared().pause();
  if (way == Way::Refused) worsen();
}

void Outage::worsen() {
  PostgresServer::shared().kill_hard();
  state_ = State::Refused;
}

void Outage::back() {
  if (state_ == State::Silent) PostgresServer::shared().resume();
  if (state_ == State::Refused) PostgresServer::shared().start();
  state_ = State::Over;
}

std::int64_t Outage::lasts_ms() const { return now_ms() - began_ms_; }

bool wait_for_ready(const ChaosStage& stage, int status, int timeout_ms) {
  const auto until = Clock::now() + std::chrono::milliseconds(timeout_ms);
  while (get(stage.daemon(), "/api/health/ready").status != status) {
    if (ms_until(until) <= 0) return false;
    ::poll(nullptr, 0, kAgainMs);
  }
  return true;
}

Heard ask_around(const ChaosStage& stage, const std::string& agent, const std::function<bool(const Heard&)>& enough) {
  Heard heard;
  const auto began = Clock::now();
  if (!wait_for_ready(stage, 503, 30'000)) heard.wrong.push_back("/api/health/ready never said so");
  heard.noticed_ms = ms_since(began);
  Ask turn = streamed_turn(agent);
  Ask threads;
  threads.path = "/api/v1/agent/threads";
  Ask profile;
  profile.method = "PUT";
  profile.path = "/api/v1/agent/end-users/somebody";
  profile.body = R"({"name":"Some Body"})";
  while (heard.wrong.empty() && !enough(heard)) {
    expect_health(stage, heard);
    for (const auto& question : {turn, threads, profile}) expect_refusal(stage, question, heard);
    ++heard.rounds;
    ::poll(nullptr, 0, kAgainMs);
  }
  return heard;
}

}  // namespace platos::tests::chaos

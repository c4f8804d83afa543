#include "chaos/turn_client.hpp"

#include <poll.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "chaos/elapsed.hpp"

namespace platos::tests::chaos {

nlohmann::json TurnClient::submission(const TurnLog& turn) {
  nlohmann::json body = {{"message", turn.message}};
  // The thread of a first submission is made by the daemon: a repeated one must not name it.
  if (turn.frames.empty() && !turn.thread_id.empty()) body["threadId"] = turn.thread_id;
  if (turn.queue_when_busy) body["onBusy"] = "queue";
  return body;
}

void TurnClient::take(TurnLog& turn, const Frame& frame) {
  if (frame.id == 0) return;
  const std::int64_t last = turn.frames.empty() ? 0 : turn.frames.back().id;
  const bool starts = turn.frames.empty() && frame.is("meta");
  const bool new_attempt = frame.data.starts_with(R"({"type":"message_boundary","reason":"retry")");
  if (frame.id <= last) turn.violations.push_back("a duplicate: " + frame.data + " after " + std::to_string(last));
  if (frame.id > last + 1 && !starts && !new_attempt)
    turn.violations.push_back("a gap: " + frame.data + " after " + std::to_string(last));
  if (turn.done) turn.violations.push_back("an event after done: " + frame.data);
  if (frame.is("meta")) turn.thread_id = nlohmann::json::parse(frame.data).at("thread_id");
  turn.done = turn.done || frame.is("done");
  turn.frames.push_back(frame);
}

Exchange TurnClient::next_exchange(TurnLog& turn) {
  Exchange request;
  if (cut) request.cut_after_bytes = cut(random_);
  request.on_frame = [&turn](const Frame& frame) {
    take(turn, frame);
    return true;
  };
  if (turn.run_id.empty()) {
    request.method = "POST";
    request.path = "/api/v1/agent/agents/" + turn.agent_id + "/chat/stream";
    request.body = submission(turn).dump();
    request.headers = {"Idempotency-Key: " + turn.key};
    return request;
  }
  request.path = "/api/v1/runs/" + turn.run_id + "/events";
  const std::string cursor = std::to_string(turn.frames.empty() ? 0 : turn.frames.back().id);
  if (random_() % 2 == 0) {
    request.path += "?after=" + cursor;
  } else if (!turn.frames.empty()) {
    request.headers = {"Last-Event-ID: " + cursor};
  }
  ++turn.resumed;
  return request;
}

void TurnClient::judge(TurnLog& turn, const Exchange& request, const Reply& reply) const {
  // 401: the port of a dead daemon belongs to one with another key by now.
  const bool try_again = reply.status == 0 || reply.status == 503 || reply.status == 401;
  if (try_again || reply.status == 200) return;
  if (reply.status == 204 && turn.done) return;
  turn.violations.push_back(request.method + " " + request.path + " was answered with " + std::to_string(reply.status) +
                            " " + reply.body.substr(0, 300));
}

int TurnClient::connect_once(TurnLog& turn, int timeout_ms) {
  const auto entry = addresses_.now();
  Exchange request = next_exchange(turn);
  request.timeout_ms = timeout_ms;
  const Reply reply = exchange(entry.address, request);
  ++turn.connections;
  if (reply.status == 200) {
    const auto run = reply.headers.find("x-platos-run-id");
    const std::string run_id = run == reply.headers.end() ? "" : run->second;
    if (run_id.empty()) turn.violations.push_back("a stream without X-Platos-Run-Id");
    if (!turn.run_id.empty() && turn.run_id != run_id)
      turn.violations.push_back("run " + turn.run_id + " became run " + run_id);
    turn.run_id = run_id;
  }
  judge(turn, request, reply);
  if (!reply.connected || reply.status == 401) addresses_.wait_for_start_after(entry.start, timeout_ms);
  if (reply.status == 503) ::poll(nullptr, 0, 20);
  return reply.status;
}

bool TurnClient::drive(TurnLog& turn, int timeout_ms) {
  const auto until = Clock::now() + std::chrono::milliseconds(timeout_ms);
  while (!turn.done && turn.violations.empty()) {
    const int left = ms_until(until);
    if (left <= 0) return false;
    connect_once(turn, left);
  }
  return turn.done && turn.violations.empty();
}

}  // namespace platos::tests::chaos

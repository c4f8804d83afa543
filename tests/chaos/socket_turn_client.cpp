#include "chaos/socket_turn_client.hpp"

#include <poll.h>

#include <chrono>
#include <set>

#include "chaos/elapsed.hpp"

namespace platos::tests::chaos {
namespace {

/// Of a daemon that stops or is busy, and of one that got a dead one's port: the same is asked again.
bool passes(const std::string& code) {
  static const std::set<std::string> codes = {"draining", "overloaded", "unauthorized", "internal_error"};
  return codes.contains(code);
}

}  // namespace

void SocketTurnClient::ask(SocketClient& socket, TurnLog& turn) {
  socket.enter();
  if (turn.run_id.empty()) {
    auto message = submission(turn);
    message["agentId"] = turn.agent_id;
    message["idempotencyKey"] = turn.key;
    return socket.emit("message", message);
  }
  ++turn.resumed;
  socket.emit("resume_stream",
              {{"threadId", turn.thread_id}, {"runId", turn.run_id}, {"lastSeq", turn.frames.back().id}});
}

bool SocketTurnClient::hear(TurnLog& turn, const SocketEvent& event) {
  if (event.name == "disconnect") return false;
  if (event.name != "agent_event") return true;
  const auto body = event.body();
  if (body.contains("_seq")) {
    const Frame frame{body.at("_seq"), without_thread(event)};
    // A room tells of other turns of the thread, too.
    const std::string run = body.at("_run");
    if (turn.run_id.empty() && frame.is("meta")) turn.run_id = run;
    if (run == turn.run_id) take(turn, frame);
    return !turn.done;
  }
  if (event.is("error") && !passes(body.value("code", ""))) turn.violations.push_back("refused: " + event.json);
  return !event.is("done");
}

int SocketTurnClient::connect_once(TurnLog& turn, int timeout_ms) {
  const auto until = Clock::now() + std::chrono::milliseconds(timeout_ms);
  const auto entry = addresses().now();
  SocketOptions options;
  options.headers = {"Authorization: Bearer " + entry.address.key};
  if (cut) options.cut_after_bytes = cut(random());
  SocketClient socket(entry.address.url, options);
  ++turn.connections;
  const bool connected = socket.status() == 101;
  if (connected) ask(socket, turn);
  bool refused = false;
  while (connected && turn.violations.empty()) {
    const auto event = socket.next_event(ms_until(until));
    if (!event) break;
    refused = !hear(turn, *event) && !turn.done;
    if (refused || turn.done) break;
  }
  if (socket.status() == 0) addresses().wait_for_start_after(entry.start, std::min(ms_until(until), 1'000));
  if (refused || (connected && !turn.done && !cut)) ::poll(nullptr, 0, 20);
  return socket.status();
}

}  // namespace platos::tests::chaos

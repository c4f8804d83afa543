// Every event for every kind of principal: a socket does nothing that its credentials would not do over REST.
#include <catch2/catch.hpp>
#include <iostream>

#include "integration/socket_stage.hpp"
#include "integration/tenant_world.hpp"

namespace platos::tests {
namespace {

/// The headers that ApiStage::call() would send.
std::vector<std::string> headers_of(const World& world, const Caller& caller) {
  std::vector<std::string> headers;
  bool has_key = false;
  for (const auto& header : caller.headers) {
    has_key = has_key || header.starts_with("Authorization:");
    if (header != "Authorization:") headers.push_back(header);
  }
  if (!has_key) headers.push_back("Authorization: Bearer " + world.daemon->key());
  return headers;
}

/// Who gets more than an error.
enum class For { Alice, Deciders, Everybody };

struct EventRow {
  const char* name;
  const char* answer;  ///< to those who may, or the type of its agent event
  For whom;
};

constexpr EventRow kEvents[] = {{"message", "done", For::Alice},
                                {"stop", "done", For::Alice},
                                {"resume_stream", "done", For::Alice},
                                {"join_thread", "joined_thread", For::Alice},
                                {"leave_thread", "left_thread", For::Everybody},
                                {"thread.rename", "thread_event", For::Alice},
                                {"approval_response", "approval_ack", For::Deciders}};

Json body_of(const World& world, const std::string& event, const std::string& approval) {
  if (event == "approval_response") return {{"approvalId", approval}, {"approved", true}};
  Json body = {{"threadId", world.ids.at("thread")}};
  if (event == "message") body["message"] = "Hi";
  if (event == "thread.rename") body["title"] = "Mine now";
  if (event == "resume_stream") body["runId"] = world.ids.at("run");
  return body;
}

/// Everything that comes until the answer, or an error and its done, or the error of an approval.
struct Heard {
  std::vector<SocketEvent> events;
  bool answered = false;
  bool refused = false;
  std::string text() const {
    std::string all;
    for (const auto& event : events) all += event.name + " " + event.json + "\n";
    return all;
  }
};

Heard hear(SocketClient& client, const std::string& answer) {
  Heard heard;
  while (auto event = client.next_event()) {
    heard.events.push_back(*event);
    const bool is_no = event->name == "approval_response_error";
    heard.refused = heard.refused || event->is("error") || is_no;
    heard.answered = heard.answered || event->name == answer || event->is(answer);
    if (event->is("done") || is_no || (heard.answered && !heard.refused)) return heard;
  }
  return heard;
}

bool may_enter(const Caller& caller) { return caller.refused == 0 && (caller.rights & kChat) != 0; }

bool may_touch(const Caller& caller) { return caller.sees == Of::User && caller.is_alice && !caller.bound_elsewhere; }

bool may_do(For whom, const Caller& caller) {
  if (whom == For::Everybody) return true;
  if (whom == For::Alice) return may_touch(caller);
  const bool is_staff = (caller.rights & (kWrite | kAdmin | kOwner | kOperator)) != 0;
  return caller.sees == Of::User && !caller.bound_elsewhere && (caller.is_alice || is_staff);
}

/// Besides what the event itself named.
void check_not_told(const World& world, const Heard& heard, const Caller& caller, const Json& body) {
  INFO(heard.text());
  for (const char* id : {"run", "agent", "entity"}) {
    if (caller.is_alice || body.dump().find(world.ids.at(id)) != std::string::npos) continue;
    CHECK(heard.text().find(world.ids.at(id)) == std::string::npos);
  }
  CHECK(heard.text().find("\"token\"") == std::string::npos);
}

/// `approval`: one that waits.
void check_event(const World& world, const EventRow& row, const Caller& caller, const std::string& approval) {
  INFO(row.name << " for " << caller.name);
  SocketOptions options;
  options.headers = headers_of(world, caller);
  SocketClient client(world.daemon->url(), options);
  client.enter();
  const Json body = body_of(world, row.name, approval);
  client.emit(row.name, body);
  if (!may_enter(caller)) {
    const Heard heard = hear(client, "never");
    CHECK(heard.refused);
    check_not_told(world, heard, caller, body);
    CHECK(client.next_event()->name == "disconnect");
    return;
  }
  CHECK(client.wait_for("connected")["environmentId"].is_string());
  const Heard heard = hear(client, row.answer);
  INFO(heard.text());
  const bool may = may_do(row.whom, caller);
  CHECK(heard.refused == !may);
  if (may) CHECK(heard.answered);
  if (!may) check_not_told(world, heard, caller, body);
  if (!may && row.whom == For::Deciders) CHECK(heard.events.back().body()["code"] == "approval_not_found");
}

/// What a socket says when it is asked for what is not there: "there are this, that and more".
std::string known_events(const World& world) {
  SocketOptions options;
  options.headers = {"Authorization: Bearer " + world.daemon->key()};
  SocketClient client(world.daemon->url(), options);
  client.enter();
  client.emit("no_such_event", Json::object());
  const std::string text = client.wait_for("agent_event").at("message");
  return text.substr(text.find("there are "));
}

}  // namespace

TEST_CASE("Every event of a socket does for each principal what it may, and shows nobody what belongs to others") {
  const World world;
  int cells = 0;
  std::string approval = world.ask_approval();
  for (const auto& row : kEvents) {
    for (const auto& caller : world.callers) {
      ++cells;
      check_event(world, row, caller, approval);
      if (row.whom != For::Deciders) continue;
      const bool may = may_enter(caller) && may_do(row.whom, caller);
      INFO(caller.name);
      CHECK(world.state_of_approval(approval) == (may ? "approved" : "pending"));
      if (may) approval = world.ask_approval();
    }
  }
  std::cout << "socket_tenants_test: " << cells << " cells\n";
}

TEST_CASE("Every event that a socket knows has a row here") {
  const World world;
  std::string rows = "there are ";
  for (std::size_t i = 0; i < std::size(kEvents); ++i) {
    if (i > 0) rows += i + 1 == std::size(kEvents) ? " and " : ", ";
    rows += kEvents[i].name;
  }
  CHECK(known_events(world) == rows);
}

TEST_CASE("Nobody in a room of another tenant, and nobody whose join was refused, hears its turns") {
  const World world;
  std::vector<std::unique_ptr<SocketClient>> outside;
  for (const auto& caller : world.callers) {
    if (!may_enter(caller) || may_touch(caller)) continue;
    SocketOptions options;
    options.headers = headers_of(world, caller);
    outside.push_back(std::make_unique<SocketClient>(world.daemon->url(), options));
    outside.back()->enter();
    outside.back()->emit("join_thread", {{"threadId", world.ids.at("thread")}});
    CHECK(hear(*outside.back(), "never").refused);
  }
  REQUIRE(outside.size() >= 6);
  const Answer turn = world.call("POST", kThreads + world.ids.at("thread") + "/messages", {{"message", "Hi"}},
                                 {"X-Platos-User-Id: alice"});
  CHECK(turn.json()["status"] == "completed");
  for (const auto& each : outside) {
    each->emit("leave_thread", {{"threadId", "mark"}});
    const auto event = each->next_event();
    REQUIRE(event.has_value());
    CHECK(event->name == "left_thread");
  }
}

}  // namespace platos::tests

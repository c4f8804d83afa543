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

struct EventRow {
  const char* name;
  const char* answer;  ///< to those who may, or the type of its agent event
};

constexpr EventRow kEvents[] = {{"message", "done"},
                                {"stop", "done"},
                                {"resume_stream", "done"},
                                {"join_thread", "joined_thread"},
                                {"thread.rename", "thread_event"}};

Json body_of(const World& world, const std::string& event) {
  Json body = {{"threadId", world.ids.at("thread")}};
  if (event == "message") body["message"] = "Hi";
  if (event == "thread.rename") body["title"] = "Mine now";
  if (event == "resume_stream") body["runId"] = world.ids.at("run");
  return body;
}

/// Everything that comes until the answer, or an error and its done.
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
    heard.refused = heard.refused || event->is("error");
    heard.answered = heard.answered || event->name == answer || event->is(answer);
    if (event->is("done") || (heard.answered && !heard.refused)) return heard;
  }
  return heard;
}

bool may_enter(const Caller& caller) { return caller.refused == 0 && (caller.rights & kChat) != 0; }

bool may_touch(const Caller& caller) { return caller.sees == Of::User && caller.is_alice && !caller.bound_elsewhere; }

/// Besides what the event itself named.
void check_not_told(const World& world, const Heard& heard, const Caller& caller, const std::string& event) {
  INFO(heard.text());
  for (const char* id : {"run", "agent", "entity"}) {
    if (caller.is_alice || body_of(world, event).dump().find(world.ids.at(id)) != std::string::npos) continue;
    CHECK(heard.text().find(world.ids.at(id)) == std::string::npos);
  }
  CHECK(heard.text().find("\"token\"") == std::string::npos);
}

}  // namespace

TEST_CASE("Every event of a socket does for each principal what it may, and shows nobody what belongs to others") {
  const World world;
  int cells = 0;
  for (const auto& caller : world.callers) {
    for (const auto& row : kEvents) {
      INFO(row.name << " for " << caller.name);
      ++cells;
      SocketOptions options;
      options.headers = headers_of(world, caller);
      SocketClient client(world.daemon->url(), options);
      client.enter();
      client.emit(row.name, body_of(world, row.name));
      if (!may_enter(caller)) {
        const Heard heard = hear(client, "never");
        CHECK(heard.refused);
        check_not_told(world, heard, caller, row.name);
        CHECK(client.next_event()->name == "disconnect");
        continue;
      }
      CHECK(client.wait_for("connected")["environmentId"].is_string());
      const Heard heard = hear(client, row.answer);
      if (may_touch(caller)) {
        INFO(heard.text());
        CHECK(heard.answered);
        CHECK_FALSE(heard.refused);
        continue;
      }
      INFO(heard.text());
      CHECK(heard.refused);
      check_not_told(world, heard, caller, row.name);
    }
  }
  std::cout << "socket_tenants_test: " << cells << " cells\n";
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

// Sessions of Engine.IO over each transport alone: handshake, messages, pings, what ends them.
#include "engine_io_stage.hpp"

namespace platos::ingress {
namespace {

using Texts = std::vector<std::string>;

EngineOptions small() {
  EngineOptions options;
  options.ping_interval_ms = 1'000;
  options.ping_timeout_ms = 400;
  options.max_payload_bytes = 64;
  options.max_sessions = 3;
  return options;
}

}  // namespace

TEST_CASE("A session over polling begins, hears and says") {
  EngineStage stage;
  const auto begun = stage.begin("GET", {});
  REQUIRE(begun->done);
  CHECK(begun->response.body.starts_with(R"(0{"sid":")"));
  CHECK(begun->response.body.ends_with(
      R"(","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":10000,"maxPayload":1000000})"));
  const std::string id = stage.handshake();
  REQUIRE(stage.talks.size() == 2);
  CHECK(stage.server.sessions() == 2);
  Talk& talk = *stage.talks[1];

  const auto waiting = stage.poll(id);
  CHECK_FALSE(waiting->done);
  CHECK(stage.post(id,
                   "4one\x1e"
                   "4two \xC3\xA9\x1e"
                   "3\x1e"
                   "4") == 200);
  CHECK(talk.heard == Texts{"one", "two \xC3\xA9", ""});
  stage.loop.post([&] { talk.say("first"); });
  stage.loop.post([&] { talk.say("second"); });
  stage.settle();
  REQUIRE(waiting->done);
  CHECK(waiting->response.body ==
        "4first\x1e"
        "4second");
  talk.say("kept for the next poll");
  CHECK(stage.polled(id) == "4kept for the next poll");
}

TEST_CASE("A session over WebSocket begins, hears and says") {
  EngineStage stage;
  auto end = stage.socket();
  const auto open = stage.pull(end);
  REQUIRE(open.size() == 1);
  CHECK(open[0].starts_with(R"(0{"sid":")"));
  CHECK(open[0].find(R"("upgrades":[],)") != std::string::npos);
  Talk& talk = *stage.talks[0];
  end.send("4hello");
  end.send("2probe");
  end.send("6");
  stage.settle();
  CHECK(talk.heard == Texts{"hello"});
  for (int i = 0; i < 200; ++i) talk.say(std::to_string(i));
  const auto said = stage.pull(end);
  REQUIRE(said.size() == 200);
  CHECK(said[0] == "40");
  CHECK(said[199] == "4199");
  end.hang_up();
  stage.settle();
  CHECK(talk.ended);
  CHECK(stage.server.sessions() == 0);
}

TEST_CASE("Requests that the protocol does not know are refused in its own words") {
  EngineStage stage(small());
  const std::string id = stage.handshake();
  const auto refusal = [&](const std::string& method, Query query, const std::string& body = {}) {
    const auto asked = stage.begin(method, std::move(query), body);
    return std::to_string(asked->response.status) + " " + asked->response.body;
  };
  CHECK(refusal("GET", {{"transport", "carrier-pigeon"}}) == R"(400 {"code":0,"message":"Transport unknown"})");
  CHECK(refusal("GET", {{"sid", "nobody"}}) == R"(400 {"code":1,"message":"Session ID unknown"})");
  CHECK(refusal("POST", {}) == R"(400 {"code":2,"message":"Bad handshake method"})");
  CHECK(refusal("GET", {{"transport", "websocket"}}) == R"(400 {"code":3,"message":"Bad request"})");
  CHECK(refusal("GET", {{"EIO", "3"}}) == R"(400 {"code":5,"message":"Unsupported protocol version"})");
  CHECK(refusal("POST", {{"sid", id}}, std::string(65, '4')) == R"(413 {"code":3,"message":"Bad request"})");
  stage.handshake();
  stage.handshake();
  CHECK(refusal("GET", {}) == R"(503 {"code":4,"message":"Forbidden"})");
  CHECK(stage.begin_socket()->response.status == 503);
}

TEST_CASE("Strangers of one address are few, and clients that are known do not count among them") {
  EngineOptions options;
  options.max_strangers = 2;
  EngineStage stage(options);
  stage.address = "203.0.113.1";
  stage.handshake();
  auto end = stage.socket();
  CHECK(stage.begin("GET", {})->response.status == 429);
  CHECK(stage.begin_socket()->response.status == 429);
  stage.talks[0]->session->note_known();
  const std::string third = stage.handshake();
  CHECK(stage.begin("GET", {})->response.status == 429);
  CHECK(stage.post(third, "1") == 200);
  end.hang_up();
  stage.settle();
  stage.talks[0]->session->note_known();
  stage.handshake();
  stage.handshake();
  CHECK(stage.begin("GET", {})->response.status == 429);
  stage.address = "203.0.113.2";
  stage.handshake();
  stage.address.clear();
  for (int i = 0; i < 5; ++i) stage.handshake();
}

TEST_CASE("A body that is not what the protocol allows ends its session") {
  for (const char* body : {"", "x", "bAAAA", "7", "4a\x1e", "4\xC3("}) {
    EngineStage stage;
    const std::string id = stage.handshake();
    INFO(body);
    CHECK(stage.post(id, body) == 400);
    const bool bad_text = std::string(body) == "4\xC3(";
    CHECK(stage.server.sessions() == (bad_text ? 1 : 0));
  }
}

TEST_CASE("Two polls at once end the session, since the order would be lost") {
  EngineStage stage;
  const std::string id = stage.handshake();
  const auto first = stage.poll(id);
  const auto second = stage.poll(id);
  REQUIRE(first->done);
  CHECK(first->response.body == "1");
  REQUIRE(second->done);
  CHECK(second->response.status == 400);
  CHECK(stage.server.sessions() == 0);
}

TEST_CASE("A client that answers pings stays; one that does not is gone after interval and timeout") {
  EngineStage stage(small());
  const std::string id = stage.handshake();
  auto end = stage.socket();
  stage.pull(end);
  for (int i = 0; i < 5; ++i) {
    stage.advance_ms(1'000);
    CHECK(stage.polled(id) == "2");
    CHECK(stage.pull(end) == Texts{"2"});
    end.send("3");
    CHECK(stage.post(id, "3") == 200);
  }
  stage.advance_ms(1'000);
  stage.advance_ms(399);
  CHECK(stage.server.sessions() == 2);
  stage.advance_ms(1);
  CHECK(stage.server.sessions() == 0);
  stage.pull(end);
  CHECK(end.status == 1000);
  CHECK(stage.talks[0]->ended);
  CHECK(stage.poll(id)->response.status == 400);
}

TEST_CASE("While something is delivered over a WebSocket a missing pong is forgiven") {
  EngineStage stage(small());
  auto end = stage.socket();
  stage.talks[0]->delivering = true;
  for (int i = 0; i < 20; ++i) {
    stage.advance_ms(700);
    stage.pull(end);
  }
  CHECK(stage.server.sessions() == 1);
  stage.talks[0]->delivering = false;
  for (int i = 0; i < 3; ++i) stage.advance_ms(1'400);
  CHECK(stage.server.sessions() == 0);
}

TEST_CASE("What was pulled is confirmed by the answer to a ping behind it, half a second later") {
  EngineStage stage;
  auto end = stage.socket();
  stage.pull(end);
  Talk& talk = *stage.talks[0];
  const auto pong = [&] {
    end.send("3");
    stage.settle();
  };
  const auto say = [&](const std::string& text) {
    talk.say(text);
    talk.session->confirm();
  };
  say("a");
  CHECK(stage.pull(end) == Texts{"4a"});
  pong();  // to nothing
  stage.advance_ms(499);
  say("b");
  CHECK(stage.pull(end) == Texts{"4b"});
  CHECK(talk.confirmations.empty());
  stage.advance_ms(1);
  CHECK(stage.pull(end) == Texts{"2"});
  say("c");  // behind the ping
  stage.advance_ms(600);
  CHECK(stage.pull(end) == Texts{"4c"});
  CHECK(talk.confirmations == "p");
  pong();
  CHECK(talk.confirmations == "pc");
  stage.advance_ms(500);
  CHECK(stage.pull(end) == Texts{"2"});
  pong();
  pong();
  CHECK(talk.confirmations == "pcpc");
  stage.advance_ms(2'000);
  CHECK(stage.pull(end).empty());
}

TEST_CASE("An answer to the ping before is not taken for one that confirms") {
  EngineStage stage(small());
  auto end = stage.socket();
  stage.pull(end);
  Talk& talk = *stage.talks[0];
  stage.advance_ms(1'000);
  CHECK(stage.pull(end) == Texts{"2"});
  talk.say("a");
  talk.session->confirm();
  CHECK(stage.pull(end) == Texts{"4a"});
  talk.delivering = true;
  stage.advance_ms(500);
  CHECK(stage.pull(end) == Texts{"2"});
  end.send("3");
  stage.settle();
  CHECK(talk.confirmations == "p");
  end.send("3");
  stage.settle();
  CHECK(talk.confirmations == "pc");
}

TEST_CASE("A session that is closed says first what it had to say") {
  EngineStage stage;
  auto end = stage.socket();
  stage.pull(end);
  stage.talks[0]->say("goodbye");
  stage.talks[0]->session->close();
  CHECK(stage.pull(end) == Texts{"4goodbye"});
  CHECK(end.status == 1000);

  const std::string id = stage.handshake();
  stage.talks[1]->say("goodbye");
  stage.talks[1]->session->close();
  stage.settle();
  CHECK(stage.server.sessions() == 1);
  CHECK(stage.polled(id) == "4goodbye");
  CHECK(stage.polled(id) == "1");
  CHECK(stage.server.sessions() == 0);
}

TEST_CASE("A client that closes is gone at once") {
  EngineStage stage;
  const std::string id = stage.handshake();
  const auto waiting = stage.poll(id);
  CHECK(stage.post(id, "1") == 200);
  REQUIRE(waiting->done);
  CHECK(stage.server.sessions() == 0);
  auto end = stage.socket();
  end.send("1");
  stage.pull(end);
  CHECK(end.status == 1000);
  CHECK(stage.server.sessions() == 0);
}

TEST_CASE("A poll whose client went away takes its session with it, and nothing is given to it") {
  EngineStage stage;
  for (const bool half : {true, false}) {
    const std::string id = stage.handshake();
    auto waiting = stage.poll(id);
    Talk& talk = *stage.talks.back();
    if (half) {
      stage.loop.post([&] { waiting->gone.cancel("client_gone"); });
    } else {
      stage.loop.post([&] { waiting.reset(); });
    }
    stage.settle();
    CHECK(stage.server.sessions() == 0);
    CHECK(talk.ended);
  }
}

TEST_CASE("Text that is no packet ends a WebSocket session") {
  for (const char* text : {"", "x", "bAAAA", "0"}) {
    EngineStage stage;
    auto end = stage.socket();
    end.send(text);
    stage.pull(end);
    CHECK(end.status == 1000);
    CHECK(stage.server.sessions() == 0);
  }
}

TEST_CASE("A drain is told to every session once, and nobody new comes in") {
  EngineStage stage;
  const std::string id = stage.handshake();
  auto end = stage.socket();
  const auto waiting = stage.poll(id);
  stage.server.drain();
  stage.server.drain();
  stage.settle();
  CHECK(stage.talks[0]->drains == 1);
  CHECK(stage.talks[1]->drains == 1);
  CHECK(stage.begin("GET", {})->response.status == 503);
  stage.talks[0]->session->close();
  stage.settle();
  CHECK(waiting->done);
}

TEST_CASE("A server that goes lets go of its applications, whoever still holds a session") {
  std::vector<std::shared_ptr<Talk>> talks;
  std::shared_ptr<Asked> waiting;
  {
    EngineStage stage;
    const std::string id = stage.handshake();
    waiting = stage.poll(id);
    auto end = stage.socket();
    talks = stage.talks;
    waiting.reset();
  }
  CHECK(talks[0]->ended);
  CHECK(talks[1]->ended);
}

}  // namespace platos::ingress

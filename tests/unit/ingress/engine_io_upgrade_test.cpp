// Sessions that begin with polling and go on over a WebSocket, which may live on another loop.
#include <atomic>
#include <future>
#include <thread>

#include "engine_io_stage.hpp"

namespace platos::ingress {
namespace {

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("The probe frees the poll, the upgrade moves the session, and nothing is lost or out of order") {
  EngineStage stage;
  const std::string id = stage.handshake();
  Talk& talk = *stage.talks[0];
  auto end = stage.socket({{"sid", id}});
  const auto waiting = stage.poll(id);
  CHECK_FALSE(waiting->done);
  end.send("2probe");
  CHECK(stage.pull(end) == Texts{"3probe"});
  REQUIRE(waiting->done);
  CHECK(waiting->response.body == "6");
  // Until it upgrades, the client may go on polling, and is given what there is.
  CHECK(stage.polled(id) == "6");
  talk.say("one");
  CHECK(stage.polled(id) == "4one");
  talk.say("two");
  stage.settle();
  CHECK(stage.post(id, "4still here") == 200);
  end.send("5");
  end.send("4over there");
  CHECK(stage.pull(end) == Texts{"4two"});
  CHECK(talk.heard == Texts{"still here", "over there"});
  CHECK(stage.poll(id)->response.status == 400);
  CHECK(stage.post(id, "4stale") == 400);
  talk.say("three");
  CHECK(stage.pull(end) == Texts{"4three"});
  CHECK(stage.server.sessions() == 1);
}

TEST_CASE("A poll that waits when the upgrade comes is answered") {
  EngineStage stage;
  const std::string id = stage.handshake();
  auto end = stage.socket({{"sid", id}});
  end.send("2probe");
  stage.pull(end);
  end.send("5");
  const auto waiting = stage.poll(id);
  CHECK(waiting->done);
}

TEST_CASE("A WebSocket that is not used in time, says something else or breaks leaves the session with polling") {
  const auto polls_on = [](EngineStage& stage, const std::string& id) {
    stage.talks[0]->say("on");
    return stage.polled(id) == "4on";
  };
  SECTION("no probe within ten seconds") {
    EngineStage stage;
    const std::string id = stage.handshake();
    auto end = stage.socket({{"sid", id}});
    stage.advance_ms(9'999);
    stage.pull(end);
    CHECK(end.status == 0);
    stage.advance_ms(1);
    stage.pull(end);
    CHECK(end.status == 1000);
    CHECK(polls_on(stage, id));
  }
  SECTION("a probe, and then no upgrade") {
    EngineStage stage;
    const std::string id = stage.handshake();
    auto end = stage.socket({{"sid", id}});
    end.send("2probe");
    stage.pull(end);
    stage.advance_ms(10'000);
    CHECK(polls_on(stage, id));
    const auto waiting = stage.poll(id);
    CHECK_FALSE(waiting->done);
  }
  SECTION("something else") {
    EngineStage stage;
    const std::string id = stage.handshake();
    auto end = stage.socket({{"sid", id}});
    end.send("4hello");
    stage.pull(end);
    CHECK(end.status == 1000);
    CHECK(stage.talks[0]->heard.empty());
    CHECK(polls_on(stage, id));
  }
  SECTION("the connection breaks") {
    EngineStage stage;
    const std::string id = stage.handshake();
    auto end = stage.socket({{"sid", id}});
    end.send("2probe");
    stage.pull(end);
    end.hang_up();
    stage.settle();
    CHECK(polls_on(stage, id));
    auto another = stage.socket({{"sid", id}});
    another.send("2probe");
    CHECK(stage.pull(another) == Texts{"3probe"});
  }
}

TEST_CASE("A session has one WebSocket, and one that waits to become it") {
  EngineStage stage;
  const std::string id = stage.handshake();
  auto first = stage.socket({{"sid", id}});
  auto second = stage.socket({{"sid", id}});
  stage.pull(second);
  CHECK(second.status == 1000);
  first.send("2probe");
  first.send("5");
  stage.pull(first);
  auto third = stage.socket({{"sid", id}});
  stage.pull(third);
  CHECK(third.status == 1000);
  CHECK(first.status == 0);
  stage.talks[0]->say("here");
  CHECK(stage.pull(first) == Texts{"4here"});
}

namespace {

/// A loop that runs on a thread of its own.
class RunningLoop {
 public:
  RunningLoop() : thread_([this] { loop.run(); }) {}
  ~RunningLoop() {
    loop.stop();
    thread_.join();
  }
  template <typename Work>
  auto on(Work work) -> decltype(work()) {
    std::packaged_task<decltype(work())()> task(work);
    loop.post([&] { task(); });
    return task.get_future().get();
  }
  base::SystemClock clock;
  base::Loop loop{clock};

 private:
  std::thread thread_;
};

/// Says again what it hears.
class EchoingApp final : public EngineApp {
 public:
  EchoingApp(Session& session, std::atomic<int>& strays) : session_(session), strays_(strays) {}
  void on_message(std::string text) override {
    if (!session_.loop().in_thread()) ++strays_;
    said_.push_back(std::move(text));
    session_.wake();
  }
  void pull(std::vector<std::string>& messages, std::size_t) override {
    for (auto& each : std::exchange(said_, {})) messages.push_back(std::move(each));
  }
  bool is_delivering() const override { return false; }
  void on_pinged() override {}
  void on_confirmed() override {}
  void on_drain() override { session_.close(); }

 private:
  Session& session_;
  std::atomic<int>& strays_;  // calls on a loop that is not the session's
  std::vector<std::string> said_;
};

Response asked_on(RunningLoop& running, EngineServer& server, const std::string& method, Query query,
                  std::vector<std::pair<std::string, std::string>> headers = {}) {
  auto answer = std::make_shared<std::promise<Response>>();
  struct Drive {
    static Task<void> run(EngineServer& server, Request request, Query query,
                          std::shared_ptr<std::promise<Response>> answer) {
      std::string nowhere;
      answer->set_value(co_await server.handle(std::move(request), std::move(query), std::move(nowhere)));
    }
  };
  std::shared_ptr<base::TaskSet> tasks;
  running.on([&] {
    Request request;
    request.method = method;
    request.headers = headers;
    request.loop = &running.loop;
    tasks = std::make_shared<base::TaskSet>(running.loop, [](std::string_view, std::exception_ptr) {});
    tasks->start("asked", Drive::run(server, request, query, answer));
  });
  auto response = answer->get_future().get();
  running.on([&] { tasks.reset(); });
  return response;
}

}  // namespace

TEST_CASE("A session and its WebSocket on two loops talk as on one") {
  RunningLoop home;
  RunningLoop away;
  std::atomic<int> strays{0};
  auto server = std::make_unique<EngineServer>(
      EngineOptions{}, [&strays](Session& session) { return std::make_unique<EchoingApp>(session, strays); });
  const std::string open = asked_on(home, *server, "GET", {{"EIO", "4"}, {"transport", "polling"}}).body;
  const std::string id = open.substr(open.find(":\"") + 2, 32);
  auto response = asked_on(away, *server, "GET", {{"EIO", "4"}, {"transport", "websocket"}, {"sid", id}},
                           {{"connection", "Upgrade"},
                            {"upgrade", "websocket"},
                            {"sec-websocket-version", "13"},
                            {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}});
  REQUIRE(response.status == 101);
  std::unique_ptr<SocketEnd> end;
  away.on([&] { end = std::make_unique<SocketEnd>(std::move(response)); });
  std::vector<std::string> got;
  const auto wait_for = [&](std::size_t count) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (got.size() < count && std::chrono::steady_clock::now() < until) {
      away.on([&] {
        for (auto& text : end->pull()) got.push_back(std::move(text));
      });
    }
    REQUIRE(got.size() == count);
  };
  away.on([&] { end->send("2probe"); });
  wait_for(1);
  CHECK(got[0] == "3probe");
  away.on([&] { end->send("5"); });
  constexpr std::size_t kMessages = 5'000;
  for (std::size_t i = 0; i < kMessages; i += 50) {
    away.on([&] {
      for (std::size_t j = i; j < i + 50; ++j) end->send("4" + std::to_string(j));
    });
  }
  wait_for(1 + kMessages);
  for (std::size_t i = 0; i < kMessages; ++i) REQUIRE(got[i + 1] == "4" + std::to_string(i));

  server->drain();
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (server->sessions() > 0 && std::chrono::steady_clock::now() < until) away.on([&] { end->pull(); });
  CHECK(server->sessions() == 0);
  away.on([&] { end.reset(); });
  home.on([] {});
  CHECK(strays == 0);
}

}  // namespace platos::ingress

#include "api/replays.hpp"

#include <catch2/catch.hpp>

namespace platos::api {
namespace {

/// A client that asks for something that is made when `gate` opens, and the connection that it asks by.
struct Client {
  base::Loop& loop;
  base::CancelSource gone;
  std::unique_ptr<base::TaskSet> connection;
  std::optional<ingress::Response> response;

  explicit Client(base::Loop& owner)
      : loop(owner), connection(std::make_unique<base::TaskSet>(owner, [](std::string_view, std::exception_ptr) {})) {}

  void ask(const RouteHandler& handler, const std::string& body = "{}") {
    Call call;
    call.request.method = "POST";
    call.request.path = "/api/v1/things";
    call.request.body = body;
    call.request.loop = &loop;
    call.request.gone = gone.token();
    connection->start("request", hear(*this, handler(std::move(call))));
  }
  /// As ingress does when it sees a reset: nobody waits any more.
  void reset() {
    gone.cancel("client_gone");
    connection.reset();
  }

 private:
  static Task<void> hear(Client& client, Task<ingress::Response> answer) {
    client.response.emplace(co_await std::move(answer));
  }
};

struct Maker {
  base::Loop& loop;
  base::Completion<base::Done> gate{loop};
  int begun = 0;
  int ended = 0;

  static Task<ingress::Response> make(Maker& maker) {
    ++maker.begun;
    const auto gate = maker.gate;
    co_await gate;
    ingress::Response response;
    response.status = 201;
    response.body = std::to_string(++maker.ended);
    co_return response;
  }
  RouteHandler handler() {
    return [this](Call) { return make(*this); };
  }
};

struct Scene {
  base::ManualClock clock;
  base::Logger logger{clock, base::LogLevel::Error, base::LogFormat::Json};
  base::Loop loop{clock};
  Replays replays{logger};
  Maker maker{loop};
  RouteHandler handler = once(replays, maker.handler());
};

}  // namespace

TEST_CASE("What was begun is ended when its client leaves, and is there for the repetition") {
  Scene scene;
  Client first(scene.loop);
  first.ask(scene.handler);
  first.reset();
  Client again(scene.loop);
  again.ask(scene.handler);
  CHECK(scene.maker.begun == 1);
  scene.maker.gate.complete({});
  scene.loop.run_until([&] { return again.response.has_value(); });
  CHECK(again.response->status == 201);
  CHECK(again.response->body == "1");
  // The next who asks after an answer was heard asks for something new, and so does who asks for something else.
  again.response->on_delivered();
  again.response.reset();
  Client other(scene.loop);
  other.ask(scene.handler, R"({"else":1})");
  again.ask(scene.handler);
  CHECK(scene.maker.begun == 3);
}

TEST_CASE("An answer that was made and never heard is found for ten seconds") {
  Scene scene;
  scene.maker.gate.complete({});
  for (const std::int64_t waits_us : {9'999'999, 10'000'000}) {
    Client first(scene.loop);
    first.ask(scene.handler);
    scene.loop.run_until([&] { return first.response.has_value(); });
    const std::string made = first.response->body;
    first.gone.cancel("client_gone");
    scene.clock.advance_us(waits_us);
    Client again(scene.loop);
    again.ask(scene.handler);
    scene.loop.run_until([&] { return again.response.has_value(); });
    CHECK((again.response->body == made) == (waits_us < 10'000'000));
    again.response->on_delivered();
  }
}

}  // namespace platos::api

// A server of Engine.IO without connections: requests are handed to it, WebSockets are fed by hand, the application
// writes down what it hears.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/task_set.hpp"
#include "ingress/engine_io/packet.hpp"
#include "ingress/engine_io/server.hpp"
#include "support/websocket_frames.hpp"

namespace platos::ingress {

/// What the application of one session heard, and what it has to say. Outlives the application.
struct Talk {
  std::vector<std::string> heard;
  std::vector<std::string> to_say;
  bool delivering = false;
  int drains = 0;
  bool ended = false;
  std::string confirmations;  ///< p: pinged, c: confirmed
  Session* session = nullptr;

  void say(std::string text) {
    to_say.push_back(std::move(text));
    session->wake();
  }
};

class TalkingApp final : public EngineApp {
 public:
  explicit TalkingApp(std::shared_ptr<Talk> talk) : talk_(std::move(talk)) {}
  ~TalkingApp() override { talk_->ended = true; }
  void on_message(std::string text) override { talk_->heard.push_back(std::move(text)); }
  void pull(std::vector<std::string>& messages, std::size_t) override {
    for (auto& each : std::exchange(talk_->to_say, {})) messages.push_back(std::move(each));
  }
  bool is_delivering() const override { return talk_->delivering; }
  void on_pinged() override { talk_->confirmations += 'p'; }
  void on_confirmed() override { talk_->confirmations += 'c'; }
  void on_drain() override { ++talk_->drains; }

 private:
  std::shared_ptr<Talk> talk_;
};

using Query = std::map<std::string, std::string, std::less<>>;

/// One request under way. Destroying it is the connection's end.
struct Asked {
  explicit Asked(base::Loop& loop) : tasks(loop, [](std::string_view, std::exception_ptr) { FAIL("an exception"); }) {}
  bool done = false;
  Response response;
  base::CancelSource gone;
  base::TaskSet tasks;
};

/// The client's end of a WebSocket, and the connection that carries it.
class SocketEnd {
 public:
  explicit SocketEnd(Response response) : duplex_(std::move(response.duplex)) {
    REQUIRE(response.status == 101);
    duplex_->on_ready([] {});
  }
  void send(std::string_view text) { duplex_->receive(tests::client_text(text)); }
  void feed(std::string_view bytes) { duplex_->receive(bytes); }
  /// The texts that are there to be sent. A close frame sets `status`.
  std::vector<std::string> pull() {
    std::vector<std::string> texts;
    do over = duplex_->pull(out_, 65'536);
    while (over == ByteStream::State::Bytes);
    for (auto& frame : tests::take_server_frames(out_)) {
      if (frame.opcode == tests::frame_kind::kClose) status = frame.status();
      if (frame.opcode == tests::frame_kind::kText) texts.push_back(std::move(frame.payload));
    }
    return texts;
  }
  void hang_up() { duplex_.reset(); }

  int status = 0;
  ByteStream::State over = ByteStream::State::Pending;

 private:
  std::unique_ptr<Duplex> duplex_;
  std::string out_;
};

struct EngineStage {
  base::ManualClock clock;
  base::Loop loop{clock};
  std::vector<std::shared_ptr<Talk>> talks;  ///< by age of the session
  EngineServer server;
  std::string address;  ///< that requests come from; empty: strangers are not counted

  explicit EngineStage(EngineOptions options = {})
      : server(options, [this](Session& session) {
          talks.push_back(std::make_shared<Talk>());
          talks.back()->session = &session;
          return std::make_unique<TalkingApp>(talks.back());
        }) {}

  /// What was deferred and posted is done.
  void settle() {
    for (int i = 0; i < 3; ++i) {
      bool passed = false;
      loop.post([&] { passed = true; });
      loop.run_until([&] { return passed; });
    }
  }
  void advance_ms(std::int64_t ms) {
    clock.advance_ms(ms);
    settle();
  }

  std::shared_ptr<Asked> begin(const std::string& method, Query query, std::string body = {},
                               std::vector<std::pair<std::string, std::string>> headers = {}) {
    auto asked = std::make_shared<Asked>(loop);
    Request request;
    request.method = method;
    request.headers = std::move(headers);
    request.body = std::move(body);
    request.loop = &loop;
    request.gone = asked->gone.token();
    query.emplace("EIO", "4");
    query.emplace("transport", "polling");
    struct Drive {
      static Task<void> run(EngineServer& server, Request request, Query query, std::string address, Asked& asked) {
        asked.response = co_await server.handle(std::move(request), std::move(query), std::move(address));
        asked.done = true;
      }
    };
    loop.post([this, asked, request, query, from = address] {
      asked->tasks.start("asked", Drive::run(server, request, query, from, *asked));
    });
    settle();
    return asked;
  }

  std::shared_ptr<Asked> begin_socket(Query query = {}) {
    query.emplace("transport", "websocket");
    return begin("GET", std::move(query), {},
                 {{"connection", "Upgrade"},
                  {"upgrade", "websocket"},
                  {"sec-websocket-version", "13"},
                  {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}});
  }
  SocketEnd socket(Query query = {}) {
    const auto asked = begin_socket(std::move(query));
    REQUIRE(asked->done);
    return SocketEnd(std::move(asked->response));
  }

  /// A session over polling; its id.
  std::string handshake() {
    const auto asked = begin("GET", {});
    REQUIRE(asked->done);
    REQUIRE(asked->response.status == 200);
    const auto& body = asked->response.body;
    const auto at = body.find("\"sid\":\"") + 7;
    return body.substr(at, body.find('"', at) - at);
  }
  std::shared_ptr<Asked> poll(const std::string& id) { return begin("GET", {{"sid", id}}); }
  int post(const std::string& id, std::string body) {
    const auto asked = begin("POST", {{"sid", id}}, std::move(body));
    REQUIRE(asked->done);
    return asked->response.status;
  }
  std::string polled(const std::string& id) {
    const auto asked = poll(id);
    REQUIRE(asked->done);
    return asked->response.body;
  }

  /// What comes out of the socket until nothing more does.
  std::vector<std::string> pull(SocketEnd& end) {
    std::vector<std::string> all;
    for (int quiet = 0; quiet < 3;) {
      settle();
      auto texts = end.pull();
      quiet = texts.empty() ? quiet + 1 : 0;
      all.insert(all.end(), texts.begin(), texts.end());
    }
    return all;
  }
};

}  // namespace platos::ingress

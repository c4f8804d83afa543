// What a socket may use up, how long it is let in, and that nothing of it stays behind.
#include <catch2/catch.hpp>

#include "integration/socket_stage.hpp"

namespace platos::tests {

using namespace std::chrono_literals;

TEST_CASE("Rate limits hold for events, and say when to come again") {
  const SocketStage stage({"--set", "limits.token_per_minute=3"});
  const std::string token = post(*stage.daemon, "/api/v1/tokens", {{"name", "one"}}).json()["token"];
  const std::string agent = stage.agent("mock-n1-r0");
  SocketOptions options;
  options.headers = {"Authorization: Bearer " + token, "X-Platos-Environment-Id: env_default"};
  const auto client = stage.socket(options);
  for (int i = 0; i < 2; ++i) {
    client->emit("message", {{"message", "Hi"}, {"agentId", agent}});
    CHECK(client->until_done().back().is("done"));
  }
  client->emit("message", {{"message", "Hi"}, {"agentId", agent}});
  const auto refused = client->until_done();
  REQUIRE(shape_of(refused) == "error done");
  const Json error = refused.front().body();
  CHECK(error["code"] == "rate_limit");
  CHECK(error["scope"] == "token_per_minute");
  CHECK(error["limit"] == 3);
  CHECK(error["retryAfterSeconds"] > 0);
  SocketClient next(stage.daemon->url(), options);
  next.enter();
  CHECK(next.wait_for("error")["code"] == "rate_limit");
  CHECK(shape_of(next.until_done()) == "error done");
  CHECK(next.next_event()->name == "disconnect");
  CHECK(stage.mock.total() == 2);
}

TEST_CASE("Credentials that are taken away end a socket at its next event, and one that only listens soon after") {
  const SocketStage stage({"--set", "sockets.recheck_ms=200"});
  const auto token = [&] { return post(*stage.daemon, "/api/v1/tokens", {{"name", "one"}}).json(); };
  const auto options = [](const Json& made) {
    SocketOptions with;
    with.headers = {"Authorization: Bearer " + made["token"].get<std::string>(),
                    "X-Platos-Environment-Id: env_default"};
    return with;
  };
  const Json spoken = token();
  const Json silent = token();
  const auto speaker = stage.socket(options(spoken));
  const auto listener = stage.socket(options(silent));
  CHECK(stage.call("DELETE", "/api/v1/tokens/" + spoken["id"].get<std::string>()).status < 300);
  speaker->emit("message", {{"message", "Hi"}});
  CHECK(speaker->until_done().front().body()["code"] == "unauthorized");
  CHECK(speaker->next_event()->name == "disconnect");
  CHECK(listener->next_event(600) == std::nullopt);
  CHECK(stage.call("DELETE", "/api/v1/tokens/" + silent["id"].get<std::string>()).status < 300);
  CHECK(listener->wait_for("error", 10'000)["code"] == "token_revoked");
  CHECK(shape_of(listener->until_done()) == "error done");
  CHECK(listener->next_event()->name == "disconnect");
}

TEST_CASE("A member who may chat no more is put out of the sockets that only listen") {
  const SocketStage stage({"--set", "sockets.recheck_ms=200"});
  const std::string members = "/api/v1/organizations/org_default/members";
  const std::string user = stage.made("POST", members, {{"name", "Ann"}, {"role", "member"}})["userId"];
  const Json token = stage.made("POST", "/api/v1/tokens", {{"name", "Ann"}, {"userId", user}, {"role", "member"}});
  SocketOptions options;
  options.headers = {"Authorization: Bearer " + token["token"].get<std::string>(),
                     "X-Platos-Environment-Id: env_default"};
  const auto listener = stage.socket(options);
  CHECK(listener->next_event(600) == std::nullopt);
  CHECK(stage.call("PATCH", members + "/" + user, {{"role", "viewer"}}).status == 200);
  CHECK(listener->wait_for("error", 10'000)["code"] == "forbidden");
  CHECK(shape_of(listener->until_done()) == "error done");
  CHECK(listener->next_event()->name == "disconnect");
}

TEST_CASE("A stranger is put out after ten seconds, whatever it says meanwhile", "[clock]") {
  const SocketStage stage;
  SocketOptions options;
  options.headers = {"Authorization: Bearer plt_wrong"};
  SocketClient silent(stage.daemon->url());
  SocketClient refused(stage.daemon->url(), options);
  const auto known = stage.socket();
  refused.enter();
  CHECK(silent.wait_closed(15'000));
  CHECK(refused.wait_closed(15'000));
  CHECK(stage.wait_for_sessions(1));
}

TEST_CASE("A client that reads nothing for a whole turn loses nothing of it") {
  const SocketStage stage({"--set", "http.write_stall_ms=30000"});
  const std::string agent = stage.agent("mock-n20000-r0-big200");
  const auto client = stage.socket();
  client->emit("message", {{"message", "Hi"}, {"agentId", agent}});
  std::string run;
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (run.empty() && std::chrono::steady_clock::now() < until) {
    const Json listed = stage.runs();
    if (!listed["runs"].empty()) run = listed["runs"][0]["id"];
  }
  REQUIRE(stage.wait_for_status(run, "completed"));
  CHECK(plain(client->until_done()) == stage.stored(run));
}

TEST_CASE("A thousand clients that come and go leave nothing behind") {
  const SocketStage stage;
  const std::string agent = stage.agent("mock-n1-r0");
  const auto come_and_go = [&](int count) {
    for (int i = 0; i < count; ++i) {
      const auto client = stage.socket();
      if (i % 50 == 0) {
        client->emit("message", {{"message", "Hi"}, {"agentId", agent}});
        CHECK(client->until_done().back().is("done"));
      }
    }
    CHECK(stage.wait_for_sessions(0));
  };
  come_and_go(300);
  const long before_kib = stage.daemon->resident_kib();
  come_and_go(1'000);
  const long grown_kib = stage.daemon->resident_kib() - before_kib;
  INFO("grown by " << grown_kib << " KiB");
#if defined(__SANITIZE_ADDRESS__)
  constexpr long kMostKib = 120'000;
#elif defined(__has_feature)
  constexpr long kMostKib = 120'000;
#else
  constexpr long kMostKib = 3'000;
#endif
  CHECK(grown_kib < kMostKib);
}

TEST_CASE("More sessions than allowed are refused until one ends") {
  const SocketStage stage({"--set", "sockets.max_sessions=2"});
  auto first = stage.socket();
  const auto second = stage.socket();
  CHECK(SocketClient(stage.daemon->url()).status() == 503);
  first.reset();
  REQUIRE(stage.wait_for_sessions(1));
  (void)stage.socket();
}

TEST_CASE("One address holds few places without credentials, and takes none from others") {
  const SocketStage stage({"--set", "http.trusted_proxies=127.0.0.1"});
  SocketOptions options;
  options.headers = {stage.operator_header(), "X-Forwarded-For: 203.0.113.1"};
  const auto known = stage.socket(options);
  const auto begin = [&](const std::vector<std::string>& headers) {
    return stage.fetch("/socket.io/?EIO=4&transport=polling", headers).status;
  };
  for (int i = 0; i < 256; ++i) REQUIRE(begin({"Authorization:", "X-Forwarded-For: 203.0.113.1"}) == 200);
  CHECK(begin({"Authorization:", "X-Forwarded-For: 203.0.113.1"}) == 429);
  CHECK(SocketClient(stage.daemon->url(), options).status() == 429);
  CHECK(begin({"Authorization:", "X-Forwarded-For: 203.0.113.2"}) == 200);
  CHECK(begin({"Authorization:"}) == 200);
}

TEST_CASE("Pages of other origins may not connect, unless they are listed") {
  const SocketStage stage({"--set", "http.cors_origins=https://app.example"});
  const auto status = [&](const std::string& origin) {
    SocketOptions options;
    options.headers = {"Origin: " + origin};
    return SocketClient(stage.daemon->url(), options).status();
  };
  CHECK(status("https://evil.example") == 403);
  CHECK(status("null") == 403);
  CHECK(status("https://app.example") == 101);
  CHECK(status(stage.daemon->url()) == 101);
}

}  // namespace platos::tests

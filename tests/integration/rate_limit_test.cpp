// Rate limits of a real daemon: what a caller is told, who is counted as whom, and what a restart changes.
#include <catch2/catch.hpp>
#include <csignal>

#include "integration/api_stage.hpp"

using namespace platos::tests;

namespace {

/// The admin's own token: a member of the organization, whom the limits hold for.
std::string made_token(const Daemon& daemon, const std::string& name) {
  return post(daemon, "/api/v1/tokens", {{"name", name}}).json()["token"];
}

Answer ask_with(const Daemon& daemon, const std::string& token, std::vector<std::string> headers = {},
                const std::string& path = "/api/v1/whoami") {
  Ask question;
  question.path = path;
  question.headers = std::move(headers);
  question.headers.push_back("Authorization: Bearer " + token);
  question.headers.emplace_back("X-Platos-Environment-Id: env_default");
  return ask(daemon, question);
}

/// How many of `count` requests are answered.
int answered(const Daemon& daemon, const std::string& token, int count, const std::vector<std::string>& headers = {}) {
  int good = 0;
  for (int i = 0; i < count; ++i) good += ask_with(daemon, token, headers).status == 200 ? 1 : 0;
  return good;
}

}  // namespace

TEST_CASE("a caller is told what is left, and when to come again; the operator is not limited") {
  const ApiStage stage({"--set", "limits.token_per_minute=5"});
  const std::string token = made_token(*stage.daemon, "first");
  for (int left = 4; left >= 0; --left) {
    const Answer answer = ask_with(*stage.daemon, token);
    REQUIRE(answer.status == 200);
    CHECK(answer.headers.at("ratelimit-limit") == "5");
    CHECK(answer.headers.at("ratelimit-remaining") == std::to_string(left));
    CHECK(std::stoi(answer.headers.at("ratelimit-reset")) <= 60);
    CHECK(answer.headers.at("x-platos-rate-limit-bucket") == "token");
  }
  const Answer refused = ask_with(*stage.daemon, token);
  check_error(refused, 429, "rate_limit");
  CHECK(refused.json()["scope"] == "token_per_minute");
  CHECK(refused.json()["limit"] == 5);
  CHECK(refused.json()["retryAfterSeconds"] == std::stoi(refused.headers.at("retry-after")));
  CHECK(refused.headers.at("ratelimit-remaining") == "0");
  CHECK(ask_with(*stage.daemon, made_token(*stage.daemon, "second")).status == 200);
  for (int i = 0; i < 20; ++i) CHECK(get(*stage.daemon, "/api/v1/whoami").status == 200);
  Ask stream = streamed_turn("default");
  stream.headers = {"Authorization: Bearer " + token, "X-Platos-Environment-Id: env_default",
                    "Accept: text/event-stream"};
  const auto events = events_of(ask(*stage.daemon, stream).body);
  REQUIRE(events.size() == 2);
  CHECK(events[0].data["code"] == "rate_limit");
  CHECK(events[0].data["scope"] == "token_per_minute");
  CHECK(events[0].data["limit"] == 5);
  CHECK(events[0].data["retryAfterSeconds"] > 0);
}

TEST_CASE("addresses come from trusted proxies only, and what a client invents before them changes nothing") {
  const ApiStage stage({"--set", "limits.ip_per_minute=3", "--set", "http.trusted_proxies=127.0.0.1"});
  const std::string token = made_token(*stage.daemon, "one");
  CHECK(answered(*stage.daemon, token, 5, {"X-Forwarded-For: 203.0.113.1"}) == 3);
  CHECK(answered(*stage.daemon, token, 5, {"X-Forwarded-For: 198.51.100.7, 203.0.113.1"}) == 0);
  CHECK(answered(*stage.daemon, token, 5, {"X-Forwarded-For: 203.0.113.2"}) == 3);
  // Wrong credentials count for their address, before anything is looked up.
  CHECK(ask_with(*stage.daemon, "plt_wrong", {"X-Forwarded-For: 203.0.113.3"}).status == 401);
  CHECK(answered(*stage.daemon, token, 5, {"X-Forwarded-For: 203.0.113.3"}) == 2);
  CHECK(ask_with(*stage.daemon, "plt_wrong", {"X-Forwarded-For: 203.0.113.3"}).json()["scope"] == "ip_per_minute");
  // This machine itself may be a proxy that says nothing.
  CHECK(answered(*stage.daemon, token, 5) == 5);

  const ApiStage distrusting({"--set", "limits.ip_per_minute=3"});
  const std::string other = made_token(*distrusting.daemon, "one");
  CHECK(answered(*distrusting.daemon, other, 5, {"X-Forwarded-For: 203.0.113.1"}) == 5);
}

TEST_CASE("routes that want no credentials count for the address, and questions whether the process lives do not") {
  const ApiStage stage({"--set", "limits.ip_per_minute=10", "--set", "http.trusted_proxies=127.0.0.1"});
  const auto status_of = [&](const std::string& path, const std::string& from) {
    return stage.fetch(path, {"Authorization:", "X-Forwarded-For: " + from}).status;
  };
  const std::string polling = "/socket.io/?EIO=4&transport=polling";
  for (int i = 0; i < 10; ++i) CHECK(status_of(polling, "203.0.113.1") == 200);
  const Answer refused = stage.fetch(polling, {"Authorization:", "X-Forwarded-For: 203.0.113.1"});
  check_error(refused, 429, "rate_limit");
  CHECK(refused.json()["scope"] == "ip_per_minute");
  for (const char* path : {"/openapi.json", "/metrics", "/ws/sdk"}) CHECK(status_of(path, "203.0.113.1") == 429);
  for (const char* path : {"/api/health", "/api/health/live", "/api/health/ready"})
    CHECK(status_of(path, "203.0.113.1") == 200);
  CHECK(status_of(polling, "203.0.113.2") == 200);
}

TEST_CASE("an address that shows wrong secrets too often is refused when it asks for session tokens") {
  const ApiStage stage({"--set", "auth.max_failures_per_minute=3", "--set", "http.trusted_proxies=127.0.0.1"});
  const std::string secret = stage.made("POST", "/api/v1/agent/entities", {{"entityId", "shop"}})["serviceSecret"];
  const auto mint = [&](const std::string& shown, const std::string& from) {
    const Json body = {{"organizationId", "org_default"},
                       {"projectId", "prj_default"},
                       {"environmentId", "env_default"},
                       {"userId", "ann"}};
    return stage.call("POST", "/api/v1/entities/shop/session-tokens", body,
                      {"Authorization: Bearer " + shown, "X-Forwarded-For: " + from});
  };
  CHECK(mint(secret, "203.0.113.1").status == 201);
  for (int i = 0; i < 3; ++i) CHECK(mint("wrong", "203.0.113.1").status == 401);
  check_error(mint("wrong", "203.0.113.1"), 429, "too_many_failures");
  CHECK(mint(secret, "203.0.113.1").status == 429);
  CHECK(mint(secret, "203.0.113.2").status == 201);
}

TEST_CASE("turns of one agent are limited whatever thread they are said in, and a repeated request is not counted") {
  const ApiStage stage({"--set", "limits.agent_per_minute=3"});
  const std::string token = made_token(*stage.daemon, "one");
  const std::vector<std::string> headers = {"Authorization: Bearer " + token, "X-Platos-Environment-Id: env_default"};
  const std::string agent = stage.agent("mock-n1-r0");
  const auto say = [&](const std::string& path, std::vector<std::string> more = {}) {
    more.insert(more.end(), headers.begin(), headers.end());
    return stage.call("POST", path, {{"message", "Hi"}}, more);
  };
  const Answer first = say(kAgents + agent + "/messages", {"Idempotency-Key: once"});
  REQUIRE(first.status == 201);
  for (int i = 0; i < 5; ++i) CHECK(say(kAgents + agent + "/messages", {"Idempotency-Key: once"}).status == 201);
  const std::string thread = first.json()["threadId"];
  CHECK(say(kThreads + thread + "/messages").status == 201);
  CHECK(say(kThreads + thread + "/messages").status == 201);
  CHECK(say(kThreads + thread + "/messages").json()["scope"] == "agent_per_minute");
  CHECK(say(kAgents + agent + "/messages").status == 429);
  CHECK(say(kAgents + stage.agent("mock-n1-r0") + "/messages").status == 201);
  CHECK(stage.messages_of(thread)["total"] == 6);
}

TEST_CASE("a daemon that is started again remembers what was counted, and SIGHUP changes the limits") {
  const TempDir files;
  const std::string config = files.path() + "/platos.toml";
  files.write("platos.toml", "[limits]\ntoken_per_minute = 20\n");
  const ApiStage stage({"--config", config});
  const std::string token = made_token(*stage.daemon, "one");
  CHECK(answered(*stage.daemon, token, 30) == 20);
  stage.daemon->stop();
  stage.daemon->start_again();
  CHECK(answered(*stage.daemon, token, 30) <= 1);  // one, if a new minute has begun
  files.write("platos.toml", "[limits]\ntoken_per_minute = 30\n");
  ::kill(stage.daemon->pid(), SIGHUP);
  REQUIRE(stage.daemon->wait_for_log("\"changed\":\"limits.token_per_minute\""));
  const int more = answered(*stage.daemon, token, 30);
  CHECK(more >= 9);
  CHECK(more <= 11);
  CHECK(get(*stage.daemon, "/metrics").body.find("platos_rate_limited_total{bucket=\"token\"}") != std::string::npos);
}

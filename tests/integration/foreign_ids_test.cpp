// Ids, cursors and idempotency keys of one tenant in the hands of another, and credentials that are far too long.
#include <catch2/catch.hpp>

#include "integration/api_stage.hpp"

using namespace platos::tests;

namespace {

/// The default environment, and one of another organization; what each has is made by its own key.
struct Tenants : ApiStage {
  std::vector<std::string> own = {"X-Platos-User-Id: alice"};
  std::vector<std::string> other;
  std::string agent;

  Tenants() {
    agent = ApiStage::agent("mock-echo-r0");
    const Json organization = made("POST", "/api/v1/organizations", {{"name", "Other"}});
    const std::string of = organization["id"];
    const Json project = made("POST", "/api/v1/organizations/" + of + "/projects", {{"name", "P"}});
    const Json environment = made("POST", "/api/v1/projects/" + project["id"].get<std::string>() + "/environments",
                                  {{"name", "E"}, {"type", "DEVELOPMENT"}});
    other = {"X-Platos-User-Id: alice", "X-Platos-Environment-Id: " + environment["id"].get<std::string>()};
  }
  static std::vector<std::string> with(std::vector<std::string> headers, const std::string& more) {
    headers.push_back(more);
    return headers;
  }
};

}  // namespace

TEST_CASE("an idempotency key means nothing to another tenant, nor to another user") {
  const Tenants t;
  const std::string agent =
      t.made("POST", "/api/v1/agent/agents", {{"name", "A"}, {"model", "mock:mock-echo-r0"}}, t.other)["id"];
  const std::string key = "Idempotency-Key: order-17";
  const Json first = t.made("POST", kAgents + t.agent + "/messages", {{"message", "mine"}}, t.with(t.own, key));
  const Answer foreign = t.call("POST", kAgents + agent + "/messages", {{"message", "theirs"}}, t.with(t.other, key));
  REQUIRE(foreign.status == 201);
  CHECK(foreign.json()["runId"] != first["runId"]);
  CHECK(foreign.headers.count("idempotent-replayed") == 0);
  CHECK(foreign.json()["text"].get<std::string>().find("theirs") != std::string::npos);
  const std::vector<std::string> bob = {"X-Platos-User-Id: bob", key};
  CHECK(t.call("POST", kAgents + t.agent + "/messages", {{"message", "bob's"}}, bob).json()["runId"] != first["runId"]);
  CHECK(t.made("POST", kAgents + t.agent + "/messages", {{"message", "mine"}}, t.with(t.own, key))["runId"] ==
        first["runId"]);
}

TEST_CASE("ids of another tenant in body and query find nothing, and change nothing") {
  const Tenants t;
  const Json turn = t.made("POST", kAgents + t.agent + "/messages", {{"message", "mine"}}, t.own);
  const std::string thread = turn["threadId"];
  for (const Json& body : {Json{{"agentId", t.agent}}, Json{{"agentId", t.agent}, {"id", thread}}})
    CHECK(t.call("POST", "/api/v1/agent/threads", body, t.other).status == 404);
  t.made("POST", "/api/v1/agent/agents", {{"name", "A"}, {"slug", "theirs"}, {"model", "mock:mock-echo-r0"}}, t.other);
  const Answer smuggled =
      t.call("POST", kAgents + "theirs/messages", {{"message", "hi"}, {"threadId", thread}}, t.other);
  check_error(smuggled, 404, "thread_not_found");
  for (const std::string& query : {"?agentId=" + t.agent, "?threadId=" + thread, "?agentId=" + t.agent + "&limit=200"})
    CHECK(t.fetch("/api/v1/runs" + query, t.other).json()["total"] == 0);
  CHECK(t.fetch("/api/v1/agent/threads?agentId=" + t.agent, t.other).json()["total"] == 0);
  CHECK(t.fetch(kThreads + thread + "/messages", t.own).json()["total"] == 2);
}

TEST_CASE("a cursor of another tenant shows nothing of that tenant") {
  const Tenants t;
  for (int i = 0; i < 5; ++i) t.made("PATCH", kAgents + t.agent, {{"systemPrompt", "secret " + std::to_string(i)}});
  const Json page = t.fetch(kAgents + t.agent + "/versions?take=2").json();
  REQUIRE(page["nextCursor"].is_string());
  const std::string cursor = page["nextCursor"];
  const std::string agent =
      t.made("POST", "/api/v1/agent/agents", {{"name", "A"}, {"model", "mock:mock-echo-r0"}}, t.other)["id"];
  const Answer foreign = t.fetch(kAgents + agent + "/versions?take=50&cursor=" + cursor, t.other);
  CHECK((foreign.status == 200 || foreign.status == 400));
  CHECK(foreign.body.find("secret") == std::string::npos);
  if (foreign.status == 200) CHECK(foreign.json()["versions"].size() <= 1);
  CHECK(t.fetch(kAgents + t.agent + "/versions?cursor=" + cursor, t.other).status == 404);
  CHECK(t.fetch(kAgents + t.agent + "/versions?take=50&cursor=" + cursor).json()["versions"].size() >= 3);
}

TEST_CASE("credentials of 64 KiB are refused, and the next request is served") {
  const Tenants t;
  for (const char* name :
       {"Authorization: Bearer ", "X-Platos-Session-Token: ", "X-Platos-Api-Key: ", "X-Platos-User-Token: "}) {
    for (const std::size_t size : {std::size_t{15'000}, std::size_t{64} * 1024}) {
      CAPTURE(name, size);
      Ask question;
      question.path = "/api/v1/whoami";
      question.headers = {name + std::string(size, 'a')};
      if (std::string(name).find("Authorization") == std::string::npos) question.headers.emplace_back("Authorization:");
      const long status = ask(*t.daemon, question).status;
      CHECK((status == 401 || status == 413 || status == 429));
    }
  }
  const std::string three = std::string(5'000, 'a') + "." + std::string(5'000, 'b') + "." + std::string(4'000, 'c');
  Ask question;
  question.path = "/api/v1/whoami";
  question.headers = {"X-Platos-Session-Token: " + three, "Authorization:"};
  CHECK(ask(*t.daemon, question).status == 401);
  CHECK(get(*t.daemon, "/api/v1/whoami").status == 200);
}

// Session tokens against npm's jose: the server believes what jose signed rightly, refuses everything else, and signs
// what jose believes.
#include <catch2/catch.hpp>
#include <sstream>

#include "support/stage.hpp"

namespace platos::tests {

TEST_CASE("The server and jose agree on every session token") {
  Stage stage({"--set", "auth.max_failures_per_minute=0"});
  const Daemon& daemon = *stage.daemon;
  const std::string secret = post(daemon, "/api/v1/agent/entities", {{"entityId", "shop"}}).json()["serviceSecret"];
  const std::string other = post(daemon, "/api/v1/agent/entities", {{"entityId", "other"}}).json()["serviceSecret"];
  const Json scope = {
      {"organizationId", "org_default"}, {"projectId", "prj_default"}, {"environmentId", "env_default"}};
  Json wanted = scope;
  wanted["userId"] = "alice";
  Ask mint;
  mint.path = "/api/v1/entities/shop/session-tokens";
  mint.body = wanted.dump();
  mint.headers = {"Authorization: Bearer " + secret};
  const Json given = {
      {"secret", secret}, {"otherSecret", other}, {"scope", scope}, {"minted", ask(daemon, mint).json()["token"]}};
  const Finished node = run_program({PLATOS_NODE, std::string(PLATOS_ORACLES) + "/jose_tokens.js"}, {}, given.dump());
  INFO(node.err);
  REQUIRE(node.exit_code == 0);
  std::istringstream lines(node.out);
  int tokens = 0;
  bool minted = false;
  for (std::string line; std::getline(lines, line);) {
    const Json verdict = Json::parse(line);
    const std::string name = verdict["name"];
    INFO(name);
    if (name == "minted") {
      minted = verdict["valid"];
      CHECK(verdict["payload"]["userId"] == "alice");
      CHECK(verdict["payload"]["entityId"] == "shop");
      CHECK(verdict["payload"]["exp"].get<std::int64_t>() - verdict["payload"]["iat"].get<std::int64_t>() == 3600);
      continue;
    }
    ++tokens;
    Ask question;
    question.path = "/api/v1/whoami";
    question.headers = {"Authorization:", "X-Platos-Session-Token: " + verdict["token"].get<std::string>()};
    const Answer answer = ask(daemon, question);
    INFO(answer.body);
    CHECK(answer.status == (verdict["accepted"].get<bool>() ? 200 : 401));
    if (answer.status == 200) CHECK(answer.json()["userId"] == "alice");
  }
  CHECK(tokens == 25);
  CHECK(minted);
}

}  // namespace platos::tests

// The README's TypeScript, run by node in a customer's place: what it mints is believed.
#include <catch2/catch.hpp>
#include <chrono>

#include "support/http.hpp"

namespace platos::tests {
namespace {

std::int64_t now_s() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(since).count();
}

Finished call_snippet(const Json& arguments) {
  return run_program({PLATOS_NODE, std::string(PLATOS_ORACLES) + "/readme_snippet.js", PLATOS_README, "sessionToken"},
                     {}, arguments.dump());
}

}  // namespace

TEST_CASE("A token that the README's snippet minted is good for its user, for an hour") {
  const Daemon daemon;
  const Finished made = run_program({program_path("platos"), "--json", "entities", "create", "shop"},
                                    {{"PLATOS_DATA_DIR", daemon.data_dir()}});
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
  const std::string secret = Json::parse(made.out)["serviceSecret"];

  const std::int64_t before_s = now_s();
  const Finished node = call_snippet({daemon.url(), secret, "alice"});
  INFO(node.err);
  REQUIRE(node.exit_code == 0);
  const Json minted = Json::parse(node.out);
  CHECK(minted["expiresAt"].get<std::int64_t>() >= before_s + 3600);
  CHECK(minted["expiresAt"].get<std::int64_t>() <= now_s() + 3600);
  Ask question;
  question.path = "/api/v1/whoami";
  question.headers = {"Authorization:", "X-Platos-Session-Token: " + minted["token"].get<std::string>()};
  const Answer answer = ask(daemon, question);
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  CHECK(answer.json()["userId"] == "alice");
  CHECK(answer.json()["environmentId"] == "env_default");
  CHECK(answer.json()["actor"] == "session:shop");

  const Finished refused = call_snippet({daemon.url(), secret + "x", "alice"});
  CHECK(refused.exit_code == 1);
  CHECK_THAT(refused.err, Catch::Contains("invalid_entity_secret"));
}

}  // namespace platos::tests

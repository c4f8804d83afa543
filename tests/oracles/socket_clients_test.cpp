// Stock clients of Socket.IO, two versions over each transport, and a client written from the protocol's description.
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>

#include "integration/https_stage.hpp"

namespace platos::tests {
namespace {

std::vector<std::string> with_patience(std::vector<std::string> arguments = {}) {
  arguments.insert(arguments.end(), {"--set", "auth.max_failures_per_minute=0"});
  return arguments;
}

/// What the clients need to know.
Json given_by(const Stage& stage) {
  const Daemon& daemon = *stage.daemon;
  Json given;
  given["secret"] = post(daemon, "/api/v1/agent/entities", {{"entityId", "shop"}}).json()["serviceSecret"];
  given["scope"] = {{"organizationId", "org_default"}, {"projectId", "prj_default"}, {"environmentId", "env_default"}};
  given["url"] = daemon.url();
  given["urlFile"] = daemon.data_dir() + "/url";
  given["agents"] = {{"quick", stage.agent("mock-n2-r0")},
                     {"slow", stage.agent("mock-n60-r20")},
                     {"long", stage.agent("mock-n120-r20")},
                     {"endless", stage.agent("mock-never-r20")}};
  return given;
}

Finished run_clients(const std::string& script, const Json& given,
                     const std::map<std::string, std::string>& environment = {}) {
  return run_program({PLATOS_NODE, std::string(PLATOS_ORACLES) + "/" + script}, environment, given.dump());
}

int check_cases(const Finished& node) {
  INFO(node.err);
  CHECK(node.exit_code == 0);
  std::istringstream lines(node.out);
  int cases = 0;
  for (std::string line; std::getline(lines, line);) {
    const Json result = Json::parse(line);
    INFO(result["name"].get<std::string>() << ": " << result.value("detail", ""));
    CHECK(result["ok"].get<bool>());
    ++cases;
  }
  return cases;
}

/// {"scope", "accessKey", "agent"} of an environment of its own: where there is an access key, users need it, too.
Json environment_with_key(const Daemon& daemon) {
  const std::string environment =
      post(daemon, "/api/v1/projects/prj_default/environments", {{"name", "Keyed"}}).json()["id"];
  const auto made_there = [&](const std::string& path, const Json& body) {
    Ask question;
    question.method = "POST";
    question.path = "/api/v1/agent/" + path;
    question.headers = {"X-Platos-Environment-Id: " + environment};
    if (!body.is_null()) question.body = body.dump();
    return ask(daemon, question).json();
  };
  const Json scope = {{"organizationId", "org_default"}, {"projectId", "prj_default"}, {"environmentId", environment}};
  return {
      {"scope", scope},
      {"accessKey", made_there("access-key/generate", Json())["key"]},
      {"agent", made_there("agents", {{"name", "Quick"}, {"model", "mock:mock-n2-r0"}, {"skills", {"docs"}}})["id"]}};
}

std::size_t size_of(const std::string& file) {
  std::error_code missing;
  const auto size = std::filesystem::file_size(file, missing);
  return missing ? 0 : size;
}

}  // namespace

TEST_CASE("Stock clients get what they ask for, over each transport") {
  const Stage stage(with_patience({"--set", "sockets.ping_interval_ms=400", "--set", "sockets.ping_timeout_ms=5000"}));
  CHECK(check_cases(run_clients("socket_clients.js", given_by(stage))) == 2 * 3 * 11);
}

TEST_CASE("Stock clients get what they ask for over TLS") {
  const HttpsStage stage(with_patience());
  Json given = given_by(stage);
  given["url"] = stage.https_url;
  given["only"] = {"a turn", "a bad token", "a long message", "a room"};
  CHECK(check_cases(run_clients("socket_clients.js", given, {{"NODE_EXTRA_CA_CERTS", stage.ca}})) == 2 * 3 * 4);
}

TEST_CASE("Stock clients come back by themselves when the daemon is started again") {
  const Stage stage(with_patience({"--set", "runs.drain_ms=200"}));
  Json given = given_by(stage);
  given["restart"] = true;
  auto node = std::async(std::launch::async, [&] { return run_clients("socket_clients.js", given); });
  const std::string ready = given["urlFile"].get<std::string>() + ".ready";
  CHECK(wait_until([&] { return size_of(ready) == 6; }, 30'000));
  CHECK(stage.daemon->stop() == 0);
  stage.daemon->start_again();
  CHECK(check_cases(node.get()) == 2 * 6);
}

TEST_CASE("A client that was written from the description alone works with the server") {
  const Stage stage(with_patience());
  Json given = given_by(stage);
  given["agents"]["asking"] = stage.agent("mock-toolsay-r0");
  given["elsewhere"] = environment_with_key(*stage.daemon);
  given["adminKey"] = stage.daemon->key();
  CHECK(check_cases(run_clients("platos_client.js", given)) == 14);
}

}  // namespace platos::tests

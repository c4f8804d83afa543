// Stock clients of Socket.IO, two versions over each transport, and a client written from the protocol's description.
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>

#include "support/stage.hpp"

namespace platos::tests {
namespace {

struct Clients {
  Stage stage;
  Json given;

  explicit Clients(std::vector<std::string> arguments = {}) : stage(with_patience(std::move(arguments))) {
    const Daemon& daemon = *stage.daemon;
    given["secret"] = post(daemon, "/api/v1/agent/entities", {{"entityId", "shop"}}).json()["serviceSecret"];
    given["scope"] = {
        {"organizationId", "org_default"}, {"projectId", "prj_default"}, {"environmentId", "env_default"}};
    given["url"] = daemon.url();
    given["urlFile"] = daemon.data_dir() + "/url";
    given["agents"] = {{"quick", stage.agent("mock-n2-r0")},
                       {"slow", stage.agent("mock-n60-r20")},
                       {"long", stage.agent("mock-n120-r20")},
                       {"endless", stage.agent("mock-never-r20")}};
  }
  static std::vector<std::string> with_patience(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--set", "auth.max_failures_per_minute=0"});
    return arguments;
  }
  Finished run(const std::string& script) const {
    return run_program({PLATOS_NODE, std::string(PLATOS_ORACLES) + "/" + script}, {}, given.dump());
  }
};

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

std::size_t size_of(const std::string& file) {
  std::error_code missing;
  const auto size = std::filesystem::file_size(file, missing);
  return missing ? 0 : size;
}

}  // namespace

TEST_CASE("Stock clients get what they ask for, over each transport") {
  const Clients clients({"--set", "sockets.ping_interval_ms=400", "--set", "sockets.ping_timeout_ms=5000"});
  CHECK(check_cases(clients.run("socket_clients.js")) == 2 * 3 * 11);
}

TEST_CASE("Stock clients come back by themselves when the daemon is started again") {
  Clients clients({"--set", "runs.drain_ms=200"});
  clients.given["restart"] = true;
  auto node = std::async(std::launch::async, [&] { return clients.run("socket_clients.js"); });
  const std::string ready = clients.given["urlFile"].get<std::string>() + ".ready";
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (size_of(ready) < 6 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  CHECK(size_of(ready) == 6);
  CHECK(clients.stage.daemon->stop() == 0);
  clients.stage.daemon->start_again();
  CHECK(check_cases(node.get()) == 2 * 6);
}

TEST_CASE("A client that was written from the description alone works with the server") {
  const Clients clients;
  CHECK(check_cases(clients.run("platos_client.js")) == 7);
}

}  // namespace platos::tests

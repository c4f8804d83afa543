// Texts and secrets are planted through every route that takes some; then everything on disk is searched for them.
#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

#include "integration/api_stage.hpp"
#include "support/postgres.hpp"
#include "support/socket_client.hpp"

namespace platos::tests {
namespace {

namespace fs = std::filesystem;

/// In the database of a daemon that is stopped, past it.
void run_sql(const std::string& data_dir, const std::string& sql) {
  if (on_postgres()) {
    PostgresServer::shared().run(fs::path(data_dir).filename().string(), sql);
    return;
  }
  const std::string file = data_dir + "/platos.db";
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &handle) == SQLITE_OK);
  const int code = sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr);
  sqlite3_close(handle);
  REQUIRE(code == SQLITE_OK);
}

struct Hunt : ApiStage {
  std::vector<std::string> planted;
  int number = 0;

  /// A text that is nowhere else.
  std::string plant() {
    planted.push_back("canary" + std::to_string(++number) + "zqxj");
    return planted.back();
  }
  void keep(const std::string& secret) {
    REQUIRE(secret.size() > 16);
    planted.push_back(secret);
  }
  static std::string file_text(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
  }
  /// "<file>: <text>" for each one found.
  std::vector<std::string> search(const fs::path& folder) const {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      const std::string text = file_text(entry.path());
      for (const auto& each : planted) {
        if (text.find(each) != std::string::npos) found.push_back(entry.path().filename().string() + ": " + each);
      }
    }
    return found;
  }
};

/// What a connected backend gives: addresses, words on the health of its tools, and the token of a user on its way.
void hunt_with_backend(Hunt& hunt, const std::string& agent) {
  const std::string secret = hunt.made("POST", "/api/v1/agent/entities", {{"entityId", "planter"}})["serviceSecret"];
  hunt.keep(secret);
  SocketOptions options;
  options.path = "/ws/sdk?env=production";
  options.headers = {"Authorization: Bearer " + secret};
  SocketClient backend(hunt.daemon->url(), options);
  const auto say = [&](const Json& frame, const std::string& until) {
    backend.send(frame.dump());
    for (auto heard = backend.next(); heard; heard = backend.next()) {
      if (heard->find(until) != std::string::npos) return;
    }
    FAIL("no " << until);
  };
  const std::string message = Json({{"tool", "planter__slow"}, {"arguments", Json::object()}}).dump();
  const Json tool = {{"name", "slow"}, {"description", hunt.plant()}, {"timeout_ms", 1}};
  say({{"type", "tool_register"}, {"tools", {tool}}, {"callback_url", "https://example.com/" + hunt.plant()}},
      "tools_registered");
  hunt.made("POST", kAgents + agent + "/messages", {{"message", message}}, {"X-Platos-User-Token: " + hunt.plant()});
  const Json health = {{"slow", {{"status", "down"}, {"last_error", hunt.plant()}}}};
  say({{"type", "heartbeat"}, {"tools_health", health}}, "tool_health_alert");
}

}  // namespace

TEST_CASE("Nothing that users, models, tools and administrators gave stands readable on disk or in the log") {
  Hunt hunt;
  for (int i = 0; i < 20; ++i) {
    const std::string agent = hunt.agent("mock-echo-r0", {{"systemPrompt", hunt.plant()}});
    const std::string thread =
        hunt.made("POST", "/api/v1/agent/threads", {{"agentId", agent}, {"title", hunt.plant()}})["id"];
    hunt.made("POST", kThreads + thread + "/messages", {{"message", hunt.plant()}});
    hunt.made("POST", kThreads + thread + "/messages", {{"message", hunt.plant()}},
              {"Idempotency-Key: k" + std::to_string(i)});
    const Json answer =
        hunt.made("POST", kThreads + thread + "/messages", {{"message", "Hi"}, {"systemPromptOverride", hunt.plant()}});
    hunt.made("POST", "/api/v1/agent/messages/" + answer["messageId"].get<std::string>() + "/rating",
              {{"rating", 1}, {"comment", hunt.plant()}});
    hunt.made("POST", kThreads + thread + "/tags", {{"tags", {hunt.plant()}}});
    const Json first = hunt.messages_of(thread)["messages"][0];
    const std::string edit = kThreads + thread + "/messages/" + first["id"].get<std::string>() + "/edit-and-rerun";
    const Json edited = hunt.made("POST", edit, {{"content", hunt.plant()}});
    hunt.made("POST", kThreads + thread + "/fork",
              {{"upToMessageId", edited["message"]["id"]}, {"title", hunt.plant()}});
    hunt.made("PATCH", kThreads + thread, {{"title", hunt.plant()}});
    hunt.made("PATCH", kAgents + agent, {{"systemPrompt", hunt.plant()}, {"note", hunt.plant()}});
    const std::string n = std::to_string(i);
    hunt.made("PUT", "/api/v1/agent/end-users/u" + n, {{"name", hunt.plant()}, {"metadata", {{"x", hunt.plant()}}}});
    hunt.made("POST", "/api/v1/projects/prj_default/envvars/env_default",
              {{"name", "V" + n}, {"value", hunt.plant()}, {"isSecret", true}});
    hunt.made("POST", "/api/v1/agent/providers/keys",
              {{"provider", "groq"}, {"label", "k" + n}, {"envVarName", "KEY_" + n}, {"value", hunt.plant()}});
    hunt.keep(hunt.made("POST", "/api/v1/agent/entities", {{"entityId", "e" + n}})["serviceSecret"]);
    hunt.made("PUT", "/api/v1/agent/entities/e" + n + "/test-credentials",
              {{"userToken", hunt.plant()}, {"headers", {{"X-Shop", hunt.plant()}}}});
    hunt.keep(hunt.made("POST", "/api/v1/tokens", {{"name", "t" + n}})["token"]);
  }
  hunt.keep(hunt.made("POST", "/api/v1/agent/access-key/generate", Json())["key"]);
  const std::string tools = hunt.agent("mock-tools2-n2-r0", {{"skills", {"docs"}}});
  hunt.made("POST", kAgents + tools + "/messages", {{"message", hunt.plant()}});
  const std::string rememberer = hunt.agent("mock-toolsay");
  for (int i = 0; i < 10; ++i) {
    const Json arguments = {{"content", hunt.plant()}, {"kind", "fact"}};
    hunt.made("POST", kAgents + rememberer + "/messages", {{"message", spelled_call("remember", arguments)}});
  }
  hunt_with_backend(hunt, rememberer);
  // A provider that fails and says why, with the user's words in it.
  const std::string failing = hunt.agent("mock-s400");
  hunt.call("POST", kAgents + failing + "/messages", {{"message", hunt.plant()}});
  hunt.made("POST", "/api/v1/secrets/rotate-master", Json());
  // What was said is in the full-text index: it is found by the word that nothing else may tell.
  const std::string last_said = hunt.plant();
  hunt.made("POST", kAgents + tools + "/messages", {{"message", last_said}});
  const auto indexed = [&] { return hunt.fetch("/api/v1/agent/threads/search?q=" + last_said).json()["total"] != 0; };
  while (!indexed()) std::this_thread::yield();
  CHECK(hunt.planted.size() >= 200);
  std::cout << "secret_hunt_test: " << hunt.planted.size() << " planted\n";
  // They can still be read by whom they belong to.
  CHECK(hunt.fetch("/api/v1/agent/end-users/u7").json()["profile"]["name"].get<std::string>().starts_with("canary"));

  const fs::path data = hunt.daemon->data_dir();
  const auto nothing = std::vector<std::string>();
  CHECK(hunt.search(data) == nothing);
  const std::string log = hunt.daemon->log();
  for (const auto& each : hunt.planted) CHECK(log.find(each) == std::string::npos);
  hunt.daemon->stop();
  CHECK(hunt.search(data) == nothing);
  if (on_postgres()) CHECK(hunt.search(PostgresServer::shared().data_directory()) == nothing);
  // The search can find: the admin's own key stands in its file.
  hunt.planted = {hunt.daemon->key()};
  CHECK(hunt.search(data).size() == 1);
}

TEST_CASE("A text that was moved to another row, and a key that was, do not open") {
  Stage stage;
  const std::string agent = stage.agent("mock-echo-r0");
  const auto first = stage.say(agent, "first");
  const auto second = stage.say(agent, "second");
  const std::string thread = second.front().data["thread_id"];
  CHECK(stage.messages_of(thread)["total"] == 2);
  stage.daemon->stop();
  const std::string sql = "UPDATE messages SET content = (SELECT content FROM messages m WHERE m.thread_id = '" +
                          first.front().data["thread_id"].get<std::string>() +
                          "' AND m.role = 'user') WHERE thread_id = '" + thread + "' AND role = 'user'";
  run_sql(stage.daemon->data_dir(), sql);
  stage.daemon->start_again();
  const Answer answer = get(*stage.daemon, kThreads + thread + "/messages");
  CHECK(answer.status == 500);
  CHECK(answer.json()["code"] == "data_unreadable");
  CHECK(answer.body.find("first") == std::string::npos);
}

}  // namespace platos::tests

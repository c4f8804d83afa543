// Texts and secrets are planted through every route that takes some; then everything on disk is searched for them.
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <thread>

#include "integration/secret_hunt.hpp"
#include "support/postgres.hpp"

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

/// Round `n` of what users say and give their agents.
void hunt_in_threads(Hunt& hunt, const std::string& n) {
  const std::string agent = hunt.agent("mock-echo-r0", {{"systemPrompt", hunt.plant()}});
  const std::string thread =
      hunt.made("POST", "/api/v1/agent/threads", {{"agentId", agent}, {"title", hunt.plant()}})["id"];
  hunt.made("POST", kThreads + thread + "/messages", {{"message", hunt.plant()}});
  hunt.made("POST", kThreads + thread + "/messages", {{"message", hunt.plant()}}, {"Idempotency-Key: k" + n});
  const Json answer =
      hunt.made("POST", kThreads + thread + "/messages", {{"message", "Hi"}, {"systemPromptOverride", hunt.plant()}});
  hunt.made("POST", "/api/v1/agent/messages/" + answer["messageId"].get<std::string>() + "/rating",
            {{"rating", 1}, {"comment", hunt.plant()}});
  hunt.made("POST", kThreads + thread + "/tags", {{"tags", {hunt.plant()}}});
  const Json first = hunt.messages_of(thread)["messages"][0];
  const std::string edit = kThreads + thread + "/messages/" + first["id"].get<std::string>() + "/edit-and-rerun";
  const Json edited = hunt.made("POST", edit, {{"content", hunt.plant()}});
  hunt.made("POST", kThreads + thread + "/fork", {{"upToMessageId", edited["message"]["id"]}, {"title", hunt.plant()}});
  hunt.made("PATCH", kThreads + thread, {{"title", hunt.plant()}});
  hunt.made("PATCH", kAgents + agent, {{"systemPrompt", hunt.plant()}, {"note", hunt.plant()}});
}

/// Round `n` of what administrators keep.
void hunt_in_keys(Hunt& hunt, const std::string& n) {
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

/// What tools are given, and what is remembered.
void hunt_in_skills(Hunt& hunt, const std::string& tools, const std::string& rememberer) {
  hunt.made("POST", kAgents + tools + "/messages", {{"message", hunt.plant()}});
  for (int i = 0; i < 10; ++i) {
    const Json arguments = {{"content", hunt.plant()}, {"kind", "fact"}};
    hunt.made("POST", kAgents + rememberer + "/messages", {{"message", spelled_call("remember", arguments)}});
  }
}

/// What was said is in the full-text index: it is found by the word that nothing else may tell.
void say_and_find(Hunt& hunt, const std::string& agent) {
  const std::string said = hunt.plant();
  hunt.made("POST", kAgents + agent + "/messages", {{"message", said}});
  const auto indexed = [&] { return hunt.fetch("/api/v1/agent/threads/search?q=" + said).json()["total"] != 0; };
  while (!indexed()) std::this_thread::yield();
}

}  // namespace

TEST_CASE("Nothing that users, models, tools and administrators gave stands readable on disk or in the log") {
  Hunt hunt;
  for (int i = 0; i < 20; ++i) {
    hunt_in_threads(hunt, std::to_string(i));
    hunt_in_keys(hunt, std::to_string(i));
  }
  hunt.keep(hunt.made("POST", "/api/v1/agent/access-key/generate", Json())["key"]);
  const std::string tools = hunt.agent("mock-tools2-n2-r0", {{"skills", {"docs"}}});
  const std::string rememberer = hunt.agent("mock-toolsay");
  hunt_in_skills(hunt, tools, rememberer);
  hunt_in_settled_calls(hunt);
  hunt_with_backend(hunt, rememberer);
  hunt_in_approvals(hunt);
  hunt_in_tools(hunt);
  hunt_in_conversations(hunt);
  hunt_in_administration(hunt);
  hunt_on_sockets(hunt);
  hunt.made("POST", "/api/v1/secrets/rotate-master", Json());
  say_and_find(hunt, tools);
  CHECK(hunt.planted.size() >= 400);
  std::cout << "secret_hunt_test: " << hunt.planted.size() << " planted\n";
  // They can still be read by whom they belong to.
  CHECK(hunt.fetch("/api/v1/agent/end-users/u7").json()["profile"]["name"].get<std::string>().starts_with("canary"));

  const fs::path data = hunt.daemon->data_dir();
  const auto nothing = std::vector<std::string>();
  CHECK(hunt.search(data) == nothing);
  // The last spans are written when the daemon stops.
  hunt.daemon->stop();
  CHECK(hunt.search(data) == nothing);
  CHECK(hunt.found_in(hunt.daemon->log()) == nothing);
  if (on_postgres()) CHECK(hunt.search(PostgresServer::shared().data_directory()) == nothing);
  // The search can find: the admin's own key stands in its file, and ids in traces.
  hunt.planted = {hunt.daemon->key()};
  CHECK(hunt.search(data).size() == 1);
  hunt.planted = {rememberer};
  const auto traced = hunt.search(data);
  CHECK(std::count(traced.begin(), traced.end(), "trace.jsonl: " + rememberer) == 1);
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

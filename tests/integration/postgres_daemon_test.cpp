// platosd on PostgreSQL: a database that goes away, and two hosts that share one.
#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "integration/error_form.hpp"
#include "support/postgres.hpp"
#include "support/stage.hpp"

namespace platos::tests {
namespace {

std::vector<std::string> arguments_for(const std::string& database) {
  // Hosts that share a database share the master key, which is in none of their data directories then.
  static const TempDir shared;
  const std::string key = shared.path() + "/master.key";
  if (!std::filesystem::exists(key)) {
    shared.write("master.key", std::string(64, 'a'));
    std::filesystem::permissions(key, std::filesystem::perms(0600));
  }
  return {"--set", "store.url=" + PostgresServer::shared().database(database),
          "--set", "runs.lease_ms=2000",
          "--set", "secrets.master_key=file:" + key};
}

bool wait_for_ready(const Daemon& daemon, int status) {
  for (int i = 0; i < 10'000; ++i) {
    if (get(daemon, "/api/health/ready").status == status) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("While the database is gone new turns are refused, one under way waits, and nothing is lost") {
  const Stage stage(arguments_for("outage"));
  const Daemon& daemon = *stage.daemon;
  const std::string agent = stage.agent("mock-echo-r0");
  const std::string thread = stage.say(agent, "before").front().data["thread_id"];
  std::string run;
  std::thread client([&] {
    // Its first token comes while the database is there, its end while it is not.
    const auto events = stage.say(stage.agent("mock-r50-n60"), "slow");
    for (const auto& event : events) run += event.type() + " ";
  });
  const auto running = [&] { return stage.runs("?status=running")["total"] == 1; };
  while (!running()) std::this_thread::yield();
  PostgresServer::shared().kill_hard();
  const Json body = {{"message", "refused"}};
  (void)post(daemon, "/api/v1/agent/agents/" + agent + "/messages", body);  // the first one finds out
  const Answer refused = post(daemon, "/api/v1/agent/agents/" + agent + "/messages", body);
  CHECK(refused.status == 503);
  CHECK(refused.json()["code"] == "store_unreachable");
  CHECK(refused.headers.count("retry-after") == 1);
  CHECK(wait_for_ready(daemon, 503));
  CHECK(get(daemon, "/api/health/ready").json()["checks"]["store"] == "store_unreachable");
  CHECK(get(daemon, "/api/health").status == 200);
  CHECK(get(daemon, "/api/v1/agent/threads").json()["code"] == "store_unreachable");
  PostgresServer::shared().start();
  client.join();
  CHECK(run.ends_with("message_persisted done "));
  CHECK(wait_for_ready(daemon, 200));
  CHECK(stage.messages_of(thread)["total"] == 2);
  CHECK(stage.say(agent, "after").back().type() == "done");
}

TEST_CASE("Two hosts share a database: what one has begun the other ends when it is gone") {
  const Stage first(arguments_for("shared"));
  TempDir data;
  write_openai_instance(data, "mock", first.mock.base_url());
  DaemonSettings settings;
  settings.data_dir = data.path();
  settings.arguments = arguments_for("shared");
  const Daemon second(settings);
  const auto state_of_memory = [](const Daemon& daemon) {
    const Json plugin = get(daemon, "/api/v1/plugins/dev.platos.memory-sqlite").json();
    const Json& instance = plugin["instances"][0];
    return instance["state"].get<std::string>() + " " + instance["error"].dump();
  };
  CHECK(state_of_memory(*first.daemon) == "ready null");
  // What it keeps on its machine the first host would not find.
  CHECK(state_of_memory(second).starts_with("failed \"it keeps records on this machine, and host "));
  const std::string agent = first.agent("mock-r50-n100");
  CHECK(get(second, "/api/v1/agent/agents/" + agent).json()["id"] == agent);
  std::string run;
  Ask turn = streamed_turn(agent);
  turn.on_event = [&](const Event& event) {
    run = event.data.value("_run", run);
    if (event.type() == "token") first.daemon->kill_hard();
    return event.type() != "token";
  };
  (void)ask(*first.daemon, turn);
  REQUIRE_FALSE(run.empty());
  const auto state = [&] { return get(second, "/api/v1/runs/" + run).json().value("status", ""); };
  while (state() == "running" || state() == "executing") std::this_thread::yield();
  INFO(get(second, "/api/v1/runs/" + run).body);
  CHECK(state() == "completed");
  const auto events = transcript(events_of(get(second, "/api/v1/runs/" + run + "/events").body));
  CHECK(shape_of(events) == "meta status token+ message_persisted done");
}

TEST_CASE("A run that lives on one of two hosts is followed to its end on the other") {
  const Stage first(arguments_for("followed"));
  DaemonSettings settings;
  settings.arguments = arguments_for("followed");
  const Daemon second(settings);
  Ask turn = streamed_turn(first.agent("mock-r50-n100"));
  std::string run;
  turn.on_event = [&](const Event& event) {
    run = event.data.value("_run", run);
    return event.type() != "token";
  };
  (void)ask(*first.daemon, turn);
  REQUIRE_FALSE(run.empty());
  const auto text_from = [&](const Daemon& daemon) {
    const auto events = transcript(events_of(get(daemon, "/api/v1/runs/" + run + "/events").body));
    CHECK(shape_of(events) == "meta status token+ message_persisted done");
    return text_of(events);
  };
  const std::string elsewhere = text_from(second);
  CHECK(elsewhere == text_from(*first.daemon));
}

TEST_CASE("Hosts whose master key stands elsewhere replace it one after the other, and none loses a text") {
  const TempDir keys;
  const auto key_of = [&](const std::string& name, char digit) {
    keys.write(name, std::string(64, digit));
    std::filesystem::permissions(keys.path() + "/" + name, std::filesystem::perms(0600));
    return "file:" + keys.path() + "/" + name;
  };
  const std::string old_key = key_of("old", 'a');
  const std::string new_key = key_of("new", 'b');
  const auto host = [&](const std::string& key, const std::string& other) {
    DaemonSettings settings;
    settings.arguments = {"--set", "store.url=" + PostgresServer::shared().database("rekeyed"), "--set",
                          "secrets.master_key=" + key};
    if (!other.empty())
      settings.arguments.insert(settings.arguments.end(), {"--set", "secrets.other_master_keys=" + other});
    return std::make_unique<Daemon>(settings);
  };
  const auto title_at = [](const Daemon& daemon, const std::string& thread) {
    return get(daemon, "/api/v1/agent/threads/" + thread).json().value("title", "");
  };
  const auto titled_thread = [](const Daemon& daemon) -> std::string {
    const Json wanted = {{"agentId", make_agent(daemon, "offline:echo")}, {"title", "kept"}};
    return post(daemon, "/api/v1/agent/threads", wanted).json()["id"];
  };
  // Makes the data key of an organization, and seals with it.
  const auto user_of_new_organization = [](const Daemon& daemon) {
    const std::string organization = post(daemon, "/api/v1/organizations", {{"name", "New"}}).json()["id"];
    const Json project = post(daemon, "/api/v1/organizations/" + organization + "/projects", {{"name", "P"}}).json();
    const Json environment = post(daemon, "/api/v1/projects/" + project["id"].get<std::string>() + "/environments",
                                  {{"name", "E"}, {"type", "DEVELOPMENT"}})
                                 .json();
    Ask user;
    user.path = "/api/v1/agent/end-users/u";
    user.headers = {"X-Platos-Environment-Id: " + environment["id"].get<std::string>()};
    Ask put = user;
    put.method = "PUT";
    put.body = R"({"name":"kept"})";
    REQUIRE(ask(daemon, put).status / 100 == 2);
    return user;
  };
  const auto name_at = [](const Daemon& daemon, const Ask& user) {
    return ask(daemon, user).json()["profile"].value("name", "");
  };
  const std::string rotate = "/api/v1/secrets/rotate-master";
  std::string thread;
  Ask user;
  {
    const auto behind = host(old_key, new_key);
    thread = titled_thread(*behind);
    check_error(post(*behind, rotate, Json::object()), 409, "no_new_master_key");
    const auto ahead = host(new_key, old_key);
    CHECK(title_at(*ahead, thread) == "kept");
    const Json rotated = post(*ahead, rotate, Json::object()).json();
    CHECK(rotated["dataKeys"] == 1);
    CHECK(get(*ahead, "/api/v1/agent/secrets/status").json()["masterKeyId"] == rotated["masterKeyId"]);
    CHECK(title_at(*behind, thread) == "kept");
    // What the host that is behind wraps with the old key, the one ahead opens.
    user = user_of_new_organization(*behind);
    CHECK(name_at(*ahead, user) == "kept");
  }
  CHECK(post(*host(new_key, old_key), rotate, Json::object()).json()["dataKeys"] == 1);
  const auto after = host(new_key, "");
  CHECK(title_at(*after, thread) == "kept");
  CHECK(name_at(*after, user) == "kept");
  check_error(post(*after, rotate, Json::object()), 409, "no_new_master_key");
}

TEST_CASE("Two hosts count the requests of a caller together") {
  auto arguments = arguments_for("rates");
  arguments.insert(arguments.end(), {"--set", "limits.token_per_minute=10"});
  DaemonSettings settings;
  settings.arguments = arguments;
  const Daemon first(settings);
  const Daemon second(settings);
  const std::string token = post(first, "/api/v1/tokens", {{"name", "one"}}).json()["token"];
  const auto answered = [&](const Daemon& daemon) {
    Ask question;
    question.path = "/api/v1/whoami";
    question.headers = {"Authorization: Bearer " + token, "X-Platos-Environment-Id: env_default"};
    int good = 0;
    for (int i = 0; i < 15; ++i) good += ask(daemon, question).status == 200 ? 1 : 0;
    return good;
  };
  CHECK(answered(first) >= 10);
  const auto knows = [&] { return get(second, "/metrics").body.find("\nplatos_rate_buckets 0") == std::string::npos; };
  while (!knows()) std::this_thread::yield();
  CHECK(answered(second) <= 1);
}

TEST_CASE("What is said to one of two hosts is found by the other, whichever of them is left") {
  const Stage first(arguments_for("searched"));
  TempDir data;
  write_openai_instance(data, "mock", first.mock.base_url());
  DaemonSettings settings;
  settings.data_dir = data.path();
  settings.arguments = arguments_for("searched");
  const Daemon second(settings);
  const std::string turn = "/api/v1/agent/agents/" + first.agent("mock-echo-r0") + "/messages";
  const auto finds = [](const Daemon& daemon, int wanted) {
    return wait_until([&] { return get(daemon, "/api/v1/agent/threads/search?q=quokka").json()["total"] == wanted; });
  };
  for (int i = 0; i < 3; ++i) {
    CHECK(post(second, turn, {{"message", "a quokka"}}).status == 201);
    CHECK(post(*first.daemon, turn, {{"message", "a quokka"}}).status == 201);
  }
  CHECK(finds(*first.daemon, 12));
  CHECK(finds(second, 12));
  first.daemon->kill_hard();
  CHECK(post(second, turn, {{"message", "one more quokka"}}).status == 201);
  CHECK(finds(second, 14));
}

TEST_CASE("platos migrate says what is pending, does it, and is what a daemon asks for that may not migrate itself") {
  const TempDir data;
  const std::map<std::string, std::string> environment = {
      {"PLATOS__STORE__URL", PostgresServer::shared().database("migrated")}, {"PLATOS__STORE__MIGRATE", "manual"}};
  const auto migrate = [&](const std::string& what) {
    return run_program({program_path("platos"), "migrate", what, "--data-dir", data.path()}, environment);
  };
  const Finished refused =
      run_program({program_path("platosd"), "--data-dir", data.path(), "--listen", "127.0.0.1:0"}, environment);
  CHECK(refused.exit_code == 1);
  CHECK(refused.err.find("platos migrate apply") != std::string::npos);
  CHECK(migrate("status").out.starts_with("schema version 0 of "));
  CHECK(migrate("plan").out.find("CREATE TABLE runs") != std::string::npos);
  const Finished applied = migrate("apply");
  CHECK(applied.exit_code == 0);
  CHECK(applied.out.ends_with(" 0 pending\n"));
  CHECK(migrate("plan").out == "-- nothing to do\n");
}

}  // namespace platos::tests

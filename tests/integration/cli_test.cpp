// The program `platos` against a real daemon: commands, their output and their exit codes.
#include <catch2/catch.hpp>
#include <filesystem>
#include <sstream>

#include "integration/cli_stage.hpp"

using namespace platos::tests;

TEST_CASE("agents: created, listed, shown, changed, their versions, deleted") {
  const CliStage stage;
  const Json made = stage.json({"agents", "create", "--name", "My Helper", "--model", "mock:mock-echo", "--skill",
                                "docs", "--system-prompt", "Be brief."});
  CHECK(made["slug"] == "my-helper");
  CHECK(made["skills"] == Json({"docs"}));
  CHECK(stage.json({"agents", "list"}).size() == 2);
  CHECK(stage.json({"agents", "list", "--limit", "1"}).size() == 1);
  CHECK(stage.json({"agents", "show", "my-helper"})["systemPrompt"] == "Be brief.");
  CHECK(stage.json({"agents", "update", "my-helper", "--model", "mock:mock", "--no-skills"})["skills"].empty());
  const Json versions = stage.json({"agents", "versions", "my-helper"});
  REQUIRE(versions.size() == 2);
  CHECK(versions[0]["snapshot"]["model"] == "mock:mock");
  const Finished table = stage.run({"agents", "list"});
  CHECK(table.out.starts_with("SLUG       NAME"));
  CHECK(has(table.out, "\nmy-helper  My Helper  mock:mock"));
  CHECK(has(stage.run({"agents", "versions", "my-helper"}).out, "\n2        yes      mock:mock"));
  CHECK(has(stage.run({"agents", "show", "my-helper"}).out, "system prompt  Be brief.\n"));
  CHECK(has(stage.run({"agents", "delete", "my-helper"}).out, "deleted"));
  CHECK(stage.run({"agents", "show", "my-helper"}).exit_code == 3);
}

TEST_CASE("threads and runs of a chat: listed, shown, archived") {
  const CliStage stage;
  const std::string agent = stage.agent("mock-echo");
  const Json turn = stage.chat(agent, "one two");
  REQUIRE(turn["text"] == "one two");
  const std::string thread = turn["threadId"];
  const std::string run = turn["runId"];
  CHECK(stage.json({"threads", "list", "--agent", agent})[0]["id"] == thread);
  CHECK(stage.json({"threads", "list", "--agent", "hello"}).empty());
  CHECK(stage.json({"threads", "show", thread})["turnCount"] == 1);
  CHECK(stage.json({"threads", "messages", thread})[1]["content"] == "one two");
  CHECK(has(stage.run({"threads", "messages", thread}).out, "assistant  active  one two\n"));
  CHECK(stage.json({"runs", "list", "--status", "completed"})[0]["id"] == run);
  CHECK(stage.json({"runs", "list", "--thread", "thr_other"}).empty());
  CHECK(stage.json({"runs", "show", run})["status"] == "completed");
  CHECK(has(stage.run({"runs", "show", run}).out, "status    completed\n"));
  CHECK(has(stage.run({"threads", "archive", thread}).out, "archived"));
  CHECK(stage.json({"threads", "list"}).empty());
  CHECK(stage.json({"threads", "list", "--archived"}).size() == 1);
  const Finished late = stage.run({"chat", "--thread", thread, "--message", "more"});
  CHECK(late.exit_code == 1);
  CHECK(has(late.err, "is archived"));
}

TEST_CASE("approvals: listed, shown, approved, denied, and what cannot be edited") {
  const CliStage stage;
  const std::string agent = stage.agent("mock-toolsay-r0");
  const std::string call = spelled_call("request_approval", {{"action", "Send the letter"}, {"details", "to all"}});
  const auto begin = [&] {
    const Answer answer = post(*stage.daemon, "/api/v1/agent/agents/" + agent + "/messages", {{"message", call}});
    REQUIRE(answer.status == 202);
    return answer.json()["runId"].get<std::string>();
  };
  const std::string run = begin();
  const Json open = stage.json({"approvals", "list", "--status", "pending"});
  REQUIRE(open.size() == 1);
  const std::string id = open[0]["id"];
  CHECK(has(stage.run({"approvals", "list"}).out, "Send the letter"));
  CHECK(has(stage.run({"approvals", "show", id}).out, "to all"));
  CHECK(stage.run({"approvals", "edit", id, "--arguments", "5"}).exit_code == 1);
  CHECK(stage.run({"approvals", "edit", id, "--arguments", "{}"}).exit_code == 1);
  CHECK(stage.run({"approvals", "approve", id, "--hash", "00"}).exit_code == 1);
  CHECK(has(stage.run({"approvals", "approve", id, "--comment", "well done"}).out, "approved"));
  CHECK(stage.wait_for_status(run, "completed"));
  CHECK(stage.run({"approvals", "approve", id}).exit_code == 1);
  const std::string second = begin();
  const std::string other = stage.json({"approvals", "list", "--status", "pending"})[0]["id"];
  CHECK(stage.json({"approvals", "deny", other})["status"] == "rejected");
  CHECK(stage.wait_for_status(second, "completed"));
  CHECK(stage.run({"approvals", "show", "apr_none"}).exit_code == 3);
}

TEST_CASE("threads search: all words of a message, as a table and as JSON") {
  const CliStage stage;
  const std::string agent = stage.agent("mock-echo");
  const std::string thread = stage.chat(agent, "quarterly report of Zürich")["threadId"];
  stage.chat(agent, "another report");
  const auto search = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"threads", "search"});
    return stage.json(arguments);
  };
  CHECK(wait_until([&] { return search({"report"}).size() == 4; }));
  const Json rows = search({"ZURICH", "report"});
  REQUIRE(rows.size() == 2);
  CHECK(rows[0]["threadId"] == thread);
  CHECK(rows[0]["snippet"] == "quarterly report of Zürich");
  CHECK(search({"report", "--limit", "1"}).size() == 1);
  CHECK(search({"report", "--agent", agent}).size() == 4);
  CHECK(search({"report", "--agent", "hello"}).empty());
  const Finished table = stage.run({"threads", "search", "quarterly"});
  CHECK(table.out.starts_with("THREAD "));
  CHECK(has(table.out, "  user  "));
  CHECK(has(table.out, "quarterly report of Zürich\n"));
  CHECK(stage.run({"threads", "search"}).exit_code != 0);
  CHECK(stage.run({"threads", "search", " "}).exit_code != 0);
  stage.run({"threads", "archive", thread});
  CHECK(search({"quarterly"}).empty());
  CHECK(search({"quarterly", "--archived"}).size() == 2);
}

TEST_CASE("runs events: all events of a run, or those behind a number, as lines and as JSON") {
  const CliStage stage;
  const std::string run = stage.chat(stage.agent("mock-n3-r0"))["runId"];
  const Json events = stage.json({"runs", "events", run});
  REQUIRE(events.size() == 7);
  CHECK(events.front()["type"] == "meta");
  CHECK(events.back()["type"] == "done");
  CHECK(stage.json({"runs", "events", run, "--after", "6"}).size() == 1);
  CHECK(stage.json({"runs", "events", run, "--after", "7"}).empty());
  CHECK(has(stage.run({"runs", "events", run, "--after", "5"}).out, "     7  done"));
  CHECK(stage.run({"runs", "events", run, "--after", "999999"}).exit_code == 1);
}

TEST_CASE("runs events: heartbeats are no events, neither as lines nor as JSON") {
  CliStage stage({"--set", "http.heartbeat_ms=1000"});
  const std::string agent = stage.agent("mock-hang3-n8");
  WatchedProcess chat = stage.in_pipes({"chat", "--agent", agent, "--message", "Hi"});
  for (int i = 0; i < 6; ++i) REQUIRE(chat.read_until("@"));
  const std::string run = stage.json({"runs", "list"})[0]["id"];
  WatchedProcess events = stage.in_pipes({"runs", "events", run, "--json"});
  REQUIRE(events.read_until(R"("type":"token")"));
  // A reader that came later has heard the second one: the first reader has heard one for certain.
  Ask later;
  later.path = "/api/v1/runs/" + run + "/events";
  int heard = 0;
  later.on_event = [&](const Event& event) { return event.type() != "heartbeat" || ++heard < 2; };
  ask(*stage.daemon, later);
  CHECK(heard == 2);
  stage.mock.release();
  CHECK(events.wait() == 0);
  const Json printed = Json::parse(events.output(), nullptr, false);
  REQUIRE(printed.is_array());
  for (const auto& event : printed) CHECK(event.contains("_seq"));
  CHECK(printed.back()["type"] == "done");
  CHECK(chat.wait() == 0);
}

TEST_CASE("runs cancel: a run that waits for its model ends as canceled") {
  const CliStage stage;
  const std::string agent = stage.agent("mock-never-r20");
  WatchedProcess chat = stage.in_pipes({"chat", "--agent", agent, "--message", "Hi"});
  REQUIRE(chat.read_until("@"));
  const Json live = stage.json({"runs", "list", "--status", "running"});
  REQUIRE(live.size() == 1);
  CHECK(stage.json({"runs", "cancel", live[0]["id"]})["status"] == "cancelling");
  CHECK(chat.wait() == 1);
  CHECK(has(chat.output(), "[stopped]"));
  CHECK(stage.run({"runs", "cancel", "run_none"}).exit_code == 3);
}

TEST_CASE("plugins, status and version tell what runs") {
  const CliStage stage;
  CHECK(stage.json({"plugins", "list"}).size() >= 3);
  CHECK(stage.json({"plugins", "show", "dev.platos.provider-openai"})["state"].is_string());
  CHECK(has(stage.run({"plugins", "list"}).out, "dev.platos.skill-docs"));
  CHECK(has(stage.run({"plugins", "show", "dev.platos.provider-openai"}).out, "\nINSTANCE"));
  CHECK(stage.run({"plugins", "show", "dev.none"}).exit_code == 3);
  const Json status = stage.json({"status"});
  CHECK(status["status"] == "ready");
  CHECK(status["url"] == stage.daemon->url());
  CHECK(has(stage.run({"status"}).out, "status     ready\n"));
  const Finished api = stage.run({"openapi"});
  CHECK(Json::parse(api.out) == get(*stage.daemon, "/openapi.json").json());
  const Json versions = stage.json({"version"});
  CHECK(versions["client"] == versions["server"]);
  stage.daemon->kill_hard();
  CHECK(stage.json({"version"})["server"].is_null());
  const Finished down = stage.run({"status"});
  CHECK(down.exit_code == 5);
  CHECK(down.err ==
        "platos: no server answers at " + stage.daemon->url() + "; start it with platosd, or set PLATOS_URL\n");
}

TEST_CASE("config: shows what platosd would use and tells what is wrong, without a daemon") {
  const TempDir dir;
  dir.write("good.toml", "[http]\nlisten = \"127.0.0.1:4000\"\n");
  dir.write("bad.toml", "[http]\nlisten = 5\n");
  const std::string good = dir.path() + "/good.toml";
  const Variables environment = {{"PLATOS__LOG__LEVEL", "debug"}};
  const auto run = [&](const Words& words) { return run_program(command_of(words), environment); };
  const Finished shown = run({"config", "show", "--config", good});
  CHECK(shown.out == run_program({program_path("platosd"), "--config", good, "--print-config"}, environment).out);
  const Json json = Json::parse(run({"config", "show", "--json", "--config", good}).out, nullptr, false);
  CHECK(json["http.listen"]["value"] == "127.0.0.1:4000");
  CHECK(has(json["log.level"]["origin"], "PLATOS__LOG__LEVEL"));
  CHECK(run({"config", "check", "--config", good}).exit_code == 0);
  const Finished bad = run({"config", "check", "--config", dir.path() + "/bad.toml"});
  CHECK(bad.exit_code == 1);
  CHECK(has(bad.err, "bad.toml:2"));
}

TEST_CASE("the data directory is --data-dir, else PLATOS_DATA_DIR, for config and migrate too") {
  const TempDir given;
  const TempDir named;
  const TempDir configured;
  configured.write("platos.toml", "[data]\ndir = \"" + configured.path() + "\"\n");
  const std::string file = configured.path() + "/platos.toml";
  const auto data_dir = [&](const Words& more, const Variables& environment) {
    Words words = {"config", "show", "--json", "--config", file};
    words.insert(words.end(), more.begin(), more.end());
    const Json shown = Json::parse(run_program(command_of(words), environment).out, nullptr, false);
    return shown["data.dir"]["value"].get<std::string>();
  };
  const Variables environment = {{"PLATOS_DATA_DIR", named.path()}};
  CHECK(data_dir({}, {}) == configured.path());
  CHECK(data_dir({}, environment) == named.path());
  CHECK(data_dir({"--data-dir", given.path()}, environment) == given.path());
  const auto migrate = [&](const Words& more) {
    Words words = {"migrate", "apply", "--config", file};
    words.insert(words.end(), more.begin(), more.end());
    return run_program(command_of(words), environment);
  };
  const auto holds_database = [](const TempDir& dir) { return std::filesystem::exists(dir.path() + "/platos.db"); };
  CHECK(migrate({}).exit_code == 0);
  CHECK(holds_database(named));
  CHECK(migrate({"--data-dir", given.path()}).exit_code == 0);
  CHECK(holds_database(given));
  CHECK_FALSE(holds_database(configured));
  // It prints text only, and says so.
  const Finished json = migrate({"--json"});
  CHECK(json.exit_code == 2);
  CHECK(has(json.err, "--json"));
  CHECK(json.out.empty());
}

TEST_CASE("output that cannot be written is exit code 1, whenever it is written") {
  const CliStage stage;
  const std::string run = stage.chat(stage.agent("mock-n3-r0"))["runId"];
  const auto to_full_disk = [&](const Words& words, const std::string& input = {}) {
    Words command = {"/bin/sh", "-c", "exec \"$0\" \"$@\" > /dev/full"};
    for (const auto& word : command_of(words)) command.push_back(word);
    return run_program(command, stage.environment(), input);
  };
  std::string rows;
  for (int i = 0; i < 1000; ++i)
    rows += R"({"id":"m1","content":"plain","encKeyVersion":null})"
            "\n";
  // The first is written at the end, the others before it.
  for (const Finished& finished : {to_full_disk({"agents", "list"}), to_full_disk({"runs", "events", run}),
                                   to_full_disk({"help", "--all"}), to_full_disk({"secrets", "open-v1"}, rows)}) {
    CHECK(finished.exit_code == 1);
    CHECK(finished.err == "platos: standard output cannot be written: is its disk full?\n");
  }
}

TEST_CASE("numbers are whole numbers in digits: anything else is exit code 2, and says so") {
  for (const char* number : {"0.5", "1e3", ".5", "-1", "0x10", "99999999999999999999", ""}) {
    INFO(number);
    for (const Words& words : std::vector<Words>{{"entities", "rotate", "shop", "--grace", number},
                                                 {"tools", "permit", "docs__search", "--timeout-ms", number},
                                                 {"agents", "list", "--limit", number},
                                                 {"agents", "list", "--offset", number},
                                                 {"runs", "events", "run_x", "--after", number}}) {
      INFO(words[1]);
      const Finished finished = run_program(command_of(words), {{"PLATOS_URL", "http://127.0.0.1:1"}});
      CHECK(finished.exit_code == 2);
      CHECK(has(finished.err, "expected a whole number from"));
    }
  }
}

TEST_CASE("help --all holds every command with an example, and a command line without sense is exit code 2") {
  const auto run = [](const Words& words) { return run_program(command_of(words)); };
  const Finished all = run({"help", "--all"});
  CHECK(all.exit_code == 0);
  for (const char* name : {"chat", "agents create", "agents versions", "threads archive", "runs events", "plugins show",
                           "status", "config check", "version", "help"}) {
    INFO(name);
    const auto at = all.out.find("== platos " + std::string(name) + " ==");
    REQUIRE(at != std::string::npos);
    const auto end = all.out.find("\n== ", at);
    CHECK(has(all.out.substr(at, end - at), "Example:\n  platos " + std::string(name)));
  }
  CHECK(has(run({"help", "agents", "create"}).out, "--system-prompt"));
  CHECK(run({"agents", "create", "--help"}).exit_code == 0);
  for (const Words& words : std::vector<Words>{{},
                                               {"agents"},
                                               {"agents", "show"},
                                               {"runs", "list", "--limit", "x"},
                                               {"status", "--no-such"},
                                               {"help", "nothing"},
                                               {"agents", "show", ""},
                                               {"--url", "ftp://host", "status"},
                                               {"chat"}}) {
    const Finished finished = run(words);
    CHECK(finished.exit_code == 2);
    CHECK(finished.err.starts_with("platos: "));
  }
  CHECK(has(run({"agnts"}).err, "did you mean \"agents\"?"));
}

TEST_CASE("no key and a wrong key are exit code 4, and the administrator's key goes to no other server") {
  const CliStage stage;
  const TempDir empty;
  const Words show = {"--url", stage.daemon->url(), "agents", "list"};
  const Finished none = run_program(command_of(show), {{"PLATOS_DATA_DIR", empty.path()}});
  CHECK(none.exit_code == 4);
  CHECK(has(none.err, "set PLATOS_API_KEY, or run as a user who may read " + empty.path() + "/admin.key"));
  CHECK(run_program(command_of(show), {{"PLATOS_API_KEY", "wrong"}}).exit_code == 4);
  CHECK(run_program(command_of(show), {{"PLATOS_API_KEY", stage.daemon->key()}}).exit_code == 0);
  // Both reach the mock provider, but 0.0.0.0 is not one of this machine's loopback names.
  const std::string port = std::to_string(stage.mock.port());
  for (const bool local : {true, false}) {
    stage.run({"--url", (local ? "http://127.0.0.1:" : "http://0.0.0.0:") + port, "agents", "list"});
    const auto requests = stage.mock.requests();
    REQUIRE(requests.size() == (local ? 1u : 2u));
    CHECK(requests.back().header("authorization").empty() != local);
  }
}

TEST_CASE("platos secrets open-v1 writes rows of the first Platos without their envelopes, and needs no server") {
  const Variables keys = {
      {"PLATOS_MESSAGE_ENCRYPTION_KEY", "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef"},
      {"PLATOS_MESSAGE_ENCRYPTION_KEY_V2", "an old key of thirty-two bytes!!"},
      {"PLATOS_ENCRYPTION_KEY", "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef"}};
  const std::string greeting = "AQIDBAUGBwgJCgsMDQ4PEPQ5FdOCnva0fjnf1QWIeBxQJLd2Bw6ZGQsjT9bd/wjMhhVoQYpsezp6SbM=";
  const Json envelope = {
      {"__platos_enc", 1}, {"v", 2}, {"ct", "CQkJCQkJCQkJCQkJCQkJCa597HnHUOaDm/yuR4JvcaCNrs/D693FFoNZE7NrKrGB"}};
  const auto open = [&](const std::string& rows, const Words& more = {}, const Variables& environment = {}) {
    Words command = command_of({"secrets", "open-v1"});
    command.insert(command.end(), more.begin(), more.end());
    return run_program(command, environment.empty() ? keys : environment, rows);
  };
  const std::string rows = Json({{"id", "m1"}, {"content", greeting}, {"encKeyVersion", 1}}).dump() + "\n\n" +
                           Json({{"id", "m2"}, {"content", "plain"}, {"encKeyVersion", nullptr}}).dump() + "\n" +
                           Json({{"id", "a1"}, {"args", {envelope}}, {"result", envelope.dump()}}).dump() + "\n" +
                           Json({{"id", "e1"}, {"serviceSecret", greeting}}).dump() + "\n" +
                           Json({{"id", "m3"}, {"content", R"({"__platos_enc":1,"ct":"x"})"}}).dump() + "\n";
  const Finished opened = open(rows, {"--field", "serviceSecret"});
  CHECK(opened.exit_code == 0);
  std::istringstream lines(opened.out);
  std::vector<Json> found;
  for (std::string line; std::getline(lines, line);) found.push_back(Json::parse(line));
  REQUIRE(found.size() == 5);
  CHECK(found[4]["content"] == R"({"__platos_enc":1,"ct":"x"})");  // a user wrote this
  CHECK(found[0]["content"] == "Gr\u00fc\u00dfe from the old Platos");
  CHECK(found[0]["encKeyVersion"].is_null());
  CHECK(found[1]["content"] == "plain");
  CHECK(found[2]["args"][0] == Json({{"args", {"x", 1}}}));
  CHECK(found[2]["result"] == R"({"args":["x",1]})");
  CHECK(found[3]["serviceSecret"] == found[0]["content"]);

  const Finished no_key = open(rows, {}, {{"PLATOS_MESSAGE_ENCRYPTION_KEY_V3", std::string(32, 'k')}});
  CHECK(no_key.exit_code == 1);
  CHECK(has(no_key.err, "line 1: a text was sealed by key version 1, which is not given"));
  CHECK(open("[1]\n").exit_code != 0);
  CHECK(open(rows, {}, {{"PLATOS_ENCRYPTION_KEY", "short"}}).exit_code != 0);
}

TEST_CASE("orgs, projects, envs, users, tokens, keys, entities, secrets, audit: made, listed, revoked") {
  const CliStage stage;
  const std::string org = stage.json({"orgs", "create", "--name", "Acme"})["id"];
  const std::string project = stage.json({"projects", "create", "--org", "acme", "--name", "Shop"})["id"];
  const std::string env =
      stage.json({"envs", "create", "--project", project, "--name", "Live", "--type", "PRODUCTION"})["id"];
  CHECK(has(stage.run({"orgs", "list"}).out, "acme     Acme     "));
  CHECK(stage.json({"projects", "list", "--org", org})[0]["id"] == project);
  CHECK(has(stage.run({"envs", "list", "--project", project}).out, "live  PRODUCTION  Live  " + env));
  const std::string user =
      stage.json({"users", "add", "--org", "acme", "--name", "Ann", "--email", "ann@example.com"})["userId"];
  CHECK(stage.json({"users", "role", user, "admin", "--org", "acme"})["role"] == "admin");
  CHECK(has(stage.run({"users", "list", "--org", "acme"}).out, "ann@example.com  admin"));
  const Json token = stage.json({"--env", env, "tokens", "create", "--name", "ci", "--user", user, "--ttl", "3600"});
  CHECK(token["token"].get<std::string>().starts_with("plt_"));
  CHECK_FALSE(has(stage.run({"--env", env, "tokens", "list"}).out, token["token"].get<std::string>()));
  CHECK(has(stage.run({"--env", env, "tokens", "revoke", token["id"]}).out, "revoked  yes\n"));
  CHECK(stage.run({"--env", env, "tokens", "revoke", token["id"]}).exit_code == 3);
  CHECK(has(stage.run({"--env", env, "keys", "generate"}).out, "platos_live_"));
  CHECK(has(stage.run({"--env", env, "keys", "show"}).out, "prefix         platos_live_"));
  CHECK(has(stage.run({"--env", env, "keys", "revoke"}).out, "deleted  yes\n"));
  const Json entity = stage.json({"--env", env, "entities", "create", "shop"});
  const Json rotated = stage.json({"--env", env, "entities", "rotate", "shop", "--grace", "60"});
  CHECK(rotated["serviceSecret"] != entity["serviceSecret"]);
  CHECK(has(stage.run({"--env", env, "entities", "list"}).out, "\nshop    shop"));
  CHECK(has(stage.run({"--env", env, "entities", "delete", "shop"}).out, "deleted  yes\n"));
  const std::string master = stage.json({"secrets", "status"})["masterKeyId"];
  const Json replaced = stage.json({"secrets", "rotate-master"});
  CHECK(replaced["dataKeys"] == 2);
  CHECK(replaced["masterKeyId"] != master);
  const std::string log = stage.run({"audit", "list", "--org", "acme"}).out;
  for (const char* action : {"organization.create", "project.create", "environment.create", "member.add", "member.role",
                             "token.create", "token.revoke", "access_key.generate", "access_key.revoke",
                             "entity.create", "entity.secret.rotate", "entity.delete"}) {
    INFO(action);
    CHECK(has(log, action));
  }
  const Finished taken = stage.run({"orgs", "create", "--name", "Acme"});
  CHECK(taken.exit_code == 1);
  CHECK(has(taken.err, "the slug \"acme\" is taken"));
  CHECK(stage.run({"--env", "env_missing", "agents", "list"}).exit_code == 3);
  CHECK(has(stage.run({"orgs", "delete", org}).err, "still has projects"));
}

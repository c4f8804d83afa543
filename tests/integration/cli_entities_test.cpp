// platos entities against a real daemon, with a backend that is connected.
#include <catch2/catch.hpp>

#include "integration/answering_backend.hpp"
#include "integration/cli_stage.hpp"

using namespace platos::tests;

TEST_CASE("entities: shown with connections and tools, tried, linked and unlinked") {
  const CliStage stage;
  const std::string secret = stage.json({"entities", "create", "shop", "--name", "The shop"})["serviceSecret"];
  CHECK(has(stage.run({"entities", "list"}).out, "shop    The shop  disconnected  0"));
  CHECK(has(stage.run({"entities", "health", "shop"}).out, "offline"));
  {
    const AnsweringBackend backend(stage, secret, "/ws/sdk?instance=blue");
    CHECK(has(stage.run({"entities", "list"}).out, "shop    The shop  connected  3"));
    const std::string shown = stage.run({"entities", "show", "shop"}).out;
    for (const char* part : {"The shop", "connected", "agents            all", "CONNECTION", "blue"}) {
      INFO(part << " in " << shown);
      CHECK(has(shown, part));
    }
    CHECK(stage.json({"entities", "show", "shop"})["instances"].size() == 1);
    const std::string tools = stage.run({"entities", "tools", "shop"}).out;
    CHECK(has(tools, "TOOL  EFFECT  CATEGORY"));
    CHECK(has(tools, "ping  read "));
    CHECK(stage.json({"entities", "tools", "shop"}).size() == 3);
    CHECK(has(stage.run({"entities", "health", "shop"}).out, "3 unknown"));
    CHECK(stage.json({"entities", "health", "shop"})["toolCount"] == 3);

    const Finished tried = stage.run({"entities", "test", "shop", "--params", R"({"q":"Ann"})"});
    CHECK(tried.exit_code == 0);
    CHECK(has(tried.out, "success"));
    CHECK(has(tried.out, R"({"q":"Ann"})"));
    CHECK(stage.json({"entities", "test", "shop"})["response"]["result"] == Json::object());
    const Finished failed = stage.run({"entities", "test", "shop", "--tool", "fail"});
    CHECK(failed.exit_code == 1);
    CHECK(has(failed.out, "tool_failed"));
    CHECK(has(failed.err, "the test call failed: nothing can be done"));
    const Finished unknown = stage.run({"entities", "test", "shop", "--tool", "none"});
    CHECK(unknown.exit_code == 3);
    CHECK(has(unknown.err, "it offers: fail, ping, slow"));
    CHECK(has(stage.run({"entities", "test", "shop", "--params", "{"}).err, "--params"));
    CHECK(stage.run({"entities", "test", "nowhere"}).exit_code == 3);
  }
  const std::string helper = stage.agent("mock-echo", {{"slug", "helper"}});
  const std::string other = stage.agent("mock-echo", {{"slug", "other"}});
  CHECK(stage.json({"entities", "link", "shop", "helper"})["linkedAgentIds"] == Json::array({helper}));
  CHECK(stage.json({"entities", "link", "shop", helper})["linkedAgentIds"] == Json::array({helper}));
  CHECK(stage.json({"entities", "link", "shop", "other"})["linkedAgentIds"] == Json::array({helper, other}));
  CHECK(stage.run({"entities", "link", "shop", "nobody"}).exit_code == 3);
  CHECK(has(stage.run({"entities", "unlink", "shop", "other"}).out, helper));
  const Finished again = stage.run({"entities", "unlink", "shop", "other"});
  CHECK(again.exit_code == 3);
  CHECK(has(again.err, "is not linked to"));
  const Finished last = stage.run({"entities", "unlink", "shop", "helper"});
  CHECK(last.exit_code == 1);
  CHECK(has(last.err, "--open"));
  CHECK(stage.json({"entities", "unlink", "shop", "helper", "--open"})["linkedAgentIds"].empty());
}

TEST_CASE("entities: a revoked secret ends its connections, and a test of one that is away says what to do") {
  const CliStage stage({"--set", "plugins.tool_timeout_ms=1000"});
  const std::string secret = stage.json({"entities", "create", "shop"})["serviceSecret"];
  Backend backend(stage, secret);
  backend.enroll(Json::array({declared("ping")}));
  const Json revoked = stage.json({"entities", "revoke", "shop"});
  CHECK(revoked["sessionsClosed"] == 1);
  CHECK(revoked["serviceSecret"] != secret);
  CHECK(backend.socket.wait_closed());
  CHECK(backend.socket.close_status() == 4001);
  const Finished away = stage.run({"entities", "test", "shop"});
  CHECK(away.exit_code == 5);
  CHECK(has(away.out, "entity_offline"));
  CHECK(has(away.err, "start its backend"));
}

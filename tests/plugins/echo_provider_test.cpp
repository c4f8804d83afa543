// The SDK from the outside: installed, found by CMake, a plugin built with it, and a turn answered by that plugin.
#include <catch2/catch.hpp>

#include "echo_upstream.hpp"
#include "plugins/stage/out_of_tree.hpp"
#include "plugins/stage/plugin_stage.hpp"

using namespace platos::tests;

namespace {

const std::string kSecret = "tok-0123456789abcdef-of-the-operator";
bool holds_secret(const std::string& text) { return text.find("0123456789abcdef") != std::string::npos; }

}  // namespace

TEST_CASE("a provider built with the installed SDK answers a turn, and its secret reaches the upstream alone") {
  const TempDir folder;
  EchoUpstream upstream;
  PluginStage stage;
  stage.add_folder(build_out_of_tree(folder, PLATOS_ECHO_SOURCE, "echo-provider"));
  Configured echo;
  echo.name = "echo";
  echo.plugin = "com.example.echo-provider";
  echo.component = "echo";
  echo.config = {{"base_url", upstream.base_url()}};
  echo.secrets = {{"token", "env:ECHO_TOKEN"}};
  echo.granted_secrets = {"token"};
  stage.configure(echo);
  stage.start({"--set", "log.level=debug"}, {{"ECHO_TOKEN", kSecret}});
  REQUIRE(stage.plugin(echo.plugin)["state"] == "ready");
  REQUIRE(stage.instance(echo.plugin, "echo")["state"] == "ready");

  const auto events = stage.turn("echo:any", {}, "say \"cheese\"");
  REQUIRE(shape_of(events) == "meta status token+ message_persisted done");
  // The upstream gossips: it says the Authorization value back, and the host takes the value out before the plugin.
  CHECK(text_of(events) == R"({"say":"say \"cheese\""}Bearer [redacted]end)");

  const auto requests = upstream.requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].starts_with("POST /echo HTTP/1.1\r\n"));
  CHECK(requests[0].find("Bearer " + kSecret + "\r\n") != std::string::npos);
  for (const auto& event : events) CHECK_FALSE(holds_secret(event.data.dump()));
  CHECK_FALSE(holds_secret(stage.daemon().log()));
  CHECK_FALSE(holds_secret(get(stage.daemon(), "/api/v1/plugins").body));
  const std::string thread = events.front().data["thread_id"];
  CHECK_FALSE(holds_secret(get(stage.daemon(), "/api/v1/agent/threads/" + thread + "/messages").body));
}

TEST_CASE("an instance whose secret has no value is listed as unbound, and a turn says which variable to set") {
  PluginStage stage;
  stage.add("rogue-provider");
  Configured instance;
  instance.name = "needy";
  instance.plugin = rogue_id("rogue-provider");
  instance.config = {{"do", "works"}};
  instance.secrets = {{"token", "env:NOBODY_SET_THIS"}};
  instance.granted_secrets = {"token"};
  stage.configure(instance);
  stage.start();
  CHECK(stage.instance(instance.plugin, "needy")["state"] == "unbound");
  const Json error = event_of(stage.turn("needy:any"), "error");
  CHECK(error["code"] == "secret_unbound");
  CHECK(says(error["message"], "set NOBODY_SET_THIS"));
}

TEST_CASE("a secret that is bound and not granted fails the instance") {
  PluginStage stage;
  stage.add("rogue-provider");
  Configured instance;
  instance.name = "greedy";
  instance.plugin = rogue_id("rogue-provider");
  instance.config = {{"do", "works"}};
  instance.secrets = {{"token", "env:ECHO_TOKEN"}};
  stage.configure(instance);
  stage.start({}, {{"ECHO_TOKEN", kSecret}});
  CHECK(stage.instance(instance.plugin, "greedy")["state"] == "failed");
  CHECK(says(stage.instance(instance.plugin, "greedy")["error"], "no grant covers it"));
}

TEST_CASE("the smallest skill of the SDK's examples builds out of tree, and a model calls its tool") {
  const TempDir folder;
  MockProvider mock;
  PluginStage stage;
  stage.add_folder(build_out_of_tree(folder, PLATOS_EXAMPLES "/hello-skill", "hello-skill"));
  write_openai_instance(stage.data(), "mock", mock.base_url());
  Configured hello;
  hello.name = "hello";
  hello.plugin = "com.example.hello-skill";
  hello.component = "hello";
  hello.config = {{"greeting", "Good day"}};
  stage.configure(hello);
  stage.start();
  const auto events = stage.turn("mock:mock-tool", {"hello"}, "Ada");
  const Json result = event_of(events, "tool_result");
  REQUIRE(result.is_object());
  CHECK_FALSE(result.contains("isError"));
  CHECK(says(result["result"], "Good day"));
}

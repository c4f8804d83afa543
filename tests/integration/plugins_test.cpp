// Loading: whatever is wrong with a plugin, the daemon starts, says what, and the others work.
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "plugins/stage/plugin_stage.hpp"

using namespace platos::tests;

namespace {

namespace fs = std::filesystem;

struct Expected {
  std::string fixture;
  std::string state;
  std::vector<std::string> error_says;
};

}  // namespace

TEST_CASE("a plugin that cannot be loaded is listed with its state and the reason, beside one that works") {
  const std::vector<Expected> all = {
      {"newer-minor", "incompatible", {"needs SDK 1.7", "this host has 1.0.0"}},
      {"wrong-generation", "incompatible", {"generation 2", "this host has generation 1"}},
      {"wrong-magic", "incompatible", {"magic"}},
      {"entry-small", "incompatible", {"says it has 8 bytes"}},
      {"entry-huge", "incompatible", {"says it has 1000000 bytes"}},
      {"component-small", "id_mismatch", {"component \"main\""}},
      {"component-huge", "id_mismatch", {"component \"main\""}},
      {"other-id",
       "id_mismatch",
       {"the library says test.rogue.somebody-else", "the manifest says test.rogue.other-id"}},
      {"exports-too-much", "refused", {"expected exactly one exported symbol", "platos_surplus_symbol"}},
      {"init-fails", "init_failed", {"the library has a bad day"}},
      {"init-throws", "init_failed", {"an exception crossed the C boundary"}},
      {"init-hangs", "init_failed", {"init() did not return within 3000 ms"}},
  };
  PluginStage stage;
  for (const auto& each : all) stage.add(each.fixture);
  stage.add("well-behaved");
  stage.start({"--set", "plugins.create_timeout_ms=3000"});
  for (const auto& each : all) {
    CAPTURE(each.fixture);
    // A library whose id is not its own is still listed under its manifest's.
    const Json row = stage.plugin(rogue_id(each.fixture));
    REQUIRE(row.is_object());
    CHECK(row["state"] == each.state);
    for (const auto& part : each.error_says) CHECK(says(row["error"], part));
  }
  CHECK(stage.plugin(rogue_id("well-behaved"))["state"] == "ready");
  CHECK(stage.daemon().stop() == 0);
}

TEST_CASE("a table that lies about its size, or is missing, fails the instance and not the plugin") {
  const std::vector<Expected> all = {
      {"table-small", "failed", {"says it has 8 bytes"}},
      {"table-huge", "failed", {"says it has 1000000 bytes"}},
      {"no-table", "failed", {"no complete table"}},
      {"table-throws", "failed", {"an exception crossed the C boundary"}},
  };
  PluginStage stage;
  for (const auto& each : all) {
    stage.add(each.fixture);
    stage.configure("i-" + each.fixture, each.fixture, Json::object());
  }
  stage.start();
  for (const auto& each : all) {
    CAPTURE(each.fixture);
    CHECK(stage.plugin(rogue_id(each.fixture))["state"] == "ready");
    const Json row = stage.instance(rogue_id(each.fixture), "i-" + each.fixture);
    REQUIRE(row.is_object());
    CHECK(row["state"] == each.state);
    for (const auto& part : each.error_says) CHECK(says(row["error"], part));
  }
}

TEST_CASE("a library that is missing, changed, cut, or no library at all is named before any of it runs") {
  PluginStage stage;
  const std::string id = rogue_id("well-behaved");
  stage.add("well-behaved");
  const std::string library = stage.plugin_file("well-behaved", "libwell-behaved.so");
  std::string state, part;
  SECTION("missing") {
    fs::remove(library);
    state = "load_failed";
    part = "cannot be read";
  }
  SECTION("one byte more than its manifest knows") {
    std::ofstream(library, std::ios::app) << 'x';
    state = "hash_mismatch";
    part = "the manifest says";
  }
  SECTION("cut in half") {
    fs::resize_file(library, fs::file_size(library) / 2);
    state = "hash_mismatch";
    part = "SHA-256";
  }
  SECTION("a folder") {
    fs::remove(library);
    fs::create_directory(library);
    state = "hash_mismatch";
    part = "SHA-256";
  }
  stage.start();
  const Json row = stage.plugin(id);
  REQUIRE(row.is_object());
  CHECK(row["state"] == state);
  CHECK(says(row["error"], part));
}

TEST_CASE("a manifest that makes no sense is listed under its folder's name") {
  PluginStage stage;
  stage.add("well-behaved");
  std::ofstream(stage.plugin_file("well-behaved", "plugin.platos.json")) << "{\"manifest\": 2}";
  stage.start();
  CHECK(stage.plugin("well-behaved")["state"] == "manifest_invalid");
  CHECK(says(stage.plugin("well-behaved")["error"], "manifest: expected 1"));
}

TEST_CASE("an instance whose plugin is not installed is listed as missing") {
  PluginStage stage;
  stage.configure("orphan", "nowhere", Json::object());
  stage.start();
  CHECK(stage.plugin(rogue_id("nowhere"))["state"] == "missing");
  CHECK(stage.instance(rogue_id("nowhere"), "orphan")["state"] == "failed");
  const auto events = stage.turn("orphan:any");
  CHECK(event_of(events, "error")["code"] == "plugin_failed");
}

TEST_CASE("a plugin that aborts the process while it loads is quarantined by the next start") {
  PluginStage stage;
  stage.add("aborts-at-load");
  stage.add("well-behaved");
  CHECK(stage.start_doomed().wait() == 128 + SIGABRT);
  stage.start();
  const Json row = stage.plugin(rogue_id("aborts-at-load"));
  CHECK(row["state"] == "quarantined");
  CHECK(says(row["error"], "crashed during load"));
  CHECK(says(row["error"], "and restart to try it again"));
  CHECK(stage.plugin(rogue_id("well-behaved"))["state"] == "ready");
  CHECK(get(stage.daemon(), "/api/health").status == 200);
}

TEST_CASE("an instance whose create() fails, throws, hangs or makes nothing is failed, and the daemon starts") {
  PluginStage stage;
  stage.add("rogue-provider");
  const std::vector<std::pair<std::string, std::string>> all = {
      {"create_fails", "base_url: expected a planet"},
      {"create_throws", "an exception crossed the C boundary"},
      {"create_without_instance", "create() succeeded without an instance"},
      {"create_hangs", "create() did not return within 3000 ms"},
  };
  for (const auto& [what, text] : all) stage.configure(what, "rogue-provider", {{"do", what}});
  stage.configure("works", "rogue-provider", {{"do", "works"}});
  stage.start({"--set", "plugins.create_timeout_ms=3000"});
  for (const auto& [what, text] : all) {
    CAPTURE(what);
    const Json row = stage.instance(rogue_id("rogue-provider"), what);
    REQUIRE(row.is_object());
    CHECK(row["state"] == "failed");
    CHECK(says(row["error"], text));
    const auto events = stage.turn(what + ":any");
    CHECK(event_of(events, "error")["code"] == "plugin_failed");
    CHECK(says(event_of(events, "error")["message"], text));
  }
  CHECK(text_of(stage.turn("works:any")) == "fine");
  CHECK(stage.daemon().stop() == 0);
}

TEST_CASE("in safe mode only the plugins of the package are loaded") {
  PluginStage stage;
  stage.add("well-behaved");
  stage.add("aborts-at-load");
  stage.start({"--safe-mode"});
  CHECK(stage.plugin(rogue_id("well-behaved")).is_null());
  CHECK(stage.plugin(rogue_id("aborts-at-load")).is_null());
  const Json rows = get(stage.daemon(), "/api/v1/plugins").json()["plugins"];
  REQUIRE(rows.size() >= 3);
  for (const auto& row : rows) CHECK(row["shipped"] == true);
}

TEST_CASE("a plugin that the settings disable is not loaded, whatever it would do") {
  PluginStage stage;
  stage.add("aborts-at-load");
  stage.start({"--set", "plugins.disabled=" + rogue_id("aborts-at-load")});
  CHECK(stage.plugin(rogue_id("aborts-at-load"))["state"] == "disabled");
}

TEST_CASE("of two folders with one plugin id the second is refused") {
  PluginStage stage;
  stage.add("well-behaved");
  const fs::path folder = fs::path(stage.plugin_file("well-behaved", "x")).parent_path();
  fs::copy(folder, folder.parent_path() / "z-copy", fs::copy_options::recursive);
  stage.start();
  const Json rows = get(stage.daemon(), "/api/v1/plugins").json()["plugins"];
  std::map<std::string, std::string> states;
  for (const auto& row : rows) {
    if (row["id"] == rogue_id("well-behaved"))
      states[row["state"]] = row["error"].is_string() ? row["error"] : Json("");
  }
  REQUIRE(states.size() == 2);
  CHECK(states.contains("ready"));
  CHECK(states["refused"].find("the same id") != std::string::npos);
}

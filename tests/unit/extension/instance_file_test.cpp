#include <catch2/catch.hpp>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "extension/loader/manifest.hpp"
#include "support/daemon.hpp"

using namespace platos;
using namespace platos::extension;
using Json = nlohmann::json;
using Catch::Matchers::Contains;

namespace {

Json good() {
  return {{"instance", 1},       {"name", "mine"},           {"plugin", "com.example.plugin"},
          {"component", "main"}, {"config", Json::object()}, {"secrets", {{"token", "env:A"}}}};
}

Result<InstanceFile> parse(const Json& json, bool allow_environment = false) {
  return parse_instance(json.dump(), "dir/mine.json", allow_environment);
}

Json config_of(const Json& config, bool allow_environment = true) {
  Json file = good();
  file["config"] = config;
  const auto parsed = parse(file, allow_environment);
  REQUIRE(parsed);
  return Json::parse(parsed->config_json);
}

}  // namespace

TEST_CASE("an instance file gives name, plugin, component, configuration and bindings") {
  const auto parsed = parse(good());
  REQUIRE(parsed);
  CHECK(parsed->name == "mine");
  CHECK(parsed->plugin == "com.example.plugin");
  CHECK(parsed->enabled);
  CHECK(parsed->config_json == "{}");
  CHECK(parsed->secrets.at("token") == "env:A");
}

TEST_CASE("each thing that can be wrong with an instance file is named") {
  const auto [pointer, value, text] = GENERATE(table<std::string, Json, std::string>({
      {"/instance", 2, "instance: expected 1"},
      {"/name", "other", "expected \"mine\" like the file"},
      {"/name", "Mine", "expected up to 64 of"},
      {"/name", "a/b", "expected up to 64 of"},
      {"/name", nullptr, "name"},
      {"/plugin", 1, "plugin"},
      {"/component", nullptr, "component"},
      {"/enabled", "yes", "enabled"},
      {"/component", "", "component: expected a text, found an empty one"},
      {"/secrets/token", 1, "secrets."},
      {"/secrets/token", "", "secrets.token: expected a text, found an empty one"},
  }));
  CAPTURE(pointer);
  Json file = good();
  file[Json::json_pointer(pointer)] = value;
  const auto parsed = parse(file);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == "instance_invalid");
  CHECK_THAT(parsed.error().message, Contains("dir/mine.json: "));
  CHECK_THAT(parsed.error().message, Contains(text));
}

TEST_CASE("a slot whose name goes on behind a NUL is not the slot before it") {
  const std::string longer("token\0x", 7);
  Json file = good();
  file["secrets"][longer] = "env:B";
  const auto parsed = parse(file);
  REQUIRE(parsed);
  CHECK(parsed->secrets.at("token") == "env:A");
  CHECK(parsed->secrets.at(longer) == "env:B");
}

TEST_CASE("env: in a configuration is replaced by the variable, or by what stands behind the bar") {
  ::setenv("PLATOS_TEST_SET", "value", 1);
  ::setenv("PLATOS_TEST_EMPTY", "", 1);
  ::unsetenv("PLATOS_TEST_UNSET");
  CHECK(config_of({{"a", "env:PLATOS_TEST_SET"}})["a"] == "value");
  CHECK(config_of({{"a", "env:PLATOS_TEST_SET|other"}})["a"] == "value");
  CHECK(config_of({{"a", "env:PLATOS_TEST_UNSET"}})["a"] == "");
  CHECK(config_of({{"a", "env:PLATOS_TEST_UNSET|https://x/y|z"}})["a"] == "https://x/y|z");
  CHECK(config_of({{"a", "env:PLATOS_TEST_EMPTY|default"}})["a"] == "default");
  CHECK(config_of({{"a", "env:PLATOS_TEST_UNSET|"}})["a"] == "");
  CHECK(config_of({{"a", " env:PLATOS_TEST_SET"}})["a"] == " env:PLATOS_TEST_SET");
  CHECK(config_of({{"deep", {{"list", {"env:PLATOS_TEST_SET", 5}}}}})["deep"]["list"][0] == "value");
}

TEST_CASE("a value that came out of the environment is not looked at again") {
  ::setenv("PLATOS_TEST_NESTED", "env:HOME", 1);
  CHECK(config_of({{"a", "env:PLATOS_TEST_NESTED"}})["a"] == "env:HOME");
}

TEST_CASE("env: in a file that is not the operator's is refused, wherever it stands") {
  for (const Json& config : {Json{{"a", "env:HOME"}}, Json{{"deep", {{"list", {1, "env:HOME|x"}}}}}}) {
    Json file = good();
    file["config"] = config;
    const auto parsed = parse(file, false);
    REQUIRE_FALSE(parsed);
    CHECK_THAT(parsed.error().message, Contains("only in files of the operator"));
  }
}

TEST_CASE("of files with one name the later folder wins, and only the last folder is not the operator's") {
  const tests::TempDir folders;
  folders.write("a/instances/one.json", "{}");
  folders.write("a/instances/two.json", "{}");
  folders.write("b/instances/two.json", "{}");
  folders.write("c/instances/three.json", "{}");
  folders.write("c/instances/notes.txt", "");
  const std::string root = folders.path();
  const auto files = find_files({root + "/a", root + "/b", root + "/missing", root + "/c"}, "instances");
  REQUIRE(files.size() == 3);
  CHECK(files.at("one").path == root + "/a/instances/one.json");
  CHECK(files.at("two").path == root + "/b/instances/two.json");
  CHECK(files.at("one").operator_only);
  CHECK(files.at("two").operator_only);
  CHECK_FALSE(files.at("three").operator_only);
}

TEST_CASE("a grant names its instance like its file, and lists what it grants") {
  const auto good_grant =
      parse_grant(R"({"grant":1,"instance":"mine","http":["https://x/*"],"secrets":["token"]})", "dir/mine.json");
  REQUIRE(good_grant);
  CHECK(good_grant->http == std::vector<std::string>{"https://x/*"});
  CHECK(good_grant->secrets == std::vector<std::string>{"token"});
  for (const char* text : {R"({"grant":2,"instance":"mine"})", R"({"grant":1})", R"({"grant":1,"instance":"other"})",
                           R"({"grant":1,"instance":"mine","http":"https://x/*"})",
                           R"({"grant":1,"instance":"mine","secrets":[null]})", "[]", ""}) {
    CAPTURE(text);
    const auto parsed = parse_grant(text, "dir/mine.json");
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == "grant_invalid");
    CHECK_THAT(parsed.error().message, Contains("dir/mine.json"));
  }
}

TEST_CASE("a file over one MiB, and one that is not there, are errors with the path") {
  const tests::TempDir folder;
  folder.write("big", std::string(1024 * 1024 + 1, ' '));
  folder.write("full", std::string(1024 * 1024, ' '));
  CHECK(read_small_file(folder.path() + "/full")->size() == 1024 * 1024);
  CHECK(read_small_file(folder.path() + "/big").error().code == "file_too_large");
  CHECK(read_small_file(folder.path() + "/none").error().code == "file_not_readable");
}

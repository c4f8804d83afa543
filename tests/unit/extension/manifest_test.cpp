#include "extension/loader/manifest.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/daemon.hpp"

using namespace platos;
using namespace platos::extension;
using Json = nlohmann::json;

namespace {

Json good() {
  return {{"manifest", 1},
          {"id", "com.example.plugin"},
          {"name", "Example"},
          {"version", "1.2.3"},
          {"sdk", {{"generation", 1}, {"min_minor", 0}}},
          {"library", {{"file", "libexample.so"}, {"sha256", "00"}}},
          {"components", {{{"id", "main"}, {"interface", "platos.skill/1"}}}},
          {"permissions", {{"http", {"https://example.com/*"}}, {"secrets", {"token"}}}}};
}

std::string error_of(const Json& manifest) {
  const auto parsed = parse_manifest(manifest.dump(), "p.json");
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == "manifest_invalid");
  CHECK(parsed.error().kind == ErrorKind::InvalidArgument);
  return parsed.error().message;
}

using Catch::Matchers::Contains;

}  // namespace

TEST_CASE("a manifest with everything in it is read whole") {
  const auto parsed = parse_manifest(good().dump(), "p.json");
  REQUIRE(parsed);
  CHECK(parsed->id == "com.example.plugin");
  CHECK(parsed->version == "1.2.3");
  CHECK(parsed->generation == 1);
  CHECK(parsed->library_file == "libexample.so");
  REQUIRE(parsed->components.size() == 1);
  CHECK(parsed->components[0].interface_id == "platos.skill/1");
  CHECK(parsed->http == std::vector<std::string>{"https://example.com/*"});
  CHECK(parsed->secrets == std::vector<std::string>{"token"});
  CHECK(parsed->unknown_keys.empty());
}

TEST_CASE("each thing that can be wrong with a manifest is named with its path and what was expected") {
  Json manifest = good();
  const auto [pointer, value, text] = GENERATE(table<std::string, Json, std::string>({
      {"/manifest", 2, "manifest: expected 1"},
      {"/manifest", "1", "manifest"},
      {"/id", 5, "id"},
      {"/id", "NoDots", "expected reverse DNS"},
      {"/id", "Com.Example", "expected reverse DNS"},
      {"/id", ".com", "expected reverse DNS"},
      {"/id", "com.", "expected reverse DNS"},
      {"/id", "com.example/../x", "expected reverse DNS"},
      {"/id", "com." + std::string(200, 'a'), "expected reverse DNS"},
      {"/id", "", "expected reverse DNS"},
      {"/version", 1, "version"},
      {"/name", std::string(5000, 'n'), "name: over 4096 bytes"},
      {"/sdk/generation", -1, "sdk."},
      {"/sdk/generation", 1.5, "sdk."},
      {"/sdk/min_minor", 70'000, "sdk."},
      {"/library/file", "../evil.so", "library.file: expected a name without a folder"},
      {"/library/file", "/lib/x.so", "library.file: expected a name without a folder"},
      {"/library/file", "", "library.file: expected a text, found an empty one"},
      {"/library/sha256", nullptr, "library.sha256"},
      {"/components/0/id", "", "components.id: expected a text, found an empty one"},
      {"/components", Json::array(), "components: expected an array with at least one"},
      {"/components", Json::object(), "components: expected an array with at least one"},
      {"/components/0", "text", "components.id"},
      {"/components/0/id", 1, "components."},
      {"/components/0/interface", 1, "components."},
      {"/permissions/http", "https://example.com/*", "permissions.http: expected an array of texts"},
      {"/permissions/secrets", {1}, "permissions.secrets: expected an array of texts"},
  }));
  CAPTURE(pointer, value.dump().substr(0, 80));
  manifest[Json::json_pointer(pointer)] = value;
  const std::string error = error_of(manifest);
  CHECK_THAT(error, Contains("p.json: "));
  CHECK_THAT(error, Contains(text));
}

TEST_CASE("a member that must be there and is not is named") {
  const std::string pointer =
      GENERATE(as<std::string>(), "/manifest", "/id", "/version", "/sdk", "/sdk/generation", "/library",
               "/library/file", "/library/sha256", "/components", "/components/0/id", "/components/0/interface");
  CAPTURE(pointer);
  Json manifest = good();
  const Json::json_pointer at(pointer);
  const Json parent = manifest[at.parent_pointer()];
  manifest[at.parent_pointer()].erase(at.back());
  CHECK_FALSE(error_of(manifest).empty());
}

TEST_CASE("a file that is no JSON, no object, or too deep is refused with its path") {
  for (const std::string& text : {std::string(), std::string("{"), std::string("[]"), std::string("null"),
                                  std::string(100, '[') + std::string(100, ']'), std::string("{\"id\":\"\xff\"}")}) {
    CAPTURE(text);
    const auto parsed = parse_manifest(text, "p.json");
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == "manifest_invalid");
    CHECK_THAT(parsed.error().message, Contains("p.json"));
  }
}

TEST_CASE("members that this host does not know are noted and not refused") {
  Json manifest = good();
  manifest["colour"] = "blue";
  const auto parsed = parse_manifest(manifest.dump(), "p.json");
  REQUIRE(parsed);
  CHECK(parsed->unknown_keys == std::vector<std::string>{"colour"});
}

TEST_CASE("a manifest that holds any one wrong byte is read or refused, never worse") {
  const std::string text = good().dump();
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const char byte : {'\0', '"', '{', ']', '\x80', '9'}) {
      std::string changed = text;
      changed[i] = byte;
      const auto parsed = parse_manifest(changed, "p.json");
      if (!parsed) CHECK(parsed.error().code == "manifest_invalid");
    }
  }
}

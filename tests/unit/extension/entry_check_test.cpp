#include "extension/loader/entry_check.hpp"

#include <catch2/catch.hpp>

using namespace platos;
using namespace platos::extension;
using Catch::Matchers::Contains;

namespace {

const platos_component_t* component_of(std::uint32_t index);

std::int32_t create(const platos_host_t*, platos_slice_t, platos_instance_t**, platos_error_t*) { return 0; }
void destroy(platos_instance_t*) {}
const void* get_interface(platos_instance_t*, const char*) { return nullptr; }

platos_component_t the_component = {
    sizeof(platos_component_t), 0, "main", "platos.skill/1", nullptr, create, destroy, get_interface};

const platos_component_t* component_of(std::uint32_t index) { return index == 0 ? &the_component : nullptr; }

/// Claims more components than it has: the host must look at each.
std::uint32_t many_components() { return 0xFFFFFFFFu; }
std::uint32_t one_component() { return 1; }

platos_plugin_entry_t good_entry() {
  return {PLATOS_PLUGIN_MAGIC,
          sizeof(platos_plugin_entry_t),
          PLATOS_SDK_GENERATION,
          0,
          0,
          "com.example.x",
          "1.0.0",
          "1.0.0",
          nullptr,
          nullptr,
          nullptr,
          one_component,
          component_of};
}

Manifest manifest_of(const std::string& id, const std::string& version) {
  Manifest manifest;
  manifest.id = id;
  manifest.version = version;
  manifest.components = {{"main", "platos.skill/1", "", ""}};
  return manifest;
}

std::string refusal(const platos_plugin_entry_t& entry) {
  const auto checked = check_entry(entry);
  REQUIRE_FALSE(checked);
  CHECK(checked.error().code == "incompatible");
  return checked.error().message;
}

}  // namespace

TEST_CASE("an entry that is right passes, a longer one of a newer SDK too") {
  platos_plugin_entry_t entry = good_entry();
  CHECK(check_entry(entry));
  entry.struct_size += 64;
  CHECK(check_entry(entry));
}

TEST_CASE("each thing that can be wrong with an entry is said, with both numbers") {
  platos_plugin_entry_t entry = good_entry();
  SECTION("magic") {
    entry.magic = 1;
    CHECK_THAT(refusal(entry), Contains("magic"));
  }
  SECTION("generation") {
    entry.generation = 9;
    CHECK_THAT(refusal(entry), Contains("generation 9") && Contains("generation 1"));
  }
  SECTION("minor") {
    entry.min_host_minor = 12;
    CHECK_THAT(refusal(entry), Contains("1.12") && Contains(PLATOS_SDK_VERSION));
  }
  SECTION("size") {
    entry.struct_size = GENERATE(0u, 16u, unsigned{sizeof(platos_plugin_entry_t)} - 1, 4097u, 0xFFFFFFFFu);
    CHECK_THAT(refusal(entry), Contains("says it has"));
  }
  SECTION("no id") {
    entry.plugin_id = nullptr;
    CHECK_THAT(refusal(entry), Contains("lacks"));
  }
  SECTION("no version") {
    entry.plugin_version = nullptr;
    CHECK_THAT(refusal(entry), Contains("lacks"));
  }
  SECTION("no components") {
    entry.component_at = nullptr;
    CHECK_THAT(refusal(entry), Contains("lacks"));
  }
}

TEST_CASE("library and manifest say the same id, version and components") {
  const platos_plugin_entry_t entry = good_entry();
  CHECK(check_identity(entry, manifest_of("com.example.x", "1.0.0")));
  CHECK_THAT(check_identity(entry, manifest_of("com.example.y", "1.0.0")).error().message,
             Contains("com.example.x") && Contains("com.example.y"));
  CHECK_FALSE(check_identity(entry, manifest_of("com.example.x", "1.0.1")));
  Manifest more = manifest_of("com.example.x", "1.0.0");
  more.components.push_back({"second", "platos.skill/1", "", ""});
  CHECK_THAT(check_identity(entry, more).error().message, Contains("\"second\""));
  Manifest other = manifest_of("com.example.x", "1.0.0");
  other.components[0].interface_id = "platos.provider/1";
  CHECK_FALSE(check_identity(entry, other));
}

TEST_CASE("a component is found by its whole id, and only when all its functions are there") {
  platos_plugin_entry_t entry = good_entry();
  CHECK(find_component(entry, "main") == &the_component);
  CHECK(find_component(entry, "main ") == nullptr);
  CHECK(find_component(entry, "mai") == nullptr);
  CHECK(find_component(entry, "") == nullptr);
  entry.component_count = many_components;
  CHECK(find_component(entry, "other") == nullptr);
  const platos_component_t whole = the_component;
  the_component.create = nullptr;
  CHECK(find_component(entry, "main") == nullptr);
  the_component = whole;
  the_component.id = nullptr;
  CHECK(find_component(entry, "main") == nullptr);
  the_component = whole;
}

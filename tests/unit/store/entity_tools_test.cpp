#include "store/entity_tools.hpp"

#include <catch2/catch.hpp>

#include "store_fixture.hpp"

namespace platos::store {
namespace {

constexpr const char* kEntity = "ent_1";

EntityToolChange declare(SessionFixture& f, const std::vector<EntityToolRow>& rows,
                         const std::vector<std::string>& kept = {}) {
  return EntityTools(f.session).declare(f.own, kEntity, rows, kept, 10);
}

}  // namespace

TEST_CASE("A declaration replaces the one before, but for what other connections keep") {
  SessionFixture f;
  EntityTools tools(f.session);
  tools.note_connected(f.own, kEntity, "host_1", 5);
  auto change = declare(f, {{kEntity, "find", "{1}"}, {kEntity, "pay", "{2}"}});
  CHECK(change.added == 2);
  CHECK(change.revision == 1);
  change = declare(f, {{kEntity, "pay", "{3}"}}, {"find"});
  CHECK(change.added == 0);
  CHECK(change.updated == 1);
  CHECK(change.removed == 0);
  change = declare(f, {{kEntity, "pay", "{3}"}});
  CHECK(change.updated == 0);
  CHECK(change.removed == 1);
  REQUIRE(tools.tools(f.own).size() == 1);
  CHECK(tools.tools(f.own)[0].definition_json == "{3}");
  CHECK(tools.tools(f.other).empty());
}

TEST_CASE("What is said of a tool's health is kept until it is another, and a declaration says it anew") {
  SessionFixture f;
  EntityTools tools(f.session);
  declare(f, {{kEntity, "pay", "{}"}});
  CHECK(tools.tools(f.own)[0].status.empty());
  CHECK(tools.set_health(f.own, kEntity, "pay", "down", R"({"last_error":"x"})"));
  CHECK_FALSE(tools.set_health(f.own, kEntity, "pay", "down", R"({"last_error":"y"})"));
  CHECK_FALSE(tools.set_health(f.own, kEntity, "none", "down", "{}"));
  CHECK_FALSE(tools.set_health(f.other, kEntity, "pay", "healthy", "{}"));
  auto row = tools.tools_of(f.own, kEntity).at(0);
  CHECK(row.status == "down");
  CHECK(row.health_json == R"({"last_error":"x"})");
  // The same definition, and a new word on health: no update of the tool.
  CHECK(declare(f, {{kEntity, "pay", "{}"}}).updated == 0);
  row = tools.tools_of(f.own, kEntity).at(0);
  CHECK(row.status.empty());
  CHECK(row.health_json.empty());
  CHECK(tools.set_health(f.own, kEntity, "pay", "healthy", ""));
  CHECK(tools.tools(f.own)[0].health_json.empty());
}

TEST_CASE("Where an entity is called back is kept by environment, and can be taken back") {
  SessionFixture f;
  EntityTools tools(f.session);
  CHECK_FALSE(tools.set_callback(f.own, kEntity, "https://a.example/"));
  tools.note_connected(f.own, kEntity, "host_1", 5);
  CHECK(tools.link(f.own, kEntity)->callback_url.empty());
  CHECK(tools.set_callback(f.own, kEntity, "https://a.example/"));
  CHECK_FALSE(tools.set_callback(f.own, kEntity, "https://a.example/"));
  tools.note_connected(f.own, kEntity, "host_2", 6);
  const auto links = tools.links(f.own);
  REQUIRE(links.size() == 1);
  CHECK(links[0].entity_id == kEntity);
  CHECK(links[0].host_id == "host_2");
  CHECK(links[0].callback_url == "https://a.example/");
  CHECK(tools.links(f.other).empty());
  CHECK(tools.set_callback(f.own, kEntity, ""));
  CHECK(tools.link(f.own, kEntity)->callback_url.empty());
}

}  // namespace platos::store

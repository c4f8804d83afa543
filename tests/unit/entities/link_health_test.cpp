#include <catch2/catch.hpp>

#include "links_stage.hpp"

namespace platos::entities {
namespace {

using Said = std::map<std::string, ToolHealth>;

Said says(const std::string& tool, const std::string& status) { return {{tool, {status, "{}"}}}; }

}  // namespace

TEST_CASE("A tool whose only backend says that it is down is not called, until it says otherwise") {
  LinksStage f;
  const auto link = f.connect();
  f.links.offer(*link.id, {"pay", "find"});
  f.links.note_health(*link.id, says("pay", "down"));
  const auto refused = f.send("pay");
  CHECK(refused.id.error().code == "tool_down");
  CHECK(refused.id.error().kind == ErrorKind::FailedPrecondition);
  CHECK(link.link->frames.empty());
  CHECK(f.send("find").id);
  f.links.note_health(*link.id, says("pay", "degraded"));
  CHECK(f.send("pay").id);
}

TEST_CASE("A call goes past the connection that says the tool is down, also to a busier one") {
  LinksStage f;
  const auto one = f.connect("one");
  const auto two = f.connect("two");
  f.links.offer(*one.id, {"pay"});
  f.links.offer(*two.id, {"pay"});
  f.links.note_health(*one.id, says("pay", "down"));
  for (int i = 0; i < 3; ++i) REQUIRE(f.send("pay").id);
  CHECK(one.link->frames.empty());
  CHECK(two.link->frames.size() == 3);
}

TEST_CASE("A new registration is a new beginning") {
  LinksStage f;
  const auto link = f.connect();
  f.links.offer(*link.id, {"pay"});
  f.links.note_told("ent_1", "env_1", f.links.note_health(*link.id, says("pay", "down")));
  f.links.offer(*link.id, {"pay"});
  CHECK(f.links.health_of("ent_1", "env_1", "pay").status.empty());
  CHECK(f.send("pay").id);
  CHECK(f.links.note_health(*link.id, says("pay", "down")).size() == 1);
}

TEST_CASE("The best of what connections say together counts, and is news when it changes") {
  LinksStage f;
  const auto one = f.connect("one");
  const auto two = f.connect("two");
  f.links.offer(*one.id, {"pay"});
  f.links.offer(*two.id, {"pay"});
  Said news = f.links.note_health(*one.id, says("pay", "down"));
  CHECK(news.at("pay").status.empty());  // nothing is known of the other one
  f.links.note_told("ent_1", "env_1", news);
  CHECK(f.links.note_health(*one.id, says("pay", "down")).empty());
  news = f.links.note_health(*two.id, says("pay", "down"));
  CHECK(news.at("pay").status == "down");
  // Until it was told it stays news.
  CHECK(f.links.note_health(*two.id, says("pay", "down")).size() == 1);
  f.links.note_told("ent_1", "env_1", news);
  CHECK(f.links.note_health(*two.id, says("pay", "down")).empty());
  CHECK(f.links.note_health(*one.id, says("pay", "healthy")).at("pay").status == "healthy");
}

TEST_CASE("Of tools that a connection does not offer, and of connections that are gone, nothing is kept") {
  LinksStage f;
  const auto link = f.connect();
  f.links.offer(*link.id, {"pay"});
  CHECK(f.links.note_health(*link.id, says("foreign", "down")).empty());
  CHECK(f.links.note_health("link_none", says("pay", "down")).empty());
  CHECK(f.links.health_of("ent_1", "env_1", "foreign") == ToolHealth());
  CHECK(f.links.health_of("ent_1", "env_none", "pay") == ToolHealth());
}

TEST_CASE("All connections of the entity in the environment are told, and no others") {
  LinksStage f;
  const auto one = f.connect("one");
  const auto two = f.connect("two");
  const auto foreign = f.connect("", "ent_2");
  const auto elsewhere = f.connect("", "ent_1", "env_2");
  f.links.tell("ent_1", "env_1", R"({"type":"tool_health_alert"})");
  f.pass();
  CHECK(one.link->frames.size() == 1);
  CHECK(two.link->frames.size() == 1);
  CHECK(foreign.link->frames.empty());
  CHECK(elsewhere.link->frames.empty());
}

}  // namespace platos::entities

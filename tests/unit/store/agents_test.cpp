#include "store/agents.hpp"

#include <catch2/catch.hpp>

#include "store_fixture.hpp"

namespace platos::store {
namespace {
model::AgentVersion version_of(const std::string& agent, const std::string& id) {
  model::AgentVersion version;
  version.id = id;
  version.agent_id = agent;
  version.created_by = "usr";
  version.config.model = "m:" + id;
  version.created_us = 9;
  return version;
}
}  // namespace

TEST_CASE("An agent comes back as it was, by id and by slug") {
  SessionFixture f;
  f.insert_agent(f.own, "agt_1", 7);
  Agents agents(f.session);
  for (const char* key : {"agt_1", "slug-agt_1"}) {
    const auto agent = agents.find(f.own, key);
    REQUIRE(agent);
    CHECK(agent->id == "agt_1");
    CHECK(agent->slug == "slug-agt_1");
    CHECK(agent->name == "Agent agt_1");
    CHECK(agent->active);
    CHECK(agent->version_id == "ver_agt_1");
    CHECK(agent->version_number == 1);
    CHECK(agent->config.model == "openai:gpt");
    CHECK(agent->config.skills == std::vector<std::string>{"docs"});
    CHECK(agent->created_us == 7);
    CHECK(agent->thread_count == 0);
  }
}

TEST_CASE("Another environment sees nothing of an agent and changes nothing of it") {
  SessionFixture f;
  f.insert_agent(f.own, "agt_1");
  Agents agents(f.session);
  CHECK_FALSE(agents.find(f.other, "agt_1"));
  CHECK_FALSE(agents.find(f.other, "slug-agt_1"));
  CHECK_FALSE(agents.ever_had_one(f.other));
  CHECK_FALSE(agents.slug_taken(f.other, "slug-agt_1"));
  CHECK(agents.list(f.other, 10, 0).empty());
  CHECK(agents.count(f.other) == 0);
  CHECK(agents.versions(f.other, "agt_1", 0, 10).empty());
  CHECK_FALSE(agents.find_version(f.other, "ver_agt_1"));
  CHECK_FALSE(agents.soft_delete(f.other, "agt_1", 5));
  auto changed = *agents.find(f.own, "agt_1");
  changed.name = "stolen";
  agents.update(f.other, changed);
  CHECK(agents.find(f.own, "agt_1")->name == "Agent agt_1");
}

TEST_CASE("Agents are listed newest first, in pages") {
  SessionFixture f;
  for (int i = 1; i <= 5; ++i) f.insert_agent(f.own, "agt_" + std::to_string(i), i);
  Agents agents(f.session);
  const auto page = agents.list(f.own, 2, 1);
  REQUIRE(page.size() == 2);
  CHECK(page[0].id == "agt_4");
  CHECK(page[1].id == "agt_3");
  CHECK(agents.count(f.own) == 5);
}

TEST_CASE("Versions are numbered per agent and listed newest first") {
  SessionFixture f;
  f.insert_agent(f.own, "agt_1");
  f.insert_agent(f.own, "agt_2");
  Agents agents(f.session);
  CHECK(agents.add_version(f.own, version_of("agt_1", "ver_b")) == 2);
  CHECK(agents.add_version(f.own, version_of("agt_1", "ver_c")) == 3);
  CHECK(agents.add_version(f.own, version_of("agt_2", "ver_d")) == 2);
  const auto all = agents.versions(f.own, "agt_1", 0, 10);
  REQUIRE(all.size() == 3);
  CHECK(all[0].id == "ver_c");
  CHECK(all[2].note == "first note");
  CHECK(agents.versions(f.own, "agt_1", 3, 1).at(0).id == "ver_b");
  CHECK(agents.find_version(f.own, "ver_b")->config.model == "m:ver_b");
  auto agent = *agents.find(f.own, "agt_1");
  agent.version_id = "ver_c";
  agent.active = false;
  agents.update(f.own, agent);
  const auto updated = agents.find(f.own, "agt_1");
  CHECK(updated->config.model == "m:ver_c");
  CHECK(updated->version_number == 3);
  CHECK_FALSE(updated->active);
}

TEST_CASE("An agent is current while it is there, switched on, and has this version") {
  SessionFixture f;
  f.insert_agent(f.own, "agt_1");
  Agents agents(f.session);
  const auto head = *agents.find_head(f.own, "slug-agt_1");
  CHECK(agents.is_current(f.own, head));
  CHECK_FALSE(agents.is_current(f.other, head));
  auto agent = *agents.find(f.own, "agt_1");
  agent.active = false;
  agents.update(f.own, agent);
  CHECK_FALSE(agents.is_current(f.own, head));
  agent.active = true;
  agent.version_id = "ver_2";
  agents.update(f.own, agent);
  CHECK_FALSE(agents.is_current(f.own, head));
  agent.version_id = head.version_id;
  agents.update(f.own, agent);
  CHECK(agents.is_current(f.own, head));
  agents.soft_delete(f.own, "agt_1", 5);
  CHECK_FALSE(agents.is_current(f.own, head));
}

TEST_CASE("A deleted agent is not found, frees its slug and is deleted once") {
  SessionFixture f;
  f.insert_agent(f.own, "agt_1");
  Agents agents(f.session);
  CHECK(agents.slug_taken(f.own, "slug-agt_1"));
  CHECK(agents.soft_delete(f.own, "agt_1", 5));
  CHECK_FALSE(agents.soft_delete(f.own, "agt_1", 6));
  CHECK_FALSE(agents.find(f.own, "agt_1"));
  CHECK_FALSE(agents.slug_taken(f.own, "slug-agt_1"));
  CHECK(agents.list(f.own, 10, 0).empty());
  CHECK(agents.count(f.own) == 0);
  CHECK(agents.ever_had_one(f.own));
}

}  // namespace platos::store

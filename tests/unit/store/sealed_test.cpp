#include <catch2/catch.hpp>

#include "store/agents.hpp"
#include "store/conversations.hpp"
#include "store/migrations.hpp"
#include "store_fixture.hpp"

namespace platos::store {

SessionFixture::SessionFixture() {
  REQUIRE(migrate(session, session.migrations(), clock, folder.path() + "/snapshot.db"));
  for (const auto& scope : {own, other}) {
    const std::string end = scope.environment_id.substr(4);
    session.execute(system, "INSERT INTO organizations VALUES ($1, $2, 'n', 1)", {scope.organization_id, end});
    session.execute(system, "INSERT INTO projects VALUES ($1, $2, $3, 'n', 1)",
                    {scope.project_id, scope.organization_id, end});
    session.execute(system, "INSERT INTO environments VALUES ($1, $2, $3, $4, 'PRODUCTION', 'n', 1)",
                    {scope.environment_id, scope.organization_id, scope.project_id, end});
  }
}

void SessionFixture::insert_agent(const model::Scope& scope, const std::string& id, std::int64_t created_us) {
  model::Agent agent;
  agent.id = id;
  agent.slug = "slug-" + id;
  agent.name = "Agent " + id;
  agent.version_id = "ver_" + id;
  agent.created_us = created_us;
  agent.updated_us = created_us;
  model::AgentVersion version;
  version.id = agent.version_id;
  version.agent_id = id;
  version.created_by = "usr";
  version.note = "first note";
  version.config.model = "openai:gpt";
  version.config.skills = {"docs"};
  version.created_us = created_us;
  Agents(session).insert(scope, agent, version);
}

void SessionFixture::insert_thread(const model::Scope& scope, const std::string& id) {
  model::Thread thread;
  thread.id = id;
  thread.agent_id = "agt";
  thread.user_id = "usr";
  thread.title = "the title";
  Conversations(session).insert_thread(scope, thread);
}

namespace {
/// The bytes of the first column of the first row, as a Row would not show them.
std::string raw(SessionFixture& f, const std::string& column_and_table) {
  std::string hex;
  const std::string to_hex = tests::on_postgres() ? "SELECT encode(" : "SELECT hex(";
  const std::string end = tests::on_postgres() ? ", 'hex') FROM " : ") FROM ";
  const auto from = column_and_table.find(" FROM ");
  f.session.query(f.system, to_hex + column_and_table.substr(0, from) + end + column_and_table.substr(from + 6), {},
                  [&](const Row& row) {
                    hex = row.text(0);
                    return false;
                  });
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return bytes;
}
}  // namespace

TEST_CASE("Text of users and models lies on disk as a BLOB whose first byte is its form") {
  SessionFixture f;
  f.insert_agent(f.own, "agt_1");
  f.insert_thread(f.own, "thr_1");
  CHECK(raw(f, "title FROM threads") == "\x01the title");
  CHECK(raw(f, "note FROM agent_versions") ==
        "\x01"
        "first note");
  CHECK(raw(f, "snapshot FROM agent_versions").substr(0, 2) == "\x01{");
}

TEST_CASE("Sealed text of any bytes and of none comes back as it was") {
  SessionFixture f;
  f.session.run_script("CREATE TABLE t (b " + blob_type() + ")");
  for (const std::string& text :
       {std::string(), std::string("a\0b", 3), std::string("\x02"), std::string(100'000, '\xFF')}) {
    f.session.execute(f.system, "DELETE FROM t", {});
    f.session.execute(f.system, "INSERT INTO t VALUES ($1)", {Sealed{text, {}}});
    f.session.query(f.system, "SELECT b FROM t", {}, [&](const Row& row) {
      CHECK(row.unsealed(0, {}) == text);
      CHECK_FALSE(row.is_null(0));
      return true;
    });
  }
}

TEST_CASE("A stored text of an unknown form is an error and not garbage") {
  SessionFixture f;
  f.insert_thread(f.own, "thr_1");
  f.session.execute(f.system, std::string("UPDATE threads SET title = ") + blob_literal("0361"), {});
  try {
    Conversations(f.session).find_thread(f.own, "usr", "thr_1");
    FAIL("no error");
  } catch (const SqlError& error) {
    CHECK(error.kind() == SqlError::Kind::Corrupt);
    CHECK(std::string(error.what()).find("form 3") != std::string::npos);
  }
}

TEST_CASE("A snapshot that is not JSON is a SqlError like all else that a repository throws", "[finding]") {
  SessionFixture f;
  f.insert_agent(f.own, "agt_1");
  f.session.execute(f.system, std::string("UPDATE agent_versions SET snapshot = ") + blob_literal("0161"), {});
  CHECK_THROWS_AS(Agents(f.session).find(f.own, "agt_1"), SqlError);
}

TEST_CASE("A database that holds event blocks of an unknown form is not opened") {
  DatabaseFixture f;
  REQUIRE(f.open());
  REQUIRE(f.run("INSERT INTO run_stream VALUES ('e', 'r', 1, 1, 2, " + blob_literal("01") + ", 1)"));
  f.database.reset();
  const auto refused = f.open();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "unknown_stream_form");
  CHECK(refused.error().message.find("form 2") != std::string::npos);
}

TEST_CASE("Form 0 is an unknown form, too") {
  DatabaseFixture f;
  REQUIRE(f.open());
  REQUIRE(f.run("INSERT INTO run_stream VALUES ('e', 'r', 1, 1, 0, " + blob_literal("01") + ", 1)"));
  f.database.reset();
  CHECK_FALSE(f.open());
}

}  // namespace platos::store

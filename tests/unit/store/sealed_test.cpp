#include <catch2/catch.hpp>

#include "store/agents.hpp"
#include "store/conversations.hpp"
#include "store/migrations.hpp"
#include "store_fixture.hpp"

namespace platos::store {

SessionFixture::SessionFixture() : session(writer_options(folder)) {
  REQUIRE(migrate(session, sqlite_migrations(), clock, folder.path() + "/snapshot.db"));
  for (const auto& scope : {own, other}) {
    const std::string end = scope.environment_id.substr(4);
    session.execute("INSERT INTO organizations VALUES ($1, $2, 'n', 1)", {scope.organization_id, end});
    session.execute("INSERT INTO projects VALUES ($1, $2, $3, 'n', 1)", {scope.project_id, scope.organization_id, end});
    session.execute("INSERT INTO environments VALUES ($1, $2, $3, $4, 'PRODUCTION', 'n', 1)",
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
/// The bytes of the first column of the first row, read past Session.
std::string raw(const TempFolder& folder, const std::string& sql) {
  sqlite3* handle = nullptr;
  sqlite3_stmt* statement = nullptr;
  std::string bytes;
  REQUIRE(sqlite3_open_v2(folder.database().c_str(), &handle, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK);
  REQUIRE(sqlite3_prepare_v2(handle, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
  REQUIRE(sqlite3_step(statement) == SQLITE_ROW);
  CHECK(sqlite3_column_type(statement, 0) == SQLITE_BLOB);
  bytes.assign(static_cast<const char*>(sqlite3_column_blob(statement, 0)),
               static_cast<std::size_t>(sqlite3_column_bytes(statement, 0)));
  sqlite3_finalize(statement);
  sqlite3_close(handle);
  return bytes;
}
}  // namespace

TEST_CASE("Text of users and models lies on disk as a BLOB whose first byte is its form") {
  SessionFixture f;
  f.insert_agent(f.own, "agt_1");
  f.insert_thread(f.own, "thr_1");
  CHECK(raw(f.folder, "SELECT title FROM threads") == "\x01the title");
  CHECK(raw(f.folder, "SELECT note FROM agent_versions") ==
        "\x01"
        "first note");
  CHECK(raw(f.folder, "SELECT snapshot FROM agent_versions").substr(0, 2) == "\x01{");
}

TEST_CASE("Sealed text of any bytes and of none comes back as it was") {
  SessionFixture f;
  f.session.run_script("CREATE TABLE t (b BLOB)");
  for (const std::string& text :
       {std::string(), std::string("a\0b", 3), std::string("\x02"), std::string(100'000, '\xFF')}) {
    f.session.execute("DELETE FROM t", {});
    f.session.execute("INSERT INTO t VALUES ($1)", {Sealed{text}});
    f.session.query("SELECT b FROM t", {}, [&](const Row& row) {
      CHECK(row.unsealed(0) == text);
      CHECK_FALSE(row.is_null(0));
      return true;
    });
  }
}

TEST_CASE("A stored text of an unknown form is an error and not garbage") {
  SessionFixture f;
  f.insert_thread(f.own, "thr_1");
  f.session.execute("UPDATE threads SET title = x'0261'", {});
  try {
    Conversations(f.session).find_thread(f.own, "usr", "thr_1");
    FAIL("no error");
  } catch (const SqlError& error) {
    CHECK(error.kind() == SqlError::Kind::Corrupt);
    CHECK(std::string(error.what()).find("form 2") != std::string::npos);
  }
}

TEST_CASE("A snapshot that is not JSON is a SqlError like all else that a repository throws", "[finding]") {
  SessionFixture f;
  f.insert_agent(f.own, "agt_1");
  f.session.execute("UPDATE agent_versions SET snapshot = x'0161'", {});
  CHECK_THROWS_AS(Agents(f.session).find(f.own, "agt_1"), SqlError);
}

TEST_CASE("A database that holds event blocks of an unknown form is not opened") {
  DatabaseFixture f;
  REQUIRE(f.open());
  REQUIRE(f.run("INSERT INTO run_stream VALUES ('e', 'r', 1, 1, 2, x'01', 1)"));
  f.database.reset();
  const auto refused = f.open();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "unknown_stream_form");
  CHECK(refused.error().message.find("form 2") != std::string::npos);
}

TEST_CASE("Form 0 is an unknown form, too") {
  DatabaseFixture f;
  REQUIRE(f.open());
  REQUIRE(f.run("INSERT INTO run_stream VALUES ('e', 'r', 1, 1, 0, x'01', 1)"));
  f.database.reset();
  CHECK_FALSE(f.open());
}

}  // namespace platos::store

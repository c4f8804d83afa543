#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "secrets/cipher.hpp"
#include "store/agents.hpp"
#include "store/conversations.hpp"
#include "store/migrations.hpp"
#include "store/runs.hpp"
#include "store/safety_events.hpp"
#include "store/sealing.hpp"
#include "store/tool_calls.hpp"
#include "store_fixture.hpp"
#include "support/tenant_rows.hpp"

namespace platos::store {

SessionFixture::SessionFixture() {
  REQUIRE(migrate(session, session.migrations(), clock, folder.path() + "/snapshot.db"));
  for (const auto& scope : {own, other}) tests::insert_tenant(session, scope);
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

namespace {

/// Something in each column of texts, as it was before there were keys.
void fill_everything(SessionFixture& f) {
  f.insert_agent(f.own, "agt_1");
  f.insert_thread(f.own, "thr_1");
  Conversations talk(f.session);
  auto thread = *talk.find_thread(f.own, "usr", "thr_1");
  thread.summary = "the summary";
  talk.set_summary(f.own, thread);
  talk.insert_message(f.own, {"msg_1", "thr_1", "run_1", "user", "active", "content", "thinking", "[1]", "{}", 1});
  Runs runs(f.session);
  runs.insert(run_record(f.own, "run_1", "thr_1", model::RunState::Running));
  runs.append_journal(f.own, "run_1", {1, "accepted", 1, R"({"a":1})", 1});
  runs.append_stream(f.own, "run_1", {1, 2, "block"}, 1);
  model::RunOutcome outcome;
  outcome.error_message = "what went wrong";
  REQUIRE(runs.finish(f.own, {"run_1", 1}, outcome, R"({"out":1})", 5));
  LedgerRow call;
  call.run_id = "run_1";
  call.call_id = "call_1";
  ToolCalls(f.session).start(f.own, call);
  ToolCalls(f.session).settle(f.own, "run_1", "call_1", "unknown", 2);
  call.state = "succeeded";
  REQUIRE(ToolCalls(f.session).settle_unknown(f.own, call, "result"));
  SafetyEventRow event;
  event.id = "evt_1";
  event.detail = "detail";
  event.meta_json = "{}";
  SafetyEvents(f.session).insert(f.own, event);
  for (const char* table :
       {"agent_versions", "threads", "messages", "runs", "run_journal", "run_stream", "tool_calls", "safety_events"}) {
    f.session.execute(f.system, "INSERT INTO unsealed_tables (name) VALUES ($1)", {std::string_view(table)});
  }
}

/// Every column of the schema that holds texts, as "table.column", with how many of its values are not sealed.
std::map<std::string, std::int64_t> plain_values(SessionFixture& f) {
  const std::string columns =
      tests::on_postgres()
          ? "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE data_type = 'bytea' AND "
            "table_schema = 'public'"
          : "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND "
            "p.type = 'BLOB' AND m.name NOT LIKE 'search_words%'";  // hashes, as FTS5 keeps them
  std::vector<std::pair<std::string, std::string>> found;
  f.session.query(f.system, columns, {}, [&](const Row& row) {
    found.emplace_back(row.text(0), row.text(1));
    return true;
  });
  std::map<std::string, std::int64_t> counts;
  for (const auto& [table, column] : found) {
    const std::string sql = "SELECT COUNT(*) FROM " + table + " WHERE " + column + " < " + blob_literal("02");
    f.session.query(f.system, sql, {}, [&, name = table + "." + column](const Row& row) {
      counts[name] = row.integer(0);
      return false;
    });
  }
  return counts;
}

}  // namespace

TEST_CASE("Texts from before there were keys are sealed, whichever column they stand in, and read as before") {
  SessionFixture f;
  fill_everything(f);
  // New tables never held plain texts; all others are filled above, so that one that is forgotten fails here.
  const std::set<std::string> born_sealed = {"entities.secret",         "entities.former_secret",
                                             "end_users.profile",       "environment_variables.value",
                                             "audit_log.detail",        "threads.tags",
                                             "message_ratings.comment", "approvals.action",
                                             "approvals.details",       "approvals.arguments",
                                             "approvals.schema_json",   "approvals.edited",
                                             "approvals.comment",       "approval_votes.comment",
                                             "tool_audit.arguments",    "tool_audit.result",
                                             "tool_results.text",       "skill_files.content",
                                             "entity_tools.definition", "entity_tools.health",
                                             "entity_links.callback",   "entities.test_credentials"};
  for (const auto& [column, plain] : plain_values(f)) {
    INFO(column);
    CHECK((plain > 0) != born_sealed.contains(column));
  }
  secrets::KeyRing keys(secrets::random_key());
  base::Logger logger(f.clock, base::LogLevel::Error, base::LogFormat::Json, f.folder.path() + "/log");
  f.session.use_keys(keys);
  REQUIRE(ensure_data_keys(f.session, keys, f.clock));
  for (int round = 0; round < 2; ++round) seal_old_rows(f.session, logger);
  for (const auto& [column, plain] : plain_values(f)) {
    INFO(column);
    CHECK(plain == 0);
  }
  const auto message = Conversations(f.session).message_of_run(f.own, "thr_1", "run_1", "user");
  REQUIRE(message);
  CHECK(message->content + message->thinking + message->tool_calls_json + message->response_json ==
        "contentthinking[1]{}");
  const auto thread = Conversations(f.session).find_thread(f.own, "usr", "thr_1");
  CHECK(thread->title + thread->summary == "the titlethe summary");
  const auto run = Runs(f.session).find(f.own, "run_1");
  CHECK(run->input_json + run->output_json + run->error_message == R"({"text":"hi"}{"out":1}what went wrong)");
  CHECK(Runs(f.session).journal(f.own, "run_1").at(0).payload_json == R"({"a":1})");
  CHECK(Runs(f.session).stream(f.own, "run_1", 0, 100).at(0).payload == "block");
  CHECK(Agents(f.session).find(f.own, "agt_1")->config.model == "openai:gpt");
  const auto events = SafetyEvents(f.session).list(f.own, {});
  REQUIRE(events.size() == 1);
  CHECK(events[0].detail + events[0].meta_json == "detail{}");
}

}  // namespace platos::store

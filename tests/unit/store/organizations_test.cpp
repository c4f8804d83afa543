// What goes with an environment that goes.
#include "store/organizations.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "store_fixture.hpp"

namespace platos::store {
namespace {

struct EmptyEnvironment : SessionFixture {
  std::vector<std::string> texts(const std::string& sql) {
    std::vector<std::string> found;
    session.query(system, sql, {}, [&](const Row& row) {
      found.push_back(row.text(0));
      return true;
    });
    return found;
  }
  std::int64_t rows_of(const std::string& table) {
    std::int64_t count = 0;
    session.query(system, "SELECT COUNT(*) FROM " + table + " WHERE env_id = 'env_a'", {}, [&](const Row& row) {
      count = row.integer(0);
      return false;
    });
    return count;
  }
  /// A row with something in every column.
  void fill(const std::string& table) {
    std::string names;
    std::string values;
    for (const auto& name : texts("SELECT name FROM pragma_table_info('" + table + "')")) {
      names += (names.empty() ? "" : ", ") + name;
      values += std::string(values.empty() ? "" : ", ") + (name == "env_id" ? "'env_a'" : "'1'");
    }
    session.execute(system, "INSERT INTO " + table + " (" + names + ") VALUES (" + values + ")");
  }
};

}  // namespace

TEST_CASE_METHOD(EmptyEnvironment, "An environment without agents takes all with it that can be there without them",
                 "[sqlite]") {
  // These hang on agents, on their runs and conversations; audits outlive what they tell of.
  const std::set<std::string> others = {"agents",        "agent_versions", "threads",          "messages",
                                        "runs",          "run_journal",    "run_stream",       "tool_calls",
                                        "timers",        "tool_results",   "idempotency_keys", "safety_events",
                                        "usage_records", "thread_tags",    "message_ratings",  "search_documents",
                                        "search_users",  "search_awaited", "approvals",        "approval_votes",
                                        "audit_log"};
  std::vector<std::string> filled;
  session.execute(system, "PRAGMA foreign_keys = OFF");
  for (const auto& table : texts("SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = "
                                 "'env_id' WHERE m.type = 'table' ORDER BY m.name")) {
    if (others.contains(table)) continue;
    fill(table);
    REQUIRE(rows_of(table) == 1);
    filled.push_back(table);
  }
  CHECK(filled.size() >= 14);
  REQUIRE(Organizations(session).remove_environment(system, "env_a"));
  for (const auto& table : filled) {
    INFO(table);
    CHECK(rows_of(table) == 0);
  }
}

}  // namespace platos::store

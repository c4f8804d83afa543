// What goes with an environment that goes.
#include "store/organizations.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "store_fixture.hpp"

namespace platos::store {
namespace {

struct FullEnvironments : SessionFixture {
  std::vector<std::string> texts(const std::string& sql) {
    std::vector<std::string> found;
    session.query(system, sql, {}, [&](const Row& row) {
      found.push_back(row.text(0));
      return true;
    });
    return found;
  }
  std::vector<std::string> columns_of(const std::string& table) {
    if (!tests::on_postgres()) return texts("SELECT name FROM pragma_table_info('" + table + "')");
    return texts(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND "
        "table_name = '" +
        table + "'");
  }
  /// Those with an env_id, but for the audit, which outlives what it tells of. What others refer to comes first.
  std::vector<std::string> tables() {
    std::vector<std::string> all = {"agents", "threads"};
    const auto found = tests::on_postgres()
                           ? texts(
                                 "SELECT table_name FROM information_schema.columns WHERE table_schema = "
                                 "current_schema() AND column_name = 'env_id' ORDER BY table_name")
                           : texts(
                                 "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = "
                                 "'env_id' WHERE m.type = 'table' ORDER BY m.name");
    for (const auto& table : found) {
      if (table != "agents" && table != "threads" && table != "audit_log") all.push_back(table);
    }
    return all;
  }
  std::int64_t rows_of(const std::string& table, const std::string& environment) {
    std::int64_t count = 0;
    session.query(system, "SELECT COUNT(*) FROM " + table + " WHERE env_id = $1", {environment}, [&](const Row& row) {
      count = row.integer(0);
      return false;
    });
    return count;
  }
  /// A row with `value` in every column but the environment's.
  void fill(const std::string& table, const std::string& environment, const std::string& value) {
    std::string names;
    std::string values;
    for (const auto& name : columns_of(table)) {
      names += (names.empty() ? "" : ", ") + name;
      values += (values.empty() ? "'" : ", '") + (name == "env_id" ? environment : value) + "'";
    }
    session.execute(system, "INSERT INTO " + table + " (" + names + ") VALUES (" + values + ")");
  }
  void fill_all() {
    for (const auto& table : tables()) {
      INFO(table);
      fill(table, "env_a", "1");
      fill(table, "env_b", "2");
      REQUIRE(rows_of(table, "env_a") == 1);
    }
  }
};

}  // namespace

TEST_CASE_METHOD(FullEnvironments, "An environment takes all with it that it had, and nothing of another one") {
  fill_all();
  REQUIRE(tables().size() >= 34);
  REQUIRE(Organizations(session).remove_environment(system, "env_a"));
  for (const auto& table : tables()) {
    INFO(table);
    CHECK(rows_of(table, "env_a") == 0);
    CHECK(rows_of(table, "env_b") == 1);
  }
}

TEST_CASE_METHOD(FullEnvironments, "Rows of an environment go a few at a time") {
  fill_all();
  Organizations organizations(session);
  CHECK(organizations.remove_rows(system, "env_a", 10) == 10);
  const auto left = static_cast<std::int64_t>(tables().size()) - 10;
  CHECK(organizations.remove_rows(system, "env_a", 100) == left);
  CHECK(organizations.remove_rows(system, "env_a", 100) == 0);
}

TEST_CASE_METHOD(FullEnvironments, "An agent that is not deleted keeps its versions and its environment") {
  Organizations organizations(session);
  CHECK_FALSE(organizations.has_agents(system, "env_a"));
  insert_agent(own, "agt_1");
  CHECK(organizations.has_agents(system, "env_a"));
  CHECK(organizations.remove_rows(system, "env_a", 100) == 0);
  CHECK(rows_of("agent_versions", "env_a") == 1);
  CHECK_THROWS_AS(organizations.remove_environment(system, "env_a"), SqlError);
}

}  // namespace platos::store

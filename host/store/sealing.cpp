#include "store/sealing.hpp"

#include <set>
#include <string>

#include "base/failpoint.hpp"
#include "store/data_keys.hpp"

namespace platos::store {
namespace {

constexpr std::int64_t kRowsAtOnce = 200;
constexpr std::string_view kFirstSealed = "\x02";  // plain texts begin with a smaller byte

/// A column of texts. Its row is named by one column, or by two with '/' between them.
struct TextColumn {
  std::string_view table;
  std::string_view column;
  std::string_view key;
  std::string_view second_key;
  std::string name() const { return std::string(table) + "." + std::string(column); }
};

constexpr TextColumn kColumns[] = {{"agent_versions", "note", "id", ""},
                                   {"agent_versions", "snapshot", "id", ""},
                                   {"threads", "title", "id", ""},
                                   {"threads", "summary", "id", ""},
                                   {"messages", "content", "id", ""},
                                   {"messages", "thinking", "id", ""},
                                   {"messages", "tool_calls", "id", ""},
                                   {"messages", "response", "id", ""},
                                   {"runs", "error_message", "id", ""},
                                   {"runs", "input", "id", ""},
                                   {"runs", "output", "id", ""},
                                   {"run_journal", "payload", "run_id", "n"},
                                   {"run_stream", "payload", "run_id", "first_seq"},
                                   {"tool_calls", "result", "run_id", "call_id"},
                                   {"safety_events", "detail", "id", ""},
                                   {"safety_events", "meta", "id", ""}};

struct PlainText {
  model::Scope scope;
  std::string key;
  std::string second_key;
  std::string text;
  std::string row() const { return second_key.empty() ? key : key + "/" + second_key; }
};

std::string second_key_of(const TextColumn& column) {
  return column.second_key.empty() ? "''" : "CAST(t." + std::string(column.second_key) + " AS TEXT)";
}

std::vector<PlainText> find_plain(Connection& connection, const TextColumn& column, const std::string& from) {
  const std::string key = "t." + std::string(column.key);
  const std::string text = "t." + std::string(column.column);
  const std::string sql = "SELECT " + key + ", " + second_key_of(column) + ", t.env_id, e.org_id, " + text + " FROM " +
                          std::string(column.table) + " t JOIN environments e ON e.id = t.env_id WHERE " + text +
                          " < $1 AND " + key + " >= $2 ORDER BY " + key + " LIMIT $3";
  const std::string name = column.name();
  std::vector<PlainText> rows;
  connection.query(Connection::everywhere(), sql, {Blob{kFirstSealed}, std::string_view(from), kRowsAtOnce},
                   [&](const Row& row) {
                     PlainText plain{{row.text(3), {}, row.text(2)}, row.text(0), row.text(1), {}};
                     plain.text = row.unsealed(4, {name, plain.scope.environment_id, plain.row()});
                     rows.push_back(std::move(plain));
                     return true;
                   });
  return rows;
}

void seal(Connection& connection, const TextColumn& column, const PlainText& plain) {
  const std::string name = column.name();
  const std::string row = plain.row();
  std::string sql = "UPDATE " + std::string(column.table) + " SET " + std::string(column.column) +
                    " = $1 WHERE env_id = $2 AND " + std::string(column.key) + " = $3";
  const Sealed sealed{plain.text, place(plain.scope, name, row)};
  if (column.second_key.empty()) {
    connection.execute(plain.scope, sql, {sealed, plain.scope.environment_id, plain.key});
    return;
  }
  sql += " AND CAST(" + std::string(column.second_key) + " AS TEXT) = $4";
  connection.execute(plain.scope, sql, {sealed, plain.scope.environment_id, plain.key, plain.second_key});
}

std::int64_t seal_column(Connection& connection, const TextColumn& column) {
  std::int64_t count = 0;
  std::string from;
  for (;;) {
    const auto rows = find_plain(connection, column, from);
    if (rows.empty()) return count;
    connection.begin_write();
    try {
      for (const auto& plain : rows) seal(connection, column, plain);
      base::failpoint("seal.in_batch");
      connection.commit();
    } catch (const SqlError&) {
      connection.rollback();
      throw;
    }
    count += static_cast<std::int64_t>(rows.size());
    from = rows.back().key;
  }
}

std::set<std::string> tables_with_plain_texts(Connection& connection) {
  std::set<std::string> names;
  connection.query(Connection::everywhere(), "SELECT name FROM unsealed_tables", {}, [&](const Row& row) {
    names.insert(row.text(0));
    return true;
  });
  return names;
}

}  // namespace

bool has_data_keys(Connection& connection) {
  try {
    return DataKeys(connection).any(Connection::everywhere());
  } catch (const SqlError& failure) {
    if (failure.kind() == SqlError::Kind::Disconnected) throw;
    return false;  // a database from before there were keys, or an empty one
  }
}

Result<void> ensure_data_keys(Connection& connection, secrets::KeyRing& keys, const base::Clock& clock) {
  DataKeys stored(connection);
  for (const auto& id : stored.organizations_without(Connection::everywhere())) {
    stored.insert(Connection::everywhere(), keys.make(id), clock.wall_us());
  }
  for (const auto& key : stored.all(Connection::everywhere())) {
    if (auto added = keys.add(key); !added) return added;
  }
  return {};
}

void seal_old_rows(Connection& connection, base::Logger& logger) {
  const auto tables = tables_with_plain_texts(connection);
  if (tables.empty()) return;
  logger.info("store", "texts from before there were keys are sealed", {{"tables", tables.size()}});
  std::int64_t count = 0;
  for (const auto& column : kColumns) {
    if (tables.count(std::string(column.table)) != 0) count += seal_column(connection, column);
  }
  connection.compact();
  base::failpoint("seal.before_done");
  connection.execute(Connection::everywhere(), "DELETE FROM unsealed_tables");
  logger.info("store", "they are sealed; copies of the database from before are not", {{"texts", count}});
}

Result<std::int64_t> rewrap_data_keys(Session& session, const model::SystemScope& system, const secrets::KeyRing& keys,
                                      std::int64_t limit) {
  DataKeys stored(session);
  std::int64_t count = 0;
  for (const auto& key : stored.wrapped_by_others(system, keys.master_id(), limit)) {
    const auto fresh = keys.rewrap(key);
    if (!fresh) return fail(fresh.error());
    if (stored.rewrap(system, *fresh, key.master_id)) ++count;
    base::failpoint("rotate.key_wrapped");
  }
  return count;
}

}  // namespace platos::store

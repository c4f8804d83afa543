// What Database needs before its threads start: a connection, the newest schema, keys, and who else is there.
#include <filesystem>
#include <optional>
#include <utility>

#include "store/database.hpp"
#include "store/hosts.hpp"
#include "store/migrations.hpp"
#include "store/postgres_session.hpp"
#include "store/sealing.hpp"
#include "store/sqlite_session.hpp"

namespace platos::store {
namespace {

std::string database_path(const DatabaseOptions& options) { return options.directory + "/platos.db"; }

Result<void> check_stream_forms(Connection& connection) {
  std::optional<std::int64_t> unknown;
  connection.query(Connection::everywhere(), "SELECT flags FROM run_stream WHERE flags <> 1 LIMIT 1", {},
                   [&](const Row& row) {
                     unknown = row.integer(0);
                     return false;
                   });
  if (!unknown) return {};
  return fail(ErrorKind::FailedPrecondition, "unknown_stream_form",
              "the database holds event blocks of form " + std::to_string(*unknown) +
                  "; this Platos reads form 1: start the newer Platos that wrote them");
}

// On PostgreSQL the second wall around tenants is only there for roles that it holds for.
void warn_without_row_security(Connection& connection, base::Logger& logger) {
  auto* postgres = dynamic_cast<PostgresSession*>(&connection);
  if (postgres == nullptr || postgres->holds_row_security()) return;
  logger.warn("store",
              "the role of store.url is a superuser or has BYPASSRLS: row-level security does not hold for it; use a "
              "role without either");
}

// Says that it is there before it looks for others: of two that start at once, at least one sees the other.
std::vector<std::string> register_host(Connection& connection, const DatabaseOptions& options,
                                       const base::Clock& clock) {
  if (options.url.empty() || options.host_id.empty()) return {};
  const std::int64_t now_us = clock.wall_us();
  connection.begin_write();
  Hosts(connection).renew(Connection::everywhere(), options.host_id, now_us + options.host_lease_us);
  connection.commit();
  connection.begin_read();
  auto others = Hosts(connection).others(Connection::everywhere(), options.host_id, now_us);
  connection.rollback();
  return others;
}

std::unique_ptr<Connection> with_keys(std::unique_ptr<Connection> connection, const DatabaseOptions& options) {
  if (options.keys != nullptr) connection->use_keys(*options.keys);
  return connection;
}
}  // namespace

std::unique_ptr<Connection> connect(const DatabaseOptions& options, bool writer) {
  if (!options.url.empty()) {
    PostgresOptions session;
    session.url = options.url;
    session.durable = options.durable;
    session.writer = writer;
    return with_keys(std::make_unique<PostgresSession>(session), options);
  }
  SqliteOptions session;
  session.path = database_path(options);
  session.durable = options.durable;
  session.writer = writer;
  session.max_bytes = options.max_bytes;
  return with_keys(std::make_unique<SqliteSession>(session), options);
}

Result<std::unique_ptr<Database>> Database::open(const DatabaseOptions& options, const base::Clock& clock,
                                                 base::Logger& logger) {
  if (!options.url.empty()) {
    PostgresOptions given;
    given.url = options.url;
    if (const auto valid = postgres_parameters(given); !valid) return fail(valid.error());
  }
  try {
    auto writer = connect(options, true);
    const std::string snapshot =
        options.directory + "/before-migration-" + std::to_string(clock.wall_us() / 1'000'000) + ".db";
    const auto ready = options.migrate ? migrate(*writer, writer->migrations(), clock, snapshot)
                                       : check_migrated(*writer, writer->migrations());
    if (!ready) return fail(ready.error());
    if (const auto known = check_stream_forms(*writer); !known) return fail(known.error());
    if (options.keys != nullptr) {
      if (auto known = ensure_data_keys(*writer, *options.keys, clock); !known) return fail(known.error());
      seal_old_rows(*writer, logger);
    }
    warn_without_row_security(*writer, logger);
    if (options.url.empty()) {
      std::error_code ignored;
      std::filesystem::permissions(database_path(options), std::filesystem::perms(0600), ignored);
    }
    auto others = register_host(*writer, options, clock);
    auto database = std::unique_ptr<Database>(new Database(options, logger, std::move(writer)));
    database->other_hosts_ = std::move(others);
    return database;
  } catch (const SqlError& failure) {
    if (failure.kind() == SqlError::Kind::Disconnected) {
      return fail(ErrorKind::Unavailable, "store_unreachable", failure.what());
    }
    return fail(ErrorKind::DataLoss, "database_unusable",
                (options.url.empty() ? database_path(options) + ": " : std::string()) + failure.what());
  } catch (const std::exception& failure) {
    return fail(ErrorKind::DataLoss, "database_unusable", database_path(options) + ": " + failure.what());
  }
}

}  // namespace platos::store

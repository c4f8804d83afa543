#include "main/migrate.hpp"

#include <iostream>

#include "main/data_dir.hpp"
#include "main/options.hpp"
#include "store/migrations.hpp"

namespace platos::daemon {
namespace {

int refuse(const Error& error) {
  std::cerr << "platosd: " << error.message << '\n';
  return error.code == "data_dir_in_use" ? kExitInUse : kExitFailed;
}

void print_pending(const store::MigrationState& state) {
  for (const auto& migration : state.pending) {
    std::cout << "-- migration " << migration.name << '\n' << migration.script << '\n';
  }
  if (state.pending.empty()) std::cout << "-- nothing to do\n";
}

Result<store::MigrationState> run(store::Connection& connection, const std::string& what,
                                  const std::string& directory) {
  const base::SystemClock clock;
  if (what == "apply") {
    const std::string copy = directory + "/before-migration-" + std::to_string(clock.wall_us() / 1'000'000) + ".db";
    if (auto done = store::migrate(connection, connection.migrations(), clock, copy); !done) return fail(done.error());
  }
  return store::migration_state(connection, connection.migrations());
}

}  // namespace

int run_migrate(const DaemonOptions& options, const std::string& what) {
  std::unique_ptr<DataDir> lock;
  if (what == "apply") {
    auto opened = DataDir::open(options.paths.data_dir);
    if (!opened) return refuse(opened.error());
    lock = std::move(*opened);
  }
  try {
    const auto connection = store::connect(store_options(options.config.settings, options.paths.data_dir), true);
    const auto state = run(*connection, what, options.paths.data_dir);
    if (!state) return refuse(state.error());
    if (what == "plan") {
      print_pending(*state);
    } else {
      std::cout << "schema version " << state->applied << " of " << state->newest << ", " << state->pending.size()
                << " pending\n";
    }
    return kExitOk;
  } catch (const store::SqlError& failure) {
    return refuse({ErrorKind::Unavailable, "database_unusable", failure.what(), false, 0, {}});
  }
}

}  // namespace platos::daemon

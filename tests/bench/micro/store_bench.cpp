// Writes of the journal through the writer thread. Durability is off: the disk is not what is measured.
#include <benchmark/benchmark.h>

#include "base/task_set.hpp"
#include "store/database.hpp"
#include "store/runs.hpp"
#include "support/temp_dir.hpp"

namespace platos::bench {
namespace {

class OpenDatabase {
 public:
  OpenDatabase() {
    store::DatabaseOptions options;
    options.directory = dir_.path();
    options.durable = false;
    database = std::move(*store::Database::open(options, clock_, logger_));
  }
  /// All of `count` writes at once, as so many runs would queue them; back when the last is done.
  Task<bool> write_rows(std::int64_t count) {
    std::vector<base::Completion<Result<void>>> pending;
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t number = ++rows_;
      pending.push_back(database->write(loop, [this, number](store::Session& session) -> Result<void> {
        model::JournalRow row;
        row.n = number;
        row.kind = model::journal::kModelResponse;
        row.payload_json = payload_;
        store::Runs(session).append_journal(scope_, "run_01JGFJJZ00G2T0ABCDEFGHJKMN", row);
        return {};
      }));
    }
    bool all_good = true;
    for (auto& write : pending) {
      const auto done = co_await write;
      all_good = all_good && done.has_value();
    }
    co_return all_good;
  }

 private:
  tests::TempDir dir_;
  base::SystemClock clock_;
  base::Logger logger_{clock_, base::LogLevel::Error, base::LogFormat::Json, dir_.path() + "/log"};
  const model::Scope scope_{"org_default", "prj_default", "env_default"};
  const std::string payload_ = "{\"text\":\"" + std::string(400, 'x') + "\"}";
  std::int64_t rows_ = 0;

 public:
  base::Loop loop{clock_};
  std::unique_ptr<store::Database> database;
};

// Argument: writes that are queued together. items_per_second is writes; commits_per_write shows the grouping.
void journal_write(benchmark::State& state) {
  OpenDatabase open;
  for (auto _ : state) {
    if (!base::run_to_end(open.loop, open.write_rows(state.range(0)))) return state.SkipWithError("a write failed");
  }
  const auto writes = static_cast<double>(open.database->writes());
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["commits_per_write"] = static_cast<double>(open.database->commits()) / writes;
}
BENCHMARK(journal_write)->Arg(1)->Arg(16)->Arg(128)->UseRealTime();

}  // namespace
}  // namespace platos::bench

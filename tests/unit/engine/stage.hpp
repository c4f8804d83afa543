// A store and an engine on one loop, with bodies written in the test.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/logger.hpp"
#include "base/task_set.hpp"
#include "engine/engine.hpp"
#include "engine/subscription.hpp"
#include "ports/task_body.hpp"
#include "store/database.hpp"
#include "support/postgres.hpp"
#include "support/temp_dir.hpp"
#include "tenancy/bootstrap.hpp"

namespace platos::tests {

inline const model::Scope kScope{"org_default", "prj_default", "env_default"};

/// A body made from a function.
class FunctionBody final : public ports::TaskBody {
 public:
  using Function = std::function<Task<void>(engine::Run&)>;
  explicit FunctionBody(Function function) : function_(std::move(function)) {}
  Task<void> run(engine::Run& run) override { return function_(run); }

 private:
  Function function_;
};

/// One process's life on a data directory. Make another on the same directory to see what a restart sees.
class Stage {
 public:
  explicit Stage(const TempDir& dir, FunctionBody::Function body, engine::EngineOptions options = {})
      : loop(clock),
        logger(clock, base::LogLevel::Error, base::LogFormat::Json, dir.path() + "/log"),
        ids(clock),
        body_(std::move(body)) {
    store::DatabaseOptions store_options;
    store_options.directory = dir.path();
    store_options.url = store_url(dir.path());
    store_options.durable = false;
    database = std::move(*store::Database::open(store_options, clock, logger));
    options.host_id = "host_test";
    if (options.stream_retention_us == 0) options.stream_retention_us = options.journal_retention_us = 86'400'000'000;
    engine = std::make_unique<engine::Engine>(options, *database, logger, ids, std::vector<base::Loop*>{&loop});
    engine->register_body("test", body_);
  }

  template <typename T>
  T run(Task<T> task) {
    return base::run_to_end(loop, std::move(task));
  }

  /// Makes the scope and takes over what a former stage left.
  void start() { run(begin(*this)); }

  model::RunRecord new_run() {
    model::RunRecord record;
    record.id = ids.make("run");
    record.scope = kScope;
    record.user_id = "usr_admin";
    record.kind = "test";
    record.input_json = "{}";
    record.created_us = record.started_us = clock.wall_us();
    record.deadline_us = clock.wall_us() + 60'000'000;
    return record;
  }

  static model::Event meta() { return model::meta_event("thr_1", "agt_1", "run_1"); }

  /// Every event that a subscriber sees, from behind `after` to the end.
  std::vector<engine::LoggedEvent> events(const std::string& run_id, std::int64_t after = 0) {
    return run(read_all(*this, run_id, after));
  }

  base::SystemClock clock;
  base::Loop loop;
  base::Logger logger;
  base::IdMaker ids;
  std::unique_ptr<store::Database> database;
  std::unique_ptr<engine::Engine> engine;

 private:
  static Task<bool> begin(Stage& stage) {
    const auto scope = co_await tenancy::Bootstrap::ensure_scope(*stage.database, stage.loop, nullptr);
    if (!scope) co_return false;
    const auto started = co_await stage.engine->start();
    co_return started.has_value();
  }
  static Task<std::vector<engine::LoggedEvent>> read_all(Stage& stage, std::string run_id, std::int64_t after) {
    std::optional<base::Completion<base::Done>> waiting;
    engine::Subscription subscription(*stage.engine, stage.loop, kScope, run_id, after, [&waiting] {
      if (auto waiter = std::exchange(waiting, std::nullopt)) waiter->complete({});
    });
    std::vector<engine::LoggedEvent> events;
    for (;;) {
      const auto state = subscription.pull(64 * 1024, events);
      if (state == engine::Subscription::State::End || state == engine::Subscription::State::Failed) co_return events;
      if (state == engine::Subscription::State::Events) continue;
      base::Completion<base::Done> ready(stage.loop);
      waiting = ready;
      co_await ready;
    }
  }
  FunctionBody body_;
};

}  // namespace platos::tests

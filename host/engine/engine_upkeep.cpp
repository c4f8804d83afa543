// What the engine does for all runs at once: claims what is due, renews leases, sweeps, drains.
#include <algorithm>

#include "base/failpoint.hpp"
#include "engine/engine.hpp"
#include "store/hosts.hpp"

namespace platos::engine {
namespace {

constexpr std::int64_t kPollUs = 1'000'000;
constexpr std::int64_t kClaimBatch = 256;
constexpr std::int64_t kSweepRows = 2'000;

}  // namespace

Task<Result<std::size_t>> Engine::claim_due(bool restarted) {
  base::Loop& loop = *slots_.front().loop;
  const auto read =
      database_.read(loop,
                     [claimant = store::Claimant{options_.host_id, restarted},
                      now = loop.clock().wall_us()](store::Session& session) -> Result<std::vector<model::RunRecord>> {
                       return store::Runs(session).claimable(model::SystemScope(), claimant, now, kClaimBatch);
                     });
  auto due = co_await read;
  if (!due) co_return fail(due.error());
  std::size_t claimed = 0;
  for (auto& run : *due) {
    if (const auto live = find_live(run.id)) {
      // Its frame waits here, and has all that it needs but the news.
      if (live->waiting()) live->loop().post([live] { live->wake(); });
      continue;
    }
    const auto taken = co_await claim_one(std::move(run));
    if (taken) ++claimed;
  }
  co_return claimed;
}

Task<Result<void>> Engine::claim_one(model::RunRecord run) {
  base::Loop& loop = *slots_.front().loop;
  const std::int64_t now_us = loop.clock().wall_us();
  const bool fresh = run.state == model::RunState::Queued;
  const std::int64_t former_fence = run.fence;
  const std::int64_t first_seq = run.seq_reserved + 1;
  run.fence = former_fence + 1;
  run.lease_owner = options_.host_id;
  run.lease_until_us = now_us + options_.lease_us;
  run.started_us = fresh ? now_us : run.started_us;
  // A queued run's deadline is a duration until it starts.
  run.deadline_us = fresh ? now_us + run.deadline_us : std::max(run.deadline_us, now_us + options_.takeover_min_us);
  run.attempt = fresh ? 1 : run.attempt + 1;
  run.seq_reserved += kFreshReserve;
  base::failpoint("claim.before_write");
  const auto write = database_.write(
      loop, [run, former_fence, now_us](store::Session& session) -> Result<std::vector<model::JournalRow>> {
        store::Runs runs(session);
        if (!runs.claim(model::SystemScope(), run, former_fence))
          return fail(ErrorKind::Aborted, "claimed", "another was faster");
        auto journal = runs.journal(run.scope, run.id);
        model::JournalRow claimed;
        claimed.n = journal.empty() ? 1 : journal.back().n + 1;
        claimed.kind = model::journal::kClaimed;
        claimed.last_seq = run.seq_reserved - kFreshReserve;
        claimed.payload_json = model::dump({{"attempt", run.attempt}, {"fence", run.fence}, {"host", run.lease_owner}});
        claimed.at_us = now_us;
        runs.append_journal(run.scope, run.id, claimed);
        base::failpoint("claim.in_write");
        journal.push_back(std::move(claimed));
        return journal;
      });
  auto journal = co_await write;
  if (!journal) co_return fail(journal.error());
  base::failpoint("claim.before_launch");
  run.state = model::RunState::Running;
  Slot& slot = slots_[next_slot_++ % slots_.size()];
  slot.loop->post([this, &slot, run = std::move(run), first_seq, rows = std::move(*journal)] {
    launch(slot, std::make_shared<Run>(context_, *slot.loop, *slot.tasks, run, first_seq, rows));
  });
  co_return Result<void>{};
}

void Engine::poke() {
  if (polling_.exchange(true)) return;
  slots_.front().loop->post([this] {
    slots_.front().tasks->start("claim", [](Engine& engine) -> Task<void> {
      engine.polling_ = false;
      if (engine.draining_) co_return;
      const auto claimed = co_await engine.claim_due(false);
      if (!claimed) engine.logger_.warn("engine", "due runs could not be read", {{"reason", claimed.error().message}});
    }(*this));
  });
}

Task<void> Engine::poll() {
  for (;;) {
    const bool elapsed = co_await base::sleep_for(*slots_.front().loop, kPollUs, stopping_.token());
    if (!elapsed) co_return;
    poke();
  }
}

Task<void> Engine::renew() {
  base::Loop& loop = *slots_.front().loop;
  for (;;) {
    const bool elapsed = co_await base::sleep_for(loop, options_.lease_us / 3, stopping_.token());
    if (!elapsed) co_return;
    if (live_count() == 0 && !database_.is_shared()) continue;
    const auto write = database_.write(loop,
                                       [host = options_.host_id, until = loop.clock().wall_us() + options_.lease_us](
                                           store::Session& session) -> Result<void> {
                                         store::Runs(session).renew_leases(model::SystemScope(), host, until);
                                         store::Hosts(session).renew(model::SystemScope(), host, until);
                                         return {};
                                       });
    if (const auto renewed = co_await write; !renewed) {
      logger_.warn("engine", "leases could not be renewed", {{"reason", renewed.error().message}});
    }
  }
}

Task<void> Engine::sweep() {
  base::Loop& loop = *slots_.front().loop;
  for (;;) {
    const bool elapsed = co_await base::sleep_for(loop, options_.sweep_every_us, stopping_.token());
    if (!elapsed) co_return;
    std::int64_t deleted = 1;
    while (deleted > 0) {
      const std::int64_t now = loop.clock().wall_us();
      const auto write = database_.write(loop, [this, now](store::Session& session) -> Result<std::int64_t> {
        return store::Runs(session).sweep(model::SystemScope(), now - options_.stream_retention_us,
                                          now - options_.journal_retention_us, now, kSweepRows);
      });
      const auto swept = co_await write;
      deleted = swept ? *swept : 0;
      if (deleted > 0) logger_.info("engine", "old rows were swept", {{"rows", deleted}});
    }
  }
}

Task<void> Engine::drain(std::int64_t within_us) {
  draining_ = true;
  base::failpoint("drain.begin");
  base::Loop& loop = *slots_.front().loop;
  const std::int64_t until_us = loop.clock().monotonic_us() + within_us;
  while (busy_count() > 0 && loop.clock().monotonic_us() < until_us) {
    co_await base::sleep_for(loop, 20'000, base::CancelToken());
  }
  stopping_.cancel("drain");
  const std::size_t left = live_count();
  if (left == 0 && !database_.is_shared()) co_return;
  if (left > 0) logger_.info("engine", "runs are left for take-over", {{"runs", left}});
  base::failpoint("drain.before_release");
  database_.hurry();
  const auto write = database_.write(loop, [host = options_.host_id](store::Session& session) -> Result<void> {
    store::Runs(session).release_leases(model::SystemScope(), host);
    store::Hosts(session).remove(model::SystemScope(), host);
    return {};
  });
  const auto released = co_await write;
  base::failpoint("drain.after_release");
  if (!released) logger_.warn("engine", "leases could not be released", {{"reason", released.error().message}});
}

}  // namespace platos::engine

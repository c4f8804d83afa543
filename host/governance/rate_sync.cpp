#include "governance/rate_sync.hpp"

#include "base/task_set.hpp"

namespace platos::governance {
namespace {
constexpr std::int64_t kEveryUs = 1'000'000;
}  // namespace

Task<Result<void>> RateSync::restore(base::Loop& loop) {
  const auto read = database_.read(loop,
                                   [host = host_id_, from = limits_.oldest_window_us()](
                                       store::Session& session) -> Result<std::vector<store::RateCount>> {
                                     return store::RateCounters(session).of_host(model::SystemScope(), host, from);
                                   });
  const auto own = co_await read;
  if (!own) co_return fail(own.error());
  limits_.restore(*own);
  co_return Result<void>();
}

Task<void> RateSync::run(base::Loop& loop, base::CancelToken stop) {
  bool failing = false;
  for (;;) {
    const bool elapsed = co_await base::sleep_for(loop, kEveryUs, stop);
    if (!elapsed) co_return;
    const auto done = co_await exchange(loop);
    if (!done && !failing)
      logger_.warn("governance", "rate counters are not shared", {{"reason", done.error().message}});
    failing = !done;
  }
}

Task<Result<void>> RateSync::exchange(base::Loop& loop) {
  const std::int64_t oldest_us = limits_.oldest_window_us();
  // In parts: what is busy at the beginning must not keep the rest from being told.
  for (auto changes = limits_.take_changes(); !changes.empty(); changes = limits_.take_changes()) {
    const auto write =
        database_.write(loop, [host = host_id_, changes, oldest_us](store::Session& session) -> Result<void> {
          store::RateCounters counters(session);
          counters.put(model::SystemScope(), host, changes);
          counters.remove_before(model::SystemScope(), oldest_us);
          return {};
        });
    if (const auto written = co_await write; !written) {
      limits_.keep_changes(changes);
      co_return fail(written.error());
    }
    if (changes.size() < RateLimits::kMaxTold) break;
  }
  if (!database_.is_shared()) co_return Result<void>();
  const auto read = database_.read(
      loop, [host = host_id_, oldest_us](store::Session& session) -> Result<std::vector<store::RateCount>> {
        return store::RateCounters(session).of_others(model::SystemScope(), host, oldest_us);
      });
  const auto others = co_await read;
  if (!others) co_return fail(others.error());
  limits_.merge(*others);
  co_return Result<void>();
}

}  // namespace platos::governance

#include "sandbox/sandbox.hpp"

#include <pwd.h>
#include <unistd.h>

#include <array>

#include "base/task_set.hpp"
#include "base/text.hpp"
#include "sandbox/script_check.hpp"
#include "sandbox/seccomp_filter.hpp"

namespace platos::sandbox {
namespace {

constexpr std::int64_t kSweepEveryUs = 600'000'000;

Result<Account> find_account(const std::string& name) {
  if (::geteuid() != 0) return Account{};
  std::array<char, 16 * 1024> buffer;
  passwd entry{};
  passwd* found = nullptr;
  ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr || entry.pw_uid == 0)
    return fail(
        ErrorKind::FailedPrecondition, "sandbox_unavailable",
        "sandbox.user: the daemon is root, so programs run as another user: expected one of this machine, found \"" +
            base::printable(name) + "\"");
  return Account{true, entry.pw_uid, entry.pw_gid};
}

/// Whatever ends the wait, the program does not go on.
struct StopAtEnd {
  std::shared_ptr<StopSignal> signal;
  ~StopAtEnd() { signal->raise(); }
};

}  // namespace

Sandbox::Sandbox(Options options, base::Clock& clock, base::Logger& logger)
    : options_(std::move(options)),
      clock_(clock),
      logger_(logger),
      account_(find_account(options_.user)),
      owner_(account_.value_or(Account{})),
      filter_(seccomp_filter()),
      workspaces_(options_, owner_),
      pool_(std::make_unique<base::WorkerPool>("sandbox", options_.max_parallel, options_.max_queued)) {}

Sandbox::~Sandbox() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& signal : running_) signal->raise();
  }
  pool_.reset();
}

Task<Result<ports::ScriptResult>> Sandbox::run(base::Loop& loop, ports::ScriptJob job, base::CancelToken cancel) {
  if (auto checked = check_script(job); !checked) co_return fail(checked.error());
  job.max_output_bytes = std::min(job.max_output_bytes, kMaxOutputBytes);
  auto signal = std::make_shared<StopSignal>();
  const StopAtEnd stop_at_end{signal};
  const auto registration = cancel.on_cancel([signal] { signal->raise(); });
  const auto done = pool_->run(loop, [this, signal, work = std::move(job)] {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) signal->raise();
      running_.insert(signal);
    }
    auto result = execute(work, *signal);
    const std::lock_guard lock(mutex_);
    running_.erase(signal);
    return result;
  });
  auto result = co_await done;
  co_return result;
}

Result<ports::ScriptResult> Sandbox::execute(const ports::ScriptJob& job, const StopSignal& stop) {
  if (stop.raised()) return fail(ErrorKind::Cancelled, "cancelled", "the script was cancelled before it began");
  if (!account_) return fail(account_.error());
  if (!filter_) return fail(filter_.error());
  auto result = job.workspace.empty() ? supervise(job, options_, *account_, *filter_, stop) : run_kept(job, stop);
  if (!result && result.error().code == "sandbox_unavailable")
    logger_.warn("sandbox", "a program was not run", {{"reason", result.error().message}});
  return result;
}

Result<ports::ScriptResult> Sandbox::run_kept(const ports::ScriptJob& job, const StopSignal& stop) {
  workspaces_.enter(job.workspace);
  const auto before = check_workspace(job.workspace);
  auto result = before ? supervise(job, options_, *account_, *filter_, stop) : fail(before.error());
  const bool overrun = !check_workspace(job.workspace);
  const auto since_ns =
      workspaces_.leave(job.workspace, before && overrun ? before->newest_change_ns : kNothingOverrun);
  if (since_ns) {
    const auto restored = restore_workspace(job.workspace, *since_ns);
    workspaces_.reopen(job.workspace);
    if (!restored) return fail(restored.error());
  }
  if (result && overrun) result->stopped_for = "workspace";
  return result;
}

Result<FolderUse> Sandbox::check_workspace(const std::string& path) const {
  auto use = use_of(path, options_.workspace_entries);
  if (!use) return use;
  const bool fits =
      use->bytes <= options_.workspace_bytes && use->entries <= options_.workspace_entries && use->depth < kMaxDepth;
  if (fits) return use;
  return fail(ErrorKind::ResourceExhausted, "workspace_full",
              "the thread's workspace holds " + std::to_string(use->bytes) + " bytes in " +
                  std::to_string(use->entries) + " entries; allowed are " + std::to_string(options_.workspace_bytes) +
                  " bytes, " + std::to_string(options_.workspace_entries) + " entries and " +
                  std::to_string(kMaxDepth) + " folders below each other; delete some");
}

// Programs that overran the workspace lose what they wrote; if that is not enough, the workspace is emptied.
Result<void> Sandbox::restore_workspace(const std::string& path, std::int64_t last_change_ns) {
  if (check_workspace(path)) return {};
  logger_.info("sandbox", "a workspace was overrun: what the program wrote is removed");
  if (auto removed = remove_changed_after(path, last_change_ns); !removed) return removed;
  if (check_workspace(path)) return {};
  return remove_content(path, true);
}

Task<void> Sandbox::upkeep(base::Loop& loop, base::CancelToken cancel) {
  for (;;) {
    const auto swept =
        pool_->run(loop, [this]() -> Result<std::size_t> { return workspaces_.sweep(clock_.wall_us() / 1'000'000); });
    const auto removed = co_await swept;
    if (removed && *removed > 0)
      logger_.info("sandbox", "workspaces were removed", {{"count", static_cast<std::int64_t>(*removed)}});
    const bool elapsed = co_await base::sleep_for(loop, kSweepEveryUs, cancel);
    if (!elapsed) co_return;
  }
}

}  // namespace platos::sandbox

// Named places where a test makes the process die, to prove that what was promised before them survives.
//
//   base::failpoint("store.commit.after");
//
// The environment variable PLATOS_FAILPOINT=<name> or <name>:<n> arms one of them: its n-th hit (first: 1) writes the
// line "failpoint <name>" to stderr and ends the process with SIGKILL. It is read once, at the first hit of any point.
// Internally synchronised. A point that is not armed costs one relaxed load; without PLATOS_FAILPOINTS (a CMake option,
// off in optimised builds) it costs nothing and the variable has no effect.
#pragma once

#include <array>
#include <atomic>
#include <string_view>

namespace platos::base {

/// Every point there is, in the order in which a daemon's life comes by. failpoint_test hits each one.
inline constexpr std::array<std::string_view, 68> kFailpoints = {
    // Start.
    "startup.after_lock", "startup.in_migration", "startup.after_migrate", "seal.in_batch", "seal.before_done",
    "startup.after_scope", "startup.after_agent", "startup.after_claims", "startup.ready",
    // A run of a former process, or one that was queued.
    "claim.before_write", "claim.in_write", "claim.before_launch",
    // A request becomes a run.
    "submit.before_store", "submit.in_accept", "submit.after_launch", "submit.after_accept", "enqueue.after_write",
    "api.before_first_byte", "api.resume",
    // The writer.
    "store.before_begin", "store.after_begin", "store.after_write", "store.before_commit", "store.after_commit",
    "store.after_delivery", "store.before_checkpoint", "store.after_checkpoint",
    // What a run writes, by what is in it.
    "run.after_accept_batch", "run.after_journal_batch", "run.after_stream_batch", "run.after_final_batch",
    "run.before_settle",
    // A barrier, a wait, an end.
    "run.before_barrier", "run.after_barrier", "run.before_waiting", "run.waiting", "run.wait_over",
    "run.after_waiting", "run.before_finish", "run.after_finish",
    // A turn.
    "turn.rebuilt", "turn.after_load", "turn.before_model", "turn.first_token", "turn.before_response",
    "turn.after_response", "turn.before_answer", "turn.back_off", "turn.giving_up",
    // A tool call.
    "tool.before_started", "tool.after_started", "tool.before_invoke", "tool.after_invoke", "tool.after_settled",
    // People are asked.
    "approval.before_asked", "approval.asked", "approval.in_decision", "approval.decided", "approval.resolved",
    // What was said becomes searchable.
    "index.before_write",
    // A new master key.
    "rotate.key_made", "rotate.key_wrapped", "rotate.keys_wrapped",
    // The end.
    "cancel.live", "cancel.recorded", "drain.begin", "drain.before_release", "drain.after_release"};

/// A name from the table: any other does not compile.
class FailpointName {
 public:
  template <std::size_t N>
  consteval FailpointName(const char (&text)[N]) : text_(text, N - 1) {  // NOLINT: reads as a name where it is used
    bool known = false;
    for (const auto& each : kFailpoints) known = known || each == text_;
    if (!known) throw "not in kFailpoints";
  }
  constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

#if PLATOS_FAILPOINTS

namespace failpoint_detail {
enum class State { Unspecified, Off, Armed };
extern std::atomic<State> state;
/// Reads the variable if that was not done, and dies if this is the hit that it asks for.
void reached(std::string_view name);
}  // namespace failpoint_detail

inline void failpoint(FailpointName name) {
  if (failpoint_detail::state.load(std::memory_order_relaxed) != failpoint_detail::State::Off) {
    failpoint_detail::reached(name.text());
  }
}

#else

inline void failpoint(FailpointName) {}

#endif

}  // namespace platos::base

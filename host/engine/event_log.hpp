// What clients of one run were told: numbered events, encoded once, in memory as far as they are not only on disk.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/loop.hpp"
#include "model/event.hpp"
#include "store/runs.hpp"

namespace platos::engine {

/// One event as the wire has it, with "_seq" and "_run".
struct LoggedEvent {
  std::int64_t seq = 0;
  std::string json;
};

/// Internally synchronised: the run's loop writes, subscribers on any loop read.
///
/// One watermark: an event is visible when no settled event at or before it is uncommitted, and its number is within
/// the committed reserve. So order holds, and no number is ever given twice, also across a crash.
///
/// What two commits have passed is dropped but for a few KiB: a long answer costs no more memory than a short one.
class EventLog {
 public:
  /// Numbers start at `first_seq`; up to `reserved` they are covered by the run row once that is committed.
  EventLog(std::string run_id, std::int64_t first_seq, std::int64_t reserved, std::size_t max_bytes);

  // The run's side, on its loop.

  std::int64_t append(const model::Event& event);
  std::int64_t last_seq() const;
  bool has_unflushed() const;
  /// The events that are not on their way to the store yet, as one block; empty payload when there are none.
  store::StreamBlock take_unflushed();
  /// Everything up to `seq` is committed, and numbers up to `reserved` are.
  void committed(std::int64_t seq, std::int64_t reserved);
  /// No event follows.
  void close();
  /// True while more than the limit waits for a commit: the producer should pause.
  bool congested() const;
  /// True long before that: what is not written yet should not wait for company.
  bool is_filling() const;

  // The subscribers' side, on any loop.

  enum class Read {
    Unspecified,
    Events,   ///< some were appended to the output
    Nothing,  ///< wait for the next notice
    Behind,   ///< the next event is no longer in memory: read it from the store
    End,      ///< closed, and everything was read
  };
  Read read(std::int64_t after, std::size_t max_bytes, std::vector<LoggedEvent>& out) const;

  /// Calls `notice` on `loop` after something became visible, at most once a pass. unsubscribe(), from that loop, ends
  /// it.
  std::uint64_t subscribe(base::Loop& loop, std::function<void()> notice);
  void unsubscribe(std::uint64_t number);

 private:
  struct Subscriber {
    base::Loop* loop;
    std::function<void()> notice;
    std::atomic<bool> told{false};
    std::atomic<bool> active{true};
  };

  std::int64_t visible_locked() const;
  void notify();
  void trim_locked(std::int64_t read_seq);

  const std::string suffix_;  // ,"_run":"run_..."}
  const std::size_t max_bytes_;
  mutable std::mutex mutex_;
  std::deque<LoggedEvent> events_;
  std::vector<std::int64_t> uncommitted_settled_;  // few; an empty deque takes half a KiB
  std::size_t bytes_ = 0;
  std::size_t unflushed_bytes_ = 0;
  std::int64_t last_seq_;
  std::int64_t flushed_seq_;    // handed to the store
  std::int64_t committed_seq_;  // on disk
  std::int64_t reserved_;       // committed reserve; 0 before the first commit
  bool closed_ = false;
  std::uint64_t next_subscriber_ = 1;
  std::map<std::uint64_t, std::shared_ptr<Subscriber>> subscribers_;
};

/// The events of a stored block with numbers above `after`. DataLoss "stream_unreadable" when it is cut.
Result<std::vector<LoggedEvent>> decode_block(const store::StreamBlock& block, std::int64_t after);

}  // namespace platos::engine

// Threads for what really blocks: plugin calls, DNS, database reads.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "base/completion.hpp"
#include "base/result.hpp"

namespace platos::base {

/// Internally synchronised. Threads are started when work finds none idle, up to `max_threads`, and then stay. The
/// queue is bounded: what does not fit is refused, never waited for.
class WorkerPool {
 public:
  WorkerPool(std::string name, std::size_t max_threads, std::size_t max_queued);
  /// Runs what is queued, then ends the threads.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Runs `work` on a thread of the pool; its value arrives on `loop`. A full queue completes at once with Unavailable
  /// "overloaded". `work` returns Result<T> and must not throw.
  template <typename Work, typename ResultType = std::invoke_result_t<Work&>>
  Completion<ResultType> run(Loop& loop, Work work) {
    Completion<ResultType> done(loop);
    auto shared = std::make_shared<Work>(std::move(work));
    const bool queued = enqueue([shared, done] { done.complete((*shared)()); });
    if (!queued) done.complete(fail(overloaded()));
    return done;
  }

  /// The same without a result. False when the queue is full, or no thread can be had.
  bool enqueue(std::function<void()> work);

  /// Gives up a thread that will not come back: it is detached, and another takes its place. From outside the pool.
  void write_off(std::thread::id thread);

 private:
  struct Shared;
  Error overloaded() const;
  bool add_thread();
  bool has_thread_for_one_more();

  std::string name_;
  std::size_t max_threads_;
  std::size_t max_queued_;
  std::shared_ptr<Shared> shared_;
  std::mutex threads_mutex_;  // taken before that of Shared
  std::vector<std::thread> threads_;
};

}  // namespace platos::base

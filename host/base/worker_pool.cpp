#include "base/worker_pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <set>
#include <system_error>

namespace platos::base {

// Outlives the pool when a written-off thread still holds it.
struct WorkerPool::Shared {
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::function<void()>> queue;
  bool stopping = false;
  std::set<std::thread::id> written_off;
  std::size_t idle = 0;

  void work_on();
};

void WorkerPool::Shared::work_on() {
  for (;;) {
    std::function<void()> work;
    {
      std::unique_lock lock(mutex);
      ++idle;
      wake.wait(lock, [&] { return stopping || !queue.empty(); });
      --idle;
      if (queue.empty()) return;
      work = std::move(queue.front());
      queue.pop_front();
    }
    work();
    const std::lock_guard lock(mutex);
    if (written_off.erase(std::this_thread::get_id()) > 0) return;
  }
}

WorkerPool::WorkerPool(std::string name, std::size_t max_threads, std::size_t max_queued)
    : name_(std::move(name)), max_threads_(max_threads), max_queued_(max_queued), shared_(std::make_shared<Shared>()) {}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->stopping = true;
  }
  shared_->wake.notify_all();
  for (auto& thread : threads_) thread.join();
}

bool WorkerPool::add_thread() {
  try {
    threads_.emplace_back([shared = shared_] { shared->work_on(); });
  } catch (const std::system_error&) {
    return false;  // the process may not have more
  }
  ::pthread_setname_np(threads_.back().native_handle(), name_.substr(0, 15).c_str());
  return true;
}

// Under threads_mutex_: only one caller may count on a thread that is idle.
bool WorkerPool::has_thread_for_one_more() {
  {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->idle > shared_->queue.size()) return true;
  }
  return threads_.size() >= max_threads_ || add_thread() || !threads_.empty();
}

bool WorkerPool::enqueue(std::function<void()> work) {
  const std::lock_guard threads_lock(threads_mutex_);
  if (!has_thread_for_one_more()) return false;
  {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->queue.size() >= max_queued_ || shared_->stopping) return false;
    shared_->queue.push_back(std::move(work));
  }
  shared_->wake.notify_one();
  return true;
}

void WorkerPool::write_off(std::thread::id thread) {
  const std::lock_guard lock(threads_mutex_);
  const auto found =
      std::find_if(threads_.begin(), threads_.end(), [&](const auto& each) { return each.get_id() == thread; });
  if (found == threads_.end()) return;
  {
    // Should it come back after all, it ends: another has its place.
    const std::lock_guard shared_lock(shared_->mutex);
    shared_->written_off.insert(thread);
  }
  found->detach();
  threads_.erase(found);
  (void)add_thread();
}

Error WorkerPool::overloaded() const {
  Error error;
  error.kind = ErrorKind::Unavailable;
  error.code = "overloaded";
  error.message = "the queue of the " + name_ + " pool is full (" + std::to_string(max_queued_) + "); try again";
  error.retryable = true;
  error.retry_after_ms = 1000;
  return error;
}

}  // namespace platos::base

#include "agent/recent_threads.hpp"

namespace platos::agent {
namespace {

constexpr std::size_t kMaxHeads = 4096;
// Of an entry without its texts: nodes, ids, one message's fields.
constexpr std::int64_t kEntryBytes = 1024;
constexpr std::int64_t kMessageBytes = 256;

std::int64_t size_of(const RecentThreads::Entry& entry) {
  std::int64_t bytes = kEntryBytes + static_cast<std::int64_t>(entry.thread.title.size());
  for (const auto& message : entry.setting.history)
    bytes += kMessageBytes + static_cast<std::int64_t>(message.text.size());
  return bytes;
}

}  // namespace

void RecentThreads::put(const model::Scope& scope, Entry entry) {
  const std::int64_t bytes = size_of(entry);
  const std::lock_guard lock(mutex_);
  Key key{scope.environment_id, entry.thread.id};
  if (const auto found = threads_.find(key); found != threads_.end()) erase(found);
  if (bytes > max_bytes_) return;
  order_.push_front({key, std::move(entry), bytes});
  threads_.emplace(std::move(key), order_.begin());
  bytes_ += bytes;
  while (bytes_ > max_bytes_) erase(threads_.find(order_.back().key));
}

std::optional<RecentThreads::Entry> RecentThreads::take(const model::Scope& scope, const std::string& user_id,
                                                        const std::string& thread_id) {
  const std::lock_guard lock(mutex_);
  const auto found = threads_.find({scope.environment_id, thread_id});
  if (found == threads_.end() || found->second->entry.thread.user_id != user_id) return std::nullopt;
  std::optional<Entry> entry(std::move(found->second->entry));
  erase(found);
  return entry;
}

void RecentThreads::erase(std::map<Key, Order::iterator>::iterator found) {
  bytes_ -= found->second->bytes;
  order_.erase(found->second);
  threads_.erase(found);
}

void RecentThreads::put_head(const model::Scope& scope, const std::string& id_or_slug, model::AgentHead head) {
  const std::lock_guard lock(mutex_);
  if (heads_.size() >= kMaxHeads) heads_.clear();
  heads_.insert_or_assign({scope.environment_id, id_or_slug}, std::move(head));
}

std::optional<model::AgentHead> RecentThreads::head(const model::Scope& scope, const std::string& id_or_slug) const {
  const std::lock_guard lock(mutex_);
  const auto found = heads_.find({scope.environment_id, id_or_slug});
  return found == heads_.end() ? std::nullopt : std::optional(found->second);
}

void RecentThreads::forget_head(const model::Scope& scope, const std::string& id_or_slug) {
  const std::lock_guard lock(mutex_);
  heads_.erase({scope.environment_id, id_or_slug});
}

}  // namespace platos::agent

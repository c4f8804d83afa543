#include "vector_cache.hpp"

#include <algorithm>
#include <utility>

namespace platos::records {

VectorCache::Entry::Shared::Shared(Entry& entry) : entry_(entry), lock_(entry.lock_, std::defer_lock) {
  const std::lock_guard gate(entry.gate_);
  lock_.lock();
}

VectorCache::Entry::Exclusive::Exclusive(Entry& entry) : entry_(entry), lock_(entry.lock_, std::defer_lock) {
  const std::lock_guard gate(entry.gate_);
  lock_.lock();
}

void VectorCache::Entry::Exclusive::set(std::unique_ptr<VectorIndex> index) noexcept {
  entry_.index_ = std::move(index);
  update_bytes();
}

void VectorCache::Entry::Exclusive::update_bytes() noexcept {
  entry_.bytes_ = entry_.index_ == nullptr ? 0 : entry_.index_->bytes();
}

std::shared_ptr<VectorCache::Entry> VectorCache::entry(std::int64_t space) {
  const std::lock_guard lock(mutex_);
  auto& kept = entries_[space];
  if (kept == nullptr) kept = std::make_shared<Entry>();
  kept->used_ = ++clock_;
  return kept;
}

std::size_t VectorCache::bytes() {
  const std::lock_guard lock(mutex_);
  std::size_t total = 0;
  for (const auto& [space, entry] : entries_) total += entry->bytes_;
  return total;
}

std::vector<std::shared_ptr<VectorCache::Entry>> VectorCache::beyond_limit() {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Entry>> loaded;
  std::size_t total = 0;
  for (auto at = entries_.begin(); at != entries_.end();) {
    const bool is_loaded = at->second->bytes_ > 0;
    if (is_loaded) loaded.push_back(at->second);
    total += at->second->bytes_;
    // Others get an entry only under this mutex, so an unloaded one that nobody has is of no use.
    at = !is_loaded && at->second.use_count() == 1 ? entries_.erase(at) : std::next(at);
  }
  std::sort(loaded.begin(), loaded.end(),
            [](const auto& left, const auto& right) { return left->used_ < right->used_; });
  std::vector<std::shared_ptr<Entry>> out;
  for (const auto& entry : loaded) {
    if (total <= limit_bytes_) break;
    total -= std::min<std::size_t>(total, entry->bytes_);
    out.push_back(entry);
  }
  return out;
}

void VectorCache::trim() {
  for (const auto& entry : beyond_limit()) Entry::Exclusive(*entry).set(nullptr);
}

}  // namespace platos::records

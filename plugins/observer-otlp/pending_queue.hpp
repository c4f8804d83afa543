// Encoded records that wait to be sent: bounded by number and by bytes, the oldest give way. Not thread-safe.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <utility>

namespace platos::observer_otlp {

constexpr std::size_t kBatchRecords = 512;
constexpr std::size_t kMaxBatchBytes = 4 * 1024 * 1024;

class PendingQueue {
 public:
  PendingQueue(std::size_t max_records, std::size_t max_bytes) : max_records_(max_records), max_bytes_(max_bytes) {}

  /// Returns how many records were dropped for it. A record that alone is over the bounds is dropped itself.
  std::size_t push(std::string item) {
    bytes_ += item.size();
    items_.push_back(std::move(item));
    std::size_t dropped = 0;
    for (; items_.size() > max_records_ || bytes_ > max_bytes_; ++dropped) pop(1);
    return dropped;
  }

  /// How many of the oldest records make the next request: at most kBatchRecords, and kMaxBatchBytes unless it is one.
  std::size_t next_batch_size() const {
    std::size_t bytes = 0;
    std::size_t count = 0;
    while (count < items_.size() && count < kBatchRecords) {
      bytes += items_[count].size() + 1;
      if (count > 0 && bytes > kMaxBatchBytes) break;
      ++count;
    }
    return count;
  }

  /// The first `count` items with commas between them, oldest first.
  std::string join(std::size_t count) const {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) text += ',';
      text += items_[i];
    }
    return text;
  }

  void pop(std::size_t count) {
    for (; count > 0; --count) {
      bytes_ -= items_.front().size();
      items_.pop_front();
    }
  }

  std::size_t size() const { return items_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  const std::size_t max_records_;
  const std::size_t max_bytes_;
  std::deque<std::string> items_;
  std::size_t bytes_ = 0;
};

}  // namespace platos::observer_otlp

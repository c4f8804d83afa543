// The best hits of a vector search so far, and the order that hits have: the higher cosine first, then the smaller id.
//
// Not synchronised.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace platos::records {

struct VectorHit {
  std::int64_t row;
  double cosine;
  std::string id;
};

inline bool better(const VectorHit& left, const VectorHit& right) {
  return left.cosine != right.cosine ? left.cosine > right.cosine : left.id < right.id;
}

class TopHits {
 public:
  explicit TopHits(std::size_t limit) : limit_(limit) {}

  /// False when nothing of this cosine can get in any more, whatever its id.
  bool wants(double cosine) const { return hits_.size() < limit_ || cosine >= hits_.front().cosine; }

  void add(VectorHit hit) {
    if (hits_.size() == limit_) {
      if (!better(hit, hits_.front())) return;
      std::pop_heap(hits_.begin(), hits_.end(), better);
      hits_.pop_back();
    }
    hits_.push_back(std::move(hit));
    std::push_heap(hits_.begin(), hits_.end(), better);
  }

  /// The hits, best first; this object is empty afterwards.
  std::vector<VectorHit> take() {
    std::sort_heap(hits_.begin(), hits_.end(), better);
    return std::exchange(hits_, {});
  }

 private:
  std::size_t limit_;
  std::vector<VectorHit> hits_;  // a heap with the worst in front
};

}  // namespace platos::records

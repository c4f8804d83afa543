#include "stream_scanner.hpp"

#include <utility>

namespace platos::governor_pii {

StreamScanner::StreamScanner(std::vector<const Recogniser*> recognisers, Overlaps overlaps)
    : recognisers_(std::move(recognisers)),
      overlaps_(overlaps),
      hits_(recognisers_.size()),
      is_known_(recognisers_.size(), false) {}

void StreamScanner::restart(std::size_t position) noexcept {
  position_ = position;
  best_.reset();
  is_known_.assign(is_known_.size(), false);
}

/// The hit that begins first; the longer of two. An undecided one stands before all that begin there.
const Attempt& StreamScanner::nearest(const Text& text) {
  static constexpr Attempt kNothing{};
  const Attempt* nearest = &kNothing;
  for (std::size_t i = 0; i < recognisers_.size(); ++i) {
    Attempt& hit = hits_[i];
    const bool is_passed = hit.outcome != Outcome::Nothing && hit.begin < position_;
    if (!is_known_[i] || is_passed) hit = recognisers_[i]->find(text, position_);
    is_known_[i] = true;
    if (hit.outcome == Outcome::Nothing) continue;
    const bool is_first = nearest->outcome == Outcome::Nothing || hit.begin < nearest->begin;
    const bool is_stronger = hit.begin == nearest->begin && nearest->outcome != Outcome::Pause &&
                             (hit.outcome == Outcome::Pause || hit.end > nearest->end);
    if (is_first || is_stronger) nearest = &hit;
  }
  return *nearest;
}

void StreamScanner::take(const Attempt& hit) noexcept {
  const Match match{hit.begin, hit.end, hit.rule};
  if (!best_ || match.size() > best_->size()) best_ = match;
  position_ = match.begin + 1;
}

void StreamScanner::scan(const Text& text, std::vector<Match>& found) {
  for (std::size_t i = 0; i < hits_.size(); ++i) is_known_[i] = is_known_[i] && hits_[i].outcome == Outcome::Match;
  for (;;) {
    const Attempt& hit = nearest(text);
    const bool is_clear = hit.outcome == Outcome::Nothing || (best_ && hit.begin >= best_->end);
    if (best_ && is_clear) {
      found.push_back(*best_);
      position_ = best_->end;
      best_.reset();
    } else if (hit.outcome == Outcome::Match && overlaps_ == Overlaps::All) {
      found.push_back({hit.begin, hit.end, hit.rule});
      position_ = hit.begin + 1;
    } else if (hit.outcome == Outcome::Match) {
      take(hit);
    } else {
      position_ = hit.outcome == Outcome::Pause ? hit.begin : text.bytes.size();
      return;
    }
  }
}

void StreamScanner::drop(std::size_t bytes) noexcept {
  for (std::size_t i = 0; i < hits_.size(); ++i) {
    is_known_[i] = is_known_[i] && hits_[i].outcome == Outcome::Match && hits_[i].begin >= position_;
    if (!is_known_[i]) continue;
    hits_[i].begin -= bytes;
    hits_[i].end -= bytes;
  }
  position_ -= bytes;
  if (best_) *best_ = Match{best_->begin - bytes, best_->end - bytes, best_->rule};
}

}  // namespace platos::governor_pii

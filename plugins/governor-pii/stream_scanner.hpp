// Finds matches in a text that arrives in pieces, the same ones however it is cut.
#pragma once

#include <optional>
#include <vector>

#include "recogniser.hpp"

namespace platos::governor_pii {

/// What becomes of matches that overlap.
enum class Overlaps : std::uint8_t {
  Unspecified,
  Longest,  ///< the longest counts, of equally long ones the first
  All       ///< each counts
};

/// Bound to one thread at a time; recognisers
/// are borrowed.
class StreamScanner {
 public:
  explicit StreamScanner(std::vector<const Recogniser*> recognisers, Overlaps overlaps = Overlaps::Longest);

  /// Starts over, at `position` of another text: what stands before is only looked at.
  void restart(std::size_t position) noexcept;

  /// Appends to `found` what the text as far as it is known decides. `text` is the one of the last call with more at
  /// the end, and with what was dropped missing at the beginning.
  void scan(const Text& text, std::vector<Match>& found);

  /// All matches that begin before this offset are known. It lies less than 700 bytes before the end.
  std::size_t settled() const noexcept { return best_ ? best_->begin : position_; }

  /// The first `bytes` of the text are gone; at least kLookBackBytes before settled() are kept.
  void drop(std::size_t bytes) noexcept;

 private:
  const Attempt& nearest(const Text& text);
  void take(const Attempt& hit) noexcept;

  std::vector<const Recogniser*> recognisers_;
  Overlaps overlaps_;
  std::vector<Attempt> hits_;   // of each recogniser, found before; valid from position_ on
  std::vector<bool> is_known_;  // whether hits_ is
  std::size_t position_ = 0;    // nothing that begins before is searched any more
  std::optional<Match> best_;   // may be replaced by a longer one that begins inside it
};

}  // namespace platos::governor_pii

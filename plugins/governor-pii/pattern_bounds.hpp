// How long a match of an operator's regular expression can become, and with which byte it begins. Pure; any thread.
#pragma once

#include <bitset>
#include <cstddef>
#include <stdexcept>
#include <string_view>

namespace platos::governor_pii {

struct PatternBounds {
  std::size_t most_bytes = 0;
  bool can_be_empty = true;
  std::bitset<256> first_bytes;  ///< a match begins with one of them
};

/// What a pattern may not hold: a sentence for the operator.
class UnboundedPattern : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Bounds of `pattern`, in RE2's syntax; every character is counted as four bytes. Throws UnboundedPattern for '*',
/// '+',
/// '{n,}', for anchors of the whole text ('^', '$', "\A", "\z": a stream has no whole), for "\C" and "\Q", and for what
/// it cannot read.
PatternBounds bounds_of(std::string_view pattern);

}  // namespace platos::governor_pii

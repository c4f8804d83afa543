// Digits in groups, such as "4111 1111-1111": what all rules about numbers look at.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "folding.hpp"

namespace platos::governor_pii {

/// What stands between two groups of digits.
enum class Separator : std::uint8_t { Unspecified, None, Space, Dash, Dot, Parenthesis };

/// The groups from one place on. It ends at the first character that neither is a digit nor separates two, or after
/// kMostDigits.
struct DigitRun {
  static constexpr std::size_t kMostDigits = 24;

  struct Group {
    std::size_t first;  ///< index of its first digit
    std::size_t count;
    std::size_t end;  ///< byte offset behind it
    Separator before;
  };

  // Only the beginnings are filled; clearing the rest would take longer than most runs do.
  std::array<char, kMostDigits> digits;
  std::size_t digit_count = 0;
  std::array<Group, kMostDigits> groups;
  std::size_t group_count = 0;
  bool is_cut = false;          ///< there are more digits than it holds
  bool is_starved = false;      ///< more text may change it
  bool touches_letter = false;  ///< a letter follows the last group

  /// Digits of `count` groups from the first on.
  std::string_view of_groups(std::size_t count) const noexcept {
    return {digits.data(), groups[count - 1].first + groups[count - 1].count};
  }
  bool has(std::size_t index, std::size_t count) const noexcept {
    return index < group_count && groups[index].count == count;
  }
  /// What follows a group; None when it is the last.
  Separator behind(std::size_t index) const noexcept {
    return index + 1 < group_count ? groups[index + 1].before : Separator::None;
  }
  /// Whether a number may end with this group: it is whole and touches no letter.
  bool may_end_with(std::size_t index) const noexcept {
    return index + 1 < group_count || (!is_cut && !touches_letter);
  }
  /// Whether groups [1, count) are all separated in the same way.
  bool is_uniform(std::size_t count) const noexcept;
};

/// Reads the run that begins with the digit at `at`.
DigitRun read_digit_run(const Text& text, std::size_t at) noexcept;

/// What stands before a number.
struct LeftSide {
  char32_t character = kNone;
  bool is_alnum = false;    ///< the number begins inside a word
  bool is_glued = false;    ///< a dash, dot, slash or underscore joins it to a word
  bool is_decimal = false;  ///< digits and a dot: it is what stands behind the point
  std::size_t digits = 0;   ///< how many digits the group has that one separator parts from it, at most 5
};

LeftSide left_side(std::string_view bytes, std::size_t at) noexcept;

}  // namespace platos::governor_pii

// Reading text from its front. Pure functions; any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace platos::skill_csv {

/// Takes `byte` from the front of `text`; false, and nothing taken, when something else stands there.
inline bool take(std::string_view& text, char byte) noexcept {
  if (!text.starts_with(byte)) return false;
  text.remove_prefix(1);
  return true;
}

/// Takes the ASCII digits at the front of `text`, which may be none.
inline std::string_view take_digits(std::string_view& text) noexcept {
  std::size_t count = 0;
  while (count < text.size() && text[count] >= '0' && text[count] <= '9') ++count;
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

}  // namespace platos::skill_csv

// Looking into texts. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace platos::tests {

/// Whether `text` holds `part`.
inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// How often `part` occurs in `text`.
inline std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string_view::npos; at += part.size()) ++count;
  return count;
}

/// "meta status token+ done": words in order, repeats as one with '+'.
inline std::string run_lengths(const std::vector<std::string>& words) {
  std::string shape;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool again = i > 0 && words[i] == words[i - 1];
    if (!again) {
      shape += (shape.empty() ? "" : " ") + words[i];
    } else if (shape.back() != '+') {
      shape += '+';
    }
  }
  return shape;
}

}  // namespace platos::tests

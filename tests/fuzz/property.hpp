// What every target uses: the input as text, cuts of it, and a loud end when a property is broken.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace platos::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Aborts unless `holds`: the fuzzer keeps the input, the replay fails.
inline void require(bool holds, const std::string& property) {
  if (holds) return;
  std::fprintf(stderr, "broken property: %s\n", property.c_str());
  std::abort();
}

constexpr int kCuts = 3;  ///< ways in which cut() cuts

/// All of `text` in pieces: single bytes, then pieces of up to 8 and up to 512 bytes. The lengths follow from the text
/// alone, so a file of a corpus needs nothing but the text and always runs alike.
inline std::vector<std::string_view> cut(std::string_view text, int way) {
  constexpr std::size_t kMostBytes[kCuts] = {1, 8, 512};
  std::uint64_t state = 14695981039346656037u;  // FNV-1a, then a linear congruential generator
  for (const char byte : text) state = (state ^ static_cast<unsigned char>(byte)) * 1099511628211u;
  std::vector<std::string_view> pieces;
  while (!text.empty()) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    pieces.push_back(text.substr(0, 1 + (state >> 33) % kMostBytes[way]));
    text.remove_prefix(pieces.back().size());
  }
  return pieces;
}

}  // namespace platos::fuzz

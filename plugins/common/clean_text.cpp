#include "common/clean_text.hpp"

#include "common/characters.hpp"

namespace platos::plugin_common {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kCutMark = "\xE2\x80\xA6";
constexpr std::size_t kLongestCharacter = 4;

struct Sequence {
  std::size_t size = 1;
  bool well_formed = false;
};

/// The character, or the maximal ill-formed part, that `text` (not empty) begins with: table 3-7 of the Unicode
/// standard.
Sequence first_sequence(std::string_view text) {
  const auto byte_at = [text](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  const unsigned lead = byte_at(0);
  if (lead < 0x80) return {1, true};
  if (lead < 0xC2 || lead > 0xF4) return {1, false};
  const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  // Only the second byte has narrower limits: they keep out overlong forms, surrogates, and what is past U+10FFFF.
  unsigned lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  unsigned highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  for (std::size_t i = 1; i < size; ++i) {
    if (i >= text.size() || byte_at(i) < lowest || byte_at(i) > highest) return {i, false};
    lowest = 0x80;
    highest = 0xBF;
  }
  return {size, true};
}

}  // namespace

std::string clean_text(std::string_view bytes, std::size_t max_bytes) {
  // What is written is never shorter than what was read, so the rest of a long text need not be looked at.
  std::string_view rest = bytes.substr(0, max_bytes + kLongestCharacter);
  std::string text;
  text.reserve(rest.size());
  while (!rest.empty() && text.size() <= max_bytes) {
    const Sequence sequence = first_sequence(rest);
    text += sequence.well_formed ? rest.substr(0, sequence.size) : kReplacement;
    rest.remove_prefix(sequence.size);
  }
  if (text.size() <= max_bytes) return text;
  text.resize(whole_characters(text, max_bytes - kCutMark.size()).size());
  text += kCutMark;
  return text;
}

}  // namespace platos::plugin_common

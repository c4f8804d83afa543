// Cuts a text into runs of folded characters: words, and pieces of scripts that do not mark words. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace platos::local_vectors {

/// A place in FoldedText::letters.
struct Run {
  std::uint32_t begin;
  std::uint32_t size;   ///< 1 to kMaxRunLetters
  bool is_ideographic;  ///< all its letters are LetterKind::Ideograph, or none is
};

/// Longer runs are cut: they are base64 or a script without spaces, and no words.
constexpr std::uint32_t kMaxRunLetters = 64;

/// A plain value; keep one and fill it again, so that buffers are reused.
struct FoldedText {
  std::u32string letters;
  std::vector<Run> runs;
};

/// `text` is UTF-8 of less than 4 GiB; bytes that are not are separators. Never fails. Replaces what `out` holds.
void fold_text(std::string_view text, FoldedText& out);

}  // namespace platos::local_vectors

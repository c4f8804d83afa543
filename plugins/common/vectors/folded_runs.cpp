#include "folded_runs.hpp"

#include <cstddef>

#include "folded_letters.hpp"

namespace platos::local_vectors {
namespace {

// Folds to a separator, as every byte does that is not UTF-8.
constexpr char32_t kInvalid = 0xFFFD;

struct Sequence {
  std::size_t size;
  char32_t smallest;  // anything below has a shorter form, which is the only valid one
  unsigned first_bits;
};

Sequence sequence_of(unsigned char first) noexcept {
  if (first >= 0xC2 && first < 0xE0) return {2, 0x80, first & 0x1FU};
  if (first >= 0xE0 && first < 0xF0) return {3, 0x800, first & 0x0FU};
  if (first >= 0xF0 && first < 0xF5) return {4, 0x10000, first & 0x07U};
  return {1, 0x110000, 0};
}

// Reads the character at `at`, which is not ASCII, and moves `at` behind it.
char32_t take_character(std::string_view text, std::size_t& at) noexcept {
  const Sequence sequence = sequence_of(static_cast<unsigned char>(text[at]));
  char32_t character = sequence.first_bits;
  for (std::size_t i = 1; i < sequence.size; ++i) {
    const unsigned byte = at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
    if ((byte & 0xC0U) != 0x80U) {
      ++at;
      return kInvalid;
    }
    character = (character << 6) | (byte & 0x3FU);
  }
  at += sequence.size;
  return character < sequence.smallest || character > 0x10FFFF ? kInvalid : character;
}

class RunBuilder {
 public:
  RunBuilder(FoldedText& out, std::size_t text_size) : out_(out) {
    // A character never has more folded letters than it has bytes.
    out_.letters.resize(text_size);
    out_.runs.clear();
  }

  void add(const FoldedLetter& letter) {
    if (letter.kind == LetterKind::Nothing) return;
    if (letter.kind == LetterKind::Separator) return end_run();
    const bool is_ideographic = letter.kind == LetterKind::Ideograph;
    if (is_ideographic != is_ideographic_) end_run();
    is_ideographic_ = is_ideographic;
    push(letter.first);
    if (letter.second != 0) push(letter.second);
  }

  void finish() {
    end_run();
    out_.letters.resize(size_);
  }

 private:
  void push(char32_t letter) {
    if (size_ - begin_ == kMaxRunLetters) end_run();
    out_.letters[size_++] = letter;
  }

  void end_run() {
    if (size_ > begin_) out_.runs.push_back({begin_, size_ - begin_, is_ideographic_});
    begin_ = size_;
  }

  FoldedText& out_;
  std::uint32_t begin_ = 0;
  std::uint32_t size_ = 0;
  bool is_ideographic_ = false;
};

}  // namespace

void fold_text(std::string_view text, FoldedText& out) {
  RunBuilder runs(out, text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) {
      runs.add(fold(byte));
      ++at;
    } else {
      runs.add(fold(take_character(text, at)));
    }
  }
  runs.finish();
}

}  // namespace platos::local_vectors

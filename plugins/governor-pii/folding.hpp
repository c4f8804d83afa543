// Text as the rules see it: look-alike characters folded to ASCII, invisible ones passed over. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace platos::governor_pii {

/// The part of a text that is known. Offsets are in bytes, into `bytes`.
struct Text {
  std::string_view bytes;
  bool complete = true;  ///< false: more may follow
};

inline constexpr char32_t kNone = 0xFFFFFFFF;       ///< no character: the beginning or the end
inline constexpr char32_t kInvisible = 0xFFFFFFFE;  ///< takes no room on a screen: zero width, soft hyphen, tags

/// Bytes that a rule looks at from where it starts, and before that. They bound hold and history of a stream.
inline constexpr std::size_t kReachBytes = 320;
inline constexpr std::size_t kLookBackBytes = 384;

struct Folded {
  char32_t code;
  std::size_t bytes;
};

/// One character that is not ASCII. Full-width forms, other scripts' digits, dashes and spaces become ASCII. A byte
/// that is not UTF-8 is a character of its own.
Folded fold_wide(std::string_view bytes, std::size_t at) noexcept;

inline Folded fold(std::string_view bytes, std::size_t at) noexcept {
  const auto byte = static_cast<unsigned char>(bytes[at]);
  return byte < 0x80 ? Folded{byte, 1} : fold_wide(bytes, at);
}

/// The visible character that ends at or before `at`, looking over a few invisible ones; kNone at the beginning.
/// `begin` receives where it begins.
char32_t character_before(std::string_view bytes, std::size_t at, std::size_t& begin) noexcept;

inline constexpr bool is_digit(char32_t code) noexcept { return code - U'0' < 10; }
inline constexpr bool is_upper(char32_t code) noexcept { return code - U'A' < 26; }
inline constexpr bool is_letter(char32_t code) noexcept { return (code | 0x20) - U'a' < 26; }
inline constexpr bool is_alnum(char32_t code) noexcept { return is_digit(code) || is_letter(code); }
inline constexpr char32_t to_upper(char32_t code) noexcept { return code - U'a' < 26 ? code - 0x20 : code; }
inline constexpr char32_t to_lower(char32_t code) noexcept { return is_upper(code) ? code + 0x20 : code; }

inline constexpr bool starts_character(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

/// Walks over the visible characters from a place on, at most kReachBytes.
class Cursor {
 public:
  Cursor(const Text& text, std::size_t at) noexcept : text_(&text), end_(at) {
    const std::size_t known = text.bytes.size();
    within_reach_ = known - at >= kReachBytes;
    limit_ = within_reach_ ? at + kReachBytes : known;
    load();
  }

  /// The character here, folded; kNone past the end.
  char32_t peek() const noexcept { return code_; }
  char32_t take() noexcept {
    const char32_t taken = code_;
    if (taken != kNone) {
      end_ = next_;
      load();
    }
    return taken;
  }
  /// Behind the last character that was taken.
  std::size_t end() const noexcept { return end_; }
  /// Whether it came to the end of what is known, and more may follow: nothing that was concluded from kNone is sure.
  bool starved() const noexcept { return starved_; }

 private:
  static constexpr int kMostInvisible = 8;

  void load() noexcept {
    if (end_ < limit_) {
      const auto byte = static_cast<unsigned char>(text_->bytes[end_]);
      if (byte < 0x80) {
        code_ = byte;
        next_ = end_ + 1;
        return;
      }
    }
    load_slowly();
  }

  void load_slowly() noexcept {
    next_ = end_;
    for (int skipped = 0;; ++skipped) {
      if (next_ >= limit_) {
        code_ = kNone;
        starved_ = starved_ || (!within_reach_ && !text_->complete);
        return;
      }
      const Folded folded = fold(text_->bytes, next_);
      next_ += folded.bytes;
      code_ = folded.code;
      if (code_ != kInvisible || skipped == kMostInvisible) return;
    }
  }

  const Text* text_;
  std::size_t limit_ = 0;
  std::size_t end_;
  std::size_t next_ = 0;
  char32_t code_ = kNone;
  bool within_reach_ = false;
  bool starved_ = false;
};

}  // namespace platos::governor_pii

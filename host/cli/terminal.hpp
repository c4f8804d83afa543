// What is known of the terminal, and how foreign text is made safe for it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace platos::cli {

struct Terminal {
  bool in = false;   ///< standard input is a terminal
  bool out = false;  ///< standard output is one
  bool err = false;
  bool colours = false;   ///< `out` (`err` alike) may be coloured: it is a terminal and NO_COLOR is not set
  std::size_t width = 0;  ///< columns of `out`; 0 when it is not a terminal
};
Terminal find_terminal();

/// Takes control characters, escape sequences and characters that turn the writing direction out of a text that comes
/// in pieces; newline and tab stay. A sequence that is not closed ends at the next newline. A value; one per stream.
class SafeText {
 public:
  std::string clean(std::string_view piece);

 private:
  enum class State { Text, Escape, Sequence, String, StringEscape };

  void take(char32_t point, std::string_view bytes, std::string& out);
  void take_text(char32_t point, std::string_view bytes, std::string& out);
  void begin_sequence(char32_t point);

  State state_ = State::Text;
};

/// A whole text in one line: also newlines and tabs become spaces.
std::string safe_line(std::string_view text);
/// The columns that a text without control characters takes.
std::size_t columns_of(std::string_view text);
/// At most `columns` columns; what was cut ends in "…".
std::string cut_to_columns(std::string_view text, std::size_t columns);

/// Grey on a terminal with colours, else as it is.
std::string dim(const std::string& text, bool colours);

}  // namespace platos::cli

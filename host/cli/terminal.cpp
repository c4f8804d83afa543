#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include <cstdlib>

namespace platos::cli {
namespace {

struct Decoded {
  char32_t point = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

Decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1, true};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {};
  char32_t point = first & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    point = point << 6 | (byte(i) & 0x3Fu);
  }
  return {point, length, true};
}

bool turns_direction(char32_t point) {
  return point == 0x061C || point == 0x200E || point == 0x200F || (point >= 0x202A && point <= 0x202E) ||
         (point >= 0x2066 && point <= 0x2069);
}

std::size_t width_of(char32_t point) {
  const int width = ::wcwidth(static_cast<wchar_t>(point));
  return width < 0 ? 1 : static_cast<std::size_t>(width);
}

}  // namespace

Terminal find_terminal() {
  Terminal terminal;
  terminal.in = ::isatty(STDIN_FILENO) == 1;
  terminal.out = ::isatty(STDOUT_FILENO) == 1;
  terminal.err = ::isatty(STDERR_FILENO) == 1;
  const char* no_color = std::getenv("NO_COLOR");
  const char* kind = std::getenv("TERM");
  const bool dumb = kind != nullptr && std::string_view(kind) == "dumb";
  terminal.colours = terminal.out && !dumb && (no_color == nullptr || *no_color == '\0');
  if (terminal.out) {
    winsize size{};
    terminal.width = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  }
  return terminal;
}

std::string SafeText::clean(std::string_view piece) {
  std::string out;
  out.reserve(piece.size());
  while (!piece.empty()) {
    const Decoded next = decode(piece);
    const std::string_view bytes = next.valid ? piece.substr(0, next.bytes) : std::string_view("?");
    take(next.valid ? next.point : U'?', bytes, out);
    piece.remove_prefix(next.bytes);
  }
  return out;
}

void SafeText::take(char32_t point, std::string_view bytes, std::string& out) {
  if (point == U'\n') state_ = State::Text;
  switch (state_) {
    case State::Text: take_text(point, bytes, out); break;
    case State::Escape: begin_sequence(point); break;
    case State::Sequence:
      if (point >= 0x40 && point <= 0x7E) state_ = State::Text;
      break;
    case State::String:
      if (point == 0x07 || point == 0x9C) state_ = State::Text;
      if (point == 0x1B) state_ = State::StringEscape;
      break;
    case State::StringEscape: state_ = point == U'\\' ? State::Text : State::String; break;
  }
}

void SafeText::take_text(char32_t point, std::string_view bytes, std::string& out) {
  const bool c1 = point >= 0x80 && point <= 0x9F;
  if (point == 0x1B) {
    state_ = State::Escape;
  } else if (c1) {
    begin_sequence(point - 0x40);
  } else if (point == U'\n' || point == U'\t' || (point >= 0x20 && point != 0x7F && !turns_direction(point))) {
    out += bytes;
  }
}

// ESC [ and the C1 control 0x9B mean the same, and so on.
void SafeText::begin_sequence(char32_t point) {
  if (point == U'[') {
    state_ = State::Sequence;
  } else if (point == U']' || point == U'P' || point == U'X' || point == U'^' || point == U'_') {
    state_ = State::String;
  } else if (point < 0x20 || point > 0x2F) {  // intermediate bytes such as "ESC ( B" are followed by one more
    state_ = State::Text;
  }
}

std::string safe_line(std::string_view text) {
  std::string line = SafeText().clean(text);
  for (char& c : line) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return line;
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const Decoded next = decode(text);
    columns += next.valid ? width_of(next.point) : 1;
    text.remove_prefix(next.bytes);
  }
  return columns;
}

std::string cut_to_columns(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  std::size_t used = 0;
  std::size_t kept = 0;
  while (kept < text.size()) {
    const Decoded next = decode(text.substr(kept));
    const std::size_t width = next.valid ? width_of(next.point) : 1;
    if (used + width > columns - 1) break;
    used += width;
    kept += next.bytes;
  }
  return std::string(text.substr(0, kept)) + "…";
}

std::string dim(const std::string& text, bool colours) { return colours ? "\x1b[2m" + text + "\x1b[0m" : text; }

}  // namespace platos::cli

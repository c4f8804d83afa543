#include "model/json_schema_pattern.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <utility>

namespace platos::model::schema {
namespace {

constexpr std::string_view kSpaces =
    R"(\x{9}-\x{d}\x{20}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff})";
constexpr std::string_view kNoSpaces =
    R"(\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e})"
    R"(\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff})";
constexpr std::string_view kAnything = R"([\x{0}-\x{10ffff}])";
constexpr std::string_view kNothing = R"([^\x{0}-\x{10ffff}])";
constexpr std::string_view kNotLineEnd = R"([^\n\r\x{2028}\x{2029}])";

/// General categories under their long names. RE2 knows the short ones and the scripts.
constexpr std::pair<std::string_view, std::string_view> kCategories[] = {
    {"Letter", "L"},
    {"Uppercase_Letter", "Lu"},
    {"Lowercase_Letter", "Ll"},
    {"Titlecase_Letter", "Lt"},
    {"Modifier_Letter", "Lm"},
    {"Other_Letter", "Lo"},
    {"Mark", "M"},
    {"Nonspacing_Mark", "Mn"},
    {"Spacing_Mark", "Mc"},
    {"Enclosing_Mark", "Me"},
    {"Number", "N"},
    {"Decimal_Number", "Nd"},
    {"digit", "Nd"},
    {"Letter_Number", "Nl"},
    {"Other_Number", "No"},
    {"Punctuation", "P"},
    {"punct", "P"},
    {"Symbol", "S"},
    {"Math_Symbol", "Sm"},
    {"Currency_Symbol", "Sc"},
    {"Separator", "Z"},
    {"Space_Separator", "Zs"},
    {"Other", "C"},
    {"Control", "Cc"},
};

bool is_ascii_word(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
}

class PatternTranslator {
 public:
  explicit PatternTranslator(std::string_view pattern) : rest_(pattern) {}

  std::string translate() {
    while (!rest_.empty()) {
      switch (rest_.front()) {
        case '\\': escape(false); break;
        case '[': character_class(); break;
        case '(': group(); break;
        case '.':
          rest_.remove_prefix(1);
          out_ += kNotLineEnd;
          break;
        default: out_ += take();
      }
    }
    return std::move(out_);
  }

 private:
  [[noreturn]] static void fail(std::string message) { throw PatternProblem{std::move(message)}; }

  char take() {
    const char letter = rest_.front();
    rest_.remove_prefix(1);
    return letter;
  }
  bool skip(std::string_view prefix) {
    if (!rest_.starts_with(prefix)) return false;
    rest_.remove_prefix(prefix.size());
    return true;
  }
  void emit(std::uint32_t code_point) {
    char text[16];
    std::snprintf(text, sizeof text, "\\x{%x}", code_point);
    out_ += text;
  }

  void group() {
    if (rest_.starts_with("(?=") || rest_.starts_with("(?!")) fail("lookahead is not supported");
    if (rest_.starts_with("(?<=") || rest_.starts_with("(?<!")) fail("lookbehind is not supported");
    if (skip("(?<")) {
      const std::size_t end = rest_.find('>');
      if (end == std::string_view::npos || end == 0) fail("a group's name does not end");
      rest_.remove_prefix(end + 1);
    } else if (rest_.starts_with("(?") && !rest_.starts_with("(?:")) {
      fail("after \"(?\" only \":\" or \"<name>\" is supported");
    } else if (!skip("(?:")) {
      rest_.remove_prefix(1);
    }
    out_ += "(?:";
  }

  void character_class() {
    rest_.remove_prefix(1);
    const bool negated = skip("^");
    if (skip("]")) {
      out_ += negated ? kAnything : kNothing;
      return;
    }
    out_ += negated ? "[^" : "[";
    while (!rest_.empty() && rest_.front() != ']') {
      if (rest_.front() == '\\') {
        escape(true);
      } else if (skip("[")) {
        out_ += "\\[";
      } else {
        out_ += take();
      }
    }
    if (!skip("]")) fail("\"[\" without \"]\"");
    out_ += ']';
  }

  void escape(bool in_class) {
    rest_.remove_prefix(1);
    if (rest_.empty()) fail("it ends with a backslash");
    const char letter = take();
    switch (letter) {
      case 'd':
      case 'D':
      case 'w':
      case 'W':
      case 't':
      case 'n':
      case 'v':
      case 'f':
      case 'r': out_ += {'\\', letter}; break;
      case 's':
      case 'S': spaces(letter == 's', in_class); break;
      case 'b':
        if (in_class) {
          emit('\b');
        } else {
          out_ += "\\b";
        }
        break;
      case 'c': emit(control()); break;
      case 'x': emit(hex(2)); break;
      case 'u': emit(unicode()); break;
      case 'p':
      case 'P': property(letter); break;
      default: other_escape(letter, in_class);
    }
  }

  void other_escape(char letter, bool in_class) {
    if (letter == 'B' && !in_class) {
      out_ += "\\B";
    } else if (letter == '0' && (rest_.empty() || rest_.front() < '0' || rest_.front() > '9')) {
      emit(0);
    } else if (letter == 'k' || (letter >= '1' && letter <= '9')) {
      fail("backreferences are not supported");
    } else if (is_ascii_word(letter)) {
      fail(std::string("\"\\") + letter + "\" is not an escape");
    } else if (static_cast<unsigned char>(letter) < 0x80) {
      emit(static_cast<unsigned char>(letter));
    } else {
      out_ += letter;
    }
  }

  void spaces(bool positive, bool in_class) {
    if (!in_class) out_ += '[';
    out_ += positive ? kSpaces : kNoSpaces;
    if (!in_class) out_ += ']';
  }

  std::uint32_t control() {
    if (rest_.empty() || !is_ascii_word(rest_.front()) || rest_.front() <= '9') fail("\"\\c\" needs a letter");
    return static_cast<std::uint32_t>(take()) % 32;
  }

  std::uint32_t hex(std::size_t digits) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      static constexpr std::string_view kDigits = "0123456789abcdef0123456789ABCDEF";
      const std::size_t digit = rest_.empty() ? std::string_view::npos : kDigits.find(rest_.front());
      if (digit == std::string_view::npos) fail("\"\\x\" and \"\\u\" need two and four hexadecimal digits");
      value = value * 16 + static_cast<std::uint32_t>(digit % 16);
      rest_.remove_prefix(1);
    }
    return value;
  }

  std::uint32_t unicode() {
    std::uint32_t value = 0;
    if (skip("{")) {
      const std::size_t digits = rest_.find('}');
      if (digits == std::string_view::npos || digits == 0 || digits > 6) fail("\"\\u{\" needs 1 to 6 digits and \"}\"");
      value = hex(digits);
      rest_.remove_prefix(1);
    } else {
      value = hex(4);
      if (value >= 0xD800 && value < 0xDC00 && skip("\\u")) {
        const std::uint32_t low = hex(4);
        if (low < 0xDC00 || low > 0xDFFF) fail("half of a surrogate pair");
        return 0x10000 + (value - 0xD800) * 0x400 + (low - 0xDC00);
      }
    }
    if (value > 0x10FFFF) fail("a code point over 10FFFF");
    if (value >= 0xD800 && value <= 0xDFFF) fail("half of a surrogate pair");
    return value;
  }

  void property(char letter) {
    const std::size_t end = rest_.find('}');
    if (!rest_.starts_with('{') || end == std::string_view::npos) fail("\"\\p\" needs a name in braces");
    std::string_view name = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    for (const std::string_view kind : {"General_Category=", "gc=", "Script=", "sc="}) {
      if (name.starts_with(kind)) name.remove_prefix(kind.size());
    }
    const auto* category = std::find_if(std::begin(kCategories), std::end(kCategories),
                                        [name](const auto& known) { return known.first == name; });
    if (category != std::end(kCategories)) name = category->second;
    if (name.empty() || name.starts_with('^')) fail("\"\\p\" needs a name in braces");
    out_ += '\\';
    out_ += letter;
    out_ += '{' + std::string(name) + '}';
  }

  std::string_view rest_;
  std::string out_;
};

}  // namespace

std::string to_re2_syntax(std::string_view pattern) { return PatternTranslator(pattern).translate(); }

}  // namespace platos::model::schema

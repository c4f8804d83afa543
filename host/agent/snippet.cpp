#include "agent/snippet.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "base/words.hpp"

namespace platos::agent {
namespace {

constexpr std::size_t kBytesBefore = 60;
constexpr std::size_t kBytes = 190;
constexpr std::string_view kCut = "…";

bool continues_character(char c) { return (c & 0xC0) == 0x80; }

/// Where it begins: not far before the hit, and with a word if one begins there.
std::size_t beginning(std::string_view text, std::size_t hit) {
  if (hit <= kBytesBefore) return 0;
  std::size_t start = hit - kBytesBefore;
  while (start < hit && continues_character(text[start])) ++start;
  const std::size_t space = text.find_first_of(" \n\t", start);
  return space < hit ? space + 1 : start;
}

std::string on_one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool blank = static_cast<unsigned char>(c) <= 0x20 || c == 0x7F;
    if (!blank) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  return base::is_valid_utf8(line) ? line : base::printable(line, kBytes);
}

}  // namespace

std::optional<std::string> make_snippet(std::string_view text, const std::vector<std::string>& words) {
  std::set<std::string_view> missing(words.begin(), words.end());
  std::size_t hit = std::string_view::npos;
  for (base::WordReader reader(text); !missing.empty() && reader.next();) {
    if (missing.erase(reader.word()) > 0) hit = std::min(hit, reader.begin());
  }
  if (!missing.empty() || hit == std::string_view::npos) return std::nullopt;
  const std::size_t start = beginning(text, hit);
  std::string_view piece = text.substr(start, kBytes);
  if (piece.size() < text.size() - start) {
    while (!piece.empty() && continues_character(text[start + piece.size()])) piece.remove_suffix(1);
  }
  std::string snippet(start > 0 ? kCut : "");
  snippet += on_one_line(piece);
  if (start + piece.size() < text.size()) snippet += kCut;
  return snippet;
}

}  // namespace platos::agent

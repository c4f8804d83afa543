#include "chunks.hpp"

#include <utility>

#include "common/characters.hpp"

namespace platos::skill_rag {
namespace {

using plugin_common::character_count;
using plugin_common::first_characters;
using plugin_common::kWhiteSpace;
using plugin_common::starts_character;

bool is_blank(char byte) { return kWhiteSpace.find(byte) != std::string_view::npos; }

/// To the end of the first sentence or line of `text`, with the white space behind it.
std::string_view first_sentence(std::string_view text) {
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (text[end] == '\n') break;
    const bool mark = text[end] == '.' || text[end] == '!' || text[end] == '?';
    if (mark && end + 1 < text.size() && is_blank(text[end + 1])) break;
  }
  if (end < text.size()) ++end;
  while (end < text.size() && is_blank(text[end])) ++end;
  return text.substr(0, end);
}

/// What the next chunk repeats: a suffix of `text` that begins with a word.
std::string_view tail_of(std::string_view text, std::size_t characters) {
  if (characters == 0) return {};
  std::size_t begin = text.size();
  while (begin > 0 && characters > 0) {
    --begin;
    if (starts_character(text[begin])) --characters;
  }
  if (begin == 0) return {};
  if (is_blank(text[begin - 1])) return text.substr(begin);
  std::size_t word = begin;
  while (word < text.size() && !is_blank(text[word])) ++word;
  while (word < text.size() && is_blank(text[word])) ++word;
  return text.substr(word < text.size() ? word : begin);
}

}  // namespace

std::vector<Chunk> cut_chunks(std::string_view text, std::size_t size, std::size_t overlap) {
  std::vector<Chunk> chunks;
  Chunk open;
  std::size_t filled = 0;  // characters in `open`
  const auto close = [&] {
    if (open.text.size() == open.repeated_bytes) return;
    const std::string_view tail = tail_of(open.text, overlap);
    Chunk next{std::string(tail), tail.size()};
    filled = character_count(tail);
    chunks.push_back(std::exchange(open, std::move(next)));
  };
  while (!text.empty()) {
    std::string_view piece = first_sentence(text);
    const std::size_t length = character_count(piece);
    if (filled + length > size && open.text.size() > open.repeated_bytes) {
      close();
      continue;
    }
    if (filled + length > size) piece = first_characters(piece, size - filled);
    open.text += piece;
    filled += character_count(piece);
    text.remove_prefix(piece.size());
  }
  close();
  const bool blank = chunks.size() == 1 && plugin_common::trimmed(chunks[0].text).empty();
  return blank ? std::vector<Chunk>() : chunks;
}

}  // namespace platos::skill_rag

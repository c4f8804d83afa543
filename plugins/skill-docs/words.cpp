#include "words.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace platos::skill_docs {
namespace {

// Sorted. "s" and "t" are what is left of "it's" and "don't".
constexpr std::array<std::string_view, 68> kStopWords = {
    "a",    "about", "all",   "also",  "am",    "an",     "and",   "any",   "are",    "as",   "at",   "be",
    "but",  "by",    "can",   "could", "do",    "does",   "for",   "from",  "get",    "has",  "have", "how",
    "i",    "if",    "in",    "into",  "is",    "it",     "its",   "let",   "me",     "must", "my",   "no",
    "not",  "of",    "on",    "or",    "our",   "please", "s",     "shall", "should", "so",   "some", "t",
    "tell", "than",  "that",  "the",   "their", "then",   "there", "this",  "to",     "was",  "we",   "what",
    "when", "where", "which", "who",   "why",   "will",   "with",  "you"};

static_assert(std::is_sorted(kStopWords.begin(), kStopWords.end()));

constexpr bool is_upper(char letter) { return letter >= 'A' && letter <= 'Z'; }
constexpr bool is_lower(char letter) { return letter >= 'a' && letter <= 'z'; }
constexpr bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }
constexpr bool is_word_character(char letter) { return is_upper(letter) || is_lower(letter) || is_digit(letter); }

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& letter : lower) {
    if (is_upper(letter)) letter = static_cast<char>(letter - 'A' + 'a');
  }
  return lower;
}

// Cuts "status" as well; what matters is that a query and a document are cut alike.
void make_singular(std::string& word) {
  const std::string_view text = word;
  if (text.size() < 3 || !text.ends_with('s') || text.ends_with("ss")) return;
  const bool becomes_y = text.ends_with("ies") && text.size() > 4;
  word.resize(word.size() - (becomes_y ? 3 : 1));
  if (becomes_y) word += 'y';
}

void add_word(std::string_view text, std::vector<std::string>& words) {
  std::string word = lower_case(text);
  if (std::binary_search(kStopWords.begin(), kStopWords.end(), std::string_view(word))) return;
  make_singular(word);
  words.push_back(std::move(word));
}

// True where a part of a camelCase word begins: open|AI, HTTP|Server, but not in the plural of an acronym (APIs).
bool part_begins_at(std::string_view run, std::size_t at) {
  if (!is_upper(run[at])) return false;
  if (!is_upper(run[at - 1])) return true;
  const std::string_view after = run.substr(at + 1);
  return !after.empty() && is_lower(after.front()) && after != "s";
}

void add_run(std::string_view run, std::vector<std::string>& words) {
  std::size_t part_begin = 0;
  for (std::size_t at = 1; at < run.size(); ++at) {
    if (!part_begins_at(run, at)) continue;
    add_word(run.substr(part_begin, at - part_begin), words);
    part_begin = at;
  }
  if (part_begin > 0) add_word(run.substr(part_begin), words);
  add_word(run, words);
}

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (auto begin = text.begin(); begin != text.end();) {
    begin = std::find_if(begin, text.end(), is_word_character);
    const auto end = std::find_if_not(begin, text.end(), is_word_character);
    if (begin != end)
      add_run(text.substr(static_cast<std::size_t>(begin - text.begin()), static_cast<std::size_t>(end - begin)),
              words);
    begin = end;
  }
  return words;
}

}  // namespace platos::skill_docs

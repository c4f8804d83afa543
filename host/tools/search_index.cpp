#include "tools/search_index.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "model/json.hpp"
#include "model/tool_rules.hpp"

namespace platos::tools {
namespace {

constexpr std::size_t kMaxWords = 2000;
constexpr std::size_t kMaxWordBytes = 64;
constexpr float kNameWeight = 3;
constexpr float kTextWeight = 1;
constexpr double kSaturation = 1.5;    // k1
constexpr double kLengthShare = 0.75;  // b
constexpr double kFusion = 60;

constexpr std::array<std::string_view, 36> kCommonWords = {
    "an",   "and",  "are", "as",   "at",   "be",  "by",   "can", "do",    "for",  "from", "has",
    "have", "how",  "if",  "in",   "into", "is",  "it",   "its", "me",    "my",   "of",   "on",
    "or",   "that", "the", "this", "to",   "use", "want", "was", "which", "will", "with", "you"};

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
// Letters of other alphabets are bytes from 0x80 on.
bool in_word(char c) { return is_upper(c) || is_lower(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80; }
bool joins(char c) { return c == '_' || c == '.' || c == '-'; }

bool is_common(std::string_view word) { return std::binary_search(kCommonWords.begin(), kCommonWords.end(), word); }

std::string singular(std::string word) {
  const auto ends = [&word](std::string_view end) { return word.size() >= end.size() + 2 && word.ends_with(end); };
  if (ends("ies")) return word.replace(word.size() - 3, 3, "y");
  if (ends("sses") || ends("xes") || ends("ches") || ends("shes")) return word.substr(0, word.size() - 2);
  if (ends("s") && word.size() > 3 && !word.ends_with("ss") && !word.ends_with("us") && !word.ends_with("is"))
    word.pop_back();
  return word;
}

void take_word(std::vector<std::string>& words, std::string_view part) {
  if (part.size() <= 1 || words.size() >= kMaxWords) return;
  std::string word(part.substr(0, kMaxWordBytes));
  for (char& c : word) {
    if (is_upper(c)) c = static_cast<char>(c - 'A' + 'a');
  }
  if (!is_common(word)) words.push_back(singular(std::move(word)));
}

// "sendHTTPMail2" is send, http, mail2.
bool begins_word(std::string_view text, std::size_t at) {
  if (at == 0 || !is_upper(text[at])) return false;
  if (!is_upper(text[at - 1])) return true;
  return at + 1 < text.size() && is_lower(text[at + 1]);
}

// The parts of one name, and the name itself when it has several.
void take_name(std::vector<std::string>& words, std::string_view name) {
  while (!name.empty() && joins(name.back())) name.remove_suffix(1);
  std::size_t begin = 0;
  int parts = 0;
  for (std::size_t i = 0; i <= name.size(); ++i) {
    const bool ends = i == name.size() || joins(name[i]);
    if (!ends && !begins_word(name, i)) continue;
    if (i > begin) {
      take_word(words, name.substr(begin, i - begin));
      ++parts;
    }
    begin = ends ? i + 1 : i;
  }
  if (parts > 1) take_word(words, name);
}

model::Json schema_properties(const model::Tool& tool) {
  const auto schema = model::parse_bounded(tool.input_schema_json.empty() ? "{}" : tool.input_schema_json, "a schema");
  if (!schema || !schema->is_object()) return model::Json::object();
  const auto found = schema->find("properties");
  return found != schema->end() && found->is_object() ? *found : model::Json::object();
}

bool is_better(const SearchHit& left, const SearchHit& right) {
  return left.score != right.score ? left.score > right.score : left.position < right.position;
}

void keep_best(std::vector<SearchHit>& hits, std::size_t limit) {
  const auto end = hits.begin() + static_cast<std::ptrdiff_t>(std::min(limit, hits.size()));
  std::partial_sort(hits.begin(), end, hits.end(), is_better);
  hits.erase(end, hits.end());
}

}  // namespace

std::vector<std::string> search_words(std::string_view text) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while (at < text.size() && words.size() < kMaxWords) {
    if (!in_word(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && (in_word(text[end]) || joins(text[end]))) ++end;
    take_name(words, text.substr(at, end - at));
    at = end;
  }
  return words;
}

std::vector<std::string> argument_names(const model::Tool& tool) {
  std::vector<std::string> names;
  const auto properties = schema_properties(tool);
  for (const auto& [name, property] : properties.items()) names.push_back(name);
  return names;
}

std::string search_text(const model::Tool& tool) {
  std::string text = tool.name + " " + tool.description + " " + model::category_of(tool);
  for (const auto& name : argument_names(tool)) text += " " + name;
  return text;
}

void SearchIndex::add(std::uint32_t tool, const std::vector<std::string>& words, float weight) {
  for (const auto& word : words) {
    auto& of_word = postings_[word];
    if (of_word.empty() || of_word.back().tool != tool) of_word.push_back({tool, 0});
    of_word.back().weight += weight;
    lengths_[tool] += weight;
  }
}

SearchIndex::SearchIndex(const std::vector<const model::Tool*>& tools) : lengths_(tools.size()) {
  double total = 0;
  for (std::size_t i = 0; i < tools.size(); ++i) {
    const auto position = static_cast<std::uint32_t>(i);
    add(position, search_words(tools[i]->name), kNameWeight);
    add(position, search_words(tools[i]->instance), kTextWeight);
    std::string rest = tools[i]->description + " " + model::category_of(*tools[i]);
    for (const auto& name : argument_names(*tools[i])) rest += " " + name;
    add(position, search_words(rest), kTextWeight);
    total += lengths_[i];
  }
  if (total > 0) mean_length_ = static_cast<float>(total / static_cast<double>(tools.size()));
}

std::vector<SearchHit> SearchIndex::search(std::string_view query, std::size_t limit) const {
  std::vector<float> scores(lengths_.size(), 0);
  auto words = search_words(query.substr(0, 4096));
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  const double count = static_cast<double>(lengths_.size());
  for (const auto& word : words) {
    const auto found = postings_.find(word);
    if (found == postings_.end()) continue;
    const double with = static_cast<double>(found->second.size());
    const double rarity = std::log((count - with + 0.5) / (with + 0.5) + 1);
    for (const auto& posting : found->second) {
      const double length = static_cast<double>(lengths_[posting.tool]) / static_cast<double>(mean_length_);
      const double often = static_cast<double>(posting.weight);
      const double share =
          often * (kSaturation + 1) / (often + kSaturation * (1 - kLengthShare + kLengthShare * length));
      scores[posting.tool] += static_cast<float>(rarity * share);
    }
  }
  std::vector<SearchHit> hits;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (scores[i] > 0) hits.push_back({i, static_cast<double>(scores[i])});
  }
  keep_best(hits, limit);
  return hits;
}

std::uint64_t fingerprint_of(const std::vector<const model::Tool*>& tools) {
  std::uint64_t print = tools.size();
  const auto mix = [&print](const std::string& text) {
    print = (print ^ std::hash<std::string>{}(text)) * 0x9E3779B97F4A7C15ULL;
    print ^= print >> 29;
  };
  for (const auto* tool : tools) {
    mix(tool->model_name);
    mix(tool->description);
    mix(tool->input_schema_json);
    mix(tool->category);
  }
  return print;
}

std::vector<SearchHit> fuse(const std::vector<SearchHit>& left, const std::vector<SearchHit>& right,
                            std::size_t limit) {
  std::map<std::size_t, double> scores;
  for (const auto* list : {&left, &right}) {
    double rank = 0;
    for (const auto& hit : *list) scores[hit.position] += 1 / (kFusion + ++rank);
  }
  std::vector<SearchHit> hits;
  for (const auto& [position, score] : scores) hits.push_back({position, score});
  keep_best(hits, limit);
  return hits;
}

}  // namespace platos::tools

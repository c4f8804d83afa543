#include "shorten.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

#include "common/characters.hpp"

namespace platos::provider_offline {
namespace {

constexpr std::string_view kEllipsis = "…";

std::string shorten_code(std::string_view text, std::size_t byte_limit) {
  const std::string_view fence = text.substr(0, std::min(text.find_first_not_of(text.front()), text.size()));
  const std::string ending = std::string(kEllipsis).append("\n").append(fence);
  std::string code;
  for (const std::string_view line : split_pieces({BlockKind::Code, text})) {
    if (code.size() + line.size() + ending.size() > byte_limit) break;
    code += line;
  }
  return code.empty() ? std::string() : code + ending;
}

// Which pieces fit, the most relevant first; the head rows of a table always.
std::set<std::size_t> choose_pieces(const std::vector<std::string_view>& pieces, BlockKind kind,
                                    const Relevance& relevance, std::size_t byte_limit) {
  const std::size_t separator = kind == BlockKind::Prose ? kEllipsis.size() + 2 : 1;
  std::vector<double> scores;
  for (const std::string_view piece : pieces) scores.push_back(relevance.of(piece));
  if (kind == BlockKind::Table) {
    const double best = *std::max_element(scores.begin(), scores.end());
    for (std::size_t i = 0; i < std::min<std::size_t>(2, scores.size()); ++i) scores[i] = best + 1;
  }
  std::vector<std::size_t> order(pieces.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  std::set<std::size_t> chosen;
  std::size_t used = 2 * kEllipsis.size() + 2;
  for (const std::size_t i : order) {
    const bool is_head = kind == BlockKind::Table && i < 2;
    if (used + pieces[i].size() + separator > byte_limit) {
      if (is_head) return {};
      continue;
    }
    used += pieces[i].size() + separator;
    chosen.insert(i);
  }
  return chosen;
}

std::string join_sentences(const std::vector<std::string_view>& sentences, const std::set<std::size_t>& chosen) {
  std::string text;
  std::size_t next = 0;
  for (const std::size_t i : chosen) {
    if (i != next) text.append(text.empty() ? "" : " ").append(kEllipsis);
    if (!text.empty()) text += ' ';
    text += sentences[i];
    next = i + 1;
  }
  if (next != sentences.size()) text.append(" ").append(kEllipsis);
  return text;
}

std::string join_lines(const std::vector<std::string_view>& lines, const std::set<std::size_t>& chosen) {
  std::string text;
  for (const std::size_t i : chosen) {
    text += lines[i];
    if (!lines[i].ends_with('\n')) text += '\n';
  }
  return text.append("\n").append(kEllipsis);
}

}  // namespace

std::string shorten_text(std::string_view text, std::size_t byte_limit) {
  if (text.size() <= byte_limit) return std::string(text);
  std::string_view kept = plugin_common::whole_characters(text, byte_limit - kEllipsis.size() - 1);
  if (const std::size_t space = kept.find_last_of(" \n"); space != std::string_view::npos) kept = kept.substr(0, space);
  return std::string(plugin_common::trimmed(kept)).append(" ").append(kEllipsis);
}

std::string shorten_block(const Block& block, const Relevance& relevance, std::size_t byte_limit) {
  if (block.text.size() <= byte_limit) return std::string(block.text);
  if (block.kind == BlockKind::Code) return shorten_code(block.text, byte_limit);
  const std::vector<std::string_view> pieces = split_pieces(block);
  const std::set<std::size_t> chosen = choose_pieces(pieces, block.kind, relevance, byte_limit);
  if (chosen.empty()) return block.kind == BlockKind::Table ? std::string() : shorten_text(block.text, byte_limit);
  return block.kind == BlockKind::Prose ? join_sentences(pieces, chosen) : join_lines(pieces, chosen);
}

}  // namespace platos::provider_offline

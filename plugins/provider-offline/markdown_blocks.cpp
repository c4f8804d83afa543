#include "markdown_blocks.hpp"

#include <algorithm>

#include "common/characters.hpp"

namespace platos::provider_offline {
namespace {

using plugin_common::trimmed;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

// The fence that opens or closes a code block on this line, or nothing.
std::string_view fence_of(std::string_view line) {
  const std::string_view text = trimmed(line);
  if (!text.starts_with("```") && !text.starts_with("~~~")) return {};
  const std::size_t size = std::min(text.find_first_not_of(text.front()), text.size());
  const bool is_inline_code = text.front() == '`' && text.find('`', size) != std::string_view::npos;
  return is_inline_code ? std::string_view{} : text.substr(0, size);
}

bool is_list_item(std::string_view line) {
  const std::string_view text = trimmed(line);
  if (text.starts_with("- ") || text.starts_with("* ") || text.starts_with("+ ")) return true;
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view after = text.substr(digits);
  return digits > 0 && digits < 4 && (after.starts_with(". ") || after.starts_with(") "));
}

BlockKind kind_of(std::string_view text) {
  if (text.starts_with('|')) return BlockKind::Table;
  return is_list_item(text.substr(0, text.find('\n'))) ? BlockKind::List : BlockKind::Prose;
}

std::vector<std::string_view> sentences_of(std::string_view text) {
  std::vector<std::string_view> sentences;
  std::size_t begin = 0;
  for (std::size_t at = 1; at < text.size(); ++at) {
    const bool is_space = text[at] == ' ' || text[at] == '\n';
    if (!is_space || std::string_view(".!?").find(text[at - 1]) == std::string_view::npos) continue;
    sentences.push_back(trimmed(text.substr(begin, at - begin)));
    begin = at;
  }
  sentences.push_back(trimmed(text.substr(begin)));
  return sentences;
}

std::vector<std::string_view> items_of(std::string_view text) {
  std::vector<std::string_view> items;
  for (const std::string_view line : lines_of(text)) {
    if (items.empty() || is_list_item(line)) {
      items.push_back(line);
    } else {
      items.back() = {items.back().data(), items.back().size() + line.size()};
    }
  }
  for (std::string_view& item : items) item = trimmed(item);
  return items;
}

}  // namespace

std::vector<Block> split_blocks(std::string_view markdown) {
  std::vector<Block> blocks;
  std::string_view fence;
  std::size_t begin = 0;
  std::size_t at = 0;
  const auto end_block = [&](std::size_t end) {
    const std::string_view text = trimmed(markdown.substr(begin, end - begin));
    if (!text.empty()) blocks.push_back({fence.empty() ? kind_of(text) : BlockKind::Code, text});
    begin = end;
  };
  for (const std::string_view line : lines_of(markdown)) {
    const std::string_view found = fence_of(line);
    if (fence.empty() && (!found.empty() || trimmed(line).empty())) {
      end_block(at);
      fence = found;
    } else if (!fence.empty() && found.starts_with(fence) && found == trimmed(line)) {
      end_block(at + line.size());
      fence = {};
    }
    at += line.size();
  }
  end_block(markdown.size());
  return blocks;
}

std::vector<std::string_view> split_pieces(const Block& block) {
  if (block.kind == BlockKind::Prose) return sentences_of(block.text);
  if (block.kind == BlockKind::List) return items_of(block.text);
  return lines_of(block.text);
}

}  // namespace platos::provider_offline

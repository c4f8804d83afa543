// Markdown cut into what may be quoted alone: paragraphs, lists, tables, code blocks, and the pieces of each.
// Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace platos::provider_offline {

enum class BlockKind { Unspecified, Prose, List, Table, Code };

/// `text` refers to the markdown it was cut from, without white space around it.
struct Block {
  BlockKind kind = BlockKind::Unspecified;
  std::string_view text;
};

/// The blocks in order. A code block includes its fences; one that is never closed reaches to the end. A paragraph ends
/// where a fence begins.
std::vector<Block> split_blocks(std::string_view markdown);

/// The pieces that a long block may be shortened to: sentences of prose, items of a list (with the lines that continue
/// them), rows of a table, lines of code. White space at the ends of prose and list pieces is cut.
std::vector<std::string_view> split_pieces(const Block& block);

}  // namespace platos::provider_offline

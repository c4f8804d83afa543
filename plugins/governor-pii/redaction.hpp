// Replaces matches in a text.
#pragma once

#include <string>
#include <vector>

#include "report.hpp"

namespace platos::governor_pii {

/// Appends bytes [begin, end) of `text` to `out`, with the replacement of `report` for each of `matches` that begins
/// there. Matches are sorted; of those that overlap only the first leaves a replacement. What a match covers behind
/// `end` is to vanish as well: the result is where that ends, and is the `begin` of the next call.
std::size_t append_redacted(std::string& out, std::string_view text, std::size_t begin, std::size_t end,
                            const std::vector<Match>& matches, const Report& report);

/// Sorts matches by where they begin, longer ones first.
void sort_matches(std::vector<Match>& matches);

}  // namespace platos::governor_pii

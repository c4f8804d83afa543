// A piece of a text around what was looked for in it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace platos::agent {

/// About 200 bytes around the first of the words, on one line, with "…" where it was cut. Nullopt when the text does
/// not have all of the words, which are as base::WordReader gives them.
std::optional<std::string> make_snippet(std::string_view text, const std::vector<std::string>& words);

}  // namespace platos::agent

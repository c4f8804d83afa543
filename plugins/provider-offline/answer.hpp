// Composes the answer to a question out of search results.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "search_output.hpp"

namespace platos::provider_offline {

inline constexpr std::size_t kAnswerByteLimit = 900;

/// Markdown of at most kAnswerByteLimit bytes: the blocks of the best results that say most about `question`, in their
/// own order, each result followed by "From: <title> (<source>)". Long blocks are shortened to their best sentences,
/// items or rows, code to its first lines; "…" marks what is left out. `results` are best first and not empty. The
/// same input gives the same answer. Any thread.
std::string compose_answer(std::string_view question, std::span<const SearchResult> results);

}  // namespace platos::provider_offline

// The words of a text as the documentation search sees them. Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace platos::skill_docs {

/// The words of `text` in order, repeats included.
///
/// A word is a run of ASCII letters and digits in lower case; everything else separates, so snake_case gives its parts.
/// camelCase gives its parts and itself ("OpenAI": open, ai, openai), so that it is found in either spelling. A plural
/// becomes the singular (runs: run, policies: policy). Words that say nothing about a subject ("how", "the") are left
/// out; a text of nothing else has no words.
std::vector<std::string> words_of(std::string_view text);

}  // namespace platos::skill_docs

// The arguments of the tool `search`: their limits, their schema's numbers, their check.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace platos::skill_docs {

inline constexpr int kQueryCharacterLimit = 500;
inline constexpr int kHighestLimit = 10;
inline constexpr int kDefaultLimit = 4;

struct SearchArguments {
  std::string query;
  std::size_t limit = kDefaultLimit;
};

/// Throws Error(PLATOS_INVALID_ARGUMENT) that names the argument, what was expected and what was found. Any thread.
SearchArguments parse_search_arguments(std::string_view args_json);

}  // namespace platos::skill_docs

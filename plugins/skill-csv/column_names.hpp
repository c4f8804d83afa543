// Names of columns. Pure functions; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace platos::skill_csv {

/// "A" for 0, "Z" for 25, "AA" for 26.
std::string column_letters(std::size_t column);

/// Makes names that can be told apart, in linear time: an empty or blank name becomes "column_" and its letters, a name
/// that was seen before gets the first free suffix of "_2", "_3" ... The first of equal names keeps its own.
std::vector<std::string> unique_column_names(const std::vector<std::string_view>& names);

}  // namespace platos::skill_csv

#include "column_names.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "common/characters.hpp"

namespace platos::skill_csv {

std::string column_letters(std::size_t column) {
  std::string letters;
  for (std::size_t rest = column + 1; rest > 0; rest = (rest - 1) / 26) {
    letters += static_cast<char>('A' + (rest - 1) % 26);
  }
  std::reverse(letters.begin(), letters.end());
  return letters;
}

std::vector<std::string> unique_column_names(const std::vector<std::string_view>& names) {
  // All given names are taken from the start, so that no made name takes a later column's own.
  std::unordered_set<std::string> taken;
  for (const std::string_view name : names) taken.emplace(name);
  std::unordered_set<std::string_view> seen;
  std::unordered_map<std::string, std::size_t> last_suffix;
  std::vector<std::string> unique;
  unique.reserve(names.size());
  for (std::size_t column = 0; column < names.size(); ++column) {
    const bool blank = plugin_common::trimmed(names[column]).empty();
    std::string name = blank ? "column_" + column_letters(column) : std::string(names[column]);
    const bool is_free = blank ? taken.insert(name).second : seen.insert(names[column]).second;
    if (!is_free) {
      std::size_t& suffix = last_suffix.try_emplace(name, 1).first->second;
      const std::string base = name;
      do {
        name = base + "_" + std::to_string(++suffix);
      } while (!taken.insert(name).second);
    }
    unique.push_back(std::move(name));
  }
  return unique;
}

}  // namespace platos::skill_csv

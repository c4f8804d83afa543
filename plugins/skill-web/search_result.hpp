// What a search found, whatever service answered.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace platos::skill_web {

struct SearchResult {
  std::string title;
  std::string url;
  std::string snippet;
  std::optional<double> score;  ///< of services that give one
};

using SearchResults = std::vector<SearchResult>;

}  // namespace platos::skill_web

// The search services: how each is asked, and how its answer is read. Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "common/json_api.hpp"
#include "search_result.hpp"

namespace platos::skill_web {

struct SearchQuery {
  std::string text;
  std::size_t most_results = 5;
};

/// One service's wire format. Static.
struct Backend {
  std::string_view name;  ///< of the service, of its secret slot, and, with "_url" behind, of its setting
  bool needs_key = true;
  plugin_common::JsonRequest (*request)(const std::string& base_url, const SearchQuery& query);
  /// Passes over results that have no http or https URL. Throws Error(INTERNAL) when there is no list of results.
  SearchResults (*results)(const nlohmann::json& answer);
};

/// All that are known.
std::span<const Backend> backends() noexcept;

}  // namespace platos::skill_web

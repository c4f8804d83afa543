// The tool that searches: one service after the other, until one answers.
#pragma once

#include <string>
#include <vector>

#include "config.hpp"
#include "platos/cpp/services.hpp"

namespace platos::skill_web {

/// Those of `all` that have what they need: their key is set.
std::vector<ConfiguredBackend> usable(const sdk::Host& host, const std::vector<ConfiguredBackend>& all);

/// The JSON text {"query", "source", "results": [{"title", "url", "snippet", "score"?}]}. Throws sdk::Error when no
/// service answered, with what each said; a call that was cancelled, or whose time is over, asks no other service.
std::string search(const sdk::Host& host, const sdk::Call& call, const std::vector<ConfiguredBackend>& services,
                   const SearchQuery& query);

}  // namespace platos::skill_web

// Where requests go: base_url, path and query of the configuration. Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>

#include "config.hpp"

namespace platos::provider_openai {

/// What stands in the path of a vendor that wants the model's name there.
inline constexpr std::string_view kModelPlace = "{model}";

/// What is wrong with a path; empty when nothing is: it begins with '/' and holds what a URL's path may, the place once
/// at most, and no segment of dots.
std::string path_problem(std::string_view path);

/// The address with its query, percent-encoded; the place of the model stays as it is.
std::string url_of(const Config& config);

/// `url` with the model's name, percent-encoded, in its place. Throws sdk::Error(INVALID_ARGUMENT) for a name that
/// would change the path.
std::string url_for_model(const std::string& url, std::string_view model);

}  // namespace platos::provider_openai

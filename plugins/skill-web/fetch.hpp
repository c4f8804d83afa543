// The tool that reads a page of the public web.
#pragma once

#include <string>

#include "platos/cpp/services.hpp"

namespace platos::skill_web {

/// The JSON text {"url", "title"?, "text", "truncated"?: true}. Throws sdk::Error for what is no page that can be read,
/// and sdk::HostFailure when there is none.
std::string fetch_page(const sdk::Host& host, const sdk::Call& call, const std::string& url,
                       std::size_t most_characters);

}  // namespace platos::skill_web

// The address that an instance talks to.
#pragma once

#include <string>
#include <string_view>

namespace platos::provider_openai {

/// `text` without its trailing slashes. Throws sdk::Error(INVALID_ARGUMENT) unless it is an absolute http or https URL
/// of printable ASCII with a host, and without user info (keys belong in a secret), query and fragment (a path
/// follows).
std::string normalise_base_url(std::string_view text);

}  // namespace platos::provider_openai

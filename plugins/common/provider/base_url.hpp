// The address that an instance talks to.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace platos::provider_common {

struct BaseUrlProblem {
  std::string expected;
  std::string found;  ///< in quotes, printable, and without a password
};

/// Nothing when `text` is an absolute http or https URL of printable ASCII with a host, and without user info (keys
/// belong in a secret), query and fragment (a path follows).
std::optional<BaseUrlProblem> base_url_problem(std::string_view text, std::string_view example);

/// True when the host of a sound URL ends in .invalid, which RFC 2606 reserves: the operator has set no address yet.
bool is_placeholder(std::string_view base_url);

std::string without_trailing_slashes(std::string_view text);

}  // namespace platos::provider_common

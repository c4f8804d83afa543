// As much of RFC 3986 as ids and references need.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace platos::model::schema {

struct UriReference {
  std::string whole;     ///< without the fragment
  std::string fragment;  ///< percent-decoded, without '#'
};

/// `reference` against `base`, dots removed. A base of "" leaves a relative reference as it is. Empty when the fragment
/// has a bad percent-encoding.
std::optional<UriReference> resolve_uri(std::string_view base, std::string_view reference);

}  // namespace platos::model::schema

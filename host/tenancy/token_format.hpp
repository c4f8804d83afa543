// How keys and tokens of Platos look.
#pragma once

#include <string>
#include <string_view>

namespace platos::tenancy {

inline constexpr std::string_view kPersonalPrefix = "plt_";
inline constexpr std::string_view kAccessKeyPrefix = "platos_live_";
inline constexpr std::string_view kEntitySecretPrefix = "platos_ent_";

/// "plt_", 40 characters of base 62, and 6 more: the CRC-32 of what stands before them. A mistyped token, or a text
/// that only looks like one to a scanner of repositories, is told from a real one without a look at the database.
std::string make_personal_token();
bool is_personal_token(std::string_view text);

/// "platos_live_" and 48 hex digits.
std::string make_access_key();
/// "platos_ent_" and 48 hex digits.
std::string make_entity_secret();

/// What may be shown of a key: its first 16 characters.
std::string shown_prefix(std::string_view key);

}  // namespace platos::tenancy

// Base64 (RFC 4648, 4) that someone else wrote. Pure function; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace platos::plugin_common {

/// The bytes that `text` holds. Line breaks and blanks are passed over; padding may be left out. Nullopt for anything
/// else, and for bits that stand behind the last byte.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace platos::plugin_common

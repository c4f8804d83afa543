// What may stand in an HTTP header. Pure functions; any thread.
#pragma once

#include <string_view>

namespace platos::provider_common {

/// A token of RFC 9110.
bool is_header_name(std::string_view name);

/// One line that every server takes.
bool is_printable_ascii(std::string_view text);

}  // namespace platos::provider_common

// Times as people and clients write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace platos::base {

/// Microseconds since 1970 of "2026-11-23T10:00:00Z", with up to six digits of a second behind a dot, or of the
/// beginning of a day "2026-11-23", in UTC; nullopt for anything else.
std::optional<std::int64_t> parse_time(std::string_view text);

}  // namespace platos::base

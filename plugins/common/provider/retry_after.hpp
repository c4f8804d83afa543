// The Retry-After header of an answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace platos::provider_common {

constexpr std::int64_t kMaxRetryAfterMs = 60 * 60 * 1000;

/// Milliseconds to wait, from 0 to kMaxRetryAfterMs. `value` is a number of seconds (fractions are allowed: some
/// vendors send them) or a date such as "Sun, 06 Nov 1994 08:49:37 GMT"; `now_ms` counts since 1970. Nothing when it is
/// neither.
std::optional<std::int64_t> parse_retry_after_ms(std::string_view value, std::int64_t now_ms);

}  // namespace platos::provider_common

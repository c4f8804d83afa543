// Paging and filters in queries: a value that is not a number is an error, one out of range is clamped.
#pragma once

#include <cstdint>
#include <string_view>

#include "api/route.hpp"
#include "base/result.hpp"

namespace platos::api {

/// InvalidArgument "invalid_field" when it is there and not a whole number.
Result<std::int64_t> query_number(const Call& call, std::string_view name, std::int64_t fallback, std::int64_t min,
                                  std::int64_t max);

}  // namespace platos::api

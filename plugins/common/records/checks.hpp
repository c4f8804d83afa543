// What a caller may give: every function here throws the Error that says what is wrong. Pure; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "platos/cpp/memory.hpp"
#include "tables.hpp"

namespace platos::records {

/// PERMISSION_DENIED unless the tenant is the call's environment.
void check_space(const sdk::Call& call, const sdk::MemorySpace& space);

void check_record(const sdk::MemoryRecord& record);

/// Finite values and not all 0, at most kDimensions of them. `what` begins the error text.
void check_vector(std::string_view what, std::span<const float> vector);

void check_query(const sdk::MemoryQuery& query);
void check_limit(std::uint32_t limit);

/// All vectors of a space have one number of dimensions, while it has any.
void check_dimensions(const Space& space, std::span<const sdk::MemoryRecord> records);
void check_dimensions(const Space& space, std::span<const float> query);

}  // namespace platos::records

// The API's own description, OpenAPI 3.1: the table of routes, and what operation.hpp adds to it.
#pragma once

#include <string>
#include <vector>

#include "api/openapi/operation.hpp"
#include "api/route.hpp"

namespace platos::api::openapi {

/// Mark of an operation that no resource describes; a test looks for it.
inline constexpr std::string_view kUndescribed = "x-platos-undescribed";

Json document(const std::vector<Route>& routes, const std::vector<Resource>& described);

/// Routes that are described and not served.
std::vector<std::string> left_over(const std::vector<Route>& routes, const std::vector<Resource>& described);

}  // namespace platos::api::openapi

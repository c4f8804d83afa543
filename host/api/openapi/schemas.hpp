// The components that several resources use.
#pragma once

#include <string_view>
#include <vector>

#include "api/openapi/schema.hpp"

namespace platos::api::openapi {

/// Error, TurnError, Usage.
std::vector<Schema> shared_schemas();
/// StreamEvent and each of its kinds.
std::vector<Schema> event_schemas();
/// The types of those that this version sends.
std::vector<std::string_view> sent_events();

/// Components by kind.
Json shared_headers();
Json scope_parameters();
Json security_schemes();
/// Of each status that a refusal can have, as JSON; and with "Streamed" behind its name as events too.
Json error_responses();
/// "NotFound" of 404; empty for a status that no route gives.
std::string_view error_name(int status);

/// {"$ref": "#/components/<kind>/<name>"}
Json component(std::string_view kind, std::string_view name);
/// The headers that answers have: of all, and of those that rates limit.
Json headers_of_answer(bool limited);

}  // namespace platos::api::openapi

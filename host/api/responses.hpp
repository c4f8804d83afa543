// From results to HTTP answers: the one mapping of errors to status codes and bodies.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ingress/message.hpp"
#include "model/json.hpp"

namespace platos::api {

int http_status(ErrorKind kind);

/// {statusCode, error, message, code, validationErrors?, requestId}; Retry-After where it helps.
model::Json error_body(const Error& error, std::string_view request_id);

ingress::Response json_response(int status, const model::Json& body);
ingress::Response error_response(const Error& error, std::string_view request_id);

/// The refusal of a stream route: the error's status, and for a client that accepts event streams the two events
/// `error` and `done` without ids.
ingress::Response stream_refusal(const Error& error, const ingress::Request& request);

/// The body as an object; an empty body is an empty object.
Result<model::Json> read_body(const ingress::Request& request, std::size_t max_bytes);

}  // namespace platos::api

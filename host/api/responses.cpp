#include "api/responses.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/event.hpp"

namespace platos::api {

int http_status(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::InvalidArgument: return 400;
    case ErrorKind::Unauthenticated: return 401;
    case ErrorKind::PermissionDenied: return 403;
    case ErrorKind::NotFound: return 404;
    case ErrorKind::Deadline: return 408;
    case ErrorKind::Conflict:
    case ErrorKind::Aborted:
    case ErrorKind::Cancelled:
    case ErrorKind::FailedPrecondition: return 409;
    case ErrorKind::TooLarge: return 413;
    case ErrorKind::UnsupportedMedia: return 415;
    case ErrorKind::Mismatch: return 422;
    case ErrorKind::ResourceExhausted: return 429;
    case ErrorKind::Unimplemented: return 501;
    case ErrorKind::Unavailable: return 503;
    default: return 500;
  }
}

namespace {
/// Words that published clients look for here, where others find the status.
std::string_view error_word(const Error& error, int status) {
  if (error.code == "AGENT_SCOPE_MISMATCH") return "AGENT_SCOPE_MISMATCH";
  if (error.code == "invalid_access_key") return "INVALID_ACCESS_KEY";
  return ingress::reason_phrase(status);
}
}  // namespace

model::Json error_body(const Error& error, std::string_view request_id) {
  const int status = http_status(error.kind);
  model::Json body = {{"statusCode", status},
                      {"error", error_word(error, status)},
                      {"message", error.message},
                      {"code", error.code},
                      {"requestId", request_id}};
  if (!error.validation_errors.empty()) body["validationErrors"] = error.validation_errors;
  if (!error.limited_by.empty()) {
    body["scope"] = error.limited_by;
    body["limit"] = error.limit;
    body["retryAfterSeconds"] = (error.retry_after_ms + 999) / 1000;
  }
  return body;
}

ingress::Response json_response(int status, const model::Json& body) {
  ingress::Response response;
  response.status = status;
  response.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
  response.body = model::dump(body);
  return response;
}

namespace {
void add_error_headers(ingress::Response& response, const Error& error) {
  if (error.retry_after_ms > 0) {
    response.headers.emplace_back("Retry-After", std::to_string((error.retry_after_ms + 999) / 1000));
  }
  if (!error.limited_by.empty()) {
    response.headers.emplace_back("RateLimit-Limit", std::to_string(error.limit));
    response.headers.emplace_back("RateLimit-Remaining", "0");
    response.headers.emplace_back("RateLimit-Reset", std::to_string((error.retry_after_ms + 999) / 1000));
    response.headers.emplace_back("X-Platos-Rate-Limit-Bucket",
                                  error.limited_by.substr(0, error.limited_by.find("_per_")));
  }
  if (error.kind == ErrorKind::Unauthenticated) response.headers.emplace_back("WWW-Authenticate", "Bearer");
}
}  // namespace

ingress::Response error_response(const Error& error, std::string_view request_id) {
  auto response = json_response(http_status(error.kind), error_body(error, request_id));
  add_error_headers(response, error);
  return response;
}

ingress::Response stream_refusal(const Error& error, const ingress::Request& request) {
  if (request.header("accept").find("text/event-stream") == std::string_view::npos) {
    return error_response(error, request.request_id);
  }
  ingress::Response response;
  response.status = http_status(error.kind);
  response.headers.emplace_back("Content-Type", "text/event-stream");
  response.headers.emplace_back("Cache-Control", "no-cache");
  add_error_headers(response, error);
  response.body = "data: " + model::closed(model::error_event(error)) +
                  "\n\ndata: " + model::closed(model::done_event({}, "")) + "\n\n";
  return response;
}

Result<model::Json> read_body(const ingress::Request& request, std::size_t max_bytes) {
  if (base::trim(request.body).empty()) return model::Json::object();
  auto json = model::parse_bounded(request.body, "the request body", {max_bytes, 64, 100'000});
  if (!json) return json;
  if (!json->is_object()) return fail(model::invalid_field("the request body", "a JSON object", model::kind_of(*json)));
  return json;
}

}  // namespace platos::api

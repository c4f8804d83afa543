#include "mock_provider/dialect.hpp"

#include <nlohmann/json.hpp>

namespace platos::tests::mock {
namespace {

using nlohmann::json;

const char* chat_error_type(int status) {
  if (status == 429) return "requests";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

const char* messages_error_type(int status) {
  switch (status) {
    case 401: return "authentication_error";
    case 402: return "billing_error";
    case 403: return "permission_error";
    case 404: return "not_found_error";
    case 413: return "request_too_large";
    case 429: return "rate_limit_error";
    case 504: return "timeout_error";
    case 529: return "overloaded_error";
    default: return status >= 500 ? "api_error" : "invalid_request_error";
  }
}

std::string asked_for(int status) { return "The mock was asked for status " + std::to_string(status) + "."; }

std::string chat_failure(int status) {
  const auto body = [&](const std::string& code, const std::string& message) {
    return error_body(Dialect::Chat, status, code, message);
  };
  switch (status) {
    case 401: return body("invalid_api_key", "Incorrect API key provided.");
    case 403: return body("unsupported_country_region_territory", "Your location is not supported.");
    case 404: return body("model_not_found", "The model does not exist or you have no access to it.");
    case 429: return body("rate_limit_exceeded", "Rate limit reached for requests.");
    case 500: return body("", "The server had an error while processing your request.");
    case 503: return body("", "The engine is currently overloaded, please try again later.");
    default: return body("", asked_for(status));
  }
}

std::string messages_failure(int status) {
  const auto body = [&](const std::string& message) { return error_body(Dialect::Messages, status, "", message); };
  switch (status) {
    case 401: return body("invalid x-api-key");
    case 413: return body("Request exceeds the maximum size");
    case 429: return body("This request would exceed your organization's rate limit.");
    case 500: return body("Internal server error");
    case 529: return body("Overloaded");
    default: return body(asked_for(status));
  }
}

}  // namespace

std::string error_body(Dialect dialect, int status, const std::string& code, const std::string& message) {
  json body;
  if (dialect == Dialect::Messages) {
    body = {{"type", "error"},
            {"error", {{"type", messages_error_type(status)}, {"message", message}}},
            {"request_id", "req_mock"}};
  } else {
    const json code_or_null = code.empty() ? json() : json(code);
    body["error"] = {
        {"message", message}, {"type", chat_error_type(status)}, {"param", nullptr}, {"code", code_or_null}};
  }
  // A refused request may hold anything, so its text may not be UTF-8.
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string failure_body(Dialect dialect, int status) {
  return dialect == Dialect::Messages ? messages_failure(status) : chat_failure(status);
}

}  // namespace platos::tests::mock

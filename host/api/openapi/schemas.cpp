#include "api/openapi/schemas.hpp"

namespace platos::api::openapi {
namespace {

struct ErrorStatus {
  int status;
  std::string_view name;
  std::string_view description;
};

constexpr ErrorStatus kErrors[] = {
    {400, "BadRequest", "The request is wrong; `validationErrors` names the members"},
    {401, "Unauthorized", "No valid credentials"},
    {403, "Forbidden", "The credentials do not reach that far, or the Host header names no host of this server"},
    {404, "NotFound", "It is not there, or not yours"},
    {408, "Timeout", "Something that had to be asked took too long"},
    {409, "Conflict", "The state forbids it now"},
    {412, "PreconditionFailed", "Variables of the environment are missing; `details.missing` names them"},
    {413, "TooLarge", "The body is too large"},
    {415, "UnsupportedMedia", "The body has a Content-Encoding that is not read"},
    {422, "Mismatch", "The idempotency key was used with another request"},
    {429, "TooManyRequests", "A limit was reached; Retry-After says when to come again"},
    {500, "InternalError", "A bug, or data that cannot be read"},
    {501, "NotImplemented", "Its subsystem is not here yet"},
    {503, "Unavailable", "Try again later"},
};

Json error_schema() {
  return object({{"statusCode", integer_in(400, 599)},
                 {"error", described(text(), "The status as words")},
                 {"message", described(text(), "A sentence for people: what, where, expected, found")},
                 {"code", described(text(), "A stable word for programs")},
                 {"requestId", text()}},
                {{"validationErrors", described(list_of(text()), "One line for each member that is wrong")},
                 {"scope", described(text(), "Of a limit: which, such as user_per_minute")},
                 {"limit", described(integer(), "Of a limit: how many")},
                 {"retryAfterSeconds", integer_from(0)},
                 {"reason", described(text(), "The same as `code`, where published clients look for it")},
                 {"details", any_object()}});
}

Json usage_schema() {
  const Json count = integer_from(0);
  return object({{"inputTokens", count},
                 {"outputTokens", count},
                 {"cacheReadInputTokens", count},
                 {"cacheCreationInputTokens", count},
                 {"reasoningTokens", count},
                 {"promptTokens", count},
                 {"completionTokens", count},
                 {"totalTokens", count},
                 {"cachedTokens", count},
                 {"costCents", number()},
                 {"costKnown", described(boolean(), "false: the model's price is not known, and costCents is 0")}});
}

Json header(Json schema, std::string_view description) {
  return {{"schema", std::move(schema)}, {"description", description}};
}

Json scope_parameter(std::string_view name, Json schema, std::string_view description) {
  return {{"name", name}, {"in", "header"}, {"schema", std::move(schema)}, {"description", description}};
}

}  // namespace

Json component(std::string_view kind, std::string_view name) {
  return {{"$ref", "#/components/" + std::string(kind) + "/" + std::string(name)}};
}

std::vector<Schema> shared_schemas() {
  return {{"Error", error_schema()},
          {"TurnError", described(object({{"code", text()}, {"message", text()}}), "Why a run failed or was refused")},
          {"Usage", described(usage_schema(), "Tokens under the names of several vendors, and their cost")}};
}

Json shared_headers() {
  return {
      {"X-Request-Id", header(text(), "The request's id: its own when it sent one")},
      {"X-Platos-Version", header(text(), "The server's version")},
      {"X-Platos-Run-Id", header(text(), "The run whose events these are")},
      {"Idempotent-Replayed", header(words({"true"}), "The answer of an earlier request with this Idempotency-Key")},
      {"Retry-After", header(integer_from(0), "Seconds")},
      {"WWW-Authenticate", header(text(), "Bearer")},
      {"RateLimit-Limit", header(integer_from(0), "Requests that the nearest limit allows in its window")},
      {"RateLimit-Remaining", header(integer_from(0), "Requests that are left in it")},
      {"RateLimit-Reset", header(integer_from(0), "Seconds until the next window")},
      {"X-Platos-Rate-Limit-Bucket", header(text(), "Whose window it is: ip, token, user, org")}};
}

Json headers_of_answer(bool limited) {
  Json headers = Json::object();
  for (const auto* name : {"X-Request-Id", "X-Platos-Version"}) headers[name] = component("headers", name);
  if (!limited) return headers;
  for (const auto* name : {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "X-Platos-Rate-Limit-Bucket"}) {
    headers[name] = component("headers", name);
  }
  return headers;
}

Json scope_parameters() {
  return {
      {"OrganizationId", scope_parameter("X-Platos-Organization-Id", text(), "Organization to act in")},
      {"ProjectId", scope_parameter("X-Platos-Project-Id", text(), "Project to act in")},
      {"EnvironmentId",
       scope_parameter("X-Platos-Environment-Id", text(), "Environment to act in; personal access tokens need it")},
      {"UserId",
       scope_parameter("X-Platos-User-Id", text_up_to(200), "User to act for, where the credentials allow it")},
      {"UserToken", scope_parameter("X-Platos-User-Token", text(), "The customer's own token, passed on to its tools")},
      {"RequestId",
       scope_parameter("X-Request-Id", text(), "An id of the caller's for logs; else the server makes one")}};
}

Json security_schemes() {
  const auto in_header = [](std::string_view name, std::string_view description) {
    return Json{{"type", "apiKey"}, {"in", "header"}, {"name", name}, {"description", description}};
  };
  const auto bearer = [](std::string_view description) {
    return Json{{"type", "http"}, {"scheme", "bearer"}, {"description", description}};
  };
  return {{"bearer", bearer("The admin key, a personal access token, an access key or a session token")},
          {"sessionToken", in_header("X-Platos-Session-Token", "A session token, which names its scope and user")},
          {"accessKey", in_header("X-Platos-Api-Key",
                                  "The access key of the environment: alone, or beside a session token where the "
                                  "environment has a key")},
          {"entitySecret", bearer("The secret of the entity")}};
}

std::string_view error_name(int status) {
  for (const auto& each : kErrors) {
    if (each.status == status) return each.name;
  }
  return {};
}

Json error_responses() {
  Json responses = Json::object();
  for (const auto& each : kErrors) {
    Json response = {{"description", each.description},
                     {"content", {{"application/json", {{"schema", ref("Error")}}}}},
                     {"headers", headers_of_answer(each.status != 401)}};
    if (each.status == 429 || each.status == 503)
      response["headers"]["Retry-After"] = component("headers", "Retry-After");
    if (each.status == 401) response["headers"]["WWW-Authenticate"] = component("headers", "WWW-Authenticate");
    responses[std::string(each.name)] = response;
    response["content"]["text/event-stream"] = {{"schema", ref("StreamEvent")}};
    responses[std::string(each.name) + "Streamed"] = std::move(response);
  }
  return responses;
}

}  // namespace platos::api::openapi

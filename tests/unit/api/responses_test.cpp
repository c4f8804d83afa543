#include "api/responses.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace platos;
using namespace platos::api;

namespace {

std::string header(const ingress::Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

Error error_of(ErrorKind kind) {
  Error error;
  error.kind = kind;
  error.code = "some_code";
  error.message = "some \"words\" and \xff";
  return error;
}

}  // namespace

TEST_CASE("each kind of error has its status") {
  const std::vector<std::pair<ErrorKind, int>> statuses = {
      {ErrorKind::InvalidArgument, 400},   {ErrorKind::Unauthenticated, 401},  {ErrorKind::PermissionDenied, 403},
      {ErrorKind::NotFound, 404},          {ErrorKind::Deadline, 408},         {ErrorKind::Conflict, 409},
      {ErrorKind::TooLarge, 413},          {ErrorKind::UnsupportedMedia, 415}, {ErrorKind::Mismatch, 422},
      {ErrorKind::ResourceExhausted, 429}, {ErrorKind::Internal, 500},         {ErrorKind::Unimplemented, 501},
      {ErrorKind::Unavailable, 503}};
  for (const auto& [kind, status] : statuses) {
    const auto response = error_response(error_of(kind), "req_1");
    CHECK(response.status == status);
    const auto body = model::Json::parse(response.body);
    CHECK(body["statusCode"] == status);
    CHECK(body["code"] == "some_code");
    CHECK(body["message"] == "some \"words\" and \xef\xbf\xbd");
    CHECK(body["error"] == ingress::reason_phrase(status));
    CHECK(body["requestId"] == "req_1");
    CHECK_FALSE(body.contains("validationErrors"));
  }
}

TEST_CASE("Retry-After is in whole seconds, rounded up, and only where it helps") {
  Error error = error_of(ErrorKind::Unavailable);
  CHECK(header(error_response(error, ""), "Retry-After").empty());
  error.retry_after_ms = 1;
  CHECK(header(error_response(error, ""), "Retry-After") == "1");
  error.retry_after_ms = 2001;
  CHECK(header(error_response(error, ""), "Retry-After") == "3");
  CHECK(header(error_response(error_of(ErrorKind::Unauthenticated), ""), "WWW-Authenticate") == "Bearer");
}

TEST_CASE("a refused stream is events for those who accept them, with the status of the error") {
  ingress::Request request;
  request.request_id = "req_1";
  CHECK(header(stream_refusal(error_of(ErrorKind::NotFound), request), "Content-Type").starts_with("application/json"));
  request.headers = {{"accept", "application/json;q=0.1, text/event-stream"}};
  const auto response = stream_refusal(error_of(ErrorKind::NotFound), request);
  CHECK(response.status == 404);
  CHECK(header(response, "Content-Type") == "text/event-stream");
  CHECK(response.body.starts_with("data: {\"type\":\"error\""));
  CHECK(response.body.find("\n\ndata: {\"type\":\"done\"") != std::string::npos);
  CHECK(response.body.ends_with("}\n\n"));
  CHECK(response.body.find("id:") == std::string::npos);
}

TEST_CASE("a body is an object, and an empty one is an empty object") {
  ingress::Request request;
  const auto read = [&](const std::string& body) {
    request.body = body;
    return read_body(request, 20);
  };
  CHECK(*read("") == model::Json::object());
  CHECK(*read(" \r\n\t") == model::Json::object());
  CHECK((*read("{\"a\":1}"))["a"] == 1);
  for (const char* text : {"[]", "1", "null", "\"a\"", "true"}) CHECK(read(text).error().code == "invalid_field");
  CHECK(read("{\"a\":").error().code == "json_malformed");
  CHECK(read("{\"a\":\"123456789012345\"}").error().kind == ErrorKind::TooLarge);
}

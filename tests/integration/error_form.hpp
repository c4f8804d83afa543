// The one form of an error, whatever caused it.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "support/http.hpp"

namespace platos::tests {

inline void check_error(const Answer& answer, long status, const std::string& code) {
  INFO(answer.body);
  CHECK(answer.status == status);
  const Json json = answer.json();
  REQUIRE(json.is_object());
  CHECK(json["statusCode"] == status);
  CHECK(json["code"] == code);
  CHECK(json["error"].is_string());
  CHECK(json["message"].is_string());
  CHECK(json["requestId"].is_string());
  CHECK(json["requestId"] == answer.headers.at("x-request-id"));
}

}  // namespace platos::tests
